import type { CriticalValues } from './critical-values.js';
import type { Coded } from './document.js';
import { CELLS, PARTS, type Clusters } from './fairness-groups.js';
import type { Units } from './tally.js';

/** Groups above which products between groups are not kept. */
const MOST_GROUPS = 64;

/** Rows entity by entity, with what each counts as. Made once for all columns. */
export interface EntityRows {
  /** Rows sorted by entity, and where each entity's begin; one more at the end. */
  order: Int32Array;
  starts: Int32Array;
  /** In that order 2·predicted + label, and score less label. */
  cells: Uint8Array;
  misses: Float64Array;
}

/** @returns null where no two rows share an entity: they are independent then */
export function byEntity(
  { rows: order, starts, count }: Units,
  scores: Float64Array,
  labels: Uint8Array,
  threshold: number,
): EntityRows | null {
  if (order === null || starts === null || count === scores.length) return null;
  const cells = new Uint8Array(scores.length);
  const misses = new Float64Array(scores.length);
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number;
    const score = scores[row] as number;
    const label = labels[row] as number;
    cells[at] = (score >= threshold ? 2 : 0) + label;
    misses[at] = score - label;
  }
  return { order, starts, cells, misses };
}

/** Pairs of an entity and a group that occur, entity by entity. */
export interface EntityPairs {
  /** The pair of each row; −1 where its group is missing. */
  ofRow: Int32Array<SharedArrayBuffer>;
  group: Int32Array;
  /** Pairs of entities before each; one more at the end. */
  starts: Uint32Array;
  count: number;
}

/**
 * Sums over entities of the products of what they hold in each group, and the pairs of entity and group. An entity
 * whose rows are in several groups ties these together.
 */
export function clusterColumn(
  { order, starts, cells, misses }: EntityRows,
  coded: Coded,
  criticals: CriticalValues,
): { clusters: Clusters; pairs: EntityPairs } {
  const groups = coded.names.length;
  const entityCount = starts.length - 1;
  const ofRow = new Int32Array(new SharedArrayBuffer(4 * order.length)).fill(-1);
  const pairStarts = new Uint32Array(entityCount + 1);
  let pairGroups = new Int32Array(entityCount + 16);
  const entities = new Float64Array(groups);
  const within = new Float64Array(PARTS * PARTS * groups);
  const kept = groups <= MOST_GROUPS;
  const between = kept ? new Float64Array((PARTS * groups) ** 2) : null;
  /** The sums of the present entity by group, and the groups that it has. */
  const held = new Float64Array(PARTS * groups);
  const pairOf = new Int32Array(groups).fill(-1);
  const present: number[] = [];
  let [count, several, inAny] = [0, false, 0];
  for (let entity = 0; entity < entityCount; entity++) {
    const end = starts[entity + 1] as number;
    for (let at = starts[entity] as number; at < end; at++) {
      const row = order[at] as number;
      const group = coded.codes[row] as number;
      if (group < 0) continue;
      if ((pairOf[group] as number) < 0) {
        if (count === pairGroups.length) pairGroups = grown(pairGroups);
        pairGroups[count] = group;
        pairOf[group] = count++;
        present.push(group);
      }
      ofRow[row] = pairOf[group] as number;
      const cell = cells[at] as number;
      const sum = PARTS * group + cell;
      held[sum] = (held[sum] as number) + 1;
      const miss = PARTS * group + CELLS;
      held[miss] = (held[miss] as number) + (misses[at] as number);
    }
    pairStarts[entity + 1] = count;
    if (present.length > 0) inAny++;
    for (const group of present) {
      entities[group] = (entities[group] as number) + 1;
      addProducts(within, PARTS * PARTS * group, PARTS, held, group, group);
      pairOf[group] = -1;
    }
    if (present.length > 1) {
      several = true;
      if (between !== null) {
        for (const a of present) {
          for (const b of present) {
            if (a !== b)
              addProducts(between, PARTS * a * PARTS * groups + PARTS * b, PARTS * groups, held, a, b);
          }
        }
      }
    }
    for (const group of present) held.fill(0, PARTS * group, PARTS * (group + 1));
    present.length = 0;
  }
  return {
    clusters: {
      entities,
      wider: entities.map((held) => criticals.wider(held)),
      count: inAny,
      within,
      between: several ? between : null,
      bounded: several && !kept,
    },
    pairs: { ofRow, group: pairGroups.subarray(0, count), starts: pairStarts, count },
  };
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * values.length);
  larger.set(values);
  return larger;
}

/** Adds the products of an entity's sums in groups a and b to a matrix that begins at `at`. */
function addProducts(
  matrix: Float64Array,
  at: number,
  width: number,
  held: Float64Array,
  a: number,
  b: number,
): void {
  for (let i = 0; i < PARTS; i++) {
    const x = held[PARTS * a + i] as number;
    if (x === 0) continue;
    for (let j = 0; j < PARTS; j++) {
      const cell = at + i * width + j;
      matrix[cell] = (matrix[cell] as number) + x * (held[PARTS * b + j] as number);
    }
  }
}

/**
 * Covariances of the groups' AUC over entities (Obuchowski 1997), groups² of them: what each entity's rows deviate by
 * from their groups' AUC, multiplied and summed. Between groups only where `clusters` keeps such products.
 */
export function aucCovariances(
  auc: Float64Array,
  parts: { shares: Float64Array; weights: Float64Array },
  pairs: EntityPairs,
  clusters: Clusters,
): { within: Float64Array; between: Float64Array | null } {
  const groups = auc.length;
  const within = new Float64Array(groups);
  const between = clusters.between === null ? null : new Float64Array(groups * groups);
  const deviation = (pair: number): number =>
    (parts.shares[pair] as number) -
    (auc[pairs.group[pair] as number] as number) * (parts.weights[pair] as number);
  for (let entity = 0; entity < pairs.starts.length - 1; entity++) {
    const [from, to] = [pairs.starts[entity] as number, pairs.starts[entity + 1] as number];
    for (let a = from; a < to; a++) {
      const own = deviation(a);
      const group = pairs.group[a] as number;
      within[group] = (within[group] as number) + own * own;
      for (let b = from; between !== null && b < to; b++) {
        if (a === b) continue;
        const at = group * groups + (pairs.group[b] as number);
        between[at] = (between[at] as number) + own * deviation(b);
      }
    }
  }
  const scale = (entities: number): number => entities / Math.max(1, entities - 1);
  return {
    within: within.map((sum, group) => sum * scale(clusters.entities[group] as number)),
    between: between?.map((sum) => sum * scale(clusters.count)) ?? null,
  };
}
