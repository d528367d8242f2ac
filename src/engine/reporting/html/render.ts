import { createHash } from 'node:crypto';
import { documentDigest } from '../canonical-json.js';
import { type EnvironmentEvidence, type Evidence, type ImageEvidence, type Report } from '../evidence.js';
import { feedSentence } from '../feed.js';
import { evidenceDigest } from '../report.js';
import { type TenantView } from '../tenant-view.js';
import { whole } from './figures.js';
import { looks, multiplicity } from './looks.js';
import { html, Markup } from './markup.js';
import { explanation } from './explanation.js';
import { stability } from './stability.js';
import {
  comparison,
  criteria,
  definitions,
  execution,
  exposed,
  fairness,
  metrics,
  reasons,
  statements,
  tally,
} from './sections.js';
import { STYLE } from './style.js';

const TIERS: Readonly<Record<Evidence['model']['assuranceTier'], string>> = {
  A: 'the model ran in the jail of this service',
  B: 'an endpoint of the applicant was called',
  C: 'the model ran at the applicant’s site',
  D: 'scores were handed in by the applicant',
};

/**
 * A report, full or as a tenant sees it, as one page of HTML: no script, nothing fetched, every string escaped, and a
 * policy that holds a browser to it. A view only; the canonical JSON is the report.
 */
