import { createUnionType, Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure } from '../../platform/graphql/failure.js';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { CountScalar, DigestScalar, JsonScalar } from '../../platform/graphql/scalars.js';
import { UploadTarget } from '../uploads/index.js';
import { AssuranceTierName } from './assurance-tier.js';

export enum Runtime {
  ONNX = 'ONNX',
  REMOTE_RUNNER = 'REMOTE_RUNNER',
}

registerEnumType(Runtime, {
  name: 'Runtime',
  description: 'How a version is scored.',
  valuesMap: {
    ONNX: { description: 'An ONNX graph, run by ONNX Runtime inside our jail: assurance tier A.' },
    REMOTE_RUNNER: {
      description:
        'A model that stays at its tenant’s site, fed by `sandbox runner` there: assurance tier C. Nothing is uploaded, and its digest is what the tenant says; blind features go to that site.',
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
    description: 'What the inspection found; null before it is READY.',
  })
  inspection: ModelInspection | null;

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
