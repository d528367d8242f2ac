import { DAY, monthStart } from '../calendar.js';
import { type Split } from '../preset.js';
import { type NetworkParameters } from './parameters.js';
import { slicesOf, type Slice } from './slices.js';

/** One split: when, how much of it, and its weeks. */
export interface Season {
  readonly split: Split;
  readonly firstMonth: number;
  readonly months: number;
  readonly rows: number;
  /** seconds: first, and the one after the last */
  readonly start: number;
  readonly end: number;
  readonly slices: readonly Slice[];
}

/**
 * Development and evaluation share `rows` by their days; the sealed split has as many a month besides.
 */
export function seasonsOf(parameters: NetworkParameters, rows: number, splits: readonly Split[]): Season[] {
  const { startMonth, developmentMonths, evaluationMonths, sealedMonths } = parameters;
  const evaluation = startMonth + developmentMonths;
  const sealed = evaluation + evaluationMonths;
  const days = (from: number, to: number) => monthStart(to) - monthStart(from);
  const development = Math.round((rows * days(startMonth, evaluation)) / days(startMonth, sealed));
  const season = (split: Split, firstMonth: number, months: number, count: number): Season => ({
    split,
    firstMonth,
    months,
    rows: count,
    start: monthStart(firstMonth) * DAY,
    end: monthStart(firstMonth + months) * DAY,
    slices: slicesOf(firstMonth, months),
  });
  return [
    season('development', startMonth, developmentMonths, development),
    season('evaluation', evaluation, evaluationMonths, rows - development),
    season(
      'sealed',
      sealed,
      sealedMonths,
      Math.round((rows * sealedMonths) / (developmentMonths + evaluationMonths)),
    ),
  ].filter(({ split }) => splits.includes(split));
}

/** Honest rows of each week of a season: by how busy its days are, adding up exactly. */
export function shareOut(season: Season, honest: number): number[] {
  let upTo = 0;
  let given = 0;
  return season.slices.map(({ weight }, place) => {
    upTo += weight;
    const until = place === season.slices.length - 1 ? honest : Math.min(honest, Math.round(upTo * honest));
    const rows = until - given;
    given = until;
    return rows;
  });
}
