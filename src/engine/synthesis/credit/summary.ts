import { type Played, type Split } from '../preset.js';
import { KINDS, Kind } from './application.js';
import { F } from './features.js';
import { type Told } from './life.js';
import { nameOf } from './months.js';
import { type CreditParameters } from './parameters.js';
import { TYPOLOGIES } from './typologies/index.js';

const BUCKETS = 24;
/** Every so many-th row goes into the medians. */
const MEDIAN_STEP = 7;
const MEDIAN_ROOM = 200_000;

/** What the rows come to, counted as they pass. */
export class Summary {
  private readonly vintages: { name: string; split: Split; rows: number; defaults: number }[] = [];
  private readonly hazard: Float64Array;
  private readonly exposed: Float64Array;
  private readonly hours: number[][] = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  private readonly kinds = new Map<Split, number[]>();
  private readonly service = [new Float64Array(BUCKETS), new Float64Array(BUCKETS)];
  private readonly incomes = new Float64Array(MEDIAN_ROOM);
  private taken = 0;
  private seen = 0;

  constructor(private readonly parameters: CreditParameters) {
    this.hazard = new Float64Array(parameters.outcomeMonths + 1);
    this.exposed = new Float64Array(parameters.outcomeMonths + 1);
  }

  add(
    vintage: { split: Split; month: number },
    rows: number,
    features: readonly Float32Array[],
    told: Told,
    kind: Uint8Array,
  ): void {
    const name = nameOf(vintage.month);
    let line = this.vintages.find((one) => one.name === name);
    if (line === undefined) {
      line = { name, split: vintage.split, rows: 0, defaults: 0 };
      this.vintages.push(line);
    }
    const kinds = this.kinds.get(vintage.split) ?? KINDS.map(() => 0);
    this.kinds.set(vintage.split, kinds);
    const income = features[F.statedIncome] as Float32Array;
    const ratio = features[F.debtServiceRatio] as Float32Array;
    const hour = features[F.hour] as Float32Array;
    const weekday = features[F.weekday] as Float32Array;
    line.rows += rows;
    for (let i = 0; i < rows; i += 1) {
      const end = told.defaultMonth[i] ?? 0;
      if (end > 0) line.defaults += 1;
      kinds[kind[i] ?? 0] = (kinds[kind[i] ?? 0] ?? 0) + 1;
      const last = end > 0 ? end : this.parameters.outcomeMonths;
      this.exposed[last] = (this.exposed[last] ?? 0) + 1;
      if (end > 0) this.hazard[end] = (this.hazard[end] ?? 0) + 1;
      const bucket = Math.max(0, Math.min(BUCKETS - 1, Math.floor((ratio[i] ?? 0) * 20)));
      const counts = this.service[end > 0 ? 1 : 0] as Float64Array;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      const day = this.hours[weekday[i] ?? 0] as number[];
      const at = Math.min(23, Math.floor(hour[i] ?? 0));
      day[at] = (day[at] ?? 0) + 1;
      this.seen += 1;
      if (this.seen % MEDIAN_STEP === 0 && this.taken < MEDIAN_ROOM) {
        this.incomes[this.taken] = income[i] ?? 0;
        this.taken += 1;
      }
    }
  }

