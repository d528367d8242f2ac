import { createUnionType, Field, Float, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { CountScalar, DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';
import { UploadTarget } from '../uploads/index.js';

export enum DatasetStateName {
  AWAITING_UPLOAD = 'AWAITING_UPLOAD',
  PREPARING = 'PREPARING',
  READY = 'READY',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}

registerEnumType(DatasetStateName, {
  name: 'DatasetState',
  description: 'Where a dataset version stands.',
  valuesMap: {
    AWAITING_UPLOAD: { description: 'An import whose file is still to be uploaded.' },
    PREPARING: { description: 'Being generated, or an import being taken apart.' },
    READY: { description: 'Plans can name it.' },
    FAILED: { description: 'It could not be prepared; see `failure`.' },
    CANCELLED: { description: 'Its generation was cancelled; nothing of it was kept.' },
  },
});

export enum ColumnRoleName {
  KEY = 'key',
  ENTITY = 'entity',
  TIME = 'time',
  FEATURE = 'feature',
  LABEL = 'label',
  PROTECTED = 'protected',
  CONTROL = 'control',
  INFORMATION = 'information',
}

registerEnumType(ColumnRoleName, {
  name: 'ColumnRole',
  description: 'What a column is to an evaluation.',
  valuesMap: {
    KEY: { description: 'Joins the tables; says nothing.' },
    ENTITY: { description: 'Whose row it is: intervals are drawn by it.' },
    TIME: { description: 'When: splits and days are made of it.' },
    FEATURE: { description: 'What a model may see.' },
    LABEL: { description: 'The truth: 1 or 0. Never given to a model.' },
    PROTECTED: { description: 'A protected attribute, for fairness. Never given to a model.' },
    CONTROL: { description: 'A random attribute: a fairness measure that finds a gap here is wrong.' },
    INFORMATION: { description: 'For people to read; no part of an evaluation.' },
  },
});

export enum Split {
  DEVELOPMENT = 'development',
  EVALUATION = 'evaluation',
  SEALED = 'sealed',
}

registerEnumType(Split, {
  name: 'Split',
  description: 'A part of a dataset version, cut by time.',
  valuesMap: {
    DEVELOPMENT: { description: 'The earlier part; its labels are given out.' },
    EVALUATION: { description: 'The later part; blind.' },
    SEALED: {
      description:
        'The last part; blind, drawn for one plan after it is locked, and scored once for a model.',
    },
  },
});

@ObjectType({ description: 'A column of a table.' })
export class DatasetColumn {
  @Field(() => String, { description: 'Its name in the files.' })
  name: string;

  @Field(() => String, { description: 'Its type in the files.' })
  type: string;

  @Field(() => ColumnRoleName, { description: 'What it is to an evaluation.' })
  role: ColumnRoleName;

  @Field(() => String, { description: 'What it says.' })
  definition: string;

  @Field(() => String, { description: 'Its unit.' })
  unit: string;

  @Field(() => String, {
    nullable: true,
    description: 'The time window that it looks back over; null where it looks at its own row.',
  })
  window: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The words that it may hold; null where it holds anything else.',
  })
  values: readonly string[] | null;

  @Field(() => String, { description: 'The table that it stands in.' })
  table: string;
}

@ObjectType({ description: 'A file of the development split, for training.' })
export class DevelopmentFile {
  @Field(() => String, { description: 'File name.' })
  name: string;

  @Field(() => String, { description: 'The table that it holds.' })
  table: string;

  @Field(() => String, { description: 'Path below the service’s address: GET it with a token.' })
  url: string;

  @Field(() => DigestScalar, { description: 'Its digest.' })
  sha256: string;

  @Field(() => CountScalar, { description: 'Its size.' })
  sizeBytes: number;

  @Field(() => CountScalar, { description: 'Rows in it.' })
  rows: number;
}

@ObjectType({ description: 'A file of a dataset version that anybody with a token may download.' })
export class DatasetFile {
  @Field(() => String, {
    description: 'Where it stands in the version, for example development/labels.parquet.',
  })
  path: string;

  @Field(() => String, {
    description:
      'Path below the service’s address: GET it with a token, whole or by ranges of bytes (RFC 9110).',
  })
  url: string;

  @Field(() => Split, {
    nullable: true,
    description: 'Its split; null where it is of the version as a whole.',
  })
  split: Split | null;

  @Field(() => String, { description: 'The table or document that it holds.' })
  table: string;

  @Field(() => String, { description: 'Its media type.' })
  mediaType: string;

  @Field(() => DigestScalar, { description: 'Its digest; also its entity tag.' })
  sha256: string;

  @Field(() => CountScalar, { description: 'Its size.' })
  sizeBytes: number;

  @Field(() => CountScalar, { nullable: true, description: 'Rows in it; null where it is no table.' })
  rows: number | null;
}

@ObjectType({ description: 'A commitment to the key that a split was drawn from.' })
export class SplitCommitment {
  @Field(() => Split, { description: 'The split.' })
  split: Split;

  @Field(() => DigestScalar, {
    description:
      'SHA-256 of `sandbox commitment/1 ` and the key’s 32 bytes: reveals nothing, proves it later.',
  })
  commitment: string;
}

@ObjectType({ description: 'Why a dataset version could not be prepared.' })
export class DatasetFailure {
  @Field(() => String, { description: 'Stable code.' })
  code: string;

  @Field(() => String, { description: 'What is wrong and where.' })
  message: string;
}

