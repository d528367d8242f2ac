import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { JailHost } from '../src/engine/isolation/index.js';
import { umoci } from '../src/engine/scoring/oci/index.js';
import { imageWith } from '../src/engine/scoring/oci/oci.fixture.js';
import { TableFile } from '../src/engine/tables/index.js';
import { connect } from '../src/platform/database/roles.js';
import { Stores } from '../src/platform/storage/stores.js';
import {
  draftPlan,
  openVersion,
  registerModel,
  runToReport,
  sha256,
  type Tenant,
  TestService,
} from './support/service.js';

const BUILD = fileURLToPath(new URL('../src/baselines/example-image/build.sh', import.meta.url));
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const WEIGHTS = [
  ['amountDeviation', 0.3],
  ['isNewPayee', 0.75],
  ['payments1h', 0.1],
] as const;
const BIAS = -1.25;

const missing = ['dpkg', 'tar'].find((tool) => spawnSync('which', [tool]).status !== 0);
const lacking = umoci() === undefined ? 'umoci' : missing;
const suite = lacking === undefined ? describe : describe.skip;
if (lacking !== undefined) process.stderr.write(`api-image: skipped, ${lacking} is not installed\n`);

/** What score.py computes, in its order of additions. */
function expected(columns: readonly (Float32Array | Float64Array)[], rows: number): Float64Array {
  const sums = new Float64Array(rows).fill(BIAS);
  WEIGHTS.forEach(([, weight], index) => {
    columns[index]?.forEach((value, row) => {
      if (!Number.isNaN(value)) sums[row] = (sums[row] ?? 0) + weight * value;
    });
  });
  return sums.map((total) => 0.5 + (0.5 * total) / (1 + Math.abs(total)));
}

