import { cumulate } from '../../random.js';
import { ACQUIRERS, CORRESPONDENTS, OTHER_BANKS, TREASURY, UTILITIES } from '../institutions.js';
import { firstOfOrganisation, firstOfPerson, Role } from '../parties.js';
import { Format, Purpose } from '../transfers.js';
import { agreed, around, localFormat, notes } from './amounts.js';
import { type Pen } from './pen.js';

const SUPPLIERS = 3;
const CUSTOMERS = 4;
const FREELANCERS = 5;

/**
 * Activities by weight: invoices paid, invoices collected, card takings, export proceeds, import payments, cash
 * takings, bills and tax, fees to people, own accounts, dividends, from and to companies of the group. Conventions
 * of this preset.
 */
const TABLES: readonly Float64Array[] = [
  [20, 14, 24, 1, 2, 16, 7, 8, 6, 0.5, 0.5],
  [27, 20, 14, 5, 5, 5, 6, 9, 5, 0.8, 2],
  [10, 8, 6, 4, 4, 2, 2, 2, 52, 1, 8],
  [14, 12, 0, 14, 14, 1, 4, 6, 8, 7, 20],
].map((weights) => Float64Array.from(cumulate(weights)));

/** One ordinary transfer of a sole trader, a company or a shell company. */
export function trade(pen: Pen): void {
  const { parties, stream, account, role, holder } = pen;
  const table =
    TABLES[role === Role.Trader ? 0 : role === Role.Company ? 1 : role === Role.CompanySecond ? 2 : 3];
  const monthly = pen.means;
  const time = pen.moment();
  const organisation = holder - parties.persons;
  switch (stream.pick(table ?? [], 0, 11)) {
    case 0: {
      const cents = agreed(stream, around(stream, 0.026 * monthly, 1.25, 15_000_000), 0.4);
      const supplier = pen.regular(14, SUPPLIERS);
      pen.write(time, account, supplier, cents, localFormat(stream, false, cents), Purpose.Invoice);
      return;
    }
    case 1: {
      const cents = agreed(stream, around(stream, 0.034 * monthly, 1.25, 15_000_000), 0.4);
      const customer = stream.chance(0.6)
        ? pen.regular(20, CUSTOMERS)
        : pen.institution(OTHER_BANKS.first, OTHER_BANKS.count);
      pen.write(time, customer, account, cents, localFormat(stream, false, cents), Purpose.Invoice);
      return;
    }
    case 2:
      pen.write(
        time,
        pen.institution(ACQUIRERS.first, ACQUIRERS.count),
        account,
        Math.floor(around(stream, 0.028 * monthly, 0.8, 8_000_000) * 100),
        Format.Autopay,
        Purpose.RetailProceeds,
      );
      return;
    case 3:
    case 4: {
      const inward = stream.chance(0.52);
      const abroad = pen.institution(CORRESPONDENTS.first, CORRESPONDENTS.count);
      const cents = agreed(stream, around(stream, 0.09 * monthly, 1.1, 18_000_000), 0.45);
      pen.write(
        time,
        inward ? abroad : account,
        inward ? account : abroad,
        cents,
        Format.Wire,
        Purpose.Trade,
      );
      return;
    }
    case 5:
      // Takings are banked every few days; no law of Hong Kong makes HK$120,000 special here, habit and forms do.
      pen.write(
        time,
        parties.bank[account] ?? 0,
        account,
        notes(
          stream,
          stream.chance(0.06)
            ? stream.between(90_000, 119_500)
            : around(stream, Math.min(40_000, 0.03 * monthly), 0.9, 600_000),
        ),
        Format.Cash,
        Purpose.CashDeposit,
      );
      return;
    case 6: {
      const tax = stream.chance(0.15);
      const cents = agreed(stream, around(stream, (tax ? 0.05 : 0.008) * monthly, 0.9, 6_000_000), 0.7);
      pen.write(
        time,
        account,
        tax ? TREASURY.first : pen.institution(UTILITIES.first, UTILITIES.count),
        cents,
        localFormat(stream, false, cents),
        Purpose.Bill,
      );
      return;
    }
    case 7: {
      const cents = agreed(stream, around(stream, 6_500, 0.9, 300_000), 0.15);
      const person =
        Math.imul(account * 13 + FREELANCERS + Math.floor(9 * stream.uniform()), 0x2c1b3c6d) >>> 0;
      const to = stream.chance(0.7) ? firstOfPerson(parties, person % parties.persons) : pen.stranger();
      pen.write(time, account, to, cents, localFormat(stream, true, cents), Purpose.Services);
      return;
    }
    case 8: {
      const mine = parties.second[account] ?? -1;
      const other = mine >= 0 ? mine : pen.institution(OTHER_BANKS.first, OTHER_BANKS.count);
      const cents = agreed(stream, around(stream, 0.1 * monthly, 1.1, 18_000_000), 0.1);
      const inward = stream.chance(0.5);
      pen.write(
        time,
        inward ? other : account,
        inward ? account : other,
        cents,
        localFormat(stream, false, cents),
        Purpose.OwnAccount,
      );
      return;
    }
    case 9: {
      const owner = parties.ownerAccount[organisation] ?? -1;
      const cents = agreed(stream, around(stream, 0.12 * monthly, 0.9, 10_000_000), 0.05);
      const to = owner >= 0 && owner !== account ? owner : pen.stranger();
      pen.write(time, account, to, cents, localFormat(stream, false, cents), Purpose.Dividend);
      return;
    }
    default: {
      const owner = parties.ownerAccount[organisation] ?? -1;
      const other = owner >= 0 && owner !== account ? owner : pen.regular(2, SUPPLIERS);
      const cents = agreed(stream, around(stream, 0.16 * monthly, 1, 18_000_000), 0.1);
      const down = stream.chance(0.5);
      pen.write(
        time,
        down ? other : account,
        down ? account : other,
        cents,
        localFormat(stream, false, cents),
        Purpose.Loan,
      );
    }
  }
}

