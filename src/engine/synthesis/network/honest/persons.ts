import { DAY } from '../../calendar.js';
import { cumulate } from '../../random.js';
import { BROKERS, CORRESPONDENTS, OTHER_BANKS, PURSES, TOKEN_EXCHANGES, UTILITIES } from '../institutions.js';
import { firstOfOrganisation, Role } from '../parties.js';
import { Format, Purpose } from '../transfers.js';
import { agreed, around, localFormat, notes } from './amounts.js';
import { type Pen } from './pen.js';

/** Kinds of counterparty that last: see Pen.regular. */
const SHOPS = 1;
const LANDLORD = 2;

/** Activities of a person's first account by weight: conventions of this preset. */
const FIRST = Float64Array.from(cumulate([27, 23, 8, 11, 4, 9, 5.2, 5, 3, 1.2, 1.6, 2.2, 3]));
/** Of a second account: savings that come and go, investments. */
const SECOND = Float64Array.from(cumulate([16, 7, 2, 6, 3, 3, 2, 34, 1, 1, 1, 9, 15]));

/** Whether rent is due from an account in the slice, and on which day: half of the people rent. */
export function rentDay(pen: Pen): number {
  const { parties, account, slice } = pen;
  if (parties.role[account] !== Role.Person) return -1;
  const mark = Math.imul(account + parties.salt, 0x9e3779b1) >>> 0;
  return mark % 2 === 0 ? -1 : (slice.dueDays[1 + ((mark >>> 8) % 6)] ?? -1);
}

/** Wages into a person's first account, from the employer. */
export function earn(pen: Pen, usual: number): void {
  const { parties, stream, account, slice, holder } = pen;
  const hkd = (parties.monthly[account] ?? 0) * stream.between(0.97, 1.03);
  const day = slice.payDays[usual] ?? slice.period.firstDay;
  const employer = parties.employer[holder] ?? 0;
  // Firms pay all their people in one run, at an hour of their own.
  const hour = 8 * 3600 + (Math.imul(employer, 0x85ebca6b) >>> 20) * 8;
  const cents = agreed(stream, hkd, 0.35);
  pen.write(
    day * DAY + hour + stream.below(600),
    employer,
    account,
    cents,
    stream.chance(0.86) ? Format.Autopay : stream.chance(0.6) ? Format.Fps : Format.Cheque,
    Purpose.Wages,
  );
}

export function payRent(pen: Pen, day: number): void {
  const { parties, stream, account, holder } = pen;
  const hkd = Math.max(2_500, (parties.monthly[account] ?? 0) * (0.24 + ((holder * 7) % 20) / 100));
  // Half of the landlords are people.
  const landlord =
    holder % 2 === 0
      ? pen.parties.institutions + ((holder * 31 + 17) % parties.persons)
      : pen.regular(1, LANDLORD);
  pen.write(
    day * DAY + 8 * 3600 + stream.below(12 * 3600),
    account,
    landlord === account ? pen.stranger() : landlord,
    Math.floor(hkd / 100) * 10_000,
    stream.chance(0.5) ? Format.Fps : stream.chance(0.6) ? Format.Autopay : Format.Cheque,
    Purpose.Rent,
  );
}

