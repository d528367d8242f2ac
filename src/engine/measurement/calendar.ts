/** Days as places 0, 1, … of the days that have rows. */
export interface Calendar {
  /** Place of each row's day. */
  places: Int32Array;
  days: number;
}

/** Above this many days between the first and the last, places are looked up day by day. */
const DENSE = 1 << 22;

export function calendarOf(days: Int32Array): Calendar {
  let first = Infinity;
  let last = -Infinity;
  for (const day of days) {
    if (day < first) first = day;
    if (day > last) last = day;
  }
  const places = new Int32Array(days.length);
  if (last - first < DENSE) {
    const placeOf = new Int32Array(last - first + 1);
    for (const day of days) placeOf[day - first] = 1;
    let count = 0;
    for (let day = 0; day < placeOf.length; day++) if (placeOf[day] === 1) placeOf[day] = count++;
    for (let row = 0; row < days.length; row++)
      places[row] = placeOf[(days[row] as number) - first] as number;
    return { places, days: count };
  }
  const placeOf = new Map([...new Set(days)].sort((a, b) => a - b).map((day, place) => [day, place]));
  for (let row = 0; row < days.length; row++) places[row] = placeOf.get(days[row] as number) as number;
  return { places, days: placeOf.size };
}

/** Alerts of each day that has rows. */
export function alertsByDay(
  { places, days }: Calendar,
  scores: Float64Array,
  threshold: number,
): Float64Array {
  const alerts = new Float64Array(days);
  for (let row = 0; row < places.length; row++) {
    if ((scores[row] as number) < threshold) continue;
    const day = places[row] as number;
    alerts[day] = (alerts[day] as number) + 1;
  }
  return alerts;
}
