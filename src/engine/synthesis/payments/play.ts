import { monthOf } from '../calendar.js';
import { inGroup } from '../population/households.js';
import { populate } from '../population/populate.js';
import { type Population } from '../population/population.js';
import { atMonth } from '../parameters.js';
import { type Play, type Played, type Split } from '../preset.js';
import { deriveKey, Stream } from '../random.js';
import { habitsOf } from './behaviour/habits.js';
import { blocksOf } from './blocks.js';
import { writeCases } from './columns.js';
import { conspire } from './conspire.js';
import { Desk } from './desk.js';
import { type WorldPart } from './draws.js';
import { numbersOf, writeEntities, type Numbers } from './entities.js';
import { deviceCount } from './events.js';
import { customersFor, weightOf, type PaymentParameters } from './parameters.js';
import { shared } from './shared.js';
import { TYPOLOGIES } from './typologies/index.js';
import { planOf, type SplitPlan } from './weeks.js';
import { messageBlocks } from './words.js';

/** Plays people and crime over the splits, and hands their rows to the sink, block by block. */
export async function play(task: Play): Promise<Played> {
  const p = task.parameters as unknown as PaymentParameters;
  const { development } = task.keys;
  if (development === undefined) throw new Error('the key of the development split is missing');
  const key = deriveKey(development, 'population');
  await task.pause(0, 'people');
  const population = populate(key, {
    customers: customersFor(task.rows, p),
    proxyStrength: p.proxyStrength,
    groupAttribute: p.groupAttribute,
    groupShare: p.groupShare,
  });
  const numbers = numbersOf(key, population, deviceCount(population.customers));
  const habits = habitsOf(population, key, p.proxyStrength);
  await task.pause(0.01, 'crime');
  const parts: WorldPart[] = [];
  for (const plan of planOf(p, task.rows, p.prevalence, task.splits)) {
    parts.push(partOf(task, population, plan));
    await task.pause(0.02, 'crime');
  }
  const desk = new Desk(task, population, numbers, parts);
  const all = parts.reduce((sum, { plan }) => sum + plan.rows, 0);
  const share = () => 0.03 + (0.97 * desk.rows) / Math.max(1, all);
  let ended = 0;
  const pause = () => task.pause(share(), ended < parts.length ? 'payments' : 'messages');
  const blocks = blocksOf({ population, habits, lookAlikes: p.lookAlikes, parts }, task.threads, pause);
  // Tables that no payment waits for are written beside them, while other threads go on.
  let beside = writeEntities(task.sink, population, numbers, pause);
  // Heard at the end.
  beside.catch(() => undefined);
  const endBefore = (part: number) => {
    for (const each of parts.slice(ended, part)) {
      task.sink.ended(each.plan.split);
      beside = beside.then(() => writeStories(task, each, population, numbers, pause));
      beside.catch(() => undefined);
    }
    ended = Math.max(ended, part);
  };
  try {
    for await (const block of blocks) {
      endBefore(block.part);
      await desk.take(block);
      await pause();
    }
    endBefore(parts.length);
  } finally {
    // Even when all has failed nothing may be written after this has ended.
    await beside.catch(() => undefined);
  }
  await beside;
  return desk.told(usual(task));
}

/** Whether the mix of typologies is the default's, which alone claims the published shares. */
function usual(task: Play): boolean {
  return TYPOLOGIES.every(({ name, cases }) => weightOf(task.parameters, name) === String(cases));
}

/** The cases of a split whose payments have all been settled, and the words that led to them. */
async function writeStories(
  task: Play,
  { plan, frauds }: WorldPart,
  population: Population,
  numbers: Numbers,
  pause: () => Promise<void>,
): Promise<void> {
  await writeCases(task, plan.split, frauds, numbers);
  const key = keyOf(task, plan.split);
  for (const { rows, values } of messageBlocks(frauds, population, key, plan.period)) {
    await pause();
    await task.sink.table(plan.split, 'messages', rows, values);
  }
}

function keyOf(task: Play, split: Split): Uint8Array {
  const key = task.keys[split];
  if (key === undefined) throw new Error(`the key of the ${split} split is missing`);
  return key;
}

/** What a split is played from, all of it drawn from the split's own key. */
function partOf(task: Play, population: Population, plan: SplitPlan): WorldPart {
  const p = task.parameters as unknown as PaymentParameters;
  const key = keyOf(task, plan.split);
  const monthsBefore = monthOf(plan.period.firstDay) - p.startMonth;
  const months = monthOf(plan.period.firstDay + plan.period.days - 1) - p.startMonth + 1 - monthsBefore;
  const { people } = population;
  const even = p.groupPrevalenceRatio === 1 && p.groupSeparability === 0;
  const frauds = conspire(population, deriveKey(key, 'fraud'), plan.period, plan.frauds, {
    weights: TYPOLOGIES.map(({ name }) =>
      Array.from({ length: months }, (_, month) =>
        Number(atMonth(weightOf(task.parameters, name), monthsBefore + month)),
      ),
    ),
    monthsBefore,
    care: p.care,
    drift: p.drift,
    labelDelayDays: p.labelDelayDays,
    labelNever: p.labelNever,
    labelWrong: p.labelWrong,
    warningIgnored: p.warningIgnored,
    ...(even
      ? {}
      : {
          group: {
            member: Uint8Array.from({ length: people.count }, (_, i) =>
              inGroup(people, p.groupAttribute, i) ? 1 : 0,
            ),
            prevalenceRatio: p.groupPrevalenceRatio,
            separability: p.groupSeparability,
          },
        }),
  });
  const order = new Stream(deriveKey(key, 'order'));
  return {
    plan,
    // One copy for all threads; the ledger writes back what a payment of a share of the balance came to.
    frauds: shared(frauds),
    keys: {
      allotment: deriveKey(key, 'allotment'),
      life: key,
      order: [order.next() | 0, order.next() | 0],
    },
  };
}
