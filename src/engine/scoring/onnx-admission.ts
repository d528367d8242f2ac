import { InputError } from '../input-error.js';
import { checkInputKind, ZIPMAP_REMEDY } from './binding.js';
import { type OnnxInspection } from './onnx-inspection.js';

/**
 * Refuses a model that no binding could make a score of, before anything is bound to it.
 *
 * @throws InputError `UNSUPPORTED_INPUT`, `UNSUPPORTED_OUTPUT`
 */
export function checkUsable(inspection: OnnxInspection): void {
  if (inspection.inputs.length === 0) {
    throw new InputError(
      'UNSUPPORTED_INPUT',
      'the model has no input: it would give the same score to every row',
    );
  }
  inspection.inputs.forEach(checkInputKind);
  const scores = inspection.outputs.filter(
    ({ elementType, shape }) => ['float', 'double'].includes(elementType) && shape.length <= 2,
  );
  if (scores.length > 0) return;
  const maps = inspection.outputs.some(({ elementType }) => ['sequence', 'map'].includes(elementType));
  throw new InputError(
    'UNSUPPORTED_OUTPUT',
    maps
      ? `the model gives its scores as maps that cannot be read from a tensor: ${ZIPMAP_REMEDY}`
      : 'none of the model’s outputs is a float or double tensor [n], [n, 1] or [n, k]: export the model so that it gives its score as one',
  );
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/ir.?version/i, 'save it with an older IR version (model.ir_version = 10)'],
  [/opset|domain_version/i, 'export it for an older operator set, for example with target_opset=17'],
  [
    /not a registered|no op registered|custom/i,
    'operators of one’s own are not loaded: express them with those of ai.onnx and ai.onnx.ml',
  ],
];

/** What ONNX Runtime said when it did not take the model, and what may help. */
export function loadFailure(message: string): string {
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1];
  return hint === undefined ? message : `${message.slice(0, 600)} — ${hint}`;
}
