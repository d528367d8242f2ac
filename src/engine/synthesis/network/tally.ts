import { log } from '../arithmetic.js';
import { DAY, monthOf, weekday } from '../calendar.js';
import { burstiness, hill, tailOf } from '../heavy-tails.js';
import { type Calibration, type Picture, type RealismFigure } from '../preset.js';
import { SCRIPTS, PATTERNS } from './crime/scripts.js';
import { type Crimes } from './crime/conspire.js';
import { PURSES } from './institutions.js';
import { type Ledger } from './ledger.js';
import { type NetworkParameters } from './parameters.js';
import { type Parties } from './parties.js';
import { Format, FORMATS, HONEST, Purpose, type Settled } from './transfers.js';

/** Accounts whose rhythm is followed, at most; every k-th where there are more. */
const FOLLOWED = 60_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A tenth, or three standard errors of a share over so few where that is more. */
function toleranceOf(share: number, count: number): number {
  return Math.max(0.1, 3 * Math.sqrt((1 - share) / share / Math.max(1, count)));
}

/** Counts over all transfers of a play, for calibration, realism and pictures. */
export class Tally {
  private readonly hours = new Float64Array(7 * 24);
  private readonly byFormat = new Float64Array(FORMATS.length);
  private readonly centsByFormat = new Float64Array(FORMATS.length);
  private readonly digits = new Float64Array(9);
  private readonly months = new Float64Array(13);
  private readonly laundered = new Float64Array(13);
  private readonly received: Uint32Array;
  private readonly step: number;
  private readonly last: Int32Array;
  private readonly moments: Float64Array;
  private readonly patterns: Float64Array;
  private pursesIn = 0;
  private pursesOut = 0;
  private between = 0;
  private returned = 0;
  private rows = 0;
  private mules = 0;
  private individuals = 0;

  constructor(private readonly parties: Parties) {
    this.received = new Uint32Array(parties.accounts);
    this.step = Math.ceil(parties.accounts / FOLLOWED);
    const followed = Math.ceil(parties.accounts / this.step);
    this.last = new Int32Array(followed).fill(-1);
    this.moments = new Float64Array(followed * 3);
    this.patterns = new Float64Array(SCRIPTS.length);
  }

  /** @param returnDays the feature of that name, of the same rows from place 0 */
  add(settled: Settled, from: number, to: number, crimes: Crimes, returnDays: Float32Array): void {
    const { parties } = this;
    this.rows += to - from;
    for (let row = from; row < to; row += 1) {
      const time = settled.time[row] ?? 0;
      const sender = settled.from[row] ?? 0;
      const receiver = settled.to[row] ?? 0;
      const cents = settled.amount[row] ?? 0;
      const format = settled.format[row] ?? 0;
      const purpose = settled.purpose[row] ?? 0;
      const origin = settled.origin[row] ?? HONEST;
      const day = Math.floor(time / DAY);
      const cell = weekday(day) * 24 + Math.floor((time - day * DAY) / 3600);
      this.hours[cell] = (this.hours[cell] ?? 0) + 1;
      this.byFormat[format] = (this.byFormat[format] ?? 0) + 1;
      this.centsByFormat[format] = (this.centsByFormat[format] ?? 0) + cents;
      const month = monthOf(day);
      this.months[month] = (this.months[month] ?? 0) + 1;
      if (origin !== HONEST) {
        this.laundered[month] = (this.laundered[month] ?? 0) + 1;
        const pattern = crimes.pattern[origin] ?? 0;
        this.patterns[pattern] = (this.patterns[pattern] ?? 0) + 1;
      }
      if (format === Format.StoredValue) {
        if (sender >= PURSES.first && sender < PURSES.first + PURSES.count) this.pursesOut += cents;
        else this.pursesIn += cents;
      }
      if (purpose === Purpose.Invoice || purpose === Purpose.Trade) {
        let lead = cents;
        while (lead >= 10) lead = Math.floor(lead / 10);
        this.digits[lead - 1] = (this.digits[lead - 1] ?? 0) + 1;
      }
      this.received[receiver] = (this.received[receiver] ?? 0) + 1;
      if (sender >= parties.institutions && receiver >= parties.institutions) {
        this.between += 1;
        if ((returnDays[row - from] ?? -1) >= 0) this.returned += 1;
      }
      if (sender % this.step === 0 && sender >= parties.institutions) this.follow(sender / this.step, time);
    }
  }

