import {
  type Blindness,
  type Execution,
  type Measured,
  type Statement,
  type VerdictEvidence,
} from '../evidence.js';
import { exact, figure, intervalBar, rateBar, whole } from './figures.js';
import { html, type Markup } from './markup.js';

/** Names that a reader outside the field knows; an unknown metric goes by its own. */
const METRIC_NAMES: Readonly<Record<string, string>> = {
  rocAuc: 'Area under the ROC curve',
  gini: 'Gini coefficient',
  averagePrecision: 'Average precision',
  ks: 'Kolmogorov–Smirnov statistic',
  logLoss: 'Log loss',
  brier: 'Brier score',
  expectedCalibrationError: 'Expected calibration error',
  tprAtFpr1: 'Recall at 1% false positives',
  tprAtFpr5: 'Recall at 5% false positives',
  precisionAt100: 'Precision at 100',
  cardPrecisionAt100: 'Card precision at 100',
  precision: 'Precision at the threshold',
  recall: 'Recall at the threshold',
  falsePositiveRate: 'False positive rate at the threshold',
  alertRate: 'Alert rate at the threshold',
  fBeta: 'F-beta at the threshold',
  matthewsCorrelation: 'Matthews correlation at the threshold',
  lift: 'Lift at the threshold',
  alertsPerDay: 'Alerts a day at the threshold',
  expectedCost: 'Expected cost a row at the threshold',
  costSavings: 'Cost savings at the threshold',
  valueRecall: 'Value recall at the threshold',
  caseRecall: 'Case recall at the threshold',
  detectionDelayDays: 'Detection delay in days',
  amountLostBeforeAlert: 'Amount lost before the alert, HKD',
  precisionAtDeployment: 'Precision at the prevalence of deployment',
  alertsPerDayAtDeployment: 'Alerts a day at the prevalence of deployment',
  maximumCalibrationError: 'Maximum calibration error',
  calibrationSlope: 'Calibration slope',
  calibrationIntercept: 'Calibration intercept',
  brierSkill: 'Brier skill score',
  demographicParityDifference: 'Demographic parity difference',
  disparateImpactRatio: 'Disparate impact ratio',
  equalOpportunityDifference: 'Equal opportunity difference',
  predictiveEqualityDifference: 'Predictive equality difference',
  equalizedOddsDifference: 'Equalised odds difference',
  predictiveParityDifference: 'Predictive parity difference',
  treatmentEqualityDifference: 'Treatment equality difference',
  aucDifference: 'ROC AUC difference',
  calibrationDifference: 'Calibration difference',
  generalizedEntropyIndex: 'Generalised entropy index',
};

const VERDICT_MARKS: Readonly<Record<string, string>> = {
  PASS: '✓',
  FAIL: '✗',
  INCONCLUSIVE: '?',
  ERROR: '!',
};
const STATUS_NAMES: Readonly<Record<string, string>> = {
  TESTED: 'Tested',
  DECLARED: 'Declared',
  NOT_ASSESSED: 'Not assessed',
};
const SOURCE_STATUS: Readonly<Record<string, string>> = {
  IN_FORCE: 'in force',
  CONVENTION: 'convention',
  RESCINDED: 'rescinded',
  DRAFT: 'draft',
};

/** The entry under a name, if it is the map's own: names such as `constructor` come from strangers. */
function named(names: Readonly<Record<string, string>>, key: string, otherwise: string): string {
  return Object.hasOwn(names, key) ? (names[key] ?? otherwise) : otherwise;
}

