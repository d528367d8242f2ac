import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import * as tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { makeSelfSigned, type SelfSigned } from '../../src/platform/tls/index.js';
import { type Api, draftPlan, registerModel, sha256, type TestService } from './service.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
export const PROGRAM = fileURLToPath(new URL('./scoring-program.mjs', import.meta.url));

export interface Gateway {
  address: string;
  fingerprint: string;
}

export const gatewayOf = (api: Api): Promise<Gateway> =>
  api.value(`{ runnerGateway { address fingerprint } }`);

/** A folder with a key and a certificate, as `sandbox runner init` makes them. */
export class Site {
  private constructor(
    readonly folder: string,
    readonly identity: SelfSigned,
  ) {}

  static async make(days = 30, now = new Date()): Promise<Site> {
    const folder = fs.mkdtempSync(path.join(tmpdir(), 'runner-site-'));
    const identity = await makeSelfSigned('test site', days, now);
    fs.writeFileSync(path.join(folder, 'runner.key'), identity.key, { mode: 0o600 });
    fs.writeFileSync(path.join(folder, 'runner.crt'), identity.certificate);
    return new Site(folder, identity);
  }

  async enrol(api: Api): Promise<string> {
    const { id } = await api.done<{ id: string }>('enrolRunner', 'Runner', 'id', {
      name: `Site ${randomUUID()}`,
      certificate: this.identity.certificate,
    });
    return id;
  }

  /** Starts `sandbox runner` here. */
  run(gateway: Gateway, work: readonly string[]): RunnerProcess {
    const { address, fingerprint } = gateway;
    const own = [
      '--key',
      path.join(this.folder, 'runner.key'),
      '--cert',
      path.join(this.folder, 'runner.crt'),
    ];
    return new RunnerProcess(['--gateway', address, '--pin', fingerprint, ...own, '--json', ...work]);
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

type Told = Record<string, unknown> & { event: string };

export class RunnerProcess {
  readonly events: Told[] = [];
  /** what it wrote that is no event */
  words = '';
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  private waiting: (() => void)[] = [];

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [MAIN, 'runner', ...args], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    this.child = child;
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('{')) this.events.push(JSON.parse(line) as Told);
      else this.words += `${line}\n`;
      for (const wake of this.waiting.splice(0)) wake();
    });
    this.exit = once(child, 'close').then(([code]) => {
      for (const wake of this.waiting.splice(0)) wake();
      return code as number | null;
    });
  }

  /** The first event that is met. @throws Error when the process ends before */
  async until(met: (event: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.events.find(met);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`the runner ended: ${this.words}${JSON.stringify(this.events.slice(-5))}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.exit;
  }
}

/**
 * Stands between a runner and the gateway, with the runner's own key, and sees every byte in clear: the runner is told to
 * pin its certificate. It can cut what passes.
 */
export class Eavesdropper {
  readonly toGateway: Buffer[] = [];
  readonly toRunner: Buffer[] = [];
  private readonly sockets = new Set<tls.TLSSocket>();
  private deafUntil = 0;

  private constructor(
    private readonly server: Server,
    readonly gateway: Gateway,
  ) {}

  static async between(real: Gateway, site: Site): Promise<Eavesdropper> {
    const own = await makeSelfSigned('eavesdropper', 1);
    const server = tls.createServer({ key: own.key, cert: own.certificate });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const self = new Eavesdropper(server, { address: `127.0.0.1:${port}`, fingerprint: own.fingerprint });
    const [host, to] = real.address.split(':');
    server.on('secureConnection', (near: tls.TLSSocket) => {
      if (Date.now() < self.deafUntil) {
        near.destroy();
        return;
      }
      const { key, certificate: cert } = site.identity;
      const far = tls.connect({ host, port: Number(to), key, cert, rejectUnauthorized: false });
      for (const socket of [near, far]) {
        self.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          self.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on('data', (bytes: Buffer) => {
        self.toGateway.push(bytes);
        far.write(bytes);
      });
      far.on('data', (bytes: Buffer) => {
        self.toRunner.push(bytes);
        near.write(bytes);
      });
    });
    return self;
  }

  /** Every connection breaks off now, and new ones for so long; then they pass. */
  cut(milliseconds = 0): number {
    this.deafUntil = Date.now() + milliseconds;
    const count = this.sockets.size;
    for (const socket of this.sockets) socket.destroy();
    return count;
  }

  /** The requests so far, as `METHOD PATH`. */
  requests(): string[] {
    const text = Buffer.concat(this.toGateway).toString('latin1');
    return [...text.matchAll(/(GET|PUT|POST) (\/v1\/\S+) HTTP\/1\.1\r\n/g)].map(
      ([, method, to]) => `${method} ${to}`,
    );
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A request as a hostile runner might make it. */
export async function ask(
  gateway: Gateway,
  identity: SelfSigned | null,
  method: string,
  to: string,
  body?: Uint8Array | string,
): Promise<{ status: number; body: Buffer; json: () => Record<string, unknown> }> {
  const [host, port] = gateway.address.split(':');
  const request = https.request({
    ...{ host, port, method, path: to, rejectUnauthorized: false, agent: false },
    ...(identity === null ? {} : { key: identity.key, cert: identity.certificate }),
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return {
    status: response.statusCode,
    body: bytes,
    json: () => JSON.parse(bytes.toString()) as Record<string, unknown>,
  };
}

export const leaseRequest = (models: string[] | null = null): string =>
  JSON.stringify({ protocol: 1, runner: { version: 'test', host: 'test' }, models });

/** A locked plan of a model that stays at its site. */
export async function remotePlan(
  service: TestService,
  api: Api,
  columns: readonly string[],
  artefact: Uint8Array,
  datasetVersionId?: string,
  plan?: Record<string, unknown>,
): Promise<string> {
  const { modelVersion, upload } = await api.done<{
    modelVersion: { id: string; state: string };
    upload: null;
  }>('createModelVersion', 'ModelVersionCreated', 'modelVersion { id state } upload { url }', {
    modelId: await registerModel(api),
    label: randomUUID(),
    runtime: 'REMOTE_RUNNER',
    artefactSha256: sha256(artefact),
    artefactBytes: artefact.length,
  });
  if (modelVersion.state !== 'READY' || upload !== null)
    throw new Error('a remote version waits for an upload');
  const { id: inputBindingId } = await api.done<{ id: string }>(
    'createInputBinding',
    'ModelInputBinding',
    'id',
    {
      modelVersionId: modelVersion.id,
      datasetVersionId: datasetVersionId ?? (await service.readyDataset()),
      inputs: [{ name: 'features', columns }],
    },
  );
  const planId = await draftPlan(api, inputBindingId, plan);
  await api.done('lockEvaluationPlan', 'EvaluationPlan', 'id', { planId });
  return planId;
}

/** The Arrow streams among the answers that crossed. */
export function answers(sent: Buffer): Buffer[] {
  const bodies: Buffer[] = [];
  for (let at = 0; ;) {
    const mark = sent.indexOf('content-type: application/vnd.apache.arrow.stream', at);
    if (mark < 0) return bodies;
    const begin = sent.indexOf('\r\n\r\n', mark) + 4;
    const length = Number(/content-length: (\d+)/i.exec(sent.toString('latin1', mark, begin))?.[1]);
    bodies.push(sent.subarray(begin, begin + length));
    at = begin + length;
  }
}