/** One ordinary transfer of a person. */
export function live(pen: Pen): void {
  const { parties, stream, account, role } = pen;
  const table = role === Role.Person ? FIRST : SECOND;
  const monthly = parties.monthly[account] ?? 15_000;
  const means = monthly / 20_000;
  const time = pen.moment();
  switch (stream.pick(table, 0, table.length)) {
    case 0: {
      const cents = agreed(stream, around(stream, 600 * Math.sqrt(means), 1.35, 400_000), 0.12);
      const other = pen.contact();
      pen.write(time, account, other, cents, localFormat(stream, true, cents), Purpose.Personal);
      return;
    }
    case 1:
      pen.write(
        time,
        account,
        pen.regular(24, SHOPS),
        agreed(stream, around(stream, 260 * Math.sqrt(means), 1.2, 120_000), 0.45),
        Format.Fps,
        Purpose.RetailProceeds,
      );
      return;
    case 2:
      pen.write(
        time,
        account,
        pen.institution(UTILITIES.first, UTILITIES.count),
        agreed(stream, around(stream, 520, 0.8, 40_000), 0.8),
        stream.chance(0.5) ? Format.Autopay : Format.Fps,
        Purpose.Bill,
      );
      return;
    case 3:
      pen.write(
        time,
        account,
        parties.bank[account] ?? 0,
        notes(stream, around(stream, 1_300 * Math.sqrt(means), 0.8, 60_000)),
        Format.Cash,
        Purpose.CashWithdrawal,
      );
      return;
    case 4:
      pen.write(
        time,
        parties.bank[account] ?? 0,
        account,
        notes(stream, around(stream, 3_000 * Math.sqrt(means), 1.2, 400_000)),
        Format.Cash,
        Purpose.CashDeposit,
      );
      return;
    case 5:
      pen.write(
        time,
        account,
        pen.institution(PURSES.first, PURSES.count),
        Math.floor(stream.between(1, 8)) * (stream.chance(0.2) ? 50_000 : 10_000),
        Format.StoredValue,
        Purpose.TopUp,
      );
      return;
    case 6:
      pen.write(
        time,
        pen.institution(PURSES.first, PURSES.count),
        account,
        agreed(stream, around(stream, 575, 0.75, 3_000), 0.3),
        Format.StoredValue,
        Purpose.Personal,
      );
      return;
    case 7: {
      const mine = parties.second[account] ?? -1;
      const other = mine >= 0 ? mine : pen.institution(OTHER_BANKS.first, OTHER_BANKS.count);
      const cents = agreed(stream, around(stream, 0.26 * monthly, 1.2, 2_000_000), 0.06);
      const inward = stream.chance(mine >= 0 ? 0.4 : 0.55);
      pen.write(
        time,
        inward ? other : account,
        inward ? account : other,
        cents,
        localFormat(stream, true, cents),
        Purpose.OwnAccount,
      );
      return;
    }
    case 8: {
      const service = parties.moneyServices[stream.below(parties.moneyServices.length)] ?? 0;
      // Below HK$8,000 a remittance needs no identification (Cap. 615, schedule 2): some keep to that.
      const hkd = stream.chance(0.12) ? stream.between(7_000, 8_000) : around(stream, 2_600, 0.7, 60_000);
      const to = firstOfOrganisation(parties, service);
      pen.write(time, account, to, agreed(stream, hkd, 0.1), Format.Fps, Purpose.Remittance);
      return;
    }
    case 9:
    case 10: {
      const abroad = pen.institution(CORRESPONDENTS.first, CORRESPONDENTS.count);
      const cents = agreed(stream, around(stream, 1.1 * monthly, 1, 4_000_000), 0.3);
      const inward = stream.chance(0.55);
      pen.write(
        time,
        inward ? abroad : account,
        inward ? account : abroad,
        cents,
        Format.Wire,
        Purpose.Personal,
      );
      return;
    }
    case 11: {
      const token = stream.chance(0.2);
      const desk = token
        ? pen.institution(TOKEN_EXCHANGES.first, TOKEN_EXCHANGES.count)
        : pen.institution(BROKERS.first, BROKERS.count);
      const cents = agreed(stream, around(stream, 0.3 * monthly, 1.2, 3_000_000), 0.08);
      const back = stream.chance(0.42);
      pen.write(
        time,
        back ? desk : account,
        back ? account : desk,
        cents,
        localFormat(stream, true, cents),
        Purpose.Investment,
      );
      return;
    }
    default: {
      // From somebody outside the network: family, a client, a refund.
      const cents = agreed(stream, around(stream, 0.11 * monthly, 1.3, 900_000), 0.2);
      pen.write(
        time,
        pen.institution(OTHER_BANKS.first, OTHER_BANKS.count),
        account,
        cents,
        localFormat(stream, true, cents),
        Purpose.Personal,
      );
    }
  }
}