/** One transfer of a money service: in from people over FPS and cash, out to people here or to banks abroad. */
export function remit(pen: Pen): void {
  const { parties, stream, account } = pen;
  const time = pen.moment();
  const u = stream.uniform();
  const monthly = pen.means;
  if (u < 0.3) {
    const cents = agreed(stream, around(stream, 4_200, 1.1, 500_000), 0.35);
    pen.write(time, account, pen.stranger(), cents, localFormat(stream, true, cents), Purpose.Remittance);
    return;
  }
  if (u < 0.62) {
    const cents = agreed(stream, around(stream, 3_600, 1.1, 500_000), 0.15);
    pen.write(time, pen.stranger(), account, cents, Format.Fps, Purpose.Remittance);
    return;
  }
  if (u < 0.86) {
    const abroad = pen.institution(CORRESPONDENTS.first, CORRESPONDENTS.count);
    const cents = agreed(stream, around(stream, 0.02 * monthly, 0.9, 8_000_000), 0.4);
    const inward = stream.chance(0.5);
    pen.write(
      time,
      inward ? abroad : account,
      inward ? account : abroad,
      cents,
      Format.Wire,
      Purpose.Remittance,
    );
    return;
  }
  if (u < 0.95) {
    const inward = stream.chance(0.6);
    const desk = parties.bank[account] ?? 0;
    const cents = notes(stream, around(stream, 45_000, 0.8, 900_000));
    pen.write(
      time,
      inward ? desk : account,
      inward ? account : desk,
      cents,
      Format.Cash,
      inward ? Purpose.CashDeposit : Purpose.CashWithdrawal,
    );
    return;
  }
  const other = firstOfOrganisation(
    parties,
    parties.moneyServices[stream.below(parties.moneyServices.length)] ?? 0,
  );
  const cents = agreed(stream, around(stream, 0.03 * monthly, 0.9, 8_000_000), 0.2);
  const to = other === account ? pen.institution(OTHER_BANKS.first, OTHER_BANKS.count) : other;
  pen.write(time, account, to, cents, localFormat(stream, false, cents), Purpose.Services);
}
