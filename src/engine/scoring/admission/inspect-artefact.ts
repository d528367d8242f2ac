import { type JailHost, type JailLimits, type JailSettings } from '../../isolation/index.js';
import { inspectInJail } from '../inspect-in-jail.js';
import { type OnnxInspection } from '../onnx-inspection.js';

/** What looking at an artefact gives, by the runtime that is to run it. A runtime that is added says so here. */
interface Inspections {
  ONNX: OnnxInspection;
}

type Source = Uint8Array | { file: string };
type Jail = JailHost | JailSettings;

const INSPECTORS: {
  [R in keyof Inspections]: (
    source: Source,
    jail: Jail,
    limits: Partial<JailLimits>,
  ) => Promise<Inspections[R]>;
} = {
  ONNX: async (source, jail, limits) => (await inspectInJail(source, jail, limits)).inspection,
};

export type InspectableRuntime = keyof Inspections;

export function isInspectable(runtime: string): runtime is InspectableRuntime {
  return Object.hasOwn(INSPECTORS, runtime);
}

/**
 * Looks at an artefact of any kind and size, inside a jail from the first byte on: what it is by its content, whether its
 * runtime takes it, what it says of itself.
 *
 * @throws ScoringError, blame `model`, with a code and a sentence that says what the file is and what to do
 */
export function inspectArtefact<R extends InspectableRuntime>(
  source: Source,
  runtime: R,
  jail: Jail,
  limits: Partial<JailLimits> = {},
): Promise<Inspections[R]> {
  return INSPECTORS[runtime](source, jail, limits);
}
