import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { allot } from './allot.js';
import { live } from './behaviour.js';
import { period, type Period } from '../calendar.js';
import { draftOf, timeOrder, type Draft, type EventTable } from './events.js';
import { settle } from './ledger.js';
import { type LiveTask } from './live-worker.js';
import { populate, type Population } from './population.js';
import { type RetailParameters } from './preset.js';
import { SPLITS, type SplitKeys } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { strike } from './typologies/index.js';

export interface World {
  readonly population: Population;
  readonly events: EventTable;
  /** 0 honest, otherwise 1 + index in TYPOLOGIES, a row */
  readonly typology: Uint8Array;
  /** first row of each split, in order, and one past the last */
  readonly bounds: readonly number[];
}

/** How many customers make a given number of rows. */
export function customersFor(rows: number, parameters: RetailParameters): number {
  const months = parameters.developmentMonths + parameters.evaluationMonths;
  return Math.max(50, Math.round(rows / months / parameters.paymentsPerMonth));
}

/**
 * Plays the whole world: people and shops, the honest payments of each split, the frauds of each split, and the
 * ledger over all of them in time order.
 *
 * People and shops come from the development split's key (that split is given out), the payments and frauds of a
 * split from the split's own key alone.
 */
export async function simulate(
  parameters: RetailParameters,
  rows: number,
  keys: SplitKeys,
  threads: number,
  pause: (share: number) => Promise<void>,
): Promise<World> {
  const customers = customersFor(rows, parameters);
  const { development } = keys;
  if (development === undefined) throw new Error('the key of the development split is missing');
  const population = populate(deriveKey(development, 'population'), customers, parameters.proxyStrength);
  const first = period(parameters.startMonth, parameters.developmentMonths);
  const second = period(parameters.startMonth + parameters.developmentMonths, parameters.evaluationMonths);
  const split = Math.round((rows * first.days) / (first.days + second.days));
  const sizes = [split, rows - split];
  const bounds = [0, split, rows];
  const draft = draftOf(rows);
  await pause(0.02);
  for (const [index, within] of [first, second].entries()) {
    const size = sizes[index] ?? 0;
    const key = keys[SPLITS[index] ?? 'development'] ?? development;
    const part = range(draft, bounds[index] ?? 0, size);
    const frauds = Math.round(size * parameters.prevalence);
    const offsets = allot(population, deriveKey(key, 'allotment'), size - frauds);
    await liveInThreads(
      population,
      deriveKey(key, 'life'),
      within,
      offsets,
      part,
      parameters.lookAlikes,
      threads,
    );
    strike(population, deriveKey(key, 'fraud'), within, part, size - frauds, {
      mix: [
        parameters.shareAuthorisedPushPayment,
        parameters.shareAccountTakeover,
        parameters.shareCardNotPresent,
      ],
      care: parameters.care,
      sexRatio: parameters.sexPrevalenceRatio,
    });
    await pause(0.15 * (index + 1));
  }
  const order = new Uint32Array(rows);
  for (const [index, size] of sizes.entries()) {
    const from = bounds[index] ?? 0;
    const key = keys[SPLITS[index] ?? 'development'] ?? development;
    const scramble = new Stream(deriveKey(key, 'order')).next();
    const local = timeOrder(draft.time.subarray(from, from + size), scramble);
    for (let place = 0; place < size; place += 1) order[from + place] = from + (local[place] ?? 0);
    await pause(0.35 + 0.05 * index);
  }
  const events = settle(population, draft, order, first.firstDay);
  const typology = new Uint8Array(rows);
  for (let place = 0; place < rows; place += 1) typology[place] = draft.typology[order[place] ?? 0] ?? 0;
  return { population, events, typology, bounds };
}

/** The same memory, rows `from … from + size` only. */
function range(draft: Draft, from: number, size: number): Draft {
  const to = from + size;
  return {
    rows: size,
    customer: draft.customer.subarray(from, to),
    time: draft.time.subarray(from, to),
    channel: draft.channel.subarray(from, to),
    category: draft.category.subarray(from, to),
    payee: draft.payee.subarray(from, to),
    amount: draft.amount.subarray(from, to),
    balance: draft.balance.subarray(from, to),
    device: draft.device.subarray(from, to),
    flags: draft.flags.subarray(from, to),
    intent: draft.intent.subarray(from, to),
    typology: draft.typology.subarray(from, to),
  };
}

/** Below this many payments a thread costs more to start than it saves. */
const WORTH_A_THREAD = 20_000;

async function liveInThreads(
  population: Population,
  key: Uint8Array,
  within: Period,
  offsets: Uint32Array,
  draft: Draft,
  lookAlikes: number,
  threads: number,
): Promise<void> {
  const { customers } = population;
  const parts = draft.rows < WORTH_A_THREAD ? 1 : Math.min(threads, 16);
  const others: Promise<void>[] = [];
  for (let part = 1; part < parts; part += 1) {
    const task: LiveTask = {
      population,
      key,
      within,
      offsets,
      draft,
      from: Math.floor((customers * part) / parts),
      to: Math.floor((customers * (part + 1)) / parts),
      lookAlikes,
    };
    others.push(
      new Promise((resolve, reject) => {
        const worker = new Worker(compiled(import.meta.url, './live-worker.js'), { workerData: task });
        worker.once('error', reject);
        worker.once('exit', (code) =>
          code === 0 ? resolve() : reject(new Error(`a synthesis thread ended with status ${code}`)),
        );
      }),
    );
  }
  // A failure of a thread must not go unheard while this one is busy.
  const ended = Promise.all(others);
  ended.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  live(population, key, within, offsets, draft, 0, Math.floor(customers / parts), lookAlikes);
  await ended;
}
