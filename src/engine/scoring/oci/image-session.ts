import { type JailHost, type JailLimits, startJail } from '../../isolation/index.js';
import { type ArrowField } from '../arrow-message.js';
import { ModelSession } from '../model-session.js';
import { BATCH_ROWS } from '../score-onnx.js';
import { ScoringError } from '../scoring-error.js';
import { type SessionOptions, StreamSession } from '../stream-session.js';
import { ImageStore } from './image-store.js';
import { imageError, imageProfile } from './score-image.js';

/** What it may say on stderr, and the ends of its stream. */
const BESIDE_SCORES_BYTES = (1 << 20) + 4096;

export interface ImageSessionOptions extends Pick<SessionOptions, 'onStderr' | 'signal'> {
  /** path of the OCI archive, asked for only where it is not unpacked yet; its digest must be verified then */
  archive: () => Promise<string>;
  sha256: string;
  columns: readonly ArrowField[];
  jail: JailHost;
  limits?: Partial<JailLimits>;
  /** See `ModelSessionOptions`. */
  tolerant?: boolean;
}

/**
 * Starts an image's entrypoint once and keeps its streams open. It must flush stdout after each batch; one that waits for
 * more while it owes scores ends the session with `WINDOW_UNANSWERED`. What a score is may depend on what came before:
 * that is the image's own affair.
 *
 * @throws what the image's store throws
 */
export async function openImageSession(options: ImageSessionOptions): Promise<ModelSession> {
  const { jail, columns, tolerant = false } = options;
  const unpacked = await ImageStore.of(jail).acquire(options.archive, options.sha256);
  const profile = imageProfile(unpacked, { ...options.limits, outputBytes: BESIDE_SCORES_BYTES });
  const [program = '', ...args] = unpacked.image.launch.command;
  const stream = new StreamSession({
    columns,
    messageRows: BATCH_ROWS,
    anyScore: tolerant,
    start: () => startJail(jail, profile, { program, args }),
    explain: (error) => (error instanceof ScoringError ? imageError(error) : error),
    onEnd: () => unpacked.release(),
    ...(options.onStderr !== undefined && { onStderr: options.onStderr }),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  return new ModelSession(stream, columns, tolerant, 1);
}
