import { createUnionType, Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { CountScalar, DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';
import { UploadTarget } from '../uploads/index.js';
import { AssuranceTierName } from './assurance-tier.js';

export enum Runtime {
  ONNX = 'ONNX',
  OCI_IMAGE = 'OCI_IMAGE',
  REMOTE_RUNNER = 'REMOTE_RUNNER',
  PREDICTIONS = 'PREDICTIONS',
}

registerEnumType(Runtime, {
  name: 'Runtime',
  description: 'How a version is scored.',
  valuesMap: {
    ONNX: { description: 'An ONNX graph, run by ONNX Runtime inside our jail: assurance tier A.' },
    OCI_IMAGE: {
      description:
        'A container image as an OCI archive, in any language: its entrypoint reads an Arrow stream of features and writes one of scores, inside our jail: assurance tier A.',
    },
    REMOTE_RUNNER: {
      description:
        'A model that stays at its tenant’s site, fed by `sandbox runner` there: assurance tier C. Nothing is uploaded, and its digest is what the tenant says; blind features go to that site.',
    },
    PREDICTIONS: {
      description:
        'A file of scores (CSV with a header, or Parquet; columns row_id and score), joined by key: assurance tier D. What made them is not seen.',
    },
  },
});

export enum ModelVersionStateName {
  AWAITING_UPLOAD = 'AWAITING_UPLOAD',
  INSPECTING = 'INSPECTING',
  READY = 'READY',
  REFUSED = 'REFUSED',
}

registerEnumType(ModelVersionStateName, {
  name: 'ModelVersionState',
  description: 'Where a version stands.',
  valuesMap: {
    AWAITING_UPLOAD: { description: 'The artefact is still to be uploaded.' },
    INSPECTING: { description: 'The artefact arrived and is being looked at inside the jail.' },
    READY: { description: 'It can be bound and run.' },
    REFUSED: { description: 'The artefact was refused; see `refusal`. Register another version.' },
  },
});

@ObjectType({ description: 'Why an artefact was refused.' })
export class Refusal {
  @Field(() => String, { description: 'Stable code, for example EXTERNAL_DATA or NOT_ONNX.' })
  code: string;

  @Field(() => String, { description: 'What is wrong and where.' })
  message: string;
}

@ObjectType({ description: 'A tensor that an ONNX graph takes or gives.' })
export class Tensor {
  @Field(() => String, { description: 'Its name in the graph.' })
  name: string;

  @Field(() => String, { description: 'Element type, as ONNX names it: float, double, int64, string…' })
  elementType: string;

  @Field(() => [String], {
    description: 'Dimensions: a number, a symbol such as N, or ? where the graph leaves it open.',
  })
  shape: string[];
}

@ObjectType({ description: 'What the inspection found in the ONNX graph.' })
export class ModelInspection {
  @Field(() => [Tensor], { description: 'Inputs.' })
  inputs: Tensor[];

  @Field(() => [Tensor], { description: 'Outputs.' })
  outputs: Tensor[];

  @Field(() => JsonScalar, { description: 'Operator set version by domain, for example {"ai.onnx": 15}.' })
  opset: Record<string, number>;

  @Field(() => [String], { description: 'Operator types used, sorted.' })
  operators: string[];

  @Field(() => String, { description: 'What wrote the file, as the file says.' })
  producer: string;
}

@ObjectType({ description: 'A layer of an image.' })
export class ImageLayer {
  @Field(() => String, { description: 'Digest of its blob, sha256: and 64 digits.' })
  digest: string;

  @Field(() => String, { description: 'Media type, as the manifest says.' })
  mediaType: string;

  @Field(() => CountScalar, { description: 'Size of its blob.' })
  blobBytes: number;

  @Field(() => CountScalar, { description: 'Entries in it, folders and hidden files included.' })
  files: number;

  @Field(() => CountScalar, { description: 'Bytes of its files, unpacked.' })
  bytes: number;

  @Field(() => String, {
    nullable: true,
    description: 'The step that made it, as the image says; null where it does not.',
  })
  createdBy: string | null;
}

@ObjectType({ description: 'What the inspection found in the OCI archive. Nothing of it was run.' })
export class ImageInspection {
  @Field(() => String, { description: 'Digest of the manifest: what a registry would name the image by.' })
  imageDigest: string;

  @Field(() => String, { description: 'Digest of the configuration.' })
  configDigest: string;

  @Field(() => String, { description: 'Processor architecture, in OCI’s words: amd64, arm64.' })
  architecture: string;

  @Field(() => [String], { description: 'What is started: entrypoint and command.' })
  entrypoint: string[];

  @Field(() => String, { description: 'The folder it starts in.' })
  workingDirectory: string;

  @Field(() => [String], {
    description: 'Names of the variables it sets, sorted; their values are not shown.',
  })
  environmentNames: string[];

  @Field(() => [ImageLayer], { description: 'Its layers, the lowest first.' })
  layers: ImageLayer[];

  @Field(() => CountScalar, { description: 'Entries of all layers.' })
  files: number;

  @Field(() => CountScalar, { description: 'Bytes of the files of all layers, unpacked.' })
  bytes: number;

  @Field(() => CountScalar, {
    description: 'Entries whose set-user-id, set-group-id or sticky bit was taken off.',
  })
  specialBitsRemoved: number;
}

@ObjectType({ description: 'What the inspection found in a file of predictions.' })
export class PredictionsFile {
  @Field(() => String, { description: 'csv or parquet.' })
  format: string;

  @Field(() => CountScalar, { description: 'Predictions in it, each for another row_id.' })
  rows: number;

  @Field(() => [String], { description: 'Its columns; row_id and score are read, others are not.' })
  columns: string[];
}

@ObjectType({ description: 'A model of a tenant: the line of its versions.' })
export class Model {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'Its name, unique within the tenant.' })
  name: string;

  @Field(() => String, { description: 'What it is for.' })
  purpose: string;

  @Field(() => String, { description: 'The person accountable for it, as declared.' })
  owner: string;

  @Field(() => Date, { description: 'When it was registered.' })
  createdAt: Date;

  tenantId: string;
}

