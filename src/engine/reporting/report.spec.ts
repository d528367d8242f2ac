import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { explain, rowsToExplain, settleExplanation } from '../explanation/index.js';
import { type MeasurementDocument } from '../measurement/document.js';
import { featureDrift, layOut, type Layout, measure } from '../measurement/index.js';
import { type FeatureTable, featureTable, takeRows } from '../tables/index.js';
import { PAYLOAD_TYPE, sealReport, testResultStatement } from './attestation.js';
import { canonicalJson, documentDigest, type JsonValue } from './canonical-json.js';
import { keyIdOf, sealEnvelope, trustedKey, type Signer } from './dsse.js';
import { type MeasurementEvidence, type Report } from './evidence.js';
import { renderHtml } from './html/render.js';
import { exampleInput } from './report.fixture.js';
import { buildReport, type ReportInput } from './report.js';
import { type TenantView, tenantView } from './tenant-view.js';
import { verifyEnvelope } from './verify.js';

const { signer, trusted } = makeKey(generateKeyPairSync('ed25519'));

describe('a report', () => {
  it('has the same evidence whenever and wherever it ran', () => {
    const input = exampleInput();
    const again = exampleInput();
    again.execution = { ...again.execution, runId: 'another', rowsPerSecond: 1 };
    again.environment = { ...again.environment, cpuFeatures: [...again.environment.cpuFeatures].reverse() };
    expect(buildReport(again).evidenceSha256).toBe(buildReport(input).evidenceSha256);
    expect(buildReport(again).sha256).not.toBe(buildReport(input).sha256);
  });

  it('refuses what JSON would silently turn into null, and digests that are none', () => {
    const input = exampleInput();
    const metrics = { ...input.measurement.metrics, ks: { value: NaN } };
    expect(() => buildReport({ ...input, measurement: { ...input.measurement, metrics } })).toThrow(
      '$.evidence.measurement.metrics.ks.value is NaN',
    );
    expect(() => buildReport({ ...input, model: { ...input.model, artefactSha256: 'abc' } })).toThrow(
      'model.artefactSha256',
    );
  });

  it('says of every expectation whether it was tested, and never more than was done', () => {
    const status = (input: ReportInput): Record<string, string> =>
      Object.fromEntries(
        buildReport(input).report.evidence.statements.map((entry) => [entry.subject, entry.status]),
      );
    expect(status(exampleInput())).toMatchObject({
      Accountability: 'DECLARED',
      Explainability: 'NOT_ASSESSED',
      Validation: 'TESTED',
      Fairness: 'TESTED',
      'Data protection': 'TESTED',
      'Cyber security': 'NOT_ASSESSED',
      'Generative AI': 'NOT_ASSESSED',
    });
    const bare = exampleInput();
    bare.model = { ...bare.model, accountableOwner: null, assuranceTier: 'D' };
    bare.measurement = { rows: 10, positives: 1, metrics: {} };
    expect(status(bare)).toMatchObject({
      Accountability: 'NOT_ASSESSED',
      Validation: 'NOT_ASSESSED',
      Fairness: 'NOT_ASSESSED',
      'Data protection': 'NOT_ASSESSED',
    });
  });

  it('takes the measurement document as it is measured', () => {
    const measured = exampleInput().measurement as MeasurementDocument;
    const held: MeasurementEvidence = measured;
    expect(held.rows).toBe(20000);
  });
});

