import { verifyAuditExport } from '../src/commands/verify-audit.js';
import { belongings } from './support/belongings.js';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  application,
  draftPlan,
  FAILURE,
  planContent,
  startRun,
  type Tenant,
  TestService,
} from './support/service.js';

interface Event {
  sequence: number;
  actor: { personId?: string; organisationId?: string; power?: string };
  action: string;
  subject: string;
  hash: string;
  previousHash: string;
}

describe('the audit trail of a case', () => {
  let service: TestService;
  let tenant: Tenant;
  let authority: { id: string; first: Api; second: Api };
  let secrets: string[];

  beforeAll(async () => {
    service = await TestService.start({ configuration: { applicationsPerHour: 3 } });
    tenant = await service.admitTenant();
    authority = await service.authority();
    const admin = await connect(service.database.admin);
    const own = await belongings(service, admin, tenant, authority.first);
    await admin.end();
    const { api } = tenant;
    await authority.second.done('confirmDecision', 'Decision', 'id', { decisionId: own.decision });
    const planId = await draftPlan(api, own.inputBinding);
    await api.done('reviseEvaluationPlan', 'EvaluationPlan', 'id', {
      planId,
      plan: planContent({ title: 'Again' }),
    });
    await api.done('cancelRun', 'Run', 'id', { runId: await startRun(api, own.plan) });
    const { token, secret } = await api.done<{ token: { id: string }; secret: string }>(
      'issueToken',
      'TokenIssued',
      'secret token { id }',
      { label: 'short' },
    );
    await api.value('mutation ($id: ID!) { revokeToken(input: { tokenId: $id }) { id } }', { id: token.id });
    await service.operator.done('importDataset', 'DatasetImportOpened', 'datasetVersion { id }', {
      name: 'Import',
      sha256: 'a'.repeat(64),
      sizeBytes: 10,
      columns: [
        { name: 'y', role: 'LABEL', definition: 'Label' },
        { name: 'x', role: 'FEATURE', definition: 'Feature' },
      ],
    });
    const { id: datasetVersionId } = await service.operator.done<{ id: string }>(
      'generateDataset',
      'DatasetVersion',
      'id',
      { name: 'Not wanted', preset: 'hk-retail-payments', rows: 300_000 },
    );
    await service.operator.done('cancelDatasetGeneration', 'DatasetVersion', 'id', { datasetVersionId });
    await api.done('preflightEvaluationPlan', 'Run', 'id', { planId });
    const pack = await authority.first.done<{ id: string }>('publishCriteriaPack', 'CriteriaPack', 'id', {
      title: 'Laundering',
      useCase: 'LAUNDERING',
      criteria: planContent()['criteria'],
    });
    await authority.first.done('withdrawCriteriaPack', 'CriteriaPack', 'id', {
      criteriaPackId: pack.id,
      reason: 'Not shown.',
    });
    await authority.first.value(
      'mutation ($id: ID!) { grantSealedRun(input: { modelId: $id, reason: "To look again." }) { id } }',
      { id: own.model },
    );
    await api.tried('releaseBlindFeatures', 'FeatureRelease', 'id', {
      datasetVersionId: await service.readyDataset(),
      reason: 'To predict.',
    });
    await api.value('mutation ($id: ID!) { revokeRunner(input: { runnerId: $id }) { __typename } }', {
      id: own.runner,
    });
    await authority.first.done('revealSplitKey', 'SplitKeyReveal', 'id', {
      datasetVersionId: await service.readyDataset(),
      split: 'EVALUATION',
      reason: 'To check.',
    });
    secrets = [secret, api.token, service.operator.token, service.firstOperatorToken].map(
      (value) => value?.slice(4) ?? '',
    );
  }, 300_000);

  afterAll(async () => service?.close());

  async function events(caller: Api): Promise<Event[]> {
    const found: Event[] = [];
    for (let after: string | null = null; ;) {
      const page: { edges: { node: Event }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } =
        await caller.value(
          `query ($after: String) { auditEvents(first: 20, after: $after) {
           edges { node { sequence actor action subject hash previousHash } } pageInfo { hasNextPage endCursor } } }`,
          { after },
        );
      found.push(...page.edges.map(({ node }) => node));
      if (!page.pageInfo.hasNextPage) return found;
      after = page.pageInfo.endCursor;
    }
  }

  test('every mutation of the schema has left its event, with who did it', async () => {
    const { mutationType } = await tenant.api.value<{ mutationType: { fields: { name: string }[] } }>(
      '{ __schema { mutationType { fields { name } } } }',
    );
    const trail = await events(service.operator);
    const actions = new Set(trail.map(({ action }) => action));
    expect(mutationType.fields.map(({ name }) => name).filter((name) => !actions.has(name))).toEqual([]);
    const reviewer = await authority.second.value<{ person: { id: string } }>('{ viewer { person { id } } }');
    expect(trail.find(({ action }) => action === 'confirmDecision')?.actor).toMatchObject({
      personId: reviewer.person.id,
      organisationId: authority.id,
    });
    expect(trail.find(({ action }) => action === 'lockEvaluationPlan')?.actor.organisationId).toBe(tenant.id);
    // The powers' own steps stand beside those of people.
    for (const power of ['launcher', 'evaluator', 'signer']) {
      expect(trail.some(({ actor }) => actor.power === power)).toBe(true);
    }
  });

  test('events are numbered without gaps, each naming the one before, alike for operator and reviewer', async () => {
    const trail = await events(service.operator);
    expect(trail.map(({ sequence }) => sequence)).toEqual(trail.map((_event, place) => place + 1));
    expect(trail.slice(1).map(({ previousHash }) => previousHash)).toEqual(
      trail.slice(0, -1).map(({ hash }) => hash),
    );
    expect((await events(authority.first)).slice(0, trail.length)).toEqual(trail);
  });

  test('the export verifies; a changed byte, a dropped or a doubled line does not', async () => {
    const bytes = await authority.first.bytes('/audit/export.jsonl');
    expect(verifyAuditExport(bytes, 'export')).toMatchObject({ verified: true });
    const lines = bytes.toString().trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(30);
    const verified = (changed: string[]): boolean =>
      verifyAuditExport(Buffer.from(`${changed.join('\n')}\n`), 'export').verified;
    expect(verified(lines)).toBe(true);
    expect(verified([...lines.slice(0, 10), ...lines.slice(11)])).toBe(false);
    expect(verified([...lines.slice(0, 10), ...lines.slice(9)])).toBe(false);
    for (let place = 50; place < bytes.length; place += Math.floor(bytes.length / 25)) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect([place, verifyAuditExport(changed, 'export').verified]).toEqual([place, false]);
    }
  });

  test('no secret is in it', async () => {
    const text = (await service.operator.bytes('/audit/export.jsonl')).toString();
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(40);
      expect(text).not.toContain(secret);
    }
    expect(text).not.toContain('/uploads/');
  });

  test('what was refused leaves no event', async () => {
    const before = (await events(service.operator)).length;
    await tenant.api.ask('mutation { startRun(input: { planId: "none" }) { __typename } }');
    await tenant.api.ask(
      'mutation { registerModel(input: { name: "", purpose: "p", owner: "o" }) { __typename } }',
    );
    await tenant.api.ask('mutation { admitTenant(input: { applicationId: "x" }) { __typename } }');
    expect((await events(service.operator)).length).toBe(before);
  });

  test('applications are limited by address, whatever a header says of it', async () => {
    const apply = async (headers: Record<string, string> = {}): Promise<string> => {
      const { data } = await service.client(null).post<{ applyForAdmission: { __typename: string } }>(
        JSON.stringify({
          query: `mutation ($input: ApplyForAdmissionInput!) { applyForAdmission(input: $input) { ${FAILURE} } }`,
          variables: { input: application('Applicant') },
        }),
        headers,
      );
      return data?.applyForAdmission.__typename ?? '';
    };
    // One of three is the tenant's above.
    expect([await apply(), await apply()]).toEqual(['ApplicationReceipt', 'ApplicationReceipt']);
    const before = (await events(service.operator)).length;
    expect(await apply()).toBe('TooManyApplications');
    expect(
      await apply({
        'x-forwarded-for': '203.0.113.7',
        forwarded: 'for=203.0.113.8',
        'x-real-ip': '203.0.113.9',
      }),
    ).toBe('TooManyApplications');
    expect((await events(service.operator)).length).toBe(before);
  });
});
