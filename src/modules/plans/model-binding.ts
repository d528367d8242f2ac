import { InputError } from '../../engine/input-error.js';
import {
  defaultBinding,
  type InputBinding,
  type OnnxInspection,
  streamBinding,
  type TypedColumn,
  validateBinding,
} from '../../engine/scoring/index.js';
import type { DatasetVersionRow } from '../datasets/index.js';
import type { ModelVersionRow, RuntimeName } from '../models/index.js';
import type { CreateInputBindingInput } from './plan.input.js';

type Wanted = Pick<CreateInputBindingInput, 'inputs' | 'output'>;
type Bind = (wanted: Wanted, model: ModelVersionRow, columns: readonly TypedColumn[]) => InputBinding;

/** What a binding is, by runtime. */
const BINDINGS: Readonly<Partial<Record<RuntimeName, Bind>>> = {
  ONNX: bindTensors,
  OCI_IMAGE: bindStream,
  REMOTE_RUNNER: bindStream,
  PREDICTIONS: bindNothing,
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
  const inspection = model.inspection as OnnxInspection;
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

function bindStream(wanted: Wanted, _: ModelVersionRow, columns: readonly TypedColumn[]): InputBinding {
  const { inputs, output } = wanted;
  return streamBinding(
    {
      ...(inputs != null && { inputs: inputs.map(({ name, columns }) => ({ name, columns })) }),
      ...(output != null && { output: { name: output.name } }),
    },
    columns.map(({ name }) => name),
  );
}

/** Predictions are joined by the dataset's key. */
function bindNothing(wanted: Wanted): InputBinding {
  if ((wanted.inputs ?? []).length > 0 || wanted.output != null)
    throw new InputError('UNKNOWN_INPUT', 'predictions read no column: bind neither inputs nor output');
  return { inputs: [] };
}