describe('a sealed report', () => {
  const { report } = buildReport(exampleInput());

  it('verifies by the trusted key, check by check', async () => {
    const result = verifyEnvelope(await sealReport(report, signer), [trusted]);
    expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(result.checks.map(({ name }) => name)).toEqual([
      'envelope',
      'signature',
      'payload type',
      'canonical',
      'statement',
      'report',
      'subjects',
      'evidence',
      'plan',
      'verdicts',
      'result',
    ]);
    expect(result).toMatchObject({
      verified: true,
      reportSha256: documentDigest(report),
      keyId: trusted.keyId,
    });
  });

  it('files each criterion, and never issues PASSED', () => {
    const { predicate } = testResultStatement(report);
    expect(predicate).toMatchObject({
      result: 'FAILED',
      passedTests: ['auc'],
      failedTests: ['ap'],
      warnedTests: ['opportunity', 'small', 'loss'],
    });
    const allPass = exampleInput();
    allPass.verdicts = allPass.verdicts.slice(0, 1);
    expect(testResultStatement(buildReport(allPass).report).predicate.result).toBe('WARNED');
  });

  it('fails when any single character of it is changed', async () => {
    const sealed = Buffer.from(await sealReport(report, signer));
    for (let at = 0; at < sealed.length; at += 97) {
      const changed = Buffer.from(sealed);
      changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
      expect(verifyEnvelope(changed, [trusted]).verified).toBe(false);
    }
  });

  it.each([0, 1, 2, 100, 5000])('fails when cut to %d bytes', async (length) => {
    const sealed = await sealReport(report, signer);
    const result = verifyEnvelope(sealed.subarray(0, length), [trusted], 'cut');
    expect(result).toMatchObject({ verified: false, report: null });
  });

  it('reads nothing inside before a trusted signature holds', async () => {
    const stranger = makeKey(generateKeyPairSync('ed25519'));
    const result = verifyEnvelope(await sealReport(report, stranger.signer), [trusted]);
    expect(result).toMatchObject({ verified: false, report: null, keyId: null });
    expect(result.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['envelope', true],
      ['signature', false],
    ]);
  });

  // Each of these is signed by the trusted key: what a signer that was deceived, or turned, could hand out.
  const inside = 'predicate.report.';
  const verdicts = `${inside}evidence.verdicts`;
  it.each<[string, string, string, (old: JsonValue) => unknown]>([
    ['subjects', 'a subject of another model', 'subject.1.digest.sha256', () => '0'.repeat(64)],
    ['subjects', 'a report changed inside', `${inside}execution.runsOnSplit`, () => 1],
    ['evidence', 'another evidence digest', 'predicate.evidenceSha256', () => '0'.repeat(64)],
    [
      'plan',
      'a threshold lowered in the plan',
      `${inside}evidence.plan.document.criteria.0.threshold`,
      () => 0.1,
    ],
    ['verdicts', 'a verdict turned', `${verdicts}.1.verdict`, () => 'PASS'],
    ['verdicts', 'a verdict left out', verdicts, (old) => (old as JsonValue[]).slice(1)],
    [
      'verdicts',
      'a verdict given twice',
      verdicts,
      (old) => [...(old as JsonValue[]), (old as JsonValue[])[0]],
    ],
    ['result', 'a failed test called passed', 'predicate.failedTests', () => []],
    ['result', 'PASSED', 'predicate.result', () => 'PASSED'],
    ['statement', 'another predicate', 'predicateType', () => 'https://example.com'],
    ['report', 'another schema', `${inside}schema`, () => 'sandbox-report/2'],
    ['report', 'a verdict that is none', `${verdicts}.0.verdict`, () => 'GREAT'],
  ])('check %s finds %s', async (name, _what, place, change) => {
    const statement = altered(testResultStatement(report), place.split('.'), change);
    const sealed = await sealEnvelope(PAYLOAD_TYPE, canonicalJson(statement), signer);
    const result = verifyEnvelope(sealed, [trusted]);
    expect(result.verified).toBe(false);
    expect(result.checks.filter(({ ok }) => !ok).map((check) => check.name)).toContain(name);
  });

  it('refuses a payload that is not canonical, or of another type', async () => {
    const loose = Buffer.from(JSON.stringify(testResultStatement(report), null, 1));
    const failing = async (type: string, bytes: Uint8Array): Promise<string | undefined> =>
      verifyEnvelope(await sealEnvelope(type, bytes, signer), [trusted]).checks.find(({ ok }) => !ok)?.name;
    expect(await failing(PAYLOAD_TYPE, loose)).toBe('canonical');
    expect(await failing('application/json', canonicalJson(testResultStatement(report)))).toBe(
      'payload type',
    );
  });
});