  /** For the datasheet. */
  played(people: number, p: CreditParameters): Played {
    const development = this.vintages.filter(({ split }) => split === 'development');
    const sum = (of: (one: (typeof development)[number]) => number) =>
      development.reduce((total, one) => total + of(one), 0);
    const rate = sum(({ defaults }) => defaults) / sum(({ rows }) => rows);
    const incomes = this.incomes.slice(0, this.taken).sort();
    const median = incomes[Math.floor(incomes.length / 2)] ?? null;
    const hazards = this.hazards();
    const peak = hazards.indexOf(Math.max(...hazards.slice(1))) || null;
    const meant = (this.kinds.get('development') ?? []).slice(Kind.StackedLoans).reduce((a, b) => a + b, 0);
    return {
      composition: {
        people,
        outcome: `default: three payments in arrears within ${p.outcomeMonths} months`,
        prevalence: `The default rate is a parameter (${p.defaultRate}). It is an enrichment: banks in Hong Kong charged off 0.57% of credit card lending in the fourth quarter of 2024 and 0.61% in the first of 2025, about 2.3% a year (HKMA credit card lending survey; the first figure second-hand). Precision and calibration measured here do not carry over.`,
        decisions:
          'Every row was granted: the data is that of a lender who says yes to all, so that outcomes are known for those whom a stricter lender would have refused.',
        labels: `Development labels are what the register showed ${p.labelMonths} months after the split’s end; evaluation and sealed labels are the truth.`,
      },
      typologies: [
        {
          name: 'DISTRESS',
          title: 'Money ran out',
          description:
            'Wages stop, costs come, cards are full: nothing was meant, and payments are missed all the same.',
          rows: this.rowsOf(Kind.Distress),
        },
        ...TYPOLOGIES.map(({ name, title, description, kind }) => ({
          name,
          title,
          description,
          rows: this.rowsOf(kind),
        })),
      ],
      calibration: [
        {
          figure: 'default rate of the development split',
          target: p.defaultRate,
          reached: rate,
          unit: 'share of applications',
          source: 'parameter defaultRate',
        },
        {
          figure: 'share of defaults that were meant from the start',
          target: p.crimeShare,
          reached: meant / sum(({ defaults }) => defaults),
          unit: 'share of defaults',
          source: 'parameter crimeShare',
          tolerance: 0.2,
        },
      ],
      realism: [
        {
          figure: 'median stated income of applicants',
          reached: median,
          range: [15_000, 26_000],
          definition: 'median over a sample of all applications, HKD a month',
          source:
            'median monthly income from main employment: HK$19,500 in the 2021 Population Census (C&SD, 2022); the range is 25% about it, since applicants are not all employed',
        },
        {
          figure: 'month on book with the highest hazard of default',
          reached: peak,
          range: [3, p.outcomeMonths],
          definition: 'defaults of a month over accounts that reached it',
          source:
            'with default at 90 days past due none can come before the third month; seasoning curves of unsecured lending rise over the first year (Siddiqi, Credit Risk Scorecards, 2006)',
        },
      ],
      aggregates: {
        vintages: this.vintages.map(({ name, split, rows, defaults }) => ({
          vintage: name,
          split,
          rows,
          defaultRate: defaults / rows,
        })),
        hazardByMonthOnBook: hazards.slice(1),
        hourByWeekday: { rows: 'Monday to Sunday', columns: 'hours 0 to 23', applications: this.hours },
      },
      pictures: this.pictures(hazards),
      knownLimits: [
        'Every application is granted and its terms do not answer to risk: there is no price in the data, and no lender’s policy.',
        'Interest, least payments, living costs and hazards are conventions of this preset; the unemployment path is second-hand.',
        'Homes are rented or paid for; mortgages, businesses and bankruptcy are left out.',
        'People live one application at a time: two applications of the same person in different months do not see each other’s debts.',
        'By default the risk of the group that groupAttribute names equals that of others; incomes and habits differ (proxyStrength) and reach the features.',
      ],
    };
  }

  private hazards(): number[] {
    const out = [0];
    let alive = this.exposed.reduce((total, count) => total + count, 0);
    for (let m = 1; m < this.hazard.length; m += 1) {
      out.push(alive > 0 ? (this.hazard[m] ?? 0) / alive : 0);
      alive -= this.exposed[m] ?? 0;
    }
    return out;
  }

  private rowsOf(kind: number): Partial<Record<Split, number>> {
    return Object.fromEntries([...this.kinds].map(([split, counts]) => [split, counts[kind] ?? 0]));
  }

  private pictures(hazards: readonly number[]): Played['pictures'] {
    const whole = this.service.map((counts) => counts.reduce((sum, count) => sum + count, 0));
    return [
      {
        kind: 'bars',
        name: 'default-by-vintage',
        title: 'Default rate by month of application',
        axis: 'share of applications',
        bars: this.vintages.map(({ name, rows, defaults }) => ({ label: name, value: defaults / rows })),
      },
      {
        kind: 'lines',
        name: 'hazard-by-month-on-book',
        title: 'Hazard of default by month on book',
        x: { title: 'month on book' },
        y: { title: 'defaults per account that reached the month' },
        lines: [{ label: 'all vintages', points: hazards.slice(1).map((value, m) => [m + 1, value]) }],
      },
      {
        kind: 'lines',
        name: 'debt-service-ratio',
        title: 'Debt service ratio of those who paid and those who did not',
        x: { title: 'debt service ratio' },
        y: { title: 'share of applications' },
        lines: this.service.map((counts, end) => ({
          label: end === 1 ? 'default' : 'no default',
          points: [...counts].map((count, bucket) => [
            bucket / 20 + 0.025,
            count / Math.max(1, whole[end] ?? 1),
          ]),
        })),
      },
      {
        kind: 'heatmap',
        name: 'hour-by-weekday',
        title: 'Applications by hour and weekday',
        rows: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
        columns: Array.from({ length: 24 }, (_, hour) => String(hour)),
        values: this.hours,
      },
    ];
  }
}
