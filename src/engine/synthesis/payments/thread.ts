import { workerData } from 'node:worker_threads';
import { blockOf } from './block.js';
import { Control, Draws, type World } from './draws.js';
import { CUSTOMER } from './features/index.js';
import { Maker } from './maker.js';

/** What a thread is for: the first makes the blocks, any others only help to draw. */
export interface ThreadTask {
  readonly world: World;
  readonly makes: boolean;
}

const { world, makes } = workerData as ThreadTask;
const control = new Int32Array(world.memory.control);
const draws = new Draws(world);
if (makes) make();
else help();

function make(): void {
  const maker = new Maker(world, draws);
  const blocks = world.memory.blocks.map((memory) => blockOf(memory, Object.keys(CUSTOMER).length));
  for (let made = 0; ; made += 1) {
    for (;;) {
      const taken = Atomics.load(control, Control.Taken);
      if (made - taken < blocks.length) break;
      if (!draws.drawOne()) Atomics.wait(control, Control.Taken, taken);
    }
    const slot = made % blocks.length;
    const block = blocks[slot];
    if (block === undefined) throw new Error('there is no block to fill');
    for (;;) {
      const outcome = maker.step(block);
      if (outcome === 'filled') break;
      if (outcome === 'blocked') draws.waitForOthers();
      if (outcome === 'ended') {
        Atomics.store(control, Control.Ended, 1);
        // Those who wait for something wake up and see that nothing comes.
        Atomics.add(control, Control.Ticket, 1);
        for (const place of [Control.Made, Control.Ticket]) Atomics.notify(control, place);
        return;
      }
    }
    const told = Control.Blocks + 3 * slot;
    control[told] = block.events.rows;
    control[told + 1] = block.inflows.rows;
    control[told + 2] = block.part;
    Atomics.store(control, Control.Made, made + 1);
    Atomics.notify(control, Control.Made);
  }
}

function help(): void {
  while (Atomics.load(control, Control.Ended) === 0) {
    const ticket = Atomics.load(control, Control.Ticket);
    if (!draws.drawOne()) Atomics.wait(control, Control.Ticket, ticket);
  }
}
