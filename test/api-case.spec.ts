import * as fs from 'node:fs';
import * as path from 'node:path';
import { trustedKey, verifyEnvelope } from '../src/engine/reporting/index.js';
import {
  type Api,
  follow,
  lockedPlan,
  runToReport,
  sha256,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

/** The states that a run passes, in order. */
const WAY = ['QUEUED', 'STAGING', 'SCORING', 'MEASURING', 'SEALING', 'SUCCEEDED'];

const REPORT =
  'digest evidenceDigest keyId jsonUrl htmlUrl envelopeUrl verdicts { id verdict value low high sentence }';

interface ReportValue {
  digest: string;
  evidenceDigest: string;
  keyId: string;
  jsonUrl: string;
  htmlUrl: string;
  envelopeUrl: string | null;
  verdicts: { id: string; verdict: string; value: number; low: number; high: number; sentence: string }[];
}

const inAMonth = (): string => new Date(Date.now() + 30 * 86_400_000).toISOString();

describe('one whole case through the API', () => {
  let service: TestService;
  let tenant: Tenant;
  let authority: { id: string; first: Api; second: Api };
  let planId: string;
  let states: string[];
  let runId: string;
  let reportId: string;
  let full: ReportValue;

  beforeAll(async () => {
    service = await TestService.start();
    tenant = await service.admitTenant('Harbour Analytics');
    authority = await service.authority('Monetary Authority');
    planId = await lockedPlan(service, tenant.api);
    runId = await startRun(tenant.api, planId);
    const seen = await follow(tenant.api, runId);
    states = seen.map(({ state }) => state);
    const run = await tenant.api.value<{ state: string; progress: number; report: { id: string } }>(
      `query ($id: ID!) { run(id: $id) { state progress report { id } } }`,
      { id: runId },
    );
    expect(run).toMatchObject({ state: 'SUCCEEDED', progress: 1 });
    reportId = run.report.id;
    full = await report(authority.first, reportId);
  }, 300_000);

  afterAll(async () => service?.close());

  const report = (api: Api, id: string): Promise<ReportValue> =>
    api.value<ReportValue>(`query ($id: ID!) { report(id: $id) { ${REPORT} } }`, { id });

  test('a run tells its states in order, and ends', () => {
    const passed = states.filter((state, place) => state !== states[place - 1]);
    expect(passed.at(-1)).toBe('SUCCEEDED');
    expect(passed.map((state) => WAY.indexOf(state))).toEqual(
      [...passed.map((state) => WAY.indexOf(state))].sort((a, b) => a - b),
    );
    expect(passed).toEqual(expect.arrayContaining(['SCORING', 'SUCCEEDED']));
  });

  test('a subscription to a run that is final says so once and ends', async () => {
    expect(await follow(tenant.api, runId)).toEqual([{ state: 'SUCCEEDED', progress: 1, reasonCode: null }]);
  });

  test("the report's name is the SHA-256 of the full document, and its evidence has a name too", async () => {
    const bytes = await authority.first.bytes(full.jsonUrl);
    expect(sha256(bytes)).toBe(full.digest);
    const document = JSON.parse(bytes.toString()) as {
      schema: string;
      evidence: unknown;
      execution: { runId: string };
    };
    expect(document.schema).toBe('sandbox-report/1');
    expect(document.execution.runId).toBe(runId);
    // Canonical JSON: the same bytes again from the parsed evidence, keys in order.
    const start = bytes.indexOf('"evidence":') + '"evidence":'.length;
    const evidence = bytes.subarray(start, bytes.indexOf(',"execution":'));
    expect(JSON.parse(evidence.toString())).toEqual(document.evidence);
    expect(sha256(evidence)).toBe(full.evidenceDigest);
  });

  test('the envelope verifies with the public key of the data folder, and not when a byte changes', async () => {
    const envelope = await authority.first.bytes(full.envelopeUrl ?? '');
    const pem = fs.readFileSync(path.join(service.data, 'keys', `${full.keyId}.pub`), 'utf8');
    const keys = [trustedKey(pem, 'the service’s key')];
    expect(verifyEnvelope(envelope, keys).verified).toBe(true);
    const parsed = JSON.parse(envelope.toString()) as { payload: string };
    const payload = Buffer.from(parsed.payload, 'base64');
    payload[payload.indexOf(full.digest)] = payload[payload.indexOf(full.digest)] === 0x30 ? 0x31 : 0x30;
    const forged = JSON.stringify({ ...parsed, payload: payload.toString('base64') });
    expect(verifyEnvelope(Buffer.from(forged), keys).verified).toBe(false);
  });

  test('the tenant gets rounded values, no envelope, and another document that names the full one', async () => {
    const rounded = await report(tenant.api, reportId);
    expect(rounded.digest).toBe(full.digest);
    expect(rounded.envelopeUrl).toBeNull();
    const bytes = await tenant.api.bytes(rounded.jsonUrl);
    expect(sha256(bytes)).not.toBe(full.digest);
    expect(bytes.toString()).toContain(full.digest);
    const auc = rounded.verdicts[0]?.value ?? Number.NaN;
    expect(auc).toBe(Math.round((full.verdicts[0]?.value ?? 0) * 1000) / 1000);
    expect(full.verdicts[0]?.value).not.toBe(auc);
    expect((await tenant.api.get(`/reports/${reportId}/report.dsse.json`)).status).toBe(404);
    expect((await tenant.api.get(`/reports/${reportId}/report.html`)).status).toBe(200);
    const numbers = bytes.toString().match(/"(value|low|high)":-?[0-9.]+/g) ?? [];
    expect(numbers.length).toBeGreaterThan(5);
    for (const number of numbers)
      expect(number.replace(/^.*?\./, '').length).toBeLessThanOrEqual(number.includes('.') ? 3 : 99);
  });

  test('files need a token, and other names and traversals are not found', async () => {
    const nobody = service.client(null);
    expect((await nobody.get(`/reports/${reportId}/report.json`)).status).toBe(401);
    for (const name of ['secret', '..%2f..%2fsecrets%2fsigning%2fkey.pem', 'report.json%00', 'constructor']) {
      expect((await authority.first.get(`/reports/${reportId}/${name}`)).status).toBe(404);
    }
  });

  test('the same plan gives the same evidence, byte for byte', async () => {
    const again = await report(authority.first, (await runToReport(tenant.api, planId)).reportId);
    expect(again.evidenceDigest).toBe(full.evidenceDigest);
    expect(again.digest).not.toBe(full.digest);
    const evidence = async (value: ReportValue): Promise<string> => {
      const text = (await authority.first.bytes(value.jsonUrl)).toString();
      return text.slice(text.indexOf('"evidence":'), text.indexOf(',"execution":'));
    };
    expect(await evidence(again)).toBe(await evidence(full));
  }, 300_000);

  test('a review is opened once by each authority, and a decision takes two people', async () => {
    const { first, second } = authority;
    const opened = await first.done<{ id: string; reportDigest: string; authority: string }>(
      'openReview',
      'Review',
      'id reportDigest authority',
      { reportId },
    );
    expect(opened).toMatchObject({ reportDigest: full.digest, authority: 'Monetary Authority' });
    expect(await second.failed('openReview', { reportId })).toMatchObject({ code: 'REVIEW_EXISTS' });
    const reviewId = opened.id;

    const good = {
      reviewId,
      outcome: 'APPROVED',
      scope: 'Shadow mode',
      reason: 'Shown.',
      expiresAt: inAMonth(),
    };
    const condition = { text: 'Report drift monthly', dueAt: inAMonth() };
    const bad: [Record<string, unknown>, string][] = [
      [{ ...good, expiresAt: null }, 'expiresAt'],
      [{ ...good, expiresAt: '2020-01-01T00:00:00Z' }, 'past'],
      [{ ...good, outcome: 'DECLINED' }, 'no expiry'],
      [{ ...good, outcome: 'APPROVED_WITH_CONDITIONS' }, 'at least one condition'],
      [{ ...good, conditions: [condition] }, 'takes no conditions'],
      [
        {
          ...good,
          outcome: 'APPROVED_WITH_CONDITIONS',
          conditions: [condition, { ...condition, dueAt: '2020-01-01T00:00:00Z' }],
        },
        'conditions.1.dueAt',
      ],
    ];
    for (const [input, words] of bad) {
      const failure = await first.failed('proposeDecision', input);
      expect(failure.code).toBe('DECISION_INVALID');
      expect(failure.message).toContain(words);
    }

    const { id: decisionId } = await first.done<{ id: string }>('proposeDecision', 'Decision', 'id', {
      ...good,
      outcome: 'APPROVED_WITH_CONDITIONS',
      conditions: [condition],
    });
    expect(await second.failed('proposeDecision', good)).toMatchObject({ code: 'DECISION_EXISTS' });

    const seenBy = (api: Api): Promise<{ decision: { state: string; conditions: unknown[] } | null }> =>
      api.value(`query ($id: ID!) { review(id: $id) { decision { state conditions { text } } } }`, {
        id: reviewId,
      });
    expect((await seenBy(tenant.api)).decision).toBeNull();
    expect(await first.failed('confirmDecision', { decisionId })).toMatchObject({
      code: 'SECOND_PERSON_NEEDED',
    });
    expect((await seenBy(first)).decision?.state).toBe('PROPOSED');
    await second.done('confirmDecision', 'Decision', 'state', { decisionId });
    expect((await seenBy(tenant.api)).decision).toEqual({
      state: 'CONFIRMED',
      conditions: [{ text: condition.text }],
    });
    expect(await second.failed('confirmDecision', { decisionId })).toMatchObject({ code: 'DECISION_EXISTS' });
    expect(await first.failed('confirmDecision', { decisionId })).toMatchObject({ code: 'DECISION_EXISTS' });
  });

  test('another authority neither decides on this review nor confirms its decision', async () => {
    const other = await service.authority();
    const { edges } = await authority.first.value<{ edges: { node: { id: string } }[] }>(
      `{ reviews { edges { node { id } } } }`,
    );
    const reviewId = edges[0]?.node.id;
    const input = { reviewId, outcome: 'DECLINED', scope: 'All', reason: 'Mine.' };
    expect(
      await other.first.codes(
        `mutation ($input: ProposeDecisionInput!) { proposeDecision(input: $input) { __typename } }`,
        { input },
      ),
    ).toEqual(['NOT_FOUND']);
  });
});
