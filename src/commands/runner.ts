import { Command } from 'commander';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../engine/input-error.js';
import { jailHost } from '../engine/isolation/index.js';
import {
  type Lease,
  parsePin,
  type RunnerEvent,
  runRunner,
  type ScoringProgram,
  startOnnx,
  startProgram,
} from '../engine/scoring/remote/index.js';
import { projectRoot } from '../platform/database/index.js';
import { parseSize } from './jail-options.js';
import { init } from './runner/init.js';
import { plainly } from './runner/events.js';

/** What every run of the command needs; `init` needs none of it, so that the parser cannot ask. */
const NEEDED = ['gateway', 'pin', 'key', 'cert'] as const;

interface Options {
  gateway: string;
  pin: string;
  key: string;
  cert: string;
  model?: string;
  artefact?: string;
  memory: number;
  once: boolean;
  json: boolean;
}

const DEFAULT_MEMORY = 4 * 2 ** 30;

export const command = new Command('runner')
  .description(
    'Score at your own site for the sandbox: connects outward, takes blind batches, returns scores',
  )
  .argument(
    '[program...]',
    'after --: a program that reads an Arrow stream on stdin and writes one of scores',
  )
  .option('--gateway <host:port>', 'where the sandbox awaits runners: the query runnerGateway says it')
  .option('--pin <fingerprint>', 'SHA-256 of the gateway’s certificate, from the same query')
  .option('--key <file>', 'private key, made with "sandbox runner init"')
  .option('--cert <file>', 'certificate, made with "sandbox runner init" and enrolled')
  .option('--model <file>', 'ONNX model to run in a jail of this machine, instead of a program')
  .option('--artefact <file>', 'with a program: take only runs of the version with this file’s SHA-256')
  .option('--memory <size>', 'memory of the jail of --model (default: 4G)', parseSize, DEFAULT_MEMORY)
  .option('--once', 'end after one run', false)
  .option('--json', 'tell what happens as JSON, a line each, instead of in words', false)
  .addHelpText(
    'after',
    `
What happens is told on stderr. A lost connection is made anew, and a run goes on where the sandbox has its scores; Ctrl-C
ends the work at once, and nothing that was acknowledged is lost.`,
  )
  .action(run);
command.addCommand(init);

async function run(program: string[], options: Options): Promise<void> {
  const missing = NEEDED.find((name) => (options as Partial<Options>)[name] === undefined);
  if (missing !== undefined) command.error(`error: required option '--${missing}' not specified`);
  const [file, ...args] = program;
  if ((file === undefined) === (options.model === undefined))
    throw new InputError('MISSING_OPTION', 'give either --model FILE or, after --, a program');
  const gateway = { ...address(options.gateway), pin: parsePin(options.pin) };
  const [key, certificate] = await Promise.all([text(options.key, '--key'), text(options.cert, '--cert')]);
  const { start, models } =
    options.model === undefined
      ? await ownProgram(file ?? '', args, options.artefact)
      : await onnxModel(options.model, options.memory);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { version } = JSON.parse(await text(join(projectRoot(), 'package.json'), 'package.json')) as {
    version: string;
  };
  await runRunner({
    gateway,
    identity: { key, certificate },
    runner: { version, host: hostname() },
    models,
    start,
    once: options.once,
    signal: stop.signal,
    jitter: Math.random,
    tell: (event) => tell(event, options.json),
  });
}

function tell(event: RunnerEvent, asJson: boolean): void {
  const at = new Date().toISOString();
  process.stderr.write(asJson ? `${JSON.stringify({ at, ...event })}\n` : `${at} ${plainly(event)}\n`);
}

type Source = { start: (lease: Lease) => Promise<ScoringProgram>; models: string[] | null };

async function ownProgram(program: string, args: string[], artefact: string | undefined): Promise<Source> {
  return {
    start: () => startProgram(program, args),
    models: artefact === undefined ? null : [digestOf(await bytes(artefact, '--artefact'))],
  };
}

async function onnxModel(file: string, memoryBytes: number): Promise<Source> {
  const model = await bytes(file, '--model');
  let host;
  try {
    host = jailHost();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError('NO_JAIL', `--model runs in a jail, which this machine does not give: ${why}`);
  }
  return { start: (lease) => startOnnx(host, model, lease, memoryBytes), models: [digestOf(model)] };
}

function address(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(\[[0-9a-f:]+\]|[^\s:/]+):(\d{1,5})$/i.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    throw new InputError('BAD_ADDRESS', `--gateway must be HOST:PORT, not "${text.slice(0, 200)}"`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function bytes(file: string, option: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new InputError('FILE_NOT_FOUND', `${option} ${file}: ${(error as Error).message}`);
  }
}

async function text(file: string, option: string): Promise<string> {
  return (await bytes(file, option)).toString('utf8');
}
