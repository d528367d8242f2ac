import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { parsePlan } from '../../engine/assessment/index.js';
import { type Configuration, loadConfiguration } from '../../platform/config/index.js';
import { DatabaseServer } from '../../platform/database/index.js';
import { createLogger } from '../../platform/logging/index.js';
import { type Service, type ServiceRole, startService } from '../../service/service.js';
import { applyForAdmission, Operator, Startup } from '../demo/case.js';
import { ApiClient } from '../demo/client.js';
import { benchFeatures, type BenchModel } from './forest.js';

/** A tenant with a locked plan that it can start runs of. */
export interface BenchTenant {
  id: string;
  planId: string;
  api: ApiClient;
}

/** A whole service in a folder of its own, of which only one part needs to be up at a time. */
export class Installation {
  private constructor(
    private readonly folder: string,
    private readonly configuration: Configuration,
    private readonly server: DatabaseServer,
    /** The superuser of this bench's own database. */
    readonly database: pg.Client,
    private readonly api: Service,
  ) {}

  static async open(settings: Partial<Configuration>): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-bench-'));
    await chmod(folder, 0o755);
    const configuration: Configuration = {
      ...loadConfiguration({}, { port: 0, data: join(folder, 'data') }),
      logLevel: 'fatal',
      applicationsPerHour: 1_000,
      ...settings,
    };
    // Ours before the service's, so that the database outlives whatever part is stopped and started again.
    const server = await DatabaseServer.open({ dataFolder: configuration.data });
    const api = await startService(configuration, 'api', createLogger({ level: 'fatal', process: 'bench' }));
    const database = new pg.Client({ ...server.admin, application_name: 'sandbox bench' });
    await database.connect();
    return new Installation(folder, configuration, server, database, api);
  }

  async close(): Promise<void> {
    await this.database.end();
    await this.api.stop();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  start(role: ServiceRole): Promise<Service> {
    return startService(this.configuration, role, createLogger({ level: 'fatal', process: 'bench' }));
  }

  get url(): string {
    return this.api.url ?? '';
  }

  async operator(): Promise<Operator> {
    return Operator.enter(this.url, undefined, async () =>
      (await readFile(join(this.configuration.data, 'operator-token'), 'utf8')).trim(),
    );
  }

  /** Imports `rows` rows of the model's inputs with made-up labels, all of them blind. Needs a worker. */
  async dataset(operator: Operator, model: BenchModel, rows: number): Promise<string> {
    const features = benchFeatures(rows, model.width);
    const names = columnNames(model);
    const lines = Array.from({ length: rows }, (_, row) => {
      const values = Array.from(features.subarray(row * model.width, (row + 1) * model.width));
      return [...values, row % 10 === 0 ? 1 : 0].join(',');
    });
    const bytes = Buffer.from(`${[...names, 'label'].join(',')}\n${lines.join('\n')}\n`);
    const file = join(this.folder, 'import.csv');
    await writeFile(file, bytes);
    const api = new ApiClient(this.url, operator.token);
    const { datasetVersion, upload } = await api.run<{
      datasetVersion: { id: string };
      upload: { url: string };
    }>(
      `mutation ($input: ImportDatasetInput!) { importDataset(input: $input) {
         ... on DatasetImportOpened { datasetVersion { id } upload { url } } ... on Failure { code message } } }`,
      {
        input: {
          name: 'Bench',
          sha256: createHash('sha256').update(bytes).digest('hex'),
          sizeBytes: bytes.length,
          columns: [
            ...names.map((name) => ({ name, role: 'FEATURE', definition: 'Made up.' })),
            { name: 'label', role: 'LABEL', definition: 'Made up.' },
          ],
        },
      },
    );
    await api.upload(upload.url, file);
    await until(async () => {
      const { state } = await api.run<{ state: string }>(
        `query ($id: ID!) { datasetVersion(id: $id) { state } }`,
        { id: datasetVersion.id },
      );
      return state === 'READY';
    });
    return datasetVersion.id;
  }

  /** A tenant with the model registered and a plan locked. Needs a worker. */
  async tenant(
    operator: Operator,
    model: BenchModel,
    datasetId: string,
    name: string,
    quota: number,
  ): Promise<BenchTenant> {
    const admitted = await operator.admit(await applyForAdmission(this.url, name), quota);
    const startup = new Startup(this.url, admitted.token);
    const version = await startup.registerVersion('Bench', 'Bench', model.path);
    const api = new ApiClient(this.url, admitted.token);
    await until(async () => {
      const { state } = await api.run<{ state: string }>(
        `query ($id: ID!) { modelVersion(id: $id) { state } }`,
        {
          id: version,
        },
      );
      return state === 'READY';
    });
    const input = { name: model.inspection.inputs[0]?.name ?? '', columns: columnNames(model) };
    const { id } = await startup.lockPlan(version, datasetId, input, PLAN);
    return { id: admitted.tenantId, planId: id, api };
  }
}

const PLAN = parsePlan(
  JSON.stringify({
    schema: 'sandbox-plan/1',
    title: 'Bench',
    threshold: 0.5,
    criteria: [
      {
        id: 'auc',
        metric: 'rocAuc',
        comparator: '>=',
        threshold: 0.5,
        source: { title: 'Bench', status: 'CONVENTION' },
        declaredBy: 'tenant',
      },
    ],
  }),
);

function columnNames({ width }: BenchModel): string[] {
  return Array.from({ length: width }, (_, index) => `f${index}`);
}

/** Waits until the condition holds. @throws what it throws */
export async function until(condition: () => Promise<boolean>, everyMs = 100): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, everyMs));
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
