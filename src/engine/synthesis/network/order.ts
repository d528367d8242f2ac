/**
 * The order of rows by second, ties by a keyed scramble: a counting sort, so that it costs the same whatever the
 * times are, and it depends on nothing but times and places.
 *
 * @param time seconds of `rows` rows, all within `start … end`
 * @returns places in order
 */
export function timeOrder(
  time: Int32Array,
  rows: number,
  start: number,
  end: number,
  scramble: number,
): Uint32Array {
  const counts = new Uint32Array(end - start + 1);
  for (let row = 0; row < rows; row += 1) {
    const second = (time[row] ?? 0) - start;
    counts[second + 1] = (counts[second + 1] ?? 0) + 1;
  }
  for (let second = 1; second <= end - start; second += 1)
    counts[second] = (counts[second] ?? 0) + (counts[second - 1] ?? 0);
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const second = (time[row] ?? 0) - start;
    const place = counts[second] ?? 0;
    order[place] = row;
    counts[second] = place + 1;
  }
  let from = 0;
  for (let second = 0; second < end - start; second += 1) {
    const to = counts[second] ?? from;
    if (to - from > 1) settleTies(order, from, to, scramble);
    from = to;
  }
  return order;
}

function mix(row: number, scramble: number): number {
  let h = Math.imul(row ^ scramble, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Insertion sort of the few rows of one second; rows of equal scramble keep the order of their places. */
function settleTies(order: Uint32Array, from: number, to: number, scramble: number): void {
  for (let at = from + 1; at < to; at += 1) {
    const row = order[at] ?? 0;
    const key = mix(row, scramble);
    let hole = at;
    while (hole > from && mix(order[hole - 1] ?? 0, scramble) > key) {
      order[hole] = order[hole - 1] ?? 0;
      hole -= 1;
    }
    order[hole] = row;
  }
}
