import { feedSentence } from './feed.js';
import { type AssuranceTier, type Evidence, type Statement } from './evidence.js';

type Facts = Pick<Evidence, 'model' | 'dataset' | 'feed' | 'measurement' | 'verdicts'>;

const PRINCIPLES = 'HKMA high-level principles on artificial intelligence, 2019';
const CIRCULAR = 'HKMA circular on generative AI in customer-facing applications, 19 August 2024';

/** Protected attributes of Hong Kong law, by the names a dataset's columns go by. */
const STATUTES: Readonly<Record<string, string>> = {
  sex: 'Cap. 480',
  gender: 'Cap. 480',
  marital_status: 'Cap. 480',
  pregnancy: 'Cap. 480',
  disability: 'Cap. 487',
  family_status: 'Cap. 527',
  race: 'Cap. 602',
  ethnicity: 'Cap. 602',
};

/** What of the handling of data was seen, by tier; each is told what the model was handed. */
const DATA_PROTECTION: Readonly<Record<AssuranceTier, (handed: string) => string>> = {
  A: (handed) =>
    `The model ran here without a network and was handed ${handed}; labels and protected attributes stood in objects that its jail was never given. How the applicant treats personal data elsewhere was not assessed.`,
  B: (handed) =>
    `An endpoint of the applicant was called and sent ${handed}; labels and protected attributes stayed here. The rows left the sandbox: what the endpoint and those behind it kept of them was not seen, nor which model answered.`,
  C: (handed) =>
    `The model ran at the applicant’s site. Its runner was sent ${handed}; labels and protected attributes stayed here, and the model stayed there. The rows left the sandbox: what was kept of them, and whether the model alone made the scores, was not seen.`,
  D: () =>
    'Scores were handed in. The rows had been given out, without labels and protected attributes: what was kept of them, and what made the scores, a model or a person, was not seen.',
};

/**
 * What the supervisor expects, line by line, each TESTED, DECLARED or NOT_ASSESSED. A report that is silent on an
 * expectation reads as if it were met, so the ones that nothing here looked at are said aloud.
 */
