import { Worker } from 'node:worker_threads';
import { compiled } from '../../compiled.js';
import { blockMemory, blockOf, type Block } from './block.js';
import { Control, Draws, placesOf, type World } from './draws.js';
import { CUSTOMER } from './features/index.js';
import { Maker, mostRows } from './maker.js';
import { type ThreadTask } from './thread.js';
import { WeekDraft } from './week-draft.js';

const FEATURES = Object.keys(CUSTOMER).length;
/** Blocks under way between the thread that makes them and the one that takes them. */
const UNDER_WAY = 3;
/** With so many blocks ready this thread takes one; with fewer it first helps to draw, so that the maker never waits. */
const ENOUGH = 2;
/** Below this many payments a thread costs more to start than it saves. */
const WORTH_A_THREAD = 50_000;

/**
 * The payments of a play, block by block in order of time. With one thread everything is done in this one; with two,
 * the other makes the blocks, and this one helps to draw when there is none to take; further ones help to draw.
 *
 * A block is the taker's until it asks for the next.
 *
 * @param pause lets other work in, and throws when the play has been cancelled
 */
export async function* blocksOf(
  people: Omit<World, 'memory'>,
  threads: number,
  pause: () => Promise<void>,
): AsyncGenerator<Block> {
  const { population, parts } = people;
  const rows = mostRows(placesOf(parts));
  const all = parts.reduce((sum, part) => sum + part.plan.rows, 0);
  const shared = all >= WORTH_A_THREAD && threads > 1;
  const offsets = () => new SharedArrayBuffer(4 * (population.customers + 1));
  const world: World = {
    ...people,
    memory: {
      control: new SharedArrayBuffer(4 * (Control.Blocks + 3 * UNDER_WAY)),
      offsets: [offsets(), offsets()],
      weeks: [WeekDraft.memory(rows), WeekDraft.memory(rows)],
      blocks: Array.from({ length: shared ? UNDER_WAY : 1 }, () => blockMemory(FEATURES)),
    },
  };
  // Before the first week is opened there is nothing to draw.
  new Int32Array(world.memory.control)[Control.Ticket] = Draws.NOTHING;
  if (shared) yield* fromThreads(world, threads, pause);
  else yield* fromHere(world, pause);
}

async function* fromHere(world: World, pause: () => Promise<void>): AsyncGenerator<Block> {
  const maker = new Maker(world, new Draws(world));
  const blocks = world.memory.blocks.map((memory) => blockOf(memory, FEATURES));
  for (let made = 0; ;) {
    const block = blocks[made % blocks.length];
    if (block === undefined) return;
    const outcome = maker.step(block);
    if (outcome === 'ended') return;
    if (outcome === 'filled') {
      made += 1;
      yield block;
    } else await pause();
  }
}

async function* fromThreads(
  world: World,
  threads: number,
  pause: () => Promise<void>,
): AsyncGenerator<Block> {
  const control = new Int32Array(world.memory.control);
  const blocks = world.memory.blocks.map((memory) => blockOf(memory, FEATURES));
  const draws = new Draws(world);
  const workers: Worker[] = [];
  const failure = new Promise<never>((_, reject) => {
    for (let thread = 1; thread < threads; thread += 1) {
      const workerData: ThreadTask = { world, makes: thread === 1 };
      const worker = new Worker(compiled(import.meta.url, './thread.js'), { workerData });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        if (code !== 0) reject(new Error(`a synthesis thread ended with status ${code}`));
      });
      workers.push(worker);
    }
  });
  failure.catch(() => undefined);
  try {
    for (let taken = 0; ;) {
      const ended = Atomics.load(control, Control.Ended);
      const made = Atomics.load(control, Control.Made);
      if (made - taken < ENOUGH && ended === 0 && draws.drawOne()) await pause();
      else if (made > taken) {
        const slot = taken % blocks.length;
        const block = blocks[slot];
        if (block === undefined) return;
        const told = Control.Blocks + 3 * slot;
        block.events.rows = control[told] ?? 0;
        block.inflows.rows = control[told + 1] ?? 0;
        block.part = control[told + 2] ?? 0;
        yield block;
        taken += 1;
        Atomics.store(control, Control.Taken, taken);
        Atomics.notify(control, Control.Taken);
      } else if (ended === 1) return;
      else await Promise.race([Atomics.waitAsync(control, Control.Made, made).value, failure]);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
