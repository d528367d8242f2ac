import { PLACE_BITS } from './place-rows.js';
import { Xoshiro128 } from './random.js';
import type { StatisticRequest } from './statistics.js';
import type { Units } from './tally.js';
import type { Team } from './team.js';

/** Groups of units that the jackknife leaves out in turn, at most. */
const JACKKNIFE_GROUPS = 200;

/** The stream of the jackknife's partition, beyond those of the replicates. */
const PARTITION_STREAM = 2 ** 31;

/** What a request gave: `width` values a replicate, replicates in order, and the same with each group left out. */
export interface Sample {
  width: number;
  replicates: Float64Array;
  jackknife: Float64Array;
}

/** One statistic's replicates, and its values with each group of units left out. */
export interface Replicates {
  values: Float64Array;
  jackknife: Float64Array;
}

export interface BootstrapSetup {
  /** The place of each row on the curve (see `PLACE_BITS`), and how many distinct scores the positives have. */
  placed: Uint32Array;
  distinct: number;
  units: Units;
  seed: number;
  requests: readonly StatisticRequest[];
}

/**
 * Draws the replicates of every request, shared among the team; the result does not depend on its size. Beside them
 * the grouped jackknife: units are dealt at random into at most 200 groups of equal size and each is left out once.
 */
export function bootstrap(
  { placed, distinct, units, seed, requests }: BootstrapSetup,
  replicates: number,
  team: Team,
): Sample[] {
  const groups = Math.min(JACKKNIFE_GROUPS, units.count);
  const share = {
    seed,
    units: units.count,
    groupOf: dealt(units.count, groups, seed),
    ...sortByPlace(placed, distinct, units.codes),
    distinct,
    requests,
  };
  const ofMember = (count: number, member: number): number[] =>
    Array.from({ length: Math.ceil((count - member) / team.size) }, (_, turn) => turn * team.size + member);
  const members = Array.from({ length: team.size }, (_, member) => ({
    ...share,
    replicates: ofMember(replicates, member),
    leftOut: ofMember(groups, member),
  }));
  const drawn = team.run('replicate', members);
  return requests.map((_, place): Sample => {
    const parts = drawn.map((part) => part[place] as Float64Array);
    const width = parts.reduce((total, part) => total + part.length, 0) / (replicates + groups);
    const gather = (count: number, offset: (member: number) => number): Float64Array => {
      const all = new Float64Array(count * width);
      for (let number = 0; number < count; number++) {
        const member = number % team.size;
        const at = (offset(member) + Math.floor(number / team.size)) * width;
        all.set((parts[member] as Float64Array).subarray(at, at + width), number * width);
      }
      return all;
    };
    const own = (member: number): number => members[member]?.replicates.length ?? 0;
    return { width, replicates: gather(replicates, () => 0), jackknife: gather(groups, own) };
  });
}

/** One of the values that a request gives. */
export function column({ width, replicates, jackknife }: Sample, place: number): Replicates {
  return derived({ width, replicates, jackknife }, (row) => row[place] as number);
}

/** A statistic made of a request's values, replicate by replicate: a rate of two counts, a gap of two rates. */
export function derived(
  { width, replicates, jackknife }: Sample,
  of: (row: Float64Array) => number,
): Replicates {
  const each = (all: Float64Array): Float64Array =>
    Float64Array.from({ length: width === 0 ? 0 : all.length / width }, (_, i) =>
      of(all.subarray(i * width, (i + 1) * width)),
    );
  return { values: each(replicates), jackknife: each(jackknife) };
}

/** Deals units into groups whose sizes differ by one at most, at random. */
function dealt(units: number, groups: number, seed: number): Uint8Array<SharedArrayBuffer> {
  const groupOf = new Uint8Array(new SharedArrayBuffer(units));
  for (let unit = 0; unit < units; unit++) groupOf[unit] = unit % groups;
  const random = new Xoshiro128(seed, PARTITION_STREAM);
  for (let unit = units - 1; unit > 0; unit--) {
    const other = random.below(unit + 1);
    const held = groupOf[unit] as number;
    groupOf[unit] = groupOf[other] as number;
    groupOf[other] = held;
  }
  return groupOf;
}

/** Sorts rows by their place on the curve (a counting sort), keeping of each row its unit only. */
function sortByPlace(
  placed: Uint32Array,
  distinct: number,
  codes: Int32Array | null,
): { sorted: Int32Array; places: Uint32Array } {
  const rows = placed.length;
  const places = new Uint32Array(new SharedArrayBuffer(4 * (3 * distinct + 2)));
  for (let row = 0; row < rows; row++) {
    const noted = placed[row] as number;
    const next = 3 * (noted >>> PLACE_BITS) + (noted & 3) + 1;
    places[next] = (places[next] as number) + 1;
  }
  for (let place = 1; place < places.length; place++) {
    places[place] = (places[place] as number) + (places[place - 1] as number);
  }
  const next = places.slice();
  const sorted = new Int32Array(new SharedArrayBuffer(4 * rows));
  for (let row = 0; row < rows; row++) {
    const noted = placed[row] as number;
    const place = 3 * (noted >>> PLACE_BITS) + (noted & 3);
    const at = next[place] as number;
    sorted[at] = codes === null ? row : (codes[row] as number);
    next[place] = at + 1;
  }
  return { sorted, places };
}