export function definitions(entries: readonly (readonly [term: string, value: Markup | string])[]): Markup {
  return html`<dl>
    ${entries.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

export function tally(verdicts: readonly VerdictEvidence[]): Markup {
  const names = { PASS: 'pass', FAIL: 'fail', INCONCLUSIVE: 'inconclusive', ERROR: 'could not be judged' };
  return html`<ul class="tally">
    ${Object.entries(names).map(([verdict, name]) => {
      const n = verdicts.filter((entry) => entry.verdict === verdict).length;
      return html`<li class="${n > 0 ? verdict.toLowerCase() : 'quiet'}"><b>${n}</b>${name}</li>`;
    })}
  </ul>`;
}

export function criteria(verdicts: readonly VerdictEvidence[]): Markup {
  return html`<div class="scroll">
    <table>
      <caption>
        A criterion passes when its whole interval lies on the shaded side of the threshold, fails when none
        of it does, and is inconclusive in between.
      </caption>
      <thead>
        <tr>
          <th scope="col">Criterion</th>
          <th scope="col">Value and interval</th>
          <th scope="col">Against the threshold</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        ${verdicts.map(
          (entry) =>
            html`<tr>
              <th scope="row">
                ${named(METRIC_NAMES, entry.metric, entry.metric)}${scope(entry)}
                <span class="sentence"
                  >must be ${entry.comparator === '>=' ? 'at least' : 'at most'} ${exact(entry.threshold)} ·
                  ${entry.source.title}
                  (${named(SOURCE_STATUS, entry.source.status, entry.source.status)})${entry.declaredBy === undefined ? '' : `, declared by ${entry.declaredBy}`}</span
                >
              </th>
              <td class="figure">
                ${figure(entry.value, entry.threshold)}${entry.low !== null && entry.high !== null && html`<br /><span class="quiet small">${figure(entry.low, entry.threshold)} to ${figure(entry.high, entry.threshold)}</span>`}
              </td>
              <td>${intervalBar(entry)}</td>
              <td>
                <span class="chip ${entry.verdict.toLowerCase()}"
                  >${named(VERDICT_MARKS, entry.verdict, '')} ${entry.verdict}</span
                >
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The verdicts in words, with the numbers that made them. */
export function reasons(verdicts: readonly VerdictEvidence[]): Markup {
  return html`<div class="scroll">
    <table>
      <caption>
        Each verdict in words, by the criterion's name in the plan
      </caption>
      <thead>
        <tr>
          <th scope="col">Criterion</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        ${verdicts.map(
          (entry) =>
            html`<tr>
              <th scope="row"><code>${entry.id}</code></th>
              <td>${entry.sentence} ${entry.sentences !== undefined && inChinese(entry.sentences)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function inChinese(sentences: NonNullable<VerdictEvidence['sentences']>): Markup {
  return html`<details>
    <summary>中文</summary>
    <p lang="zh-Hant-HK">${sentences['zh-Hant']}</p>
    <p lang="zh-Hans-CN">${sentences['zh-Hans']}</p>
  </details>`;
}

function scope({ slice, fairness }: VerdictEvidence): Markup {
  if (slice !== undefined) return html` <span class="quiet">where ${slice.column} is ${slice.group}</span>`;
  if (fairness !== undefined) return html` <span class="quiet">across ${fairness.column}</span>`;
  return html``;
}

export function metrics(
  measured: Readonly<Record<string, Measured>>,
  caption = 'Every metric, with its 95% interval where one exists',
): Markup {
  if (Object.keys(measured).length === 0) return html``;
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" class="n">Value</th>
          <th scope="col" class="n">Low</th>
          <th scope="col" class="n">High</th>
          <th scope="col">Remark</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(measured).map(
          ([name, { value, low, high, reason, ...rest }]) =>
            html`<tr>
              <th scope="row">${named(METRIC_NAMES, name, name)}</th>
              <td class="n">${figure(value)}</td>
              <td class="n">${figure(low)}</td>
              <td class="n">${figure(high)}</td>
              <td class="small quiet">${reason ?? remark(rest)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The metrics of the model beside those of others on the same rows. */
export function comparison(
  own: Readonly<Record<string, Measured>>,
  models: readonly {
    name: string;
    measurement: { metrics: Readonly<Record<string, Measured>> };
  }[],
): Markup {
  if (models.length === 0) return html``;
  const columns = [
    { name: 'This model', metrics: own },
    ...models.map(({ name, measurement }) => ({ name, metrics: measurement.metrics })),
  ];
  return html`<div class="scroll">
    <table>
      <caption>
        The same metrics on the same rows, with their 95% intervals
      </caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          ${columns.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${Object.keys(own).map(
          (metric) =>
            html`<tr>
              <th scope="row">${named(METRIC_NAMES, metric, metric)}</th>
              ${columns.map(({ metrics: { [metric]: measured } }) => {
                const { value = null, low, high } = measured ?? {};
                return html`<td class="n">
                  ${figure(value)}${low != null && high != null && html`<br /><span class="quiet small">${figure(low)} to ${figure(high)}</span>`}
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function remark(rest: object): string {
  const { method, fprReached, tied } = rest as { method?: unknown; fprReached?: unknown; tied?: unknown };
  return [
    typeof method === 'string' && `interval: ${method}`,
    typeof fprReached === 'number' && `false positive rate reached ${figure(fprReached)}`,
    typeof tied === 'number' && `${tied} tied at the cut`,
  ]
    .filter((part) => part !== false)
    .join('; ');
}

interface GroupLike {
  n?: number | null;
  positives?: number | null;
  selectionRate?: number | null;
  tpr?: number | null;
  fpr?: number | null;
  judged?: boolean;
  suppressed?: boolean;
  reason?: string;
}

/** One column's groups and measures, either as measured (`groups` beside the measures) or as a tenant sees it. */
export function fairness(column: string, entry: object): Markup {
  const members = entry as { groups?: Record<string, GroupLike>; measures?: Record<string, Measured> };
  const measures =
    members.measures ??
    Object.fromEntries(
      Object.entries(entry as Record<string, unknown>).filter(
        (pair): pair is [string, Measured] =>
          pair[0] !== 'groups' && typeof pair[1] === 'object' && pair[1] !== null && 'value' in pair[1],
      ),
    );
  return html`<h3>${column}</h3>
    <div class="scroll">
      <table>
        <caption>
          Groups by ${column}
        </caption>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" class="n">Rows</th>
            <th scope="col" class="n">Positives</th>
            <th scope="col">Selection rate</th>
            <th scope="col">True positive rate</th>
            <th scope="col">False positive rate</th>
            <th scope="col">Judged</th>
          </tr>
        </thead>
        <tbody>
          ${Object.entries(members.groups ?? {}).map(
            ([name, group]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="n">${whole(group.n)}</td>
                <td class="n">${whole(group.positives)}</td>
                <td>${rateBar(rate(group.selectionRate), 'selection rate')}</td>
                <td>${rateBar(rate(group.tpr), 'true positive rate')}</td>
                <td>${rateBar(rate(group.fpr), 'false positive rate')}</td>
                <td class="small">${judged(group)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${metrics(measures, `Differences between the judged groups of ${column}`)}`;
}

function rate(value: number | null | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function judged(group: GroupLike): string {
  if (group.suppressed === true) return 'held back: too small';
  if (group.judged === false) return `no: ${group.reason ?? 'too small'}`;
  return 'yes';
}

export function statements(entries: readonly Statement[]): Markup {
  return html`<div class="scroll">
    <table>
      <caption>
        What a supervisor expects, and what this report can say to it
      </caption>
      <thead>
        <tr>
          <th scope="col">Subject</th>
          <th scope="col">Status</th>
          <th scope="col">Statement</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map(
          (entry) =>
            html`<tr>
              <th scope="row">${entry.subject}</th>
              <td>
                <span class="chip ${entry.status.toLowerCase()}"
                  >${named(STATUS_NAMES, entry.status, entry.status)}</span
                >
              </td>
              <td>${entry.text}<span class="sentence">${entry.expectation}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Said where the split was no longer blind for its tenant when the run started. */
export function exposed({ exposures, first }: Blindness): Markup {
  if (first === null) return html``;
  const { at, tier, runId } = first;
  const where = tier === 'B' ? 'an endpoint of the tenant' : 'the tenant’s site';
  return html`<p class="notice">
    <b>No longer blind for this tenant.</b> Rows of this split were sent to ${where} on
    ${at.slice(0, 10)}${runId !== null && html` in run <code>${runId}</code>`} (assurance tier
    ${tier})${exposures > 1 && `, and ${exposures - 1} more time${exposures === 2 ? '' : 's'}`}, before this
    run started: what was learned there may have gone into the model.
  </p>`;
}

export function execution(part: Omit<Execution, 'jail'> & { jail?: Execution['jail'] }): Markup {
  const { jail } = part;
  const mebibytes =
    jail?.peakMemoryBytes == null ? '–' : `${(jail.peakMemoryBytes / 1048576).toFixed(0)} MiB`;
  return definitions([
    ['Run', html`<code>${part.runId}</code>, attempt ${part.attempt}`],
    ['Tenant', part.tenant],
    ['Started, finished', `${part.startedAt}, ${part.finishedAt}`],
    [
      'Seconds by stage',
      Object.entries(part.durations)
        .map(([stage, seconds]) => `${stage} ${figure(seconds)}`)
        .join(' · '),
    ],
    ['Rows a second', part.rowsPerSecond === null ? '–' : whole(Math.round(part.rowsPerSecond))],
    ['Runs on this split', `${part.runsOnSplit}, this one included`],
    ['Blind at its start', part.blindness.blind ? 'yes' : 'no'],
    ...(jail === undefined
      ? []
      : ([
          [
            'Jail',
            `wall ${jail.wallSeconds === null ? '–' : `${figure(jail.wallSeconds)} s`} · cpu ${jail.cpuSeconds === null ? '–' : `${figure(jail.cpuSeconds)} s`} · peak memory ${mebibytes}`,
          ],
          ['Layers in force', jail.layers.join(', ')],
          ['Host', jail.hostClass],
        ] as const)),
    ['Build of the service', html`<code>${part.buildDigest}</code>`],
  ]);
}
