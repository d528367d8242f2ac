import { randomUUID } from 'node:crypto';
import { link, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  baseProfile,
  type EscapeResult,
  type JailHost,
  type JailLimits,
  runEscapeChecks,
  startJail,
} from '../../isolation/index.js';
import { type FeatureBatch } from '../equal-messages.js';
import { inspectInJail } from '../inspect-in-jail.js';
import { linearModel } from '../onnx-writer.js';
import { type OnnxInspection } from '../onnx-inspection.js';
import { scoreOnnx } from '../score-onnx.js';
import { ScoringError } from '../scoring-error.js';
import { scoreStream } from '../stream-scoring.js';
import { ANY_REFUSAL, HOSTILE_MODELS, type HostileModel } from './onnx-files.js';
import { HOSTILE_STREAMS, SOUND_STREAM, STREAM_ROWS } from './score-streams.js';

const MIB = 2 ** 20;
const SIDE_BY_SIDE = 3;
/** Enough for the runtime to load; a model that takes all soon has taken this. */
const LIMITS: Partial<JailLimits> = { wallSeconds: 30, cpuSeconds: 2, memoryBytes: 512 * MIB };
/** What reading a hostile file may cost the process that reads it, all of them together. */
const LAUNCHER_BYTES = 256 * MIB;

/**
 * Every way out of a jail that is known here: those of programs, those of model files, those of score streams.
 *
 * @throws nothing of the attempts: one that could not be made counts as not held
 */
export async function runEscapeSuite(host: JailHost): Promise<EscapeResult[]> {
  return [...(await runEscapeChecks(host)), ...(await runHostileFiles(host))];
}

/**
 * Hands hostile files to the very functions that a tenant's files go through. Held means: refused, or ended by a limit,
 * with a reason that is right; sound ones beside them still pass; and this process has not grown.
 */
export async function runHostileFiles(host: JailHost): Promise<EscapeResult[]> {
  const folder = await mkdtemp(join(host.directory, 'bait-'));
  try {
    const bait = join(folder, randomUUID());
    await writeFile(bait, Float32Array.of(0.5), { mode: 0o644 });
    await link(bait, `${bait}.hard`);
    await symlink(bait, `${bait}.link`);
    const models = HOSTILE_MODELS.map((model) => ({ ...model, file: model.bytes(bait) }));
    // First, so that what follows is measured against a process that has all it needs.
    const control = await sound(host);
    const before = process.resourceUsage().maxRSS * 1024;
    const attempts = [
      ...models.flatMap((model) => [() => inspected(host, model), () => scored(host, model)]),
      ...HOSTILE_STREAMS.map((stream) => () => streamed(host, stream)),
    ];
    const results: (EscapeResult | undefined)[] = [];
    const queue = attempts.entries();
    const lane = async () => {
      for (const [place, attempt] of queue) results[place] = await attempt();
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
    const grown = process.resourceUsage().maxRSS * 1024 - before;
    return [
      control,
      ...results.filter((result) => result !== undefined),
      judged(
        'memory of whoever reads hostile files',
        grown <= LAUNCHER_BYTES ? undefined : `it grew by ${Math.round(grown / MIB)} MiB`,
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const judged = (name: string, escaped: string | undefined): EscapeResult => ({
  name,
  held: escaped === undefined,
  detail: escaped ?? 'held',
});

/** How it ended: the code of what was thrown, or undefined where it came through. */
async function ending(work: Promise<unknown>): Promise<{ codes: string[]; said: string }> {
  try {
    await work;
    return { codes: [], said: 'it came through' };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (!(error instanceof ScoringError)) return { codes: [], said };
    const refused = error.blame === 'model' ? [ANY_REFUSAL] : [];
    return { codes: [error.code, ...refused], said: `${error.code}: ${said}` };
  }
}

async function expecting(codes: readonly string[], work: Promise<unknown>): Promise<string | undefined> {
  const { codes: found, said } = await ending(work);
  return found.some((code) => codes.includes(code)) ? undefined : said;
}

type BuiltModel = HostileModel & { file: Uint8Array };

async function inspected(host: JailHost, model: BuiltModel): Promise<EscapeResult | undefined> {
  if (model.inspected === null) return undefined;
  const name = `${model.name}, handed in`;
  return judged(name, await expecting(model.inspected, inspectInJail(model.file, host, LIMITS)));
}

/** As if the inspection had found nothing: what is behind it has to hold by itself. */
const UNSUSPECTED: OnnxInspection = {
  opset: { 'ai.onnx': 15 },
  irVersion: 8,
  producer: 'hostile',
  inputs: [{ name: 'x', elementType: 'float', shape: ['n', 1] }],
  outputs: [{ name: 'score', elementType: 'float', shape: ['n', 1] }],
  nodeCount: 1,
  operators: [],
};

async function* features(): AsyncGenerator<FeatureBatch> {
  yield { rows: STREAM_ROWS, columns: [Float32Array.of(-1, -2, -3)] };
}

function scoring(host: JailHost, model: Uint8Array): Promise<unknown> {
  return scoreOnnx({
    model,
    inspection: UNSUSPECTED,
    binding: { inputs: [{ name: 'x', columns: ['x'] }] },
    batches: features(),
    rows: STREAM_ROWS,
    jail: host,
    limits: LIMITS,
  });
}

async function scored(host: JailHost, model: BuiltModel): Promise<EscapeResult> {
  return judged(
    `${model.name}, run without a look at it`,
    await expecting(model.scored, scoring(host, model.file)),
  );
}

const STREAM = '/stream';

function streaming(host: JailHost, bytes: Uint8Array, then: string[]): Promise<unknown> {
  const base = baseProfile({ ...LIMITS, outputBytes: MIB / 8 });
  const profile = { ...base, mounts: [...base.mounts, { kind: 'data' as const, bytes, at: STREAM }] };
  return scoreStream({
    columns: [{ name: 'x', type: 'float32' }],
    batches: features(),
    rows: STREAM_ROWS,
    messageRows: STREAM_ROWS,
    scoreType: 'float64',
    start: () => startJail(host, profile, { program: 'cat', args: [STREAM, ...then] }),
  });
}

async function streamed(host: JailHost, stream: (typeof HOSTILE_STREAMS)[number]): Promise<EscapeResult> {
  const then = stream.then === undefined ? [] : [stream.then];
  return judged(stream.name, await expecting(stream.code, streaming(host, stream.bytes, then)));
}

/** A model and a stream that are as they should be: where these fail as well, a refusal tells nothing. */
async function sound(host: JailHost): Promise<EscapeResult> {
  const ends = [
    await ending(scoring(host, linearModel(1, 0.5, 1))),
    await ending(streaming(host, SOUND_STREAM, [])),
  ];
  const failed = ends.find(({ said }) => said !== 'it came through');
  return judged('sound files beside hostile ones', failed?.said);
}
