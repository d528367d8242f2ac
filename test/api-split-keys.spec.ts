import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { Client } from 'pg';
import { canonicalJson, digest, type JsonObject } from '../src/engine/reporting/index.js';
import { generateDataset, parseParameters } from '../src/engine/synthesis/index.js';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  bind,
  draftPlan,
  lockedPlan,
  readyVersion,
  runToReport,
  type Tenant,
  TestService,
} from './support/service.js';

interface Reveal {
  id: string;
  split: string;
  state: string;
  commitment: string;
  key: string | null;
  howToCheck: string;
  requestedAt: string;
  revealedAt: string | null;
}

const FIELDS = 'id split planId state commitment key howToCheck reason requestedAt revealedAt';

describe('commitments and the keys behind them', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;
  let reviewer: Api;
  let other: Api;
  let dataset: string;

  beforeAll(async () => {
    service = await TestService.start();
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
    reviewer = (await service.authority()).first;
    other = (await service.authority()).second;
    dataset = await service.readyDataset();
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  const ask = (split: string, more: Record<string, unknown> = {}): Promise<Reveal> =>
    reviewer.done<Reveal>('revealSplitKey', 'SplitKeyReveal', FIELDS, {
      datasetVersionId: dataset,
      split,
      reason: 'To check the draw.',
      ...more,
    });

  const reveals = (caller: Api): Promise<Reveal[]> =>
    caller.value<Reveal[]>(`query ($id: ID!) { splitKeyReveals(datasetVersionId: $id) { ${FIELDS} } }`, {
      id: dataset,
    });

  async function revealed(split: string): Promise<Reveal> {
    for (;;) {
      const found = (await reveals(reviewer)).find((reveal) => reveal.split === split);
      if (found?.state !== 'REQUESTED') return found as Reveal;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const version = async (): Promise<{
    digest: string;
    parameters: { rows: number; set: Record<string, number> };
    columns: unknown[];
    revealedAt: string | null;
    commitments: { split: string; commitment: string }[];
  }> =>
    tenant.api.value(
      `query ($id: ID!) { datasetVersion(id: $id) { digest parameters revealedAt commitments { split commitment } } }`,
      { id: dataset },
    );

  test('who is no reviewer neither asks nor sees; what has no key is a failure', async () => {
    const mutation = `mutation { revealSplitKey(input: { datasetVersionId: "${dataset}", split: EVALUATION, reason: "x" }) { __typename } }`;
    const query = `{ splitKeyReveals(datasetVersionId: "${dataset}") { key } }`;
    for (const caller of [tenant.api, service.operator]) {
      expect(await caller.codes(mutation)).toEqual(['FORBIDDEN']);
      expect(await caller.codes(query)).toEqual(['FORBIDDEN']);
    }
    const { datasetVersion } = await service.operator.done<{ datasetVersion: { id: string } }>(
      'importDataset',
      'DatasetImportOpened',
      'datasetVersion { id }',
      {
        name: 'Import',
        sha256: 'a'.repeat(64),
        sizeBytes: 10,
        columns: [
          { name: 'y', role: 'LABEL', definition: 'Label' },
          { name: 'x', role: 'FEATURE', definition: 'Feature' },
        ],
      },
    );
    for (const input of [
      { datasetVersionId: datasetVersion.id, split: 'EVALUATION' },
      { datasetVersionId: dataset, split: 'SEALED' },
      { datasetVersionId: dataset, split: 'SEALED', planId: dataset },
      { datasetVersionId: dataset, split: 'EVALUATION', planId: dataset },
    ]) {
      expect(await reviewer.failed('revealSplitKey', { ...input, reason: 'x' })).toMatchObject({
        __typename: 'NoSplitKey',
        code: 'NO_SPLIT_KEY',
      });
    }
    expect((await version()).revealedAt).toBeNull();
    expect(await reveals(reviewer)).toEqual([]);
  });

  test('revealed keys are those committed to, give the same files again, and end the version’s use', async () => {
    const plan = await lockedPlan(service, tenant.api);
    const draft = await draftPlan(
      tenant.api,
      await bind(tenant.api, await readyVersion(tenant.api), dataset),
    );
    await runToReport(tenant.api, plan);
    const { commitments, digest: identity, parameters } = await version();
    expect(commitments.map(({ split }) => split)).toEqual(['DEVELOPMENT', 'EVALUATION']);

    await ask('EVALUATION');
    const again = await ask('EVALUATION', { reason: 'Asked twice.' });
    expect(again).toMatchObject({ reason: 'To check the draw.' });
    await ask('DEVELOPMENT');
    const keys: Record<string, Buffer> = {};
    for (const { split, commitment } of commitments) {
      const reveal = await revealed(split);
      expect(reveal).toMatchObject({ state: 'REVEALED', commitment });
      expect(reveal.key).toMatch(/^[0-9a-f]{64}$/);
      expect(reveal.howToCheck).toContain('sandbox commitment/1 ');
      const key = Buffer.from(reveal.key ?? '', 'hex');
      expect(createHash('sha256').update('sandbox commitment/1 ').update(key).digest('hex')).toBe(commitment);
      keys[split] = key;
    }
    expect(await reveals(reviewer)).toHaveLength(2);
    expect(await reveals(other)).toEqual(await reveals(reviewer));

    // Drawn again by whoever has the keys: the objects on record, and the version's own digest.
    const { files, columns } = await generateDataset({
      preset: 'hk-retail-payments',
      parameters: parseParameters('hk-retail-payments', parameters.set, parameters.rows),
      rows: parameters.rows,
      splitKeys: {
        development: keys['DEVELOPMENT'] ?? Buffer.alloc(0),
        evaluation: keys['EVALUATION'] ?? Buffer.alloc(0),
      },
      outDir: path.join(service.data, 'again'),
    });
    const { rows: onRecord } = await admin.query<{ path: string; sha256: string }>(
      `SELECT split || '/' || part || '.parquet' AS path, sha256 FROM sandbox.dataset_object WHERE dataset_version_id = $1
       UNION SELECT split || '/' || part || '.parquet', sha256 FROM sandbox.blind_object WHERE dataset_version_id = $1`,
      [dataset],
    );
    expect(onRecord.length).toBeGreaterThanOrEqual(8);
    const made = new Map(files.map((file) => [file.path, file.sha256]));
    for (const { path: place, sha256 } of onRecord) expect([place, made.get(place)]).toEqual([place, sha256]);
    const kept = files.filter(
      ({ split, table, hindsight, events }) =>
        ['features', 'labels', 'protected', 'truth'].includes(table) ||
        events ||
        (split !== 'evaluation' && !hindsight),
    );
    expect(
      digest(
        canonicalJson({
          schema: 'sandbox-dataset-version/2',
          columns: columns.map((column) => ({ ...column })) as unknown as JsonObject[],
          files: kept
            .map(({ path: place, sha256 }) => ({ path: place, sha256 }))
            .sort((a, b) => (a.path < b.path ? -1 : 1)),
        }),
      ),
    ).toBe(identity);

    expect((await version()).revealedAt).toMatch(/^2/);
    expect(await tenant.api.failed('lockEvaluationPlan', { planId: draft })).toMatchObject({
      __typename: 'DatasetRevealed',
      code: 'DATASET_REVEALED',
    });
    expect(await tenant.api.failed('startRun', { planId: plan })).toMatchObject({
      __typename: 'DatasetRevealed',
      code: 'DATASET_REVEALED',
    });
  }, 300_000);

  test('the database shows a key to authorities alone', async () => {
    const seen = async (scope: string): Promise<number> => {
      const client = await connect(service.database.address('sandbox_api'));
      try {
        await client.query('BEGIN');
        await client.query(
          `SELECT set_config('app.scope', $1, true), set_config('app.tenant_id', $2, true)`,
          [scope, tenant.id],
        );
        return (await client.query(`SELECT key FROM sandbox.split_key_reveal`)).rows.length;
      } finally {
        await client.end();
      }
    };
    expect(await seen('authority')).toBe(2);
    for (const scope of ['tenant', 'operator', 'system', ''])
      expect([scope, await seen(scope)]).toEqual([scope, 0]);
    const forged = connect(service.database.address('sandbox_api')).then(async (client) => {
      try {
        await client.query('BEGIN');
        await client.query(
          `SELECT set_config('app.scope', 'tenant', true), set_config('app.tenant_id', $1, true)`,
          [tenant.id],
        );
        await client.query(
          `INSERT INTO sandbox.split_key_reveal (id, dataset_version_id, split, authority_id, requested_by, reason, commitment)
           SELECT gen_random_uuid(), dataset_version_id, 'development', $1, requested_by, 'x', commitment
           FROM sandbox.split_key_reveal LIMIT 1`,
          [tenant.id],
        );
        await client.query(
          `INSERT INTO sandbox.split_key_reveal (id, dataset_version_id, split, authority_id, requested_by, reason, commitment)
           VALUES (gen_random_uuid(), $1, 'development', $2, $2, 'x', repeat('a', 64))`,
          [dataset, tenant.id],
        );
        return 'done';
      } catch (error) {
        return (error as { code?: string }).code;
      } finally {
        await client.end();
      }
    });
    expect(await forged).toBe('42501');
    const audit = (await service.operator.bytes('/audit/export.jsonl')).toString();
    expect(audit).toContain('"revealSplitKey"');
    expect(audit).toContain('"handOutSplitKey"');
    for (const { key } of await reveals(reviewer)) expect(audit).not.toContain(key);
  });
});