describe('what a tenant sees', () => {
  const built = buildReport(exampleInput());
  const view = tenantView(built.report, { reportSha256: built.sha256, evidenceSha256: built.evidenceSha256 });

  it('is rounded to three decimals, with no count of labels', () => {
    expect(view.evidence.measurement.metrics['rocAuc']).toEqual({ value: 0.961, low: 0.952, high: 0.97 });
    expect(view.evidence.measurement.fairness['sex']?.groups['female']).toEqual({
      n: 9880,
      selectionRate: 0.026,
      tpr: 0.761,
      fpr: 0.011,
      suppressed: false,
    });
    const text = JSON.stringify(view);
    for (const secret of ['0.961234567', '0.9523', '19366', '"tp"', 'positives":412', ' 412 ', '"confusion"'])
      expect(text).not.toContain(secret);
  });

  it('holds back small groups wherever they appear', () => {
    expect(view.evidence.measurement.fairness['race']?.groups['Nepalese']).toEqual({
      n: null,
      selectionRate: null,
      tpr: null,
      fpr: null,
      suppressed: true,
    });
    const text = JSON.stringify(view);
    for (const secret of ['37 rows', '(37)', '0.054', '0.667']) expect(text).not.toContain(secret);
  });
});

describe('reference models beside the model', () => {
  const input = exampleInput();
  const comparison = {
    note: 'On the same draw.',
    models: [
      {
        name: '<b>strong</b>',
        artefactSha256: documentDigest('strong'),
        measurement: {
          ...input.measurement,
          metrics: { rocAuc: { value: 0.987654321, low: 0.98123, high: 0.99123 } },
        },
      },
    ],
  };
  const built = buildReport({ ...input, comparison });

  it('are evidence of the full report, and rounded without counts for the tenant', () => {
    expect(built.report.evidence.comparison).toEqual(comparison);
    expect(built.evidenceSha256).not.toBe(buildReport(exampleInput()).evidenceSha256);
    const view = tenantView(built.report, {
      reportSha256: built.sha256,
      evidenceSha256: built.evidenceSha256,
    });
    const [strong] = view.evidence.comparison?.models ?? [];
    expect(strong?.measurement.metrics['rocAuc']).toEqual({ value: 0.988, low: 0.981, high: 0.991 });
    expect(strong?.measurement.fairness['race']?.groups['Nepalese']?.suppressed).toBe(true);
    for (const secret of ['0.98765', '"positives"', '"confusion"'])
      expect(JSON.stringify(view)).not.toContain(secret);
    expect(buildReport(exampleInput()).report.evidence).not.toHaveProperty('comparison');
  });

  it('stand on the page as a column each, their names as text', () => {
    for (const page of [
      renderHtml(built.report),
      renderHtml(
        tenantView(built.report, { reportSha256: built.sha256, evidenceSha256: built.evidenceSha256 }),
      ),
    ]) {
      expect(page).toContain('Beside reference models');
      expect(page).toContain('On the same draw.');
      expect(page).toContain('&lt;b&gt;strong&lt;/b&gt;');
      expect(page).toMatch(/0\.98(77|8)/);
    }
    expect(renderHtml(buildReport(exampleInput()).report)).not.toContain('Beside reference models');
  });

  it.each([
    ['without a note', ['note'], 7],
    ['of a model without a digest', ['models', '0', 'artefactSha256'], 'strong'],
    ['of a model without metrics', ['models', '0', 'measurement', 'metrics'], null],
  ])('are not verified %s', async (_what, place, value) => {
    const failing = async (statement: JsonValue): Promise<string[]> =>
      verifyEnvelope(await sealEnvelope(PAYLOAD_TYPE, canonicalJson(statement), signer), [trusted])
        .checks.filter(({ ok }) => !ok)
        .map(({ name }) => name);
    const statement = testResultStatement(built.report);
    expect(await failing(statement as unknown as JsonValue)).toEqual([]);
    const where = ['predicate', 'report', 'evidence', 'comparison', ...place];
    const changed = altered(statement, where, () => value) as typeof statement;
    const { report } = changed.predicate;
    // The digests as they would be: what is left to find is the shape.
    const resealed = {
      ...testResultStatement(report),
      predicate: { ...testResultStatement(report).predicate, report },
    };
    expect(await failing(resealed as unknown as JsonValue)).toContain('report');
  });
});

