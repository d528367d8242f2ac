import { type VerdictEvidence } from '../evidence.js';
import { html, type Markup } from './markup.js';

/**
 * A number to four decimals, or more where it would look like the threshold without being it: a FAIL at 0.89996
 * against 0.9 must not read 0.9000. Numbers of 1000 and above go with separators.
 */
export function figure(value: number | null | undefined, threshold?: number): string {
  if (value == null) return '–';
  if (Number.isInteger(value) && Math.abs(value) >= 1000) return value.toLocaleString('en-GB');
  for (let decimals = 4; decimals < 15; decimals++) {
    const text = value.toFixed(decimals);
    if (threshold === undefined || value === threshold || Number(text) !== threshold) return sign(text);
  }
  return sign(String(value));
}

/** A count, with separators. */
export function whole(value: number | null | undefined): string {
  return value == null ? '–' : value.toLocaleString('en-GB');
}

/** A threshold or option as it was declared, unrounded. */
export function exact(value: number): string {
  return sign(String(value));
}

function sign(text: string): string {
  return text.replace(/^-/, '−');
}

const WIDTH = 240;
const HEIGHT = 42;
const LEFT = 6;
const RIGHT = WIDTH - 6;
const BASE = 17;

/**
 * A criterion as a picture: the side that satisfies it shaded, the threshold as an upright line, the interval as a bar
 * and the value as a dot. The axis is that criterion's own and is labelled at both ends.
 */
export function intervalBar(entry: VerdictEvidence): Markup {
  const { threshold, value, low, high, comparator } = entry;
  const points = [threshold, value, low, high].filter((x) => x !== null);
  const least = Math.min(...points);
  const most = Math.max(...points);
  if (value === null || !points.every(Number.isFinite)) return html`<span class="quiet">no value</span>`;
  const margin = (most - least || Math.abs(threshold) || 1) * 0.3;
  // Most metrics live between 0 and 1: no axis runs past an end that no number passed.
  const from = least >= 0 ? Math.max(0, least - margin) : least - margin;
  const to = most <= 1 ? Math.min(1, most + margin) : most + margin;
  const x = (at: number): string => (LEFT + ((at - from) / (to - from)) * (RIGHT - LEFT)).toFixed(1);
  const decimals = Math.max(0, Math.min(12, Math.ceil(-Math.log10(to - from)) + 1));
  const good = comparator === '>=' ? [Number(x(threshold)), RIGHT] : [LEFT, Number(x(threshold))];
  const label =
    `${entry.metric} ${figure(value, threshold)}` +
    (low === null || high === null
      ? ''
      : `, interval ${figure(low, threshold)} to ${figure(high, threshold)}`) +
    `, threshold ${comparator} ${exact(threshold)}`;
  return html`<svg
    class="bar ${entry.verdict.toLowerCase()}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
    role="img"
    aria-label="${label}"
  >
    <rect
      class="good"
      x="${(good[0] ?? 0).toFixed(1)}"
      y="5"
      width="${Math.max(0, (good[1] ?? 0) - (good[0] ?? 0)).toFixed(1)}"
      height="24"
    />
    <line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="29" y2="29" />
    <line class="threshold" x1="${x(threshold)}" x2="${x(threshold)}" y1="3" y2="31" />
    ${
      low !== null &&
      high !== null &&
      html`<line class="range" x1="${x(low)}" x2="${x(high)}" y1="${BASE}" y2="${BASE}" /><line
          class="cap"
          x1="${x(low)}"
          x2="${x(low)}"
          y1="12"
          y2="22"
        /><line class="cap" x1="${x(high)}" x2="${x(high)}" y1="12" y2="22" />`
    }
    <circle class="value" cx="${x(value)}" cy="${BASE}" r="3.6" />
    <text x="${LEFT}" y="40">${sign(from.toFixed(decimals))}</text>
    <text x="${RIGHT}" y="40" text-anchor="end">${sign(to.toFixed(decimals))}</text>
  </svg>`;
}

/** A rate from 0 to 1 as a slim bar on a common scale, so that groups compare by eye. */
export function rateBar(rate: number | null, name: string): Markup {
  if (rate === null) return html`<span class="quiet">–</span>`;
  return html`<span class="rate"
    ><svg viewBox="0 0 90 8" width="90" height="8" role="img" aria-label="${name} ${figure(rate)}">
      <rect class="track" x="0" y="0" width="90" height="8" />
      <rect class="fill" x="0" y="0" width="${(90 * Math.min(1, Math.max(0, rate))).toFixed(1)}" height="8" />
    </svg>
    <span class="n">${figure(rate)}</span></span
  >`;
}
