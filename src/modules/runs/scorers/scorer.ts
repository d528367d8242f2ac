import type { JailLimits, Usage } from '../../../engine/isolation/index.js';
import type { InputBinding } from '../../../engine/scoring/index.js';
import type { RuntimeName } from '../../models/index.js';

export interface ScoringSettings {
  limits: Partial<JailLimits>;
  /** jails side by side for one run */
  lanes: number;
  arrowVersion: string;
  /** folder of the committed reference models */
  references: string;
}

export const SCORING_SETTINGS = Symbol('SCORING_SETTINGS');

/**
 * How a model is fed. BATCH: the features, in whatever batches. EVENTS: every column of the raw events, in their order,
 * `windowRows` at a time, each window only after the scores of the one before have arrived and are sound.
 */
export type FeedRequest =
  | { kind: 'BATCH' }
  | {
      kind: 'EVENTS';
      windowRows: number;
      /** object in the store of features: one row for each row of the features, by the same key */
      events: { sha256: string; rows: number };
    };

/** What a run asks to be scored. */
export interface ScoringRequest {
  runId: string;
  attempt: number;
  tenantId: string;
  split: string;
  model: {
    runtime: RuntimeName;
    versionId: string;
    artefactSha256: string;
    /** what its admission found, in the form of its runtime */
    inspection: unknown;
  };
  binding: InputBinding;
  /** object in the store of features */
  features: { sha256: string; rows: number };
  feed: FeedRequest;
  /** aborted when nobody waits for the scores any more */
  signal: AbortSignal;
  onProgress: (scored: number) => void;
  /** receives what the model prints for people, where it runs here */
  onStderr: (bytes: Uint8Array) => void;
}

/** What came of it: scores in the order of the rows that were fed, every one finite. */
export interface Scored {
  scores: Float32Array | Float64Array;
  /** of the jails; null where nothing of the model ran here */
  usage: Usage | null;
  firstScoreSeconds: number | null;
  rowsPerSecond: number | null;
  /** layers of isolation that were in force; none where the model ran elsewhere */
  layers: readonly string[];
  /** class of machine that scored */
  hostClass: string;
  /** goes into the report's evidence: the same for the same model, data and plan on one class of machine */
  environment: Record<string, unknown>;
}

/**
 * One way to score a version. A model's fault or a limit is a `ScoringError` with its blame; anything else thrown is ours
 * and is tried again.
 */
export interface Scorer {
  score(request: ScoringRequest): Promise<Scored>;
}

/** The scorer of each runtime that this launcher has. */
export type Scorers = Readonly<Partial<Record<RuntimeName, Scorer>>>;

export const SCORERS = Symbol('SCORERS');
