import type { Drift, MonthDrift, Stability } from '../../measurement/index.js';
import type { Measured } from '../evidence.js';
import type { TenantStability } from '../tenant-explanation.js';
import { type Bar, barChart } from './bars.js';
import { figure, whole } from './figures.js';
import { html, type Markup } from './markup.js';

const SHOWN = 15;
const MARKS = [
  { at: 0.1, word: '0.10' },
  { at: 0.25, word: '0.25' },
];

/** How far scores and features moved from the reference, beside what chance alone does. */
export function stability(part: Stability | TenantStability): Markup {
  const score = 'definition' in part ? part.score : null;
  const months = part.scoreByMonth.flatMap((one: MonthDrift | { month: string; index: Measured }) =>
    bars(one.month, 'index' in one ? one.index : one),
  );
  const features = Object.entries<Drift | Measured>(part.features ?? {})
    .flatMap(([name, drift]) => bars(name, drift))
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN);
  return html`${score !== null && whichReference(part as Stability, score)}
    ${
      months.length > 0 &&
      html`<p>Stability index of the score by month; 95% intervals.</p>
        ${barChart(months, `Stability index of the score by month: ${described(months)}`, MARKS)}`
    }
    ${
      features.length > 0 &&
      html`<p>Stability index of each feature, the largest first; 95% intervals.</p>
        ${barChart(features, `Stability index by feature: ${described(features)}`, MARKS)}`
    }
    ${'definition' in part && performance(part)}
    <p class="small quiet">
      0.10 and 0.25 are conventions of credit scoring, not rules of an authority; deciles of the reference as
      bins.
    </p>`;
}

function whichReference({ reference, reason, definition }: Stability, score: Drift): Markup {
  const against =
    reference === null
      ? (reason ?? '')
      : reference.kind === 'FILE'
        ? `a reference of ${whole(reference.rows)} rows`
        : `the first month, ${reference.month}, of ${whole(reference.rows)} rows`;
  const chance =
    score.chance === undefined
      ? ''
      : ` Without drift it would be about ${figure(score.chance.expected)}, and above ${figure(score.chance.point95)} one time in twenty.`;
  return html`<p>
    Population stability index of the score against ${against}: ${figure(score.value)} (95%
    ${figure(score.low)} to ${figure(score.high)}), an empty bin counting as
    ${String(definition.zeroFillRows)} of a row.${chance}
  </p>`;
}

function performance({ performance: found }: Stability): Markup | false {
  const months = found?.months ?? [];
  if (months.length < 2) return false;
  const trend = found?.trend.rocAuc;
  const worst = found?.worst.rocAuc;
  return html`<h3>Performance by month</h3>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Month</th>
            <th class="n">Rows</th>
            <th class="n">Positives</th>
            <th class="n">Area under the ROC curve</th>
            <th class="n">95% interval</th>
          </tr>
        </thead>
        <tbody>
          ${months.map(({ month, rows, positives, metrics, reason }) => {
            const auc = metrics?.rocAuc;
            return html`<tr>
              <td>${month}</td>
              <td class="n">${whole(rows)}</td>
              <td class="n">${whole(positives)}</td>
              <td class="n">${auc === undefined ? (reason ?? '–') : figure(auc.value)}</td>
              <td class="n">${auc?.low == null ? '–' : html`${figure(auc.low)} to ${figure(auc.high)}`}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${
      trend != null &&
      trend.slopePerMonth !== null &&
      html`<p>
        Change a month: ${figure(trend.slopePerMonth)} (95% ${figure(trend.low)} to ${figure(trend.high)}).
      </p>`
    }
    ${
      worst != null &&
      html`<p>
        Worst month: ${worst.month}, ${figure(worst.value)} (${figure(worst.low)} to ${figure(worst.high)},
        widened for being the worst of ${whole(worst.comparisons)}).
      </p>`
    }`;
}

function bars(name: string, { value, low, high }: Drift | Measured): Bar[] {
  return value === null ? [] : [{ name, value, low: low ?? value, high: high ?? value }];
}

function described(shown: readonly Bar[]): string {
  return shown
    .slice(0, 5)
    .map(({ name, value }) => `${name} ${figure(value)}`)
    .join('; ');
}