export function renderHtml(document: Report | TenantView): string {
  const full = document.schema === 'sandbox-report/1';
  const reportSha256 = full ? documentDigest(document) : document.reportSha256;
  const evidenceSha256 = full ? evidenceDigest(document) : document.evidenceSha256;
  const { evidence } = document;
  const { model, dataset, plan, environment, measurement } = evidence;
  const style = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
  const positives = 'positives' in measurement ? `, ${whole(measurement.positives)} positive` : '';
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src '${style}'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>Sandbox report: ${model.name} ${model.version}</title>
        ${new Markup(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <div class="kind">
            <span>Regulatory sandbox for AI in Hong Kong finance</span
            ><span>${full ? 'Full report' : 'Report, tenant’s view'}</span>
          </div>
          <header>
            <h1>${model.name} <span class="quiet">${model.version}</span></h1>
            <p class="tier">
              <b>Assurance tier ${model.assuranceTier}</b> ${TIERS[model.assuranceTier]}, as ${model.runtime}
            </p>
            ${definitions([
              [
                'Accountable owner',
                model.accountableOwner === null ? 'none named' : `${model.accountableOwner} (declared)`,
              ],
              ['Model artefact', code(model.artefactSha256)],
              [
                'Data',
                `${dataset.preset}, generator ${dataset.generatorVersion}; ${dataset.split} split, ${whole(dataset.rows)} rows${positives}`,
              ],
              ['Dataset version', code(dataset.versionDigest)],
              ['Fed', feedSentence(evidence.feed, model.assuranceTier)],
              ['Plan', html`${planTitle(plan.document)}<br />${code(plan.digest)}`],
              ['Report', code(reportSha256)],
              ['Evidence', code(evidenceSha256)],
            ])}
          </header>
          <p class="notice">
            This report states evidence, criterion by criterion. It carries no overall verdict: whether the
            evidence suffices is for an authority to decide.
          </p>
          ${exposed(document.execution.blindness)}
          ${document.execution.looks !== undefined && looks(document.execution.looks)}
          <section>
            <h2>Verdict on each criterion</h2>
            ${tally(evidence.verdicts)} ${criteria(evidence.verdicts)} ${reasons(evidence.verdicts)}
            ${evidence.multiplicity !== undefined && multiplicity(evidence.multiplicity)}
          </section>
          <section>
            <h2>Measurements</h2>
            ${metrics(measurement.metrics)}
          </section>
          ${
            measurement.stability !== undefined &&
            html`<section>
              <h2>Stability</h2>
              ${stability(measurement.stability)}
            </section>`
          }
          ${
            measurement.explanation !== undefined &&
            html`<section>
              <h2>What the model makes of its features</h2>
              ${explanation(measurement.explanation)}
            </section>`
          }
          ${
            evidence.comparison !== undefined &&
            html`<section>
              <h2>Beside reference models</h2>
              <p>${evidence.comparison.note}</p>
              ${comparison(measurement.metrics, evidence.comparison.models)}
            </section>`
          }
          <section>
            <h2>Groups compared</h2>
            ${
              Object.keys(measurement.fairness ?? {}).length === 0
                ? html`<p>The plan names no group to compare.</p>`
                : Object.entries(measurement.fairness ?? {}).map(([column, entry]) => fairness(column, entry))
            }
          </section>
          <section>
            <h2>Tested, declared, not assessed</h2>
            ${statements(evidence.statements)}
          </section>
          <section>
            <h2>Limits</h2>
            <ul class="limits">
              ${evidence.limits.map((limit) => html`<li>${limit}</li>`)}
            </ul>
          </section>
          <section>
            <h2>Conditions of the run</h2>
            <h3>Environment</h3>
            ${definitions(environmentRows(environment))}
            <h3>Execution</h3>
            ${execution(document.execution)}
          </section>
          <section>
            <h2>Documents</h2>
            <h3>Dataset</h3>
            ${definitions([
              ['Schema', code(dataset.schemaDigest)],
              [
                'Commitment to the key',
                dataset.keyCommitment === null ? 'none: the split is open' : code(dataset.keyCommitment),
              ],
            ])}
            ${json(dataset.parameters)}
            <h3>Binding of the model’s inputs</h3>
            ${json(model.binding)}
            <h3>Inspection of the artefact</h3>
            ${json(model.inspection)}
            ${
              model.card !== null &&
              html`<h3>Model card, as declared</h3>
                ${json(model.card)}`
            }
            <h3>Evaluation plan</h3>
            ${json(plan.document)}
          </section>
          <footer>
            A view of the canonical JSON document ${full ? 'named' : 'whose full form is named'}
            <code>${reportSha256}</code>. Only that document is sealed: check it with
            <code>sandbox verify</code>. Figures are shown to four decimals, or to more where that would hide
            a difference from a threshold.
          </footer>
        </main>
      </body>
    </html> `;
  return page.text;
}

function code(text: string): Markup {
  return html`<code>${text}</code>`;
}

function json(value: object): Markup {
  return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}

function planTitle(plan: object): string {
  const { title } = plan as { title?: unknown };
  return typeof title === 'string' ? title : 'untitled';
}

/** What is known of the environment, a row each. */
function environmentRows(environment: EnvironmentEvidence): [name: string, value: Markup | string][] {
  const { node, onnxruntime, arrow, batch, threads, cpuClass, cpuFeatures, image, known = {} } = environment;
  const features = cpuFeatures.length === 0 ? '' : `: ${cpuFeatures.join(' ')}`;
  const rows: [name: string, value: Markup | string | undefined][] = [
    ...imageRows(image),
    ['Node.js', node],
    ['ONNX Runtime', onnxruntime],
    ['Apache Arrow', arrow],
    [
      threads === undefined ? 'Batch' : 'Batch, threads',
      batch === undefined
        ? undefined
        : `${whole(batch)} rows${threads === undefined ? '' : `, ${threads} a session`}`,
    ],
    ['Class of machine', cpuClass === undefined ? undefined : `${cpuClass}${features}`],
    ...Object.entries(known),
  ];
  return rows.filter((row): row is [string, Markup | string] => row[1] !== undefined);
}

function imageRows(image: ImageEvidence | undefined): [name: string, value: Markup | string][] {
  if (image === undefined) return [];
  return [
    ['Image', code(image.digest)],
    ['Its configuration', code(image.configDigest)],
    ['Its root, unpacked', code(image.rootSha256)],
    ['Entrypoint', code(image.entrypoint.join(' '))],
    ['Working directory', code(image.workingDirectory)],
    ['Architecture', image.architecture],
    ['Isolation', image.isolation.join('; ')],
  ];
}