export function expectationStatements(facts: Facts): Statement[] {
  const { model, dataset, feed, measurement, verdicts } = facts;
  const metrics = Object.values(measurement.metrics);
  const measured = metrics.filter((metric) => metric.value !== null);
  const withInterval = measured.filter((metric) => metric.low != null && metric.high != null);
  const fairness = Object.keys(measurement.fairness ?? {}).sort();
  const columns = boundColumns(model.binding);
  const { explanation } = measurement;
  return [
    statement(
      'Accountability',
      `Accountability and expertise: a named owner and a chain of sign-off (${PRINCIPLES})`,
      model.accountableOwner === null ? 'NOT_ASSESSED' : 'DECLARED',
      model.accountableOwner === null
        ? 'No accountable owner was named. The chain of sign-off was not looked at.'
        : `The applicant names ${model.accountableOwner} as accountable owner. Nobody here checked the appointment or the expertise behind it.`,
    ),
    statement(
      'Explainability',
      `Explainability, in proportion to the risk (${PRINCIPLES})`,
      explanation === undefined || 'reason' in explanation ? 'NOT_ASSESSED' : 'TESTED',
      explanation === undefined
        ? 'Neither global nor local importance of the features was computed.'
        : 'reason' in explanation
          ? `The model could not be explained: ${explanation.reason}.`
          : `Permutation importance, partial dependence, accumulated local effects and SHAP values were computed from ${explanation.definition.modelEvaluations} scores; what they can't tell stands beside them. Whether an explanation serves the people it is for was not assessed.`,
    ),
    statement(
      'Quality of the evaluation data',
      `Data of good quality and relevance (${PRINCIPLES})`,
      'TESTED',
      `The ${dataset.split} split holds ${dataset.rows} rows of dataset version ${dataset.versionDigest} (${dataset.preset}, generator ${dataset.generatorVersion}). Whether it resembles the applicant's customers was not assessed.`,
    ),
    statement(
      'Quality of the training data',
      `Data of good quality and relevance (${PRINCIPLES})`,
      'NOT_ASSESSED',
      'The data that the model was trained on were not seen here.',
    ),
    statement(
      'Validation',
      `Rigorous validation before use (${PRINCIPLES})`,
      measured.length > 0 ? 'TESTED' : 'NOT_ASSESSED',
      measured.length > 0
        ? `${measured.length} metrics were measured on ${measurement.rows} rows with ${measurement.positives} positives, ${withInterval.length} of them with an interval; ${verdicts.length} criteria of a plan locked before the run were judged by interval. Behaviour outside this dataset was not assessed.`
        : 'No metric could be measured.',
    ),
    statement(
      'Auditability',
      `Auditability: records that let a decision be traced (${PRINCIPLES})`,
      'TESTED',
      'Model, dataset version and plan are named by SHA-256, the environment is listed, and the document is canonical JSON, so that the same inputs give the same evidence. Records that the applicant keeps in production were not looked at.',
    ),
    statement(
      'Oversight of vendors',
      `Management of third-party providers (${PRINCIPLES})`,
      'NOT_ASSESSED',
      'Base model, provider and their contracts were not looked at.',
    ),
    fairness.length > 0
      ? statement(
          'Fairness',
          `Fair outcomes, no unjustified bias (${PRINCIPLES})`,
          'TESTED',
          `Error rates were compared between the groups of ${fairness.map(withStatute).join(', ')}. Other attributes and combinations of attributes were not assessed.`,
        )
      : statement(
          'Fairness',
          `Fair outcomes, no unjustified bias (${PRINCIPLES})`,
          'NOT_ASSESSED',
          'The plan names no group to compare.',
        ),
    statement(
      'Monitoring and contingency',
      `Ongoing monitoring and contingency plans (${PRINCIPLES})`,
      'NOT_ASSESSED',
      'Drift, fallback and a switch to stop the model were not assessed.',
    ),
    statement(
      'Data protection',
      `Personal data protected (${PRINCIPLES})`,
      model.assuranceTier === 'A' ? 'TESTED' : 'NOT_ASSESSED',
      DATA_PROTECTION[model.assuranceTier](
        feed.kind === 'EVENTS'
          ? 'the raw events behind the features, with nothing that was learned after them'
          : columns.length === 0
            ? 'the bound columns only'
            : `these columns only: ${columns.join(', ')}`,
      ),
    ),
    statement(
      'Cyber security',
      `Effective security controls (${PRINCIPLES})`,
      'NOT_ASSESSED',
      'The model was not attacked: evasion, extraction and poisoning were not tried.',
    ),
    statement(
      'Generative AI',
      `Defined scope, a human in the loop, opt-out, disclosed limits, checks for hallucination (${CIRCULAR})`,
      'NOT_ASSESSED',
      'Nothing of this annex was assessed: the run scored rows of a table and judged no generated text.',
    ),
  ];
}

/** What limits every number of a report, beside what its caller adds. */
export function commonLimits(facts: Facts): string[] {
  return [
    'A report states evidence. Whether the evidence suffices is decided by an authority; the report carries no overall verdict.',
    'No Hong Kong numeric threshold for performance or fairness was found in force: thresholds are those of the plan, each with its source and the status of that source.',
    ...(facts.dataset.preset === 'imported'
      ? []
      : [
          'The data are synthetic: they are drawn to resemble published statistics and are not a sample of real customers.',
        ]),
    feedSentence(facts.feed, facts.model.assuranceTier),
    'Repeated scoring overfits a blind split; the number of runs on this split stands in the execution part.',
    facts.model.assuranceTier === 'A'
      ? 'Equal bits are promised for one class of machine (see environment); another class may sum a model in another order.'
      : 'Equal bits are not promised: what made the scores did not run here. The measurement of these very scores can be repeated.',
  ];
}

function statement(
  subject: string,
  expectation: string,
  status: Statement['status'],
  text: string,
): Statement {
  return { subject, status, text, expectation };
}

function withStatute(column: string): string {
  const key = column.toLowerCase();
  if (key === 'age' || key.startsWith('age_')) return `${column} (policy, not statute)`;
  const statute = STATUTES[key];
  return statute === undefined ? column : `${column} (${statute})`;
}

/** Columns named by a binding `{inputs:[{columns:[…]}]}`; empty when the binding has another shape. */
function boundColumns(binding: object): string[] {
  const inputs = (binding as { inputs?: unknown }).inputs;
  if (!Array.isArray(inputs)) return [];
  return inputs.flatMap((input: unknown) => {
    const columns = (input as { columns?: unknown } | null)?.columns;
    return Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [];
  });
}
