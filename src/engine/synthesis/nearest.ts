/** Says of a name that is not known what was probably meant, or else what there is. */
export function unknownName(kind: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `unknown ${kind} "${name}"; ${meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`}`;
}

/** The known name that the fewest strokes lead to, if they are few for its length; the first of equals. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const each of known) {
    const strokes = distance(name.toLowerCase().slice(0, 100), each.toLowerCase());
    if (strokes < fewest && strokes <= Math.max(1, Math.floor(each.length / 3))) {
      best = each;
      fewest = strokes;
    }
  }
  return best;
}

/** Levenshtein's distance: letters put in, taken out or changed. */
function distance(from: string, to: string): number {
  let line = Array.from({ length: to.length + 1 }, (_, place) => place);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1)
      next[j] = Math.min(
        (line[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (line[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1),
      );
    line = next;
  }
  return line[to.length] ?? 0;
}
