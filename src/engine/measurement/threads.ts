import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { compiled } from '../compiled.js';
import { InputError } from '../input-error.js';
import type { MeasurementDocument, MeasurementInput, MeasurementOptions } from './document.js';

/** What a measuring thread is started with: its port to the leader, or, for the leader, the ports of the others. */
export interface ThreadData {
  ports: MessagePort[];
  leader: boolean;
  /** Counts answers, so that the leader can sleep until one has come. */
  bell: Int32Array<SharedArrayBuffer>;
}

export type Answer =
  { document: MeasurementDocument } | { refused: { code: string; message: string } } | { failed: string };

export interface Assignment {
  input: MeasurementInput;
  options: MeasurementOptions;
}

/** As many as there are lanes of rows to share out. */
export const MOST_THREADS = 8;

/**
 * Threads that measure, started ahead of the data so that their start costs no time, and stopped by `close`.
 *
 * One leads and calls the others; the caller's event loop stays free.
 */
export class MeasuringThreads {
  private readonly workers: Worker[] = [];
  private fail: ((error: Error) => void) | undefined;
  private broken: Error | undefined;

  /** @param threads how many, at least 1 */
  constructor(threads: number) {
    const size = Math.max(1, Math.min(MOST_THREADS, Math.floor(threads)));
    const bell = new Int32Array(new SharedArrayBuffer(4));
    const script = compiled(import.meta.url, './measure.worker.js');
    const toMembers: MessagePort[] = [];
    const start = (data: ThreadData): void => {
      const worker = new Worker(script, { workerData: data, transferList: data.ports, env: {} });
      worker.once('error', (error) => this.break(error instanceof Error ? error : new Error(String(error))));
      worker.once('exit', () => this.break(new Error('a measuring thread ended early')));
      this.workers.push(worker);
    };
    for (let member = 1; member < size; member++) {
      const { port1, port2 } = new MessageChannel();
      toMembers.push(port1);
      start({ ports: [port2], leader: false, bell });
    }
    start({ ports: toMembers, leader: true, bell });
  }

  /** One measurement at a time. @throws InputError as `measure` does */
  async measure(input: MeasurementInput, options: MeasurementOptions = {}): Promise<MeasurementDocument> {
    if (this.broken !== undefined) throw this.broken;
    const leader = this.workers[this.workers.length - 1] as Worker;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.fail = reject;
      leader.once('message', resolve);
      leader.postMessage({ input: shared(input), options } satisfies Assignment);
    });
    this.fail = undefined;
    if ('document' in answer) return answer.document;
    if ('refused' in answer) throw new InputError(answer.refused.code, answer.refused.message);
    throw new Error(answer.failed);
  }

  /** Lets whoever waits for a measurement wait no longer; the threads are of no use afterwards but to be closed. */
  abandon(reason: unknown): void {
    this.break(reason instanceof Error ? reason : new Error(String(reason)));
  }

  async close(): Promise<void> {
    this.broken ??= new Error('the measuring threads are closed');
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private break(error: Error): void {
    this.broken ??= error;
    this.fail?.(this.broken);
  }
}

/** Above this, what a measurement leaves in its threads is worth more than their start. */
const KEPT_ROWS = 1_000_000;

/**
 * Threads that stay from one measurement to the next: for small inputs, starting them and warming them up costs ten
 * times what measuring does. Measurements wait for each other.
 */
export class StandingThreads {
  private team: MeasuringThreads | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(readonly threads: number) {}

  /**
   * @param signal ends the measurement, and the threads with it: it rejects with the signal's reason
   * @throws InputError as `measure` does
   */
  measure(
    input: MeasurementInput,
    options: MeasurementOptions = {},
    signal?: AbortSignal,
  ): Promise<MeasurementDocument> {
    const document = this.turn.then(() => this.now(input, options, signal));
    this.turn = document.catch(() => undefined);
    return document;
  }

  /** Ends the threads once what is asked of them is done; another measurement starts others. */
  async close(): Promise<void> {
    await this.turn;
    await this.end();
  }

  private async now(
    input: MeasurementInput,
    options: MeasurementOptions,
    signal: AbortSignal | undefined,
  ): Promise<MeasurementDocument> {
    signal?.throwIfAborted();
    const team = (this.team ??= new MeasuringThreads(this.threads));
    let kept = input.scores.length <= KEPT_ROWS;
    const abort = (): void => team.abandon(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await team.measure(input, options);
    } catch (error) {
      // A refusal leaves the threads as they were; whatever else it is may not.
      kept &&= error instanceof InputError;
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      if (!kept) await this.end();
    }
  }

  private async end(): Promise<void> {
    const { team } = this;
    this.team = undefined;
    await team?.close();
  }
}

/**
 * Measures on worker threads and leaves the event loop free; the document is the same whatever their number.
 *
 * @param threads at most as many as there are cores; default 2
 * @throws InputError as `measure` does
 */
export async function measureInThreads(
  input: MeasurementInput,
  options: MeasurementOptions = {},
  threads = 2,
): Promise<MeasurementDocument> {
  const team = new MeasuringThreads(threads);
  try {
    return await team.measure(input, options);
  } finally {
    await team.close();
  }
}

/** The input with its columns on shared memory: copied only where they are not there already. */
function shared(input: MeasurementInput): MeasurementInput {
  const groups = Object.entries(input.groups ?? {}).map(
    ([column, coded]) => [column, { names: coded.names, codes: onSharedMemory(coded.codes) }] as const,
  );
  return {
    scores: onSharedMemory(input.scores),
    labels: onSharedMemory(input.labels),
    ...(input.entity === undefined
      ? {}
      : { entity: { names: unnamed(input.entity.names.length), codes: onSharedMemory(input.entity.codes) } }),
    ...(input.days === undefined ? {} : { days: onSharedMemory(input.days) }),
    ...(input.times === undefined ? {} : { times: onSharedMemory(input.times) }),
    ...(input.amounts === undefined ? {} : { amounts: onSharedMemory(input.amounts) }),
    ...(input.cases === undefined
      ? {}
      : { cases: { names: unnamed(input.cases.names.length), codes: onSharedMemory(input.cases.codes) } }),
    ...(input.groups === undefined ? {} : { groups: Object.fromEntries(groups) }),
    ...(input.reference === undefined ? {} : { reference: input.reference }),
  };
}

/** Millions of names are slow to hand over, and of entities and cases only their number and order count: the places, empty. */
function unnamed(length: number): string[] {
  const names: string[] = [];
  names.length = length;
  return names;
}

function onSharedMemory<T extends Float64Array | Uint8Array | Int32Array>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const Kind = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Kind(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
