import type { Curve, CurvePoints } from './curve.js';
import type { Curves, DrawnCurve } from './document.js';

/** Points of a drawn curve at most. */
export const MOST_POINTS = 1000;

/** A tenth of a pixel where a curve is drawn 800 pixels wide. */
const FINEST = 1 / 8192;

/** Above so many corners a curve is thinned in any case, and those next to each other are not even collected. */
const MANY = 1 << 16;
const NEXT = FINEST / 8;

const SHARES = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5];

/**
 * The curves for drawing, from one walk down the scores. Points on the line between their neighbours are left out,
 * which whole numbers tell exactly. A curve that still has more than MOST_POINTS is thinned to within an `error` that
 * it states: the least of 1/8192, 1/4096, … that leaves no more.
 */
export function drawCurves(curve: Curve, points: CurvePoints): Curves {
  const { positives, ties, gaps } = curve;
  const { totalPositives: p, totalNegatives: n } = points;
  const rows = p + n;
  const roc = new Trace(n, p);
  const gains = new Trace(rows, p);
  const precisionRecall = new Trace(1, 1);
  roc.add(0, 0);
  gains.add(0, 0);
  let tp = 0;
  let fp = 0;
  const step = (here: number, beside: number): void => {
    tp += here;
    fp += beside;
    const last = tp + fp === rows;
    roc.add(fp, tp, last);
    gains.add(tp + fp, tp, last);
    precisionRecall.add(tp / p, tp / (tp + fp), last);
  };
  for (let j = positives.length; j >= 0; j--) {
    if ((gaps[j] as number) > 0) step(0, gaps[j] as number);
    if (j > 0) step(positives[j - 1] as number, ties[j - 1] as number);
  }
  return {
    roc: roc.drawn(),
    precisionRecall: precisionRecall.drawn(),
    gains: gains.drawn(),
    lift: liftAt(curve, p, rows),
  };
}

/** A line that keeps a point only where it turns. */
class Trace {
  private readonly x: number[] = [];
  private readonly y: number[] = [];

  /** @param width, height what its points are divided by in the end */
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  add(x: number, y: number, last = false): void {
    const at = this.x.length - 1;
    const toX = x - (this.x[at] as number);
    const toY = y - (this.y[at] as number);
    if (at >= MANY && !last && Math.abs(toX) < NEXT * this.width && Math.abs(toY) < NEXT * this.height)
      return;
    if (at >= 1) {
      const fromX = (this.x[at] as number) - (this.x[at - 1] as number);
      const fromY = (this.y[at] as number) - (this.y[at - 1] as number);
      // Straight on, and not back again.
      if (fromX * toY === fromY * toX && fromX * toX + fromY * toY >= 0) {
        this.x[at] = x;
        this.y[at] = y;
        return;
      }
    }
    this.x.push(x);
    this.y.push(y);
  }

  drawn(): DrawnCurve {
    const x = this.x.map((value) => value / this.width);
    const y = this.y.map((value) => value / this.height);
    if (x.length <= MOST_POINTS) return { x, y, error: 0 };
    for (let error = FINEST; ; error *= 2) {
      const kept = within(error, x, y);
      if (kept.length > MOST_POINTS) continue;
      return { x: kept.map((i) => x[i] as number), y: kept.map((i) => y[i] as number), error };
    }
  }
}

/**
 * Places of the points that a line must touch to stay within a distance of all (Williams 1978): from each point that
 * is kept a cone to every later one, as wide as the distance allows, until a point lies outside of what the cones have
 * in common or turns back. Points right beside the last one looked at are passed over: what that costs, here and while
 * the line was collected, is taken off the distance first.
 */
function within(error: number, x: readonly number[], y: readonly number[]): number[] {
  const beside = error / 8;
  // √2·(reach + 2·error/8) < error: a point may lie aside of the line and beyond its end at once.
  const reach = 0.45 * error;
  const kept = [0];
  let from = 0;
  let before = 0;
  let farthest = 0;
  let [low, high] = [-Infinity, Infinity];
  const last = x.length - 1;
  for (let i = 1; i <= last; i++) {
    const [px, py] = [x[i] as number, y[i] as number];
    const near =
      Math.abs(px - (x[before] as number)) < beside && Math.abs(py - (y[before] as number)) < beside;
    if (near && i < last) continue;
    let [dx, dy] = [px - (x[from] as number), py - (y[from] as number)];
    let far = Math.hypot(dx, dy);
    let angle = Math.atan2(dy, dx);
    if (angle < low || angle > high || far < farthest - reach) {
      kept.push(before);
      from = before;
      farthest = 0;
      [low, high] = [-Infinity, Infinity];
      [dx, dy] = [px - (x[from] as number), py - (y[from] as number)];
      far = Math.hypot(dx, dy);
      angle = Math.atan2(dy, dx);
    }
    if (far > reach) {
      const open = Math.asin(reach / far);
      low = Math.max(low, angle - open);
      high = Math.min(high, angle + open);
    }
    farthest = Math.max(farthest, far);
    before = i;
  }
  kept.push(last);
  return kept;
}

/** Of scores tied at a cut, the part that would be expected of them in any order. */
function liftAt({ positives, ties, gaps }: Curve, p: number, rows: number): Curves['lift'] {
  const wanted = SHARES.filter((share) => share * rows >= 1);
  const found: Curves['lift'] = [];
  let above = 0;
  let tp = 0;
  const pass = (here: number, group: number): void => {
    for (let share = wanted[0]; share !== undefined && share * rows <= above + group; share = wanted[0]) {
      const recall = (tp + (group === 0 ? 0 : (here * (share * rows - above)) / group)) / p;
      found.push({ share, recall, lift: recall / share });
      wanted.shift();
    }
    above += group;
    tp += here;
  };
  for (let j = positives.length; j >= 0; j--) {
    pass(0, gaps[j] as number);
    if (j > 0) pass(positives[j - 1] as number, (positives[j - 1] as number) + (ties[j - 1] as number));
  }
  return found;
}
