import { InputError } from '../../engine/input-error.js';
import {
  defaultBinding,
  type InputBinding,
  type TypedColumn,
  validateBinding,
} from '../../engine/scoring/index.js';
import type { DatasetVersionRow } from '../datasets/index.js';
import type { ModelVersionRow, RuntimeName } from '../models/index.js';
import type { CreateInputBindingInput } from './plan.input.js';

type Wanted = Pick<CreateInputBindingInput, 'inputs' | 'output'>;
type Bind = (wanted: Wanted, model: ModelVersionRow, columns: readonly TypedColumn[]) => InputBinding;

/** The one input of a model that reads the scoring protocol's stream. */
const STREAM = 'features';

/** What a binding is, by runtime. */
const BINDINGS: Readonly<Partial<Record<RuntimeName, Bind>>> = {
  ONNX: bindTensors,
  REMOTE_RUNNER: bindStream,
};

/** @throws InputError naming what does not fit */
export function bindingOf(wanted: Wanted, model: ModelVersionRow, dataset: DatasetVersionRow): InputBinding {
  const bind = BINDINGS[model.runtime];
  if (bind === undefined) throw new Error(`no rule binds the runtime ${model.runtime}`);
  return bind(
    wanted,
    model,
    dataset.columns.filter(({ role }) => role === 'feature'),
  );
}

function bindTensors(wanted: Wanted, model: ModelVersionRow, columns: readonly TypedColumn[]): InputBinding {
  if (model.inspection === null) throw new Error('a version without inspection cannot be bound');
  const { inspection } = model;
  const output =
    wanted.output == null
      ? {}
      : {
          output: {
            name: wanted.output.name,
            ...(wanted.output.column == null ? {} : { column: wanted.output.column }),
          },
        };
  const binding: InputBinding =
    wanted.inputs == null
      ? defaultBinding(inspection, columns, output)
      : { inputs: wanted.inputs.map(({ name, columns }) => ({ name, columns })), ...output };
  validateBinding(binding, inspection, columns);
  return binding;
}

/** A stream of named columns in the binding's order; its score is the column `score` of what comes back. */
function bindStream(wanted: Wanted, _: ModelVersionRow, columns: readonly TypedColumn[]): InputBinding {
  const features = columns.map(({ name }) => name);
  if (wanted.output != null)
    throw new InputError(
      'UNKNOWN_OUTPUT',
      'scores come back as a stream with the column score: bind no output',
    );
  const [first, second] = wanted.inputs ?? [{ name: STREAM, columns: [...features] }];
  if (first?.name !== STREAM || second !== undefined)
    throw new InputError('UNKNOWN_INPUT', `the model reads one stream: bind one input, "${STREAM}"`);
  const missing = first.columns.find((column) => !features.includes(column));
  if (missing !== undefined)
    throw new InputError('MISSING_COLUMN', `no feature "${missing}"; there are ${features.join(', ')}`);
  if (first.columns.length === 0)
    throw new InputError('WRONG_COLUMN_COUNT', 'the stream needs at least one column');
  if (new Set(first.columns).size !== first.columns.length)
    throw new InputError('WRONG_COLUMN_COUNT', 'a column is bound twice');
  return { inputs: [{ name: STREAM, columns: first.columns }] };
}
