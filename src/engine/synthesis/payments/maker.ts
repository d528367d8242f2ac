import { type Block } from './block.js';
import { type Draws, type Place, type World } from './draws.js';
import { CustomerFeatures } from './features/index.js';
import { Ledger } from './ledger.js';

/**
 * Makes blocks of payments in order of time: lets each week be drawn, puts it in order, settles it, and computes what
 * a customer's own history says. It goes on in small steps, so that whoever drives it can do other things between.
 */
export class Maker {
  private readonly ledger: Ledger;
  private readonly features: CustomerFeatures;
  private readonly order: Uint32Array;
  private stage: 'open' | 'draw' | 'settle' | 'ended' = 'open';
  private index = 0;
  private place = 0;
  /** whether the block at hand holds what was begun in an earlier step */
  private begun = false;

  constructor(
    private readonly world: World,
    private readonly draws: Draws,
  ) {
    const { population, parts } = world;
    this.ledger = new Ledger(population, parts[0]?.plan.period.firstDay ?? 0);
    this.features = new CustomerFeatures(population.customers, population.merchants.district);
    this.order = new Uint32Array(mostRows(draws.places));
  }

  /**
   * Takes one step towards filling `block`, which must stay the same until it is filled.
   *
   * @returns `filled` when `block` holds the next payments, `stepped` when there is more to do before, `blocked` when
   *   other threads have still to draw what they have begun, `ended` when there is nothing more
   */
  step(block: Block): 'filled' | 'stepped' | 'blocked' | 'ended' {
    const { draws, index } = this;
    const at = draws.places[index];
    switch (this.stage) {
      case 'open':
        if (index === 0) draws.open(0);
        this.stage = 'draw';
        return 'stepped';
      case 'draw':
        if (draws.drawOne()) return 'stepped';
        if (!draws.drawn()) return 'blocked';
        if (at !== undefined) this.putInOrder(at);
        // From now on other threads, and this one while it would wait, can draw the week that follows.
        if (index + 1 < draws.places.length) draws.open(index + 1);
        this.stage = 'settle';
        return 'stepped';
      case 'settle':
        return at !== undefined && this.fill(at, block) ? 'filled' : 'stepped';
      default:
        return 'ended';
    }
  }

  private putInOrder(at: Place): void {
    const { week, honest } = at.plan;
    const rows = honest + at.fraudTo - at.fraudFrom;
    if (this.draws.places[at.index - 1]?.part !== at.part) this.ledger.begin(at.part.frauds);
    this.draws.week(at.index).order(rows, week.start, week.end - week.start, at.part.keys.order, this.order);
    this.place = 0;
  }

  /** @returns whether the block is full, or holds the last payments of a split */
  private fill(at: Place, block: Block): boolean {
    const { draws, ledger } = this;
    const rows = at.plan.honest + at.fraudTo - at.fraudFrom;
    if (!this.begun) {
      block.events.rows = 0;
      block.inflows.rows = 0;
      block.part = this.world.parts.indexOf(at.part);
      this.begun = true;
    }
    this.place = ledger.settle(draws.week(at.index), this.order, this.place, rows, block);
    const next = draws.places[at.index + 1];
    const lastOfSplit = next?.part !== at.part;
    let done = this.place === rows;
    // Money goes on moving after the last payment of a split: up to the end of it.
    if (done && lastOfSplit) done = ledger.catchUp(at.plan.week.end - 1, block);
    if (done) {
      this.stage = next === undefined ? 'ended' : 'draw';
      this.index += 1;
      if (!lastOfSplit) return false;
    }
    this.features.scan(block.events, block.inflows, 0, block.events.rows, block.features);
    this.begun = false;
    return true;
  }
}

/** Payments of the fullest week. */
export function mostRows(places: readonly Place[]): number {
  return Math.max(1, ...places.map((at) => at.plan.honest + at.fraudTo - at.fraudFrom));
}