describe('the page', () => {
  it('lets no string of a stranger become markup, and carries no script', () => {
    const input = exampleInput();
    const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&\u202e`;
    input.model = { ...input.model, name: attack, accountableOwner: attack, card: { [attack]: attack } };
    input.dataset = { ...input.dataset, preset: attack, parameters: { attack } };
    input.plan = { ...input.plan, title: attack };
    input.verdicts = input.verdicts.map((entry) => ({
      ...entry,
      metric: attack,
      sentence: attack,
      id: attack,
    }));
    input.measurement = {
      ...input.measurement,
      metrics: { [attack]: { value: 1 }, constructor: { value: null, reason: attack } },
      fairness: { [attack]: { groups: { [attack]: { n: 5, tpr: 2 } }, [attack]: { value: 1 } } },
    };
    input.execution = { ...input.execution, tenant: attack };
    const { report, sha256, evidenceSha256 } = buildReport(input);
    for (const page of [
      renderHtml(report),
      renderHtml(tenantView(report, { reportSha256: sha256, evidenceSha256 })),
    ]) {
      expect(page).not.toMatch(/<script|<img|\u202e/);
      expect(page).toContain('&lt;script&gt;');
      const tags = new Set([...page.matchAll(/<([a-z0-9]+)/g)].map((match) => match[1]));
      for (const tag of ['script', 'img', 'iframe', 'a', 'link', 'form', 'object'])
        expect(tags).not.toContain(tag);
    }
  });

  it('says on its face what it is a view of and gives no verdict on the whole', () => {
    const built = buildReport(exampleInput());
    const page = renderHtml(built.report);
    for (const part of [
      'Assurance tier A',
      built.sha256,
      built.evidenceSha256,
      'no overall verdict',
      'INCONCLUSIVE',
    ])
      expect(page).toContain(part);
    expect(page).toMatch(/Content-Security-Policy"\s+content="default-src 'none'; style-src 'sha256-/);
  });

  it('never shows a value as equal to a threshold that it misses', () => {
    const input = exampleInput();
    input.verdicts = input.verdicts
      .slice(0, 1)
      .map((entry) => ({ ...entry, verdict: 'FAIL' as const, value: 0.89996, low: 0.899, high: 0.89999 }));
    expect(renderHtml(buildReport(input).report)).toContain('0.89996');
  });
});

/** A copy of a document in which the value at one place is another. */
function altered(value: unknown, [name, ...rest]: string[], change: (old: JsonValue) => unknown): unknown {
  if (name === undefined) return change(value as JsonValue);
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  copy[name] = altered(copy[name], rest, change);
  return copy;
}

function makeKey(pair: { publicKey: KeyObject; privateKey: KeyObject }): {
  signer: Signer;
  trusted: ReturnType<typeof trustedKey>;
} {
  const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  return {
    signer: {
      keyId: keyIdOf(pair.publicKey),
      publicKeyPem,
      sign: (bytes) => Promise.resolve(sign(null, bytes, pair.privateKey)),
    },
    trusted: trustedKey(publicKeyPem, 'test key'),
  };
}

describe('explanation and stability', () => {
  const rows = 1200;
  const column = (step: number) =>
    Float64Array.from({ length: rows }, (_, row) => ((row * step) % 997) / 997);
  const table = featureTable({ '<i>amount</i>': column(37), velocity: column(61), unused: column(89) });
  const score = (given: FeatureTable): Promise<Float64Array> =>
    Promise.resolve(
      Float64Array.from(
        { length: given.rows },
        (_, row) => 0.7 * Number(given.columns[0]?.[row]) + 0.3 * Number(given.columns[1]?.[row]),
      ),
    );
  const labels = Uint8Array.from({ length: rows }, (_, row) =>
    ((row * 37) % 997) / 997 + ((row * 13) % 7) / 10 > 1.1 ? 1 : 0,
  );
  const page = async (): Promise<{
    full: string;
    tenant: string;
    view: string;
    secret: string;
    document: Report;
  }> => {
    const scores = await score(table);
    const days = Int32Array.from({ length: rows }, (_, row) => 20_089 + Math.floor((row * 120) / rows));
    const { stability } = measure({ scores, labels, days }, { stability: true });
    const settled = settleExplanation(
      { sampleRows: 200, explainedRows: 15, worstMisses: 3, replicates: 20, curveRows: 40 },
      3,
    );
    const needed = rowsToExplain({ labels, scores }, settled);
    const explanation = await explain({ labels, scores }, takeRows(table, needed), score, settled);
    const input = exampleInput();
    const drift = featureDrift(
      layOut({ scores }, { scores }, null) as Layout,
      { kind: 'numeric', reference: column(37), values: column(61) },
      100,
    );
    if (stability === undefined) throw new Error('stability was asked for');
    const built = buildReport({
      ...input,
      measurement: {
        ...input.measurement,
        explanation,
        stability: { ...stability, features: { velocity: drift } },
      },
    });
    const view = tenantView(built.report, {
      reportSha256: built.sha256,
      evidenceSha256: built.evidenceSha256,
    });
    const miss = explanation.local.find(({ kind }) => kind === 'MISSED_POSITIVE');
    return {
      full: renderHtml(built.report),
      tenant: renderHtml(view),
      view: JSON.stringify(view),
      secret: String(miss?.score),
      document: built.report,
    };
  };

  it('are on both pages, with what they can’t tell; single rows and months’ labels are the authority’s', async () => {
    const { full, tenant, view, secret, document } = await page();
    expect(document.evidence.statements.find(({ subject }) => subject === 'Explainability')?.status).toBe(
      'TESTED',
    );
    for (const text of [full, tenant]) {
      expect(text).toContain('What these can’t tell');
      expect(text).toContain('not what causes the outcome');
      expect(text).toContain('&lt;i&gt;amount&lt;/i&gt;');
      expect(text).not.toContain('<i>amount</i>');
      expect(text).toContain('Stability index of each feature');
      expect(text).toContain('<svg');
      expect(text).not.toMatch(/NaN|undefined/);
    }
    expect(full).toContain('Performance by month');
    expect(tenant).not.toContain('Performance by month');
    expect(JSON.stringify(document)).toContain(secret);
    for (const held of [
      '"local"',
      secret,
      'MISSED_POSITIVE',
      '"performance"',
      'positivesTaken',
      'histogram',
      '"label"',
      '"row"',
    ])
      expect(view).not.toContain(held);
    // Nothing beyond three decimals.
    const told = JSON.parse(view) as TenantView;
    const { explanation, stability } = told.evidence.measurement;
    expect(JSON.stringify([explanation, stability])).not.toMatch(/\d\.\d{4,}/);
    expect(explanation?.shapley.features.map(({ feature }) => feature)).toEqual([
      '<i>amount</i>',
      'velocity',
      'unused',
    ]);
    expect(explanation?.shapley.features[2]?.meanAbsolute.value).toBe(0);
    expect(stability?.scoreByMonth.length).toBeGreaterThan(1);
  });

  it('a model that could not be explained says so', () => {
    const input = exampleInput();
    const { report } = buildReport({
      ...input,
      measurement: { ...input.measurement, explanation: { reason: 'no finite score' } },
    });
    expect(renderHtml(report)).toContain('Not explained: no finite score');
    expect(report.evidence.statements.find(({ subject }) => subject === 'Explainability')?.status).toBe(
      'NOT_ASSESSED',
    );
    expect(renderHtml(buildReport(exampleInput()).report)).not.toContain(
      'What the model makes of its features',
    );
  });
});
