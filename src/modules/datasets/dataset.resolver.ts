import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { type Connection, PageArguments } from '../../platform/graphql/pagination.js';
import {
  type Actor,
  Allow,
  AllowAnyRole,
  AllowedWithParent,
  CurrentActor,
  CurrentRequest,
  Role,
} from '../identity/index.js';
import { toDevelopmentFile } from './dataset-files.js';
import { CancelDatasetGenerationInput, GenerateDatasetInput, ImportDatasetInput } from './dataset.input.js';
import { datasetFilesLoader } from './dataset.loader.js';
import { DatasetService } from './dataset.service.js';
import {
  CancelDatasetGenerationResult,
  DatasetFile,
  DatasetPreset,
  DatasetVersion,
  DatasetVersionConnection,
  DevelopmentFile,
  GenerateDatasetResult,
  ImportDatasetResult,
  Split,
} from './dataset.type.js';

@Resolver(() => DatasetVersion)
export class DatasetResolver {
  constructor(private readonly datasets: DatasetService) {}

  @AllowAnyRole()
  @Query(() => [DatasetPreset], { description: 'Kinds of synthetic data, with their parameters.' })
  datasetPresets(): DatasetPreset[] {
    return this.datasets.presets();
  }

  @AllowAnyRole()
  @Query(() => DatasetVersionConnection, { description: 'The catalogue, newest first.' })
  datasetVersions(
    @CurrentActor() actor: Actor,
    @Args() page: PageArguments,
  ): Promise<Connection<DatasetVersion>> {
    return this.datasets.versions(actor, page);
  }

  @AllowAnyRole()
  @Query(() => DatasetVersion, { description: 'One dataset version.' })
  datasetVersion(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID, description: 'Which.' }) id: string,
  ): Promise<DatasetVersion> {
    return this.datasets.version(actor, id);
  }

  @AllowedWithParent()
  @ResolveField(() => [DatasetFile], {
    description:
      'Everything of it that may be downloaded: tables of the development split, of the version as a whole, and its documents.',
  })
  files(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() version: DatasetVersion,
  ): Promise<DatasetFile[] | null> {
    return datasetFilesLoader(request, actor, this.datasets).load(version.id);
  }

  @AllowedWithParent()
  @ResolveField(() => [DevelopmentFile], { description: 'Tables of the development split, labels included.' })
  async developmentFiles(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: RequestContext<Actor>,
    @Parent() version: DatasetVersion,
  ): Promise<DevelopmentFile[]> {
    const files = await datasetFilesLoader(request, actor, this.datasets).load(version.id);
    return (files ?? []).filter(({ split }) => split === Split.DEVELOPMENT).map(toDevelopmentFile);
  }

  @Allow(Role.OPERATOR)
  @Mutation(() => GenerateDatasetResult, {
    description: 'Generates a synthetic dataset; its blind split is drawn from a secret.',
  })
  generateDataset(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: GenerateDatasetInput,
  ): Promise<typeof GenerateDatasetResult> {
    return this.datasets.generate(actor, input);
  }

  @Allow(Role.OPERATOR)
  @Mutation(() => CancelDatasetGenerationResult, {
    description: 'Cancels a generation that is queued or at work; nothing of it is kept.',
  })
  cancelDatasetGeneration(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' })
    input: CancelDatasetGenerationInput,
  ): Promise<typeof CancelDatasetGenerationResult> {
    return this.datasets.cancelGeneration(actor, input);
  }

  @Allow(Role.OPERATOR)
  @Mutation(() => ImportDatasetResult, {
    description: 'Imports a dataset with a declared schema; says where to PUT the file.',
  })
  importDataset(
    @CurrentActor() actor: Actor,
    @Args('input', { description: 'Everything that the mutation needs.' }) input: ImportDatasetInput,
  ): Promise<typeof ImportDatasetResult> {
    return this.datasets.openImport(actor, input);
  }
}
