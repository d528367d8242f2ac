import { exp, log } from '../arithmetic.js';
import { deriveKey, Stream } from '../random.js';
import { wholes, type People, type Ties } from './population.js';

/** Density exponent of the number of contacts beyond the household; surveys and call records find about 2 to 3. */
const EXPONENT = 2.5;
const FEWEST = 2;
const MOST = 600;
/** Contacts come mostly from circles (a workplace, a school, an estate) of about this many loose ends. */
const CIRCLE = 1_500;
const ACROSS = 0.3;

/**
 * A graph of who knows whom: every household a clique, and beyond it a configuration model whose degrees follow a
 * power law, paired mostly within circles so that friends have friends in common. Loops and doubles are dropped.
 */
export function tieTogether(key: Uint8Array, people: People): Ties {
  const stream = new Stream(deriveKey(key, 'ties'));
  const n = people.count;
  const most = Math.max(FEWEST, Math.min(MOST, Math.floor(n / 8)));
  const start = wholes(n + 1);
  let ends = 0;
  const loose = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    const u = stream.uniform();
    const degree = Math.floor(FEWEST * exp(-log(1 - u) / (EXPONENT - 1)));
    loose[i] = Math.min(most, degree);
    ends += loose[i] ?? 0;
  }
  const stubs = new Int32Array(ends);
  let place = 0;
  for (let i = 0; i < n; i += 1) {
    stubs.fill(i, place, place + (loose[i] ?? 0));
    place += loose[i] ?? 0;
  }
  // Some ends leave their circle: they change places with an end from anywhere.
  for (let s = 0; s < ends; s += 1) if (stream.uniform() < ACROSS) swap(stubs, s, stream.below(ends));
  for (let from = 0; from < ends; from += CIRCLE) {
    const to = Math.min(ends, from + CIRCLE);
    for (let s = to - 1; s > from; s -= 1) swap(stubs, s, from + stream.below(s - from + 1));
  }
  const sizes = new Int32Array(n + 1);
  for (let s = 0; s + 1 < ends; s += 2) {
    const left = stubs[s] ?? 0;
    const right = stubs[s + 1] ?? 0;
    if (left === right || people.household[left] === people.household[right]) continue;
    sizes[left] = (sizes[left] ?? 0) + 1;
    sizes[right] = (sizes[right] ?? 0) + 1;
  }
  for (let i = 0, from = 0; i < n; from = endOf(people, from), i = from) {
    const to = endOf(people, from);
    for (let member = from; member < to; member += 1) sizes[member] = (sizes[member] ?? 0) + to - from - 1;
  }
  const offset = new Int32Array(n + 1);
  for (let i = 0; i < n; i += 1) offset[i + 1] = (offset[i] ?? 0) + (sizes[i] ?? 0);
  const all = new Int32Array(offset[n] ?? 0);
  const filled = offset.slice();
  const put = (person: number, contact: number) => {
    const at = filled[person] ?? 0;
    all[at] = contact;
    filled[person] = at + 1;
  };
  for (let from = 0; from < n; from = endOf(people, from)) {
    const to = endOf(people, from);
    for (let left = from; left < to; left += 1)
      for (let right = from; right < to; right += 1) if (left !== right) put(left, right);
  }
  for (let s = 0; s + 1 < ends; s += 2) {
    const left = stubs[s] ?? 0;
    const right = stubs[s + 1] ?? 0;
    if (left === right || people.household[left] === people.household[right]) continue;
    put(left, right);
    put(right, left);
  }
  // Who was met twice in a row of contacts is dropped the second time, from both sides alike.
  const met = new Int32Array(n).fill(-1);
  let kept = 0;
  for (let i = 0; i < n; i += 1) {
    start[i] = kept;
    for (let at = offset[i] ?? 0; at < (offset[i + 1] ?? 0); at += 1) {
      const contact = all[at] ?? 0;
      if (met[contact] === i) continue;
      met[contact] = i;
      all[kept] = contact;
      kept += 1;
    }
  }
  start[n] = kept;
  const contact = wholes(kept);
  contact.set(all.subarray(0, kept));
  return { start, contact };
}

function swap(array: Int32Array, left: number, right: number): void {
  const kept = array[left] ?? 0;
  array[left] = array[right] ?? 0;
  array[right] = kept;
}

/** One past the last member of the household that begins at `from`. */
function endOf(people: People, from: number): number {
  const household = people.household[from];
  let to = from + 1;
  while (to < people.count && people.household[to] === household) to += 1;
  return to;
}