  /** Takes what the cases of a split say of those who hold the money. */
  take(crimes: Crimes): void {
    this.mules += crimes.mules;
    this.individuals += crimes.individuals;
  }

  private follow(place: number, time: number): void {
    const before = this.last[place] ?? -1;
    this.last[place] = time;
    if (before < 0) return;
    const gap = time - before;
    this.moments[3 * place] = (this.moments[3 * place] ?? 0) + 1;
    this.moments[3 * place + 1] = (this.moments[3 * place + 1] ?? 0) + gap;
    this.moments[3 * place + 2] = (this.moments[3 * place + 2] ?? 0) + gap * gap;
  }

  get launderedRows(): number {
    return this.laundered.reduce((sum, count) => sum + count, 0);
  }

  calibration(parameters: NetworkParameters): Calibration[] {
    const laundered = this.launderedRows;
    const shaped = this.patterns.slice(0, PATTERNS.length).reduce((sum, count) => sum + count, 0);
    const fps = this.byFormat[Format.Fps] ?? 0;
    const altman = 'Altman et al., NeurIPS 2023 (AMLworld data)';
    return [
      {
        figure: 'transfers for each one that launders, before enrichment',
        target: parameters.oneIn,
        reached: laundered > 0 ? (this.rows / laundered) * parameters.enrichment : null,
        unit: 'transfers',
        source: `parameter oneIn; ${altman}: between 807 and 1,948`,
      },
      {
        figure: 'laundering transfers that follow none of the eight patterns',
        target: 0.81,
        reached: laundered > 0 ? 1 - shaped / laundered : null,
        unit: 'share',
        source: altman,
        tolerance: toleranceOf(0.81, laundered),
      },
      {
        figure: 'mean FPS payment',
        target: 6.3e9 / 831e3,
        reached: fps > 0 ? (this.centsByFormat[Format.Fps] ?? 0) / 100 / fps : null,
        unit: 'HKD',
        source: 'HKMA, March 2022, second-hand; mean computed from number and value a day',
      },
      {
        figure: 'stored value taken out for each dollar added',
        target: 73 / 120.6,
        reached: this.pursesIn > 0 ? this.pursesOut / this.pursesIn : null,
        unit: 'ratio of values',
        source: 'HKMA stored value statistics, Q2 2025: withdrawal over add-value',
      },
      {
        figure: 'mule accounts that are an individual’s',
        target: 0.9,
        reached: this.mules > 0 ? this.individuals / this.mules : null,
        unit: 'share',
        source: 'HKMA, second-hand; accounts in the name of a company that a case is about are no mules',
        tolerance: toleranceOf(0.9, this.mules),
      },
    ];
  }

  realism(ledger: Ledger, conservedFrom: bigint): RealismFigure[] {
    return [
      {
        figure: 'burstiness of the intervals between an account’s transfers',
        reached: this.burstiness(),
        range: [0.1, 0.7],
        definition:
          'Mean over accounts with 10 intervals or more of the burstiness parameter with its correction for finite sequences (Kim and Jo 2016); 0 for a Poisson process',
        source:
          'Goh and Barabási, EPL 81, 48002 (2008): human activities are bursty, above 0; the bounds are a convention of ours about what such data shows; Kim and Jo, Physical Review E 94, 032311 (2016) for the correction',
      },
      {
        figure: 'exponent of the tail of transfers received',
        reached: hill(this.degrees, 0.01),
        range: [1.8, 3.5],
        definition:
          'Exponent of the density by Hill’s estimator over the top 1% of accounts (at least 20), institutions left out',
        source:
          'Soramäki et al., Physica A 379 (2007): 2.1 for payments between banks over Fedwire, second-hand; 2 to 3.5 is usual for large networks (Clauset, Shalizi and Newman, SIAM Review 51, 2009)',
      },
      {
        figure: 'first digits of invoices and trade payments against Benford',
        reached: this.benford(),
        range: [0, 0.012],
        definition: 'Mean absolute deviation of the shares of first digits 1 to 9 from log10(1 + 1/d)',
        source:
          'Nigrini, Benford’s Law (2012): up to 0.006 close, 0.012 acceptable, 0.015 marginal conformity',
      },
      {
        figure: 'transfers between customers whose receiver has paid the sender',
        reached: this.between > 0 ? this.returned / this.between : null,
        range: null,
        definition: 'Share, as far as the last 8 counterparties of each end are remembered',
        source: 'No figure for retail and company accounts together is claimed',
      },
      {
        figure: 'cents lost or made over all accounts',
        reached: Number(ledger.total() - conservedFrom),
        range: [0, 0],
        definition: 'Sum of all balances at the end less that at the start, institutions included',
        source: 'Double entry',
      },
      {
        figure: 'lowest balance after a transfer',
        reached: this.rows > 0 ? ledger.lowest / 100 : null,
        range: [0, 1e15],
        definition: 'In HKD, over all accounts and transfers',
        source: 'No account here may be overdrawn',
      },
    ];
  }

