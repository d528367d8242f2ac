import { DAY, monthOf, weekday } from '../calendar.js';
import { CATEGORIES, CHANNELS } from './events.js';
import { type World } from './simulate.js';

/**
 * Burstiness of the intervals between one customer's payments with the finite-sample correction of Kim and Jo
 * (Physical Review E 94, 032311, 2016): 0 for a Poisson process, towards 1 for bursts.
 */
export function burstiness(mean: number, deviation: number, intervals: number): number {
  const r = mean > 0 ? deviation / mean : 0;
  const high = Math.sqrt(intervals + 1);
  const low = Math.sqrt(intervals - 1);
  return (high * r - low) / ((high - 2) * r + low);
}

/** What the payments look like: every figure is an aggregate over all payments of the table unless it says more. */
export function realism(world: World): Record<string, unknown> {
  const { events, typology, population } = world;
  const hours = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  const channels = CHANNELS.map((channel) => ({
    channel,
    payments: 0,
    sum: 0,
    digits: new Array<number>(9).fill(0),
  }));
  const categories = CATEGORIES.map((category) => ({ category, payments: 0 }));
  const months = new Map<number, { payments: number; fraudulent: number }>();
  const last = new Int32Array(population.customers).fill(-1);
  const count = new Float64Array(population.customers);
  const sum = new Float64Array(population.customers);
  const squares = new Float64Array(population.customers);
  const received = new Uint32Array(population.merchants + population.accounts);
  let lowest = Infinity;
  for (let row = 0; row < events.rows; row += 1) {
    const time = events.time[row] ?? 0;
    const day = Math.floor(time / DAY);
    const line = hours[weekday(day)];
    const hour = Math.floor((time - day * DAY) / 3600);
    if (line !== undefined) line[hour] = (line[hour] ?? 0) + 1;
    const channel = channels[events.channel[row] ?? 0];
    const amount = events.amount[row] ?? 0;
    if (channel !== undefined) {
      channel.payments += 1;
      channel.sum += amount;
      const digit = Math.floor(amount / Math.pow(10, Math.floor(Math.log10(amount) + 1e-12)));
      channel.digits[digit - 1] = (channel.digits[digit - 1] ?? 0) + 1;
    }
    const category = categories[events.category[row] ?? 0];
    if (category !== undefined) category.payments += 1;
    const month = months.get(monthOf(day)) ?? { payments: 0, fraudulent: 0 };
    month.payments += 1;
    if ((typology[row] ?? 0) > 0) month.fraudulent += 1;
    months.set(monthOf(day), month);
    const customer = events.customer[row] ?? 0;
    const before = last[customer] ?? -1;
    if (before >= 0) {
      const gap = time - before;
      count[customer] = (count[customer] ?? 0) + 1;
      sum[customer] = (sum[customer] ?? 0) + gap;
      squares[customer] = (squares[customer] ?? 0) + gap * gap;
    }
    last[customer] = time;
    const payee = events.payee[row] ?? 0;
    received[payee] = (received[payee] ?? 0) + 1;
    if (events.channel[row] !== 2) lowest = Math.min(lowest, (events.balance[row] ?? 0) - amount);
  }
  let bursts = 0;
  let judged = 0;
  for (let c = 0; c < population.customers; c += 1) {
    const n = count[c] ?? 0;
    if (n < 10) continue;
    const mean = (sum[c] ?? 0) / n;
    const variance = Math.max(0, (squares[c] ?? 0) / n - mean * mean);
    bursts += burstiness(mean, Math.sqrt(variance), n);
    judged += 1;
  }
  return {
    burstiness: {
      value: judged > 0 ? bursts / judged : null,
      customers: judged,
      definition:
        'mean over customers with 10 intervals or more of the burstiness of inter-payment times, corrected for the number of intervals (Kim and Jo 2016)',
    },
    hourByWeekday: { rows: 'Monday to Sunday', columns: 'hours 0 to 23', payments: hours },
    channels: channels.map((entry) => ({
      channel: entry.channel,
      payments: entry.payments,
      meanHkd: entry.payments > 0 ? entry.sum / 100 / entry.payments : null,
      firstDigits: entry.digits.map((n) => (entry.payments > 0 ? n / entry.payments : null)),
    })),
    categories,
    months: [...months].map(([month, entry]) => ({
      month: `2025-${String(month).padStart(2, '0')}`,
      payments: entry.payments,
      prevalence: entry.fraudulent / entry.payments,
    })),
    payees: payeeTail(received),
    lowestBalanceAfterCents: lowest,
  };
}

/** Exponent of the tail of payments received (Hill's estimator over the top 1% of payees). */
function payeeTail(received: Uint32Array): Record<string, unknown> {
  const paid = received
    .filter((n) => n > 0)
    .sort()
    .reverse();
  const top = Math.max(20, Math.floor(paid.length / 100));
  const bound = paid[Math.min(top, paid.length - 1)] ?? 1;
  let sum = 0;
  let used = 0;
  for (let i = 0; i < Math.min(top, paid.length - 1); i += 1) {
    sum += Math.log((paid[i] ?? 1) / bound);
    used += 1;
  }
  return {
    paid: paid.length,
    most: paid[0] ?? 0,
    tailExponent: sum > 0 ? 1 + used / sum : null,
    definition: 'exponent of the density of payments received, by Hill’s estimator over the top 1% of payees',
  };
}
