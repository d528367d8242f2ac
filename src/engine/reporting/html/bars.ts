import { figure } from './figures.js';
import { html, type Markup } from './markup.js';

export interface Bar {
  name: string;
  value: number;
  low: number;
  high: number;
}

const WIDTH = 640;
const ROW = 20;
const LEFT = 210;
const RIGHT = WIDTH - 70;

/**
 * Bars with their intervals as whiskers, on one axis from 0, or from the lowest of them; readable without colour. Marks are
 * upright lines with a word above them.
 */
export function barChart(
  bars: readonly Bar[],
  label: string,
  marks: readonly { at: number; word: string }[] = [],
): Markup {
  const from = Math.min(0, ...bars.map(({ low }) => low));
  const to = Math.max(...bars.map(({ high }) => high), ...marks.map(({ at }) => at)) || 1;
  const x = (at: number): string => (LEFT + ((at - from) / (to - from)) * (RIGHT - LEFT)).toFixed(1);
  const top = marks.length > 0 ? 16 : 2;
  const height = top + ROW * bars.length + 4;
  return html`<svg
    class="bars"
    viewBox="0 0 ${WIDTH} ${height}"
    width="${WIDTH}"
    height="${height}"
    role="img"
    aria-label="${label}"
  >
    <line class="axis" x1="${x(0)}" x2="${x(0)}" y1="${top}" y2="${height}" />
    ${bars.map(({ name, value, low, high }, place) => {
      const y = top + ROW * place + ROW / 2;
      const [start, end] = [Math.min(0, value), Math.max(0, value)].map((at) => Number(x(at))) as [
        number,
        number,
      ];
      return html`<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${shortened(name)}</text>
        <rect
          class="fill"
          x="${start.toFixed(1)}"
          y="${y - 5}"
          width="${(end - start).toFixed(1)}"
          height="10"
        />
        <line class="whisker" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" />
        <line class="whisker" x1="${x(low)}" x2="${x(low)}" y1="${y - 3}" y2="${y + 3}" />
        <line class="whisker" x1="${x(high)}" x2="${x(high)}" y1="${y - 3}" y2="${y + 3}" />
        <text x="${RIGHT + 8}" y="${y + 4}">${figure(value)}</text>`;
    })}
    ${marks.map(
      ({ at, word }) =>
        html`<line class="threshold" x1="${x(at)}" x2="${x(at)}" y1="${top - 4}" y2="${height}" /><text
            x="${x(at)}"
            y="10"
            text-anchor="middle"
          >
            ${word}
          </text>`,
    )}
  </svg>`;
}

function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}