  aggregates(): Record<string, unknown> {
    const total = this.digits.reduce((sum, count) => sum + count, 0);
    return {
      hourByWeekday: { rows: 'Monday to Sunday', columns: 'hours 0 to 23', transfers: this.week() },
      formats: FORMATS.map((format, place) => ({
        format,
        transfers: this.byFormat[place] ?? 0,
        meanHkd: this.meanOf(place),
      })),
      firstDigits: [...this.digits].map((count) => (total > 0 ? count / total : null)),
      months: this.played().map((month) => ({
        month: `2025-${String(month).padStart(2, '0')}`,
        transfers: this.months[month] ?? 0,
        prevalence: (this.laundered[month] ?? 0) / (this.months[month] ?? 1),
      })),
    };
  }

  pictures(): Picture[] {
    return [
      {
        kind: 'lines',
        name: 'degree-tail',
        title: 'Accounts that receive so many transfers or more',
        x: { title: 'transfers received', log: true },
        y: { title: 'share of accounts', log: true },
        lines: [{ label: 'accounts of customers', points: tailOf(this.degrees) }],
      },
      {
        kind: 'heatmap',
        name: 'hour-by-weekday',
        title: 'Transfers by hour and weekday',
        rows: WEEKDAYS,
        columns: Array.from({ length: 24 }, (_, hour) => String(hour)),
        values: this.week(),
      },
      {
        kind: 'bars',
        name: 'amounts-by-format',
        title: 'Mean amount by format',
        axis: 'HKD',
        bars: FORMATS.map((label, place) => ({ label, value: this.meanOf(place) ?? 0 })),
      },
      {
        kind: 'bars',
        name: 'prevalence-by-month',
        title: 'Laundering transfers by month',
        axis: 'of 10,000 transfers',
        bars: this.played().map((month) => ({
          label: `2025-${String(month).padStart(2, '0')}`,
          value: (1e4 * (this.laundered[month] ?? 0)) / (this.months[month] ?? 1),
        })),
      },
    ];
  }

  private played(): number[] {
    return [...this.months.keys()].filter((month) => (this.months[month] ?? 0) > 0);
  }

  private week(): number[][] {
    return WEEKDAYS.map((_, day) => [...this.hours.subarray(24 * day, 24 * day + 24)]);
  }

  private meanOf(format: number): number | null {
    const count = this.byFormat[format] ?? 0;
    return count > 0 ? (this.centsByFormat[format] ?? 0) / 100 / count : null;
  }

  private burstiness(): number | null {
    let sum = 0;
    let judged = 0;
    for (let place = 0; place < this.last.length; place += 1) {
      const n = this.moments[3 * place] ?? 0;
      if (n < 10) continue;
      const mean = (this.moments[3 * place + 1] ?? 0) / n;
      const variance = Math.max(0, (this.moments[3 * place + 2] ?? 0) / n - mean * mean);
      sum += burstiness(mean, Math.sqrt(variance), n);
      judged += 1;
    }
    return judged > 0 ? sum / judged : null;
  }

  /** Transfers received by each account of a customer. */
  private get degrees(): Uint32Array {
    return this.received.subarray(this.parties.institutions);
  }

  private benford(): number | null {
    const total = this.digits.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    let deviation = 0;
    for (let digit = 1; digit <= 9; digit += 1)
      deviation += Math.abs((this.digits[digit - 1] ?? 0) / total - log(1 + 1 / digit) / log(10));
    return deviation / 9;
  }
}