suite('a model in a container image', () => {
  let folder: string;
  let image: Buffer;
  let service: TestService;
  let tenant: Tenant;
  let admin: Client;
  let modelId: string;
  let versionId: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'api-image-'));
    const weights = WEIGHTS.map(([name, weight]) => `"${name}": ${weight}`).join(', ');
    writeFileSync(join(folder, 'weights.py'), `BIAS = ${BIAS}\nWEIGHTS = {${weights}}\n`);
    execFileSync(BUILD, [join(folder, 'image.tar'), join(folder, 'weights.py')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    image = readFileSync(join(folder, 'image.tar'));
    service = await TestService.start();
    tenant = await service.admitTenant('Container Analytics');
    admin = await connect(service.database.admin);
    modelId = await registerModel(tenant.api);
  }, 300_000);

  afterAll(async () => {
    await admin?.end();
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is taken, and shown by what its archive says of it', async () => {
    const { id, uploadUrl } = await openVersion(tenant.api, modelId, image, 'python', 'OCI_IMAGE');
    versionId = id;
    const { status, body } = await tenant.api.put(uploadUrl, image);
    expect([status, body['state']]).toEqual([200, 'READY']);
    const version = await tenant.api.value<Record<string, unknown>>(
      `query ($id: ID!) { modelVersion(id: $id) { runtime assuranceTier state inspection { opset } image {
         imageDigest configDigest architecture entrypoint workingDirectory environmentNames files bytes specialBitsRemoved
         layers { digest mediaType blobBytes files bytes createdBy } } } }`,
      { id },
    );
    expect(version).toMatchObject({
      runtime: 'OCI_IMAGE',
      assuranceTier: 'A',
      inspection: null,
      image: {
        imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
        entrypoint: [expect.stringMatching(/^\/usr\/bin\/python3/), '-S', '/app/score.py'],
        workingDirectory: '/app',
        environmentNames: ['PATH', 'PYTHONDONTWRITEBYTECODE'],
        layers: [{ createdBy: expect.stringContaining('build.sh') as unknown }],
      },
    });
  }, 300_000);

  it('is refused with its code where it is hostile, or no image at all', async () => {
    const hostile = imageWith({ name: 'a/l', flag: '2', link: '../../etc' });
    for (const [bytes, code] of [
      [hostile, 'SYMLINK_ESCAPES'],
      [Buffer.from('not an image'), 'NOT_OCI'],
    ] as const) {
      const { uploadUrl } = await openVersion(tenant.api, modelId, bytes, undefined, 'OCI_IMAGE');
      expect(await tenant.api.put(uploadUrl, bytes)).toMatchObject({
        status: 422,
        body: { state: 'REFUSED', error: { code } },
      });
    }
  }, 300_000);

  it('is bound by named features in their order, all of them unless said otherwise', async () => {
    const datasetVersionId = await service.readyDataset();
    const all = await tenant.api.done<{ inputs: { name: string; columns: string[] }[] }>(
      'createInputBinding',
      'ModelInputBinding',
      'inputs { name columns }',
      { modelVersionId: versionId, datasetVersionId },
    );
    expect(all.inputs).toEqual([
      { name: 'features', columns: expect.arrayContaining(['payments1h']) as unknown },
    ]);
    const bad = (inputs: object[]) =>
      tenant.api.failed('createInputBinding', { modelVersionId: versionId, datasetVersionId, inputs });
    expect(await bad([{ name: 'features', columns: ['nothing'] }])).toMatchObject({ code: 'MISSING_COLUMN' });
    expect(await bad([{ name: 'other', columns: ['payments1h'] }])).toMatchObject({ code: 'UNKNOWN_INPUT' });
  }, 300_000);

  it('runs to a sealed report: its scores are those of the same formula, to the last bit', async () => {
    const { id: bindingId } = await tenant.api.done<{ id: string }>(
      'createInputBinding',
      'ModelInputBinding',
      'id',
      {
        modelVersionId: versionId,
        datasetVersionId: await service.readyDataset(),
        inputs: [{ name: 'features', columns: WEIGHTS.map(([name]) => name) }],
      },
    );
    const planId = await draftPlan(tenant.api, bindingId);
    await tenant.api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
    const { runId, reportId } = await runToReport(tenant.api, planId);

    const { rows } = await admin.query<{ scores: string; features: string; rows: string }>(
      `SELECT s.sha256 AS scores, o.sha256 AS features, o.rows FROM sandbox.run_score s JOIN sandbox.run r ON r.id = s.run_id
       JOIN sandbox.evaluation_plan p ON p.id = r.plan_id
       JOIN sandbox.dataset_object o ON o.dataset_version_id = r.dataset_version_id AND o.split = p.split
       WHERE r.id = $1 AND o.part = 'features'`,
      [runId],
    );
    const stores = await Stores.open(service.data, [], ['scores', 'features']);
    const [found] = rows;
    const bytes = readFileSync(stores.scores.path(found?.scores ?? ''));
    const scores = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const table = await TableFile.open(stores.features.path(found?.features ?? ''));
    const columns: Float64Array[] = [];
    for (const [name] of WEIGHTS) columns.push(await table.numbers(name, { allowMissing: true }));
    table.close();
    expect(scores.length).toBe(Number(found?.rows));
    expect(scores).toEqual(expected(columns, scores.length));

    const { jsonUrl, htmlUrl } = await service.operator.value<{ jsonUrl: string; htmlUrl: string }>(
      `query ($id: ID!) { report(id: $id) { jsonUrl htmlUrl } }`,
      { id: reportId },
    );
    const report = JSON.parse((await tenant.api.bytes(jsonUrl)).toString()) as {
      evidence: { model: Record<string, unknown>; environment: Record<string, unknown> };
    };
    expect(report.evidence.model).toMatchObject({
      runtime: 'OCI_IMAGE',
      assuranceTier: 'A',
      artefactSha256: sha256(image),
    });
    expect(report.evidence.environment).toMatchObject({
      image: {
        digest: expect.stringMatching(/^sha256:/) as unknown,
        configDigest: expect.stringMatching(/^sha256:/) as unknown,
        rootSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        workingDirectory: '/app',
        isolation: [...new JailHost().layers],
      },
    });
    const page = (await tenant.api.bytes(htmlUrl)).toString();
    expect(page).toContain('/app/score.py');
    expect(page).not.toContain('undefined');
  }, 300_000);

  it('is recognised by sandbox evaluate, which measures it as the service does', () => {
    const rows = Array.from({ length: 400 }, (_, row) => [row % 7, row % 2, row % 11, Number(row % 5 === 0)]);
    const lines = rows.map((values) => values.join(','));
    writeFileSync(
      join(folder, 'all.csv'),
      ['amountDeviation,isNewPayee,payments1h,label', ...lines].join('\n'),
    );
    const evaluate = (model: string) =>
      spawnSync(
        process.execPath,
        [
          ...[MAIN, 'evaluate', '--model', model, '--data', join(folder, 'all.csv'), '--label', 'label'],
          ...['--features', WEIGHTS.map(([name]) => name).join(','), '--out', join(folder, 'out.json')],
        ],
        { encoding: 'utf8' },
      );
    const { status, stderr } = evaluate(join(folder, 'image.tar'));
    expect([status, stderr]).toEqual([0, '']);
    const document = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as {
      rows: number;
      metrics: { brier: { value: number } };
      model: Record<string, unknown>;
    };
    const column = (index: number) => Float64Array.from(rows, (values) => values[index] ?? NaN);
    const scores = expected([column(0), column(1), column(2)], rows.length);
    const brier =
      scores.reduce((sum, score, row) => sum + (score - (rows[row]?.[3] ?? 0)) ** 2, 0) / rows.length;
    expect(document.rows).toBe(400);
    expect(document.metrics.brier.value).toBeCloseTo(brier, 12);
    expect(document.model).toMatchObject({ sha256: sha256(image), inspection: { format: 'oci' } });

    writeFileSync(join(folder, 'hostile.tar'), imageWith({ name: 'dev/sda', flag: '4' }));
    const refused = evaluate(join(folder, 'hostile.tar'));
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('hostile.tar')]);
    expect(refused.stderr).toContain('device');
  }, 300_000);
});
