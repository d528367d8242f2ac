import type { Multiplicity } from '../../assessment/index.js';
import type { Looks } from '../evidence.js';
import { figure, whole } from './figures.js';
import { html, type Markup } from './markup.js';

/** How often the applicant looked at what is blind, look by look: each one lets a model be fitted to it a little. */
export function looks({ total, listed, omitted, grants }: Looks): Markup {
  return html`<section>
    <h2>Looks at blind data</h2>
    <p>
      Over all of its models, versions and plans, the applicant has had
      <b>${whole(total)} ${total === 1 ? 'look' : 'looks'}</b> at the blind splits of this dataset version,
      this run’s own included. Runs that a fault of the sandbox ended are not counted.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Split</th>
            <th>Model</th>
            <th>Plan</th>
          </tr>
        </thead>
        <tbody>
          ${listed.map(
            (look) =>
              html`<tr>
                <td>${look.at.slice(0, 16).replace('T', ' ')}</td>
                <td>${look.split}</td>
                <td>${look.model} ${look.version} <code>${look.artefactSha256.slice(0, 12)}</code></td>
                <td><code>${look.planDigest.slice(0, 12)}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${omitted > 0 && html`<p>${whole(omitted)} earlier ones are not listed.</p>`}
    ${grants.map(
      ({ authority, reason, at }) =>
        html`<p>${authority} allowed one more sealed run of this model on ${at.slice(0, 10)}: ${reason}</p>`,
    )}
  </section>`;
}

/** What judging many criteria at once does to each, as information. */
export function multiplicity({ adjusted, note }: Multiplicity): Markup {
  if (adjusted.length < 2) return html``;
  return html`<details>
    <summary>If all criteria are taken together (Holm)</summary>
    <p>${note} This is information: no verdict depends on it.</p>
    <table>
      <thead>
        <tr>
          <th>Criterion</th>
          <th>P, one-sided</th>
          <th>P, adjusted</th>
          <th>A pass would stand</th>
        </tr>
      </thead>
      <tbody>
        ${adjusted.map(
          ({ id, p, adjusted: together, stands }) =>
            html`<tr>
              <td>${id}</td>
              <td>${p === null ? '–' : figure(p)}</td>
              <td>${together === null ? '–' : figure(together)}</td>
              <td>${stands === null ? 'cannot be told' : stands ? 'yes' : 'no'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