@ObjectType({ description: 'An immutable version of a model: its identity is its artefact’s SHA-256.' })
export class ModelVersion {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => String, { description: 'What its tenant calls it, unique within the model.' })
  label: string;

  @Field(() => Runtime, { description: 'How it is scored.' })
  runtime: Runtime;

  @Field(() => AssuranceTierName, {
    description: 'How much of its runs happens under our eyes: its runtime decides.',
  })
  assuranceTier: AssuranceTierName;

  @Field(() => DigestScalar, { description: 'The artefact’s digest.' })
  artefactSha256: string;

  @Field(() => CountScalar, { description: 'The artefact’s size.' })
  artefactBytes: number;

  @Field(() => ModelVersionStateName, { description: 'Where it stands.' })
  state: ModelVersionStateName;

  @Field(() => ModelInspection, {
    nullable: true,
    description:
      'What the inspection of an ONNX graph found; null before it is READY, and for other runtimes.',
  })
  inspection: ModelInspection | null;

  @Field(() => ImageInspection, {
    nullable: true,
    description:
      'What the inspection of an OCI image found; null before it is READY, and for other runtimes.',
  })
  image: ImageInspection | null;

  @Field(() => PredictionsFile, {
    nullable: true,
    description:
      'What the inspection found in a file of predictions; null for other runtimes and before READY.',
  })
  predictions: PredictionsFile | null;

  @Field(() => Refusal, { nullable: true, description: 'Why it was refused; null unless it is REFUSED.' })
  refusal: Refusal | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The model card as declared (CycloneDX modelCard); null without one.',
  })
  card: Record<string, unknown> | null;

  @Field(() => Date, { description: 'When it was registered.' })
  createdAt: Date;

  modelId: string;
}

@ObjectType({ description: 'A new version and where to upload its artefact.' })
export class ModelVersionCreated {
  @Field(() => ModelVersion, { description: 'The version, awaiting its upload.' })
  modelVersion: ModelVersion;

  @Field(() => UploadTarget, {
    nullable: true,
    description: 'Where to PUT the artefact; null for REMOTE_RUNNER, whose model stays where it is.',
  })
  upload: UploadTarget | null;
}

@ObjectType({
  implements: () => [Failure],
  description: 'The tenant has a model, or the model a version, of this name.',
})
export class ModelNameTaken extends Failure {}

@ObjectType({ implements: () => [Failure], description: 'The artefact is larger than the service takes.' })
export class ArtefactTooLarge extends Failure {}

export const RegisterModelResult = createUnionType({
  name: 'RegisterModelResult',
  description: 'What may come of registering a model.',
  types: () => [Model, ModelNameTaken] as const,
});

export const CreateModelVersionResult = createUnionType({
  name: 'CreateModelVersionResult',
  description: 'What may come of creating a version.',
  types: () => [ModelVersionCreated, ModelNameTaken, ArtefactTooLarge] as const,
});

export const ModelConnection = connectionOf(Model, 'Model');
export const ModelVersionConnection = connectionOf(ModelVersion, 'ModelVersion');
