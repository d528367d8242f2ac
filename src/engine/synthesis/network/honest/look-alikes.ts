import { cumulate } from '../../random.js';
import { CORRESPONDENTS, OTHER_BANKS } from '../institutions.js';
import { firstOfPerson, Role } from '../parties.js';
import { Format, Purpose } from '../transfers.js';
import { agreed, around, localFormat, notes } from './amounts.js';
import { type Pen } from './pen.js';

const SUPPLIERS = 3;
const KINDS = Float64Array.from(cumulate([30, 16, 14, 14, 14, 12]));

/**
 * Honest conduct that looks like laundering, so that no single trait tells: money passed on within hours (a flat
 * bought, a family purse, an agent's client money), collections for a trip or a club, many paid at once, takings
 * banked day after day, loans that come back, money that goes round a group.
 */
export function resemble(pen: Pen): void {
  const person = pen.role === Role.Person || pen.role === Role.PersonSecond;
  switch (pen.stream.pick(KINDS, 0, KINDS.length)) {
    case 0:
      return passOn(pen, person);
    case 1:
      return collect(pen, person);
    case 2:
      return payMany(pen, person);
    case 3:
      return bankDaily(pen);
    case 4:
      return lendAndReturn(pen, person);
    default:
      return goRound(pen, person);
  }
}

function sum(pen: Pen, share: number, sigma: number): number {
  return around(pen.stream, share * pen.means, sigma, 15_000_000);
}

function passOn(pen: Pen, person: boolean): void {
  const { stream, parties, account } = pen;
  const abroad = stream.chance(0.3);
  const source = abroad
    ? pen.institution(CORRESPONDENTS.first, CORRESPONDENTS.count)
    : stream.chance(0.5)
      ? pen.stranger()
      : pen.institution(OTHER_BANKS.first, OTHER_BANKS.count);
  const cents = agreed(stream, sum(pen, person ? 1.6 : 0.12, 1), 0.3);
  let time = pen.moment();
  const format = abroad ? Format.Wire : localFormat(stream, person, cents);
  pen.write(time, source, account, cents, format, person ? Purpose.Personal : Purpose.Invoice);
  let rest = Math.floor(cents * stream.between(0.86, 1));
  const parts = Math.min(pen.left, 1 + stream.below(3));
  for (let part = parts; part > 0; part -= 1) {
    time = pen.later(time, 9);
    const share = part === 1 ? rest : Math.floor((rest * stream.between(0.6, 1.4)) / part);
    const piece = Math.min(rest, stream.chance(0.5) ? Math.max(100, share - (share % 10_000)) : share);
    if (piece < 1) return;
    rest -= piece;
    const out = stream.chance(0.18);
    const to = out
      ? pen.institution(CORRESPONDENTS.first, CORRESPONDENTS.count)
      : person
        ? stream.chance(0.55)
          ? pen.stranger()
          : pen.contact()
        : pen.regular(14, SUPPLIERS);
    pen.write(
      time,
      account,
      to === account ? (parties.bank[account] ?? 0) : to,
      piece,
      out ? Format.Wire : localFormat(stream, person, piece),
      person ? Purpose.Personal : Purpose.Invoice,
    );
  }
}

function collect(pen: Pen, person: boolean): void {
  const { stream, account } = pen;
  const each = agreed(stream, sum(pen, person ? 0.09 : 0.01, 0.8), 0.05);
  const payers = Math.min(pen.left, 2 + stream.below(7));
  const start = pen.moment();
  let last = start;
  let total = 0;
  for (let payer = 0; payer < payers; payer += 1) {
    const time = pen.later(start, 20);
    const cents = stream.chance(0.7) ? each : agreed(stream, (each / 100) * stream.between(0.5, 2), 0.1);
    const from = person && stream.chance(0.6) ? pen.contact() : pen.stranger();
    pen.write(time, from, account, cents, Format.Fps, Purpose.Personal);
    total += cents;
    last = Math.max(last, time);
  }
  if (pen.left === 0) return;
  const cents = Math.floor(total * stream.between(0.8, 1));
  const to = pen.regular(24, 1);
  pen.write(pen.later(last, 12), account, to, cents, localFormat(stream, person, cents), Purpose.Services);
}

function payMany(pen: Pen, person: boolean): void {
  const { stream, account } = pen;
  const payees = Math.min(pen.left, 2 + stream.below(8));
  let time = pen.moment();
  for (let payee = 0; payee < payees; payee += 1) {
    const cents = agreed(stream, sum(pen, person ? 0.14 : 0.012, 0.5), 0.15);
    const to = stream.chance(0.5) ? pen.stranger() : person ? pen.contact() : pen.regular(30, SUPPLIERS);
    pen.write(time, account, to, cents, Format.Fps, person ? Purpose.Personal : Purpose.Services);
    time = pen.later(time, 0.2);
  }
}

/** Cash-heavy trades and people who distrust banks: deposits on days that follow each other. */
function bankDaily(pen: Pen): void {
  const { stream, parties, account } = pen;
  const days = Math.min(pen.left, 2 + stream.below(4));
  const usual = stream.chance(0.35) ? stream.between(60_000, 118_000) : stream.between(5_000, 60_000);
  let time = pen.moment();
  for (let day = 0; day < days; day += 1) {
    const cents = notes(stream, usual * stream.between(0.75, 1));
    pen.write(time, parties.bank[account] ?? 0, account, cents, Format.Cash, Purpose.CashDeposit);
    time = pen.later(time, 22);
  }
}

function lendAndReturn(pen: Pen, person: boolean): void {
  const { stream, account } = pen;
  const other = person
    ? pen.contact()
    : firstOfPerson(pen.parties, (account * 7 + stream.below(3)) % pen.parties.persons);
  const cents = agreed(stream, sum(pen, person ? 0.5 : 0.05, 0.9), 0);
  const time = pen.moment();
  const lends = stream.chance(0.5);
  const format = localFormat(stream, true, cents);
  pen.write(time, lends ? account : other, lends ? other : account, cents, format, Purpose.Loan);
  if (pen.left === 0) return;
  pen.write(
    pen.later(time, 40),
    lends ? other : account,
    lends ? account : other,
    cents,
    localFormat(stream, true, cents),
    Purpose.Loan,
  );
}

/** Round a family or a group of companies: settled bills, pooled cash, three or four accounts. */
function goRound(pen: Pen, person: boolean): void {
  const { stream, account } = pen;
  const length = Math.min(pen.left, 3 + stream.below(2));
  let from = account;
  let cents = agreed(stream, sum(pen, person ? 0.4 : 0.06, 0.9), 0.1);
  let time = pen.moment();
  for (let step = 1; step <= length; step += 1) {
    let to = step === length ? account : person ? pen.contact() : pen.regular(8, SUPPLIERS);
    if (to === from || (to === account && step < length)) to = pen.stranger();
    if (to === from) return;
    pen.write(time, from, to, cents, localFormat(stream, person, cents), Purpose.OwnAccount);
    cents = Math.max(100, Math.floor(cents * stream.between(0.9, 1)));
    time = pen.later(time, 12);
    from = to;
  }
}
