import { Kind, STAYS, Trait } from '../application.js';
import { type Typology } from './script.js';

/**
 * Years of good conduct, limits raised again and again, and at the end everything drawn at once: the last
 * application is part of the harvest.
 */
export const bustOut: Typology = {
  kind: Kind.BustOut,
  name: 'BUST_OUT',
  title: 'Bust-out',
  description:
    'A customer of good conduct whose limits were raised draws all of them, borrows once more, and is gone within months.',
  play(credit) {
    const { stream, next } = credit;
    credit.begin();
    next.time = credit.onset;
    next.kind = Kind.BustOut;
    next.traits =
      Trait.Groomed | (stream.chance(0.7) ? Trait.Raised : 0) | (stream.chance(0.6) ? Trait.Greedy : 0);
    next.goneAfter = stream.chance(0.9) ? stream.below(5) : STAYS;
    credit.apply();
  },
};
