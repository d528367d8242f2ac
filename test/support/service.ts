import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { ENTITIES } from '../../src/app.module.js';
import { createApi } from '../../src/service/api.js';
import type { PowerSettings } from '../../src/service/part.js';
import { type RunningPower, startPower } from '../../src/service/power.js';
import { type Configuration, loadConfiguration } from '../../src/platform/config/index.js';
import {
  createDataSource,
  Database,
  type DatabaseRole,
  projectRoot,
} from '../../src/platform/database/index.js';
import { roleAddress } from '../../src/platform/database/roles.js';
import { prepareDataFolder } from '../../src/platform/powers/data-folder.js';
import type { Power } from '../../src/platform/powers/index.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { Stores } from '../../src/platform/storage/stores.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** An error as it came over the wire. */
export interface WireError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; problems?: { field: string; problem: string }[] } & Record<string, unknown>;
}

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  data: T | null | undefined;
  errors: WireError[] | undefined;
  /** the body as it came */
  text: string;
}

/** What a union member that is a failure says. */
export interface FailureValue {
  __typename: string;
  code: string;
  message: string;
}

export const FAILURE = '__typename ... on Failure { code message }';

/** Somebody at the API. */
export class Api {
  constructor(
    readonly url: string,
    readonly token: string | null,
  ) {}

  get headers(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }

  async ask<T = Record<string, unknown>>(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Answer<T>> {
    return this.post<T>(JSON.stringify({ query, variables }));
  }

  async post<T = Record<string, unknown>>(
    body: string,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers, ...headers },
      body,
    });
    const text = await response.text();
    const parsed = (text.startsWith('{') ? JSON.parse(text) : {}) as { data?: T; errors?: WireError[] };
    return {
      status: response.status,
      headers: response.headers,
      data: parsed.data,
      errors: parsed.errors,
      text,
    };
  }

  /** The value of the operation's only field. @throws Error when the answer has errors */
  async value<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { errors, data } = await this.ask(query, variables);
    if (errors !== undefined)
      throw new Error(errors.map((error) => `${error.extensions?.code}: ${error.message}`).join('; '));
    return Object.values(data ?? {})[0] as T;
  }

  /** The same of a mutation with one `input`, whose result is a union. @throws Error for a failure member too */
  async done<T>(
    mutation: string,
    type: string,
    selection: string,
    input: Record<string, unknown>,
  ): Promise<T> {
    const value = await this.tried<T & Partial<FailureValue>>(mutation, type, selection, input);
    if (value.__typename !== type)
      throw new Error(`${mutation}: ${value.__typename} ${value.code}: ${value.message}`);
    return value;
  }

  /** The same, with whatever member of the union came. */
  async tried<T>(
    mutation: string,
    type: string,
    selection: string,
    input: Record<string, unknown>,
  ): Promise<T> {
    const inputType = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    return this.value<T>(
      `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { ${FAILURE} ... on ${type} { ${selection} } } }`,
      { input },
    );
  }

  /** The failure member that came. @throws Error when it was none */
  async failed(mutation: string, input: Record<string, unknown>): Promise<FailureValue> {
    const inputType = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
    const value = await this.value<FailureValue>(
      `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { ${FAILURE} } }`,
      { input },
    );
    if (value.code === undefined) throw new Error(`${mutation} did not fail: it gave a ${value.__typename}`);
    return value;
  }

  /** The codes of the errors that a query is answered with, or [] when it is answered. */
  async codes(query: string, variables: Record<string, unknown> = {}): Promise<(string | undefined)[]> {
    return ((await this.ask(query, variables)).errors ?? []).map(({ extensions }) => extensions?.code);
  }

  async get(place: string, headers: Record<string, string> = this.headers): Promise<Response> {
    return fetch(this.url + place, { headers });
  }

  async bytes(place: string): Promise<Buffer> {
    const response = await this.get(place);
    if (!response.ok) throw new Error(`${place} was answered ${response.status}: ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  async put(place: string, body: Uint8Array): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(this.url + place, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** What comes over the socket until the service ends it: values and errors, in order. */
  async subscribe<T>(
    query: string,
    variables: Record<string, unknown> = {},
    onValue: (value: T) => void = () => undefined,
  ): Promise<{ values: T[]; errors: WireError[] }> {
    const client = createClient({
      url: `${this.url.replace(/^http/, 'ws')}/graphql`,
      connectionParams: this.headers,
      retryAttempts: 0,
    });
    const values: T[] = [];
    const errors: WireError[] = [];
    try {
      for await (const result of client.iterate<Record<string, T>>({ query, variables })) {
        errors.push(...((result.errors ?? []) as unknown as WireError[]));
        const value = Object.values(result.data ?? {})[0];
        if (value == null) continue;
        values.push(value);
        onValue(value);
      }
    } catch (error) {
      if (!Array.isArray(error)) throw error;
      errors.push(...(error as WireError[]));
    } finally {
      await client.dispose();
    }
    return { values, errors };
  }
}

export interface Tenant {
  id: string;
  api: Api;
}

/** The whole service on a clone of its own: four powers, each with its own role, in this process. */
export class TestService {
  private dataset: Promise<string> | undefined;

  private constructor(
    readonly database: TestDatabase,
    readonly data: string,
    readonly url: string,
    readonly configuration: Configuration,
    readonly operator: Api,
    readonly firstOperatorToken: string,
    /** What a power of this service is started with. */
    readonly powerSettings: (role: DatabaseRole) => PowerSettings,
    readonly close: () => Promise<void>,
  ) {}

  /** @param powers those to start; the API alone is enough where nothing has to run */
  static async start(
    options: { powers?: readonly Power[]; configuration?: Partial<Configuration> } = {},
  ): Promise<TestService> {
    const database = await createTestDatabase();
    const data = fs.mkdtempSync(path.join(tmpdir(), 'sandbox-service-'));
    await prepareDataFolder(data, false);
    const configuration: Configuration = {
      ...loadConfiguration({}, { port: 0, data }),
      logLevel: 'silent',
      databasePoolSize: 5,
      ...options.configuration,
    };
    database.lendSecrets(data);
    const logger = pino({ level: 'silent' });
    const settings = (role: DatabaseRole): PowerSettings => ({
      configuration,
      dataFolder: data,
      database: roleAddress(database.admin, role, path.join(data, 'secrets', 'database')),
      jobs: roleAddress(database.admin, 'sandbox_jobs', path.join(data, 'secrets', 'database')),
      slots: null,
      buildDigest: createHash('sha256').update('test').digest('hex'),
      versions: { arrow: 'Arrow IPC stream, metadata V5' },
    });
    const started: RunningPower[] = [];
    const undo = async (): Promise<void> => {
      for (const power of started.reverse()) await power.stop();
      await database.close();
      fs.rmSync(data, { recursive: true, force: true });
    };
    try {
      for (const power of options.powers ?? (['launcher', 'evaluator', 'signer', 'api'] as const)) {
        started.push(await startPower(power, settings(`sandbox_${power}`), logger));
      }
      const api = started.find(({ url }) => url !== null);
      const url = api?.url ?? '';
      const first = api?.operatorToken ?? '';
      const { secret } = await new Api(url, first).done<{ secret: string }>(
        'issueToken',
        'TokenIssued',
        'secret',
        {
          label: 'operator',
        },
      );
      return new TestService(database, data, url, configuration, new Api(url, secret), first, settings, undo);
    } catch (error) {
      await undo();
      throw error;
    }
  }

  client(token: string | null): Api {
    return new Api(this.url, token);
  }

  /** A second API on the same database that listens nowhere: to be asked with `inject`, inside the caller's context. */
  async application(): Promise<{
    app: NestFastifyApplication;
    dataSource: DataSource;
    close: () => Promise<void>;
  }> {
    const settings = this.powerSettings('sandbox_api');
    const dataSource = await createDataSource(settings.database, ENTITIES, { poolSize: 5 }).initialize();
    const jobs = await JobQueue.start(settings.jobs, { supervise: false });
    const stores = await Stores.open(this.data, ['artefacts', 'imports'], ['development', 'reports']);
    const foundation = { database: new Database(dataSource), jobs, stores };
    const app = await createApi(foundation, settings, pino({ level: 'silent' }));
    await app.getHttpAdapter().getInstance().ready();
    return {
      app,
      dataSource,
      close: async () => {
        await app.close();
        await jobs.stop();
        await dataSource.destroy();
      },
    };
  }

  async admitTenant(name: string = `Tenant ${randomUUID()}`, runQuota = 100): Promise<Tenant> {
    const { applicationId } = await this.client(null).done<{ applicationId: string }>(
      'applyForAdmission',
      'ApplicationReceipt',
      'applicationId',
      application(name),
    );
    const { tenant, issued } = await this.operator.done<{
      tenant: { id: string };
      issued: { secret: string };
    }>('admitTenant', 'TenantAdmitted', 'tenant { id } issued { secret }', { applicationId, runQuota });
    return { id: tenant.id, api: this.client(issued.secret) };
  }

  /** An authority with two reviewers. */
  async authority(
    name: string = `Authority ${randomUUID()}`,
  ): Promise<{ id: string; first: Api; second: Api }> {
    const { organisation, issued } = await this.operator.done<{
      organisation: { id: string };
      issued: { secret: string };
    }>('registerAuthority', 'AuthorityRegistered', 'organisation { id } issued { secret }', {
      name,
      reviewerName: 'First Reviewer',
      reviewerEmail: 'first@authority.example',
    });
    const second = await this.operator.done<{ secret: string }>('invitePerson', 'TokenIssued', 'secret', {
      organisationId: organisation.id,
      name: 'Second Reviewer',
      email: 'second@authority.example',
      roles: ['REVIEWER'],
    });
    return { id: organisation.id, first: this.client(issued.secret), second: this.client(second.secret) };
  }

  /** A small ready dataset, made once. */
  async readyDataset(): Promise<string> {
    this.dataset ??= this.generate(3_000);
    return this.dataset;
  }

  async generate(rows: number): Promise<string> {
    const { id } = await this.operator.done<{ id: string }>('generateDataset', 'DatasetVersion', 'id', {
      name: `Test ${randomUUID()}`,
      preset: 'hk-retail-payments',
      rows,
      parameters: { prevalence: 0.05 },
    });
    await this.prepared(id);
    return id;
  }

  /** Waits until a dataset version is READY. @throws Error with its failure */
  async prepared(id: string): Promise<void> {
    for (;;) {
      const { state, failure } = await this.operator.value<{
        state: string;
        failure: { message: string } | null;
      }>(`query ($id: ID!) { datasetVersion(id: $id) { state failure { message } } }`, { id });
      if (state === 'READY') return;
      if (state === 'FAILED') throw new Error(failure?.message);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export function application(organisationName: string): Record<string, unknown> {
  return {
    organisationName,
    contactName: 'Ada Founder',
    contactEmail: 'ada@startup.example',
    useCase: 'Payment fraud detection',
    summary: 'Scores retail payments for fraud.',
  };
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

const BASELINES = path.join(projectRoot(), 'src', 'baselines');

/** A committed model with the columns that it reads. */
export function baseline(name: 'strong' | 'weak' | 'skewed'): {
  bytes: Buffer;
  input: string;
  features: string[];
} {
  const { input, models } = JSON.parse(fs.readFileSync(path.join(BASELINES, 'baselines.json'), 'utf8')) as {
    input: string;
    models: Record<string, { file: string; features: string[] }>;
  };
  const model = models[name];
  if (model === undefined) throw new Error(`there is no baseline ${name}`);
  return { bytes: fs.readFileSync(path.join(BASELINES, model.file)), input, features: model.features };
}

export async function registerModel(api: Api, name: string = `Model ${randomUUID()}`): Promise<string> {
  const input = { name, purpose: 'Fraud screening.', owner: 'Ada Founder' };
  return (await api.done<{ id: string }>('registerModel', 'Model', 'id', input)).id;
}

export interface OpenedVersion {
  id: string;
  uploadUrl: string;
}

/** A model version that waits for its artefact. */
export async function openVersion(
  api: Api,
  modelId: string,
  artefact: Uint8Array,
  label: string = randomUUID(),
  runtime = 'ONNX',
): Promise<OpenedVersion> {
  const created = await api.done<{ modelVersion: { id: string }; upload: { url: string } }>(
    'createModelVersion',
    'ModelVersionCreated',
    'modelVersion { id } upload { url }',
    { modelId, label, runtime, artefactSha256: sha256(artefact), artefactBytes: artefact.length },
  );
  return { id: created.modelVersion.id, uploadUrl: created.upload.url };
}

/** A READY model version of a committed model. */
export async function readyVersion(api: Api, name: 'strong' | 'weak' | 'skewed' = 'weak'): Promise<string> {
  const { bytes } = baseline(name);
  const { id, uploadUrl } = await openVersion(api, await registerModel(api), bytes);
  const { status, body } = await api.put(uploadUrl, bytes);
  if (status !== 200) throw new Error(`the upload was answered ${status}: ${JSON.stringify(body)}`);
  return id;
}

const SOURCE = { title: 'Test convention', status: 'CONVENTION' };

/** A plan that a few hundred rows can be judged by. */
export function planContent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: 'Test plan',
    threshold: 0.5,
    replicates: 100,
    seed: 7,
    minimumGroupSize: 50,
    criteria: [
      {
        id: 'auc',
        metric: 'rocAuc',
        comparator: 'AT_LEAST',
        threshold: 0.5,
        source: SOURCE,
        declaredBy: 'Tenant',
      },
      {
        id: 'parity',
        metric: 'demographicParityDifference',
        fairnessColumn: 'sex',
        comparator: 'AT_MOST',
        threshold: 0.5,
        source: SOURCE,
        declaredBy: 'Tenant',
      },
    ],
    ...changes,
  };
}

export async function bind(
  api: Api,
  modelVersionId: string,
  datasetVersionId: string,
  columns: readonly string[] = baseline('weak').features,
): Promise<string> {
  const { id } = await api.done<{ id: string }>('createInputBinding', 'ModelInputBinding', 'id', {
    modelVersionId,
    datasetVersionId,
    inputs: [{ name: baseline('weak').input, columns }],
  });
  return id;
}

export async function draftPlan(
  api: Api,
  inputBindingId: string,
  plan: Record<string, unknown> = planContent(),
): Promise<string> {
  return (
    await api.done<{ id: string }>('createEvaluationPlan', 'EvaluationPlan', 'id', { inputBindingId, plan })
  ).id;
}

/** A locked plan of the committed weak model on the service's small dataset. */
export async function lockedPlan(service: TestService, api: Api): Promise<string> {
  const planId = await draftPlan(api, await bind(api, await readyVersion(api), await service.readyDataset()));
  return (await api.done<{ id: string }>('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId })).id;
}

export interface RunState {
  state: string;
  progress: number;
  reasonCode: string | null;
}

export async function startRun(api: Api, planId: string): Promise<string> {
  return (await api.done<{ id: string }>('startRun', 'Run', 'id', { planId })).id;
}

/** Follows a run over the socket to its end. */
export async function follow(api: Api, runId: string): Promise<RunState[]> {
  const { values, errors } = await api.subscribe<RunState>(
    `subscription ($id: ID!) { runChanged(id: $id) { state progress reasonCode } }`,
    { id: runId },
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return values;
}

/** Runs a locked plan to its end. @returns the report's id @throws Error unless it SUCCEEDED */
export async function runToReport(api: Api, planId: string): Promise<{ runId: string; reportId: string }> {
  const runId = await startRun(api, planId);
  const last = (await follow(api, runId)).at(-1);
  const { report } = await api.value<{ report: { id: string } | null }>(
    `query ($id: ID!) { run(id: $id) { report { id } } }`,
    { id: runId },
  );
  if (report === null) throw new Error(`the run ended as ${last?.state}: ${last?.reasonCode}`);
  return { runId, reportId: report.id };
}
