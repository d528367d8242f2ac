import type { Explanation } from '../../explanation/index.js';
import type { Measured } from '../evidence.js';
import type { TenantExplanation } from '../tenant-explanation.js';
import { type Bar, barChart } from './bars.js';
import { figure } from './figures.js';
import { html, type Markup } from './markup.js';

const SHOWN = 15;

const METHODS: Readonly<Record<string, string>> = {
  permutationImportance: 'permutation importance',
  meanAbsoluteShap: 'mean |SHAP|',
  accumulatedEffectsRange: 'range of accumulated local effects',
};

const UNITS: Readonly<Record<string, string>> = {
  SCORE: 'in units of the score',
  LOG_ODDS: 'in log odds',
  SHARE_OF_LARGEST: 'as a share of the largest',
};

/** What the model makes of its features, and what that cannot tell. */
export function explanation(part: Explanation | TenantExplanation | { reason: string }): Markup {
  if (!('shapley' in part)) return html`<p>Not explained: ${'reason' in part ? part.reason : ''}</p>`;
  const { shapley, permutationImportance, agreement, limits } = part;
  const shap = [...shapley.features]
    .sort((a, b) => (b.meanAbsolute.value ?? 0) - (a.meanAbsolute.value ?? 0))
    .slice(0, SHOWN)
    .map(({ feature, meanAbsolute }) => bar(feature, meanAbsolute));
  const rows = 'background' in shapley ? shapley.background.rows : shapley.backgroundRows;
  const drops = (
    'features' in permutationImportance
      ? permutationImportance.features.map(({ features, drops: { rocAuc } }) => ({ features, drop: rocAuc }))
      : permutationImportance.map(({ features, rocAucDrop }) => ({ features, drop: rocAucDrop }))
  )
    .flatMap(({ features, drop }) => (drop === null ? [] : [bar(features.join(', '), drop)]))
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN);
  return html`<p>
      Mean |SHAP| over ${shapley.explainedRows} sampled rows ${UNITS[shapley.units] ?? ''}, against a
      background of ${rows} rows; 95% intervals.
    </p>
    ${barChart(shap, `Mean absolute SHAP values: ${described(shap)}`)}
    ${
      drops.length > 0 &&
      html`<p>Fall of the area under the ROC curve when a feature’s values are shuffled; 95% intervals.</p>
        ${barChart(drops, `Permutation importance: ${described(drops)}`)}`
    }
    <h3>Agreement between methods</h3>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Between</th>
            <th class="n">Kendall’s τ</th>
            <th class="n">Rank-biased overlap</th>
          </tr>
        </thead>
        <tbody>
          ${agreement.map(
            ({ between, kendallTau, rankBiasedOverlap }) =>
              html`<tr>
                <td>${between.map((method) => METHODS[method] ?? method).join(' and ')}</td>
                <td class="n">${figure(kendallTau)}</td>
                <td class="n">${figure(rankBiasedOverlap)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <h3>What these can’t tell</h3>
    <ul class="limits">
      ${limits.map(({ text }) => html`<li>${text}</li>`)}
    </ul>`;
}

function bar(name: string, { value, low, high }: Measured): Bar {
  const known = value ?? 0;
  return { name, value: known, low: low ?? known, high: high ?? known };
}

function described(bars: readonly Bar[]): string {
  return bars
    .slice(0, 5)
    .map(({ name, value }) => `${name} ${figure(value)}`)
    .join('; ');
}
