import { Kind, ProductCode, STAYS, Trait } from '../application.js';
import { type Typology } from './script.js';

/**
 * One person, several virtual banks, a few days: each decides in minutes, and none sees yet what the others lend,
 * since the credit register is a day behind. Most are gone when the first payments fall due.
 */
export const stackedLoans: Typology = {
  kind: Kind.StackedLoans,
  name: 'STACKED_LOANS',
  title: 'Stacked loans',
  description:
    'A person borrows at several virtual banks within days, before the credit register shows it, and stops paying at once or after a few months.',
  play(credit) {
    const { stream, next } = credit;
    credit.begin();
    const loans = 2 + stream.below(4);
    const gone = stream.chance(0.86) ? stream.below(4) : STAYS;
    next.kind = Kind.StackedLoans;
    next.product = ProductCode.Loan;
    next.traits |= stream.chance(0.5) ? Trait.Greedy : 0;
    next.time = credit.onset;
    for (let loan = 0; loan < loans; loan += 1) {
      next.virtualBank = stream.chance(0.8) ? 1 : 0;
      next.goneAfter = gone;
      if (!credit.apply()) return;
      next.time += 900 + Math.floor(stream.exponential(50_000));
    }
  },
};