@ObjectType({ description: 'An immutable dataset: preset and parameters, or an import, with its digest.' })
export class DatasetVersion {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'What the operator calls it.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The preset that generated it; null for an import.' })
  preset: string | null;

  @Field(() => JsonScalar, { description: 'Its parameters, without anything that would give labels away.' })
  parameters: Record<string, unknown>;

  @Field(() => [DatasetColumn], { description: 'Its columns.' })
  columns: DatasetColumn[];

  @Field(() => DatasetStateName, { description: 'Where it stands.' })
  state: DatasetStateName;

  @Field(() => Float, { description: 'How far its preparation is, 0 to 1.' })
  progress: number;

  @Field(() => String, {
    nullable: true,
    description: 'What its preparation is at, for example simulating; null unless one is at work on it.',
  })
  stage: string | null;

  @Field(() => DatasetFailure, { nullable: true, description: 'Why it failed; null unless it did.' })
  failure: DatasetFailure | null;

  @Field(() => DigestScalar, {
    nullable: true,
    description:
      'SHA-256 of the canonical JSON of `schema` (sandbox-dataset-version/2), `columns`, and `files` by path with their digests, the blind ones among them; null until it is READY.',
  })
  digest: string | null;

  @Field(() => DigestScalar, {
    nullable: true,
    description:
      'Commitment to the key that its evaluation split was drawn from, as in `commitments`. Null until it is READY, and for imports.',
  })
  commitment: string | null;

  @Field(() => [SplitCommitment], {
    description:
      'A commitment for each split that was drawn from a key; none until it is READY, and for imports.',
  })
  commitments: SplitCommitment[];

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Its datasheet; null until it is READY, and for imports.',
  })
  datasheet: Record<string, unknown> | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'Its realism report: what the data is like beside what real data shows. Null until it is READY, and for imports.',
  })
  realismReport: Record<string, unknown> | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'Its leak audit: what a single column or a shallow tree would find. Null until it is READY, and for imports.',
  })
  leakAudit: Record<string, unknown> | null;

  @Field(() => Date, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when authorities hold a key of it: its blindness is gone, plans are locked and runs started on it no more. Null while none does.',
  })
  revealedAt: Date | null;
}

export enum ParameterType {
  INTEGER = 'integer',
  NUMBER = 'number',
  CHOICE = 'choice',
  SERIES = 'series',
}

registerEnumType(ParameterType, {
  name: 'ParameterType',
  description: 'What a parameter of a preset takes.',
  valuesMap: {
    INTEGER: { description: 'A whole number.' },
    NUMBER: { description: 'A number.' },
    CHOICE: { description: 'One of its choices.' },
    SERIES: {
      description:
        'A number, or one a month as text, separated by /; the last holds for the months that follow.',
    },
  },
});

@ObjectType({ description: 'A parameter of a preset.' })
export class PresetParameter {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => ParameterType, { description: 'What it takes.' })
  type: ParameterType;

  @Field(() => String, { description: 'What it does.' })
  description: string;

  @Field(() => JsonScalar, { description: 'Its default.' })
  default: unknown;

  @Field(() => Float, { nullable: true, description: 'The least value; null where it is no number.' })
  minimum: number | null;

  @Field(() => Float, { nullable: true, description: 'The greatest value; null where it is no number.' })
  maximum: number | null;

  @Field(() => [String], { nullable: true, description: 'What it may be; null where it is a number.' })
  choices: readonly string[] | null;
}

@ObjectType({ description: 'A table that a preset makes.' })
export class PresetTable {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'What it holds.' })
  description: string;

  @Field(() => Boolean, { description: 'Whether each split has one; otherwise the version has one.' })
  perSplit: boolean;

  @Field(() => [DatasetColumn], { description: 'Its columns, in order.' })
  columns: DatasetColumn[];
}

@ObjectType({ description: 'A kind of synthetic dataset that can be generated.' })
export class DatasetPreset {
  @Field(() => String, { description: 'Its name: `generateDataset` takes it.' })
  name: string;

  @Field(() => String, { description: 'What to call it.' })
  title: string;

  @Field(() => String, { description: 'What it is.' })
  description: string;

  @Field(() => String, { description: 'What one row is, for example payment.' })
  row: string;

  @Field(() => CountScalar, { description: 'Rows at most.' })
  maximumRows: number;

  @Field(() => [PresetParameter], { description: 'What can be set.' })
  parameters: PresetParameter[];

  @Field(() => [PresetTable], { description: 'The tables that it makes, with every column.' })
  tables: PresetTable[];
}

@ObjectType({ description: 'An import and where to upload its file.' })
export class DatasetImportOpened {
  @Field(() => DatasetVersion, { description: 'The version, awaiting its upload.' })
  datasetVersion: DatasetVersion;

  @Field(() => UploadTarget, { description: 'Where to PUT the file.' })
  upload: UploadTarget;
}

@ObjectType({
  implements: () => [Failure],
  description: 'The preset or a parameter of it is not one that exists, or out of bounds.',
})
export class ParametersInvalid extends Failure {}

@ObjectType({
  implements: () => [Failure],
  description: 'There is no generation to cancel: the version is an import, or settled already.',
})
export class GenerationNotRunning extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The declared columns cannot make a dataset.' })
export class DeclarationInvalid extends Failure {}

export const GenerateDatasetResult = createUnionType({
  name: 'GenerateDatasetResult',
  description: 'What may come of asking for a dataset.',
  types: () => [DatasetVersion, ParametersInvalid] as const,
});

export const CancelDatasetGenerationResult = createUnionType({
  name: 'CancelDatasetGenerationResult',
  description: 'What may come of cancelling a generation.',
  types: () => [DatasetVersion, GenerationNotRunning] as const,
});

export const ImportDatasetResult = createUnionType({
  name: 'ImportDatasetResult',
  description: 'What may come of opening an import.',
  types: () => [DatasetImportOpened, DeclarationInvalid] as const,
});

export const DatasetVersionConnection = connectionOf(DatasetVersion, 'DatasetVersion');
