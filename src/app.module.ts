import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import { JailHost } from './engine/isolation/index.js';
import type { Signer } from './engine/reporting/index.js';
import { AuditModule } from './modules/audit/index.js';
import {
  BlindSecret,
  DatasetFileRow,
  DatasetKeeper,
  DatasetObjectRow,
  DatasetsModule,
  DatasetVersionRow,
  FeatureReleaseRow,
  KeyRevealStage,
  PreparationStage,
  Scratch,
  SealedDrawRow,
  SealedDraws,
  SplitKeyRevealRow,
} from './modules/datasets/index.js';
import {
  ApiTokenRow,
  IdentityModule,
  IdentityService,
  OrganisationRow,
  PersonRow,
} from './modules/identity/index.js';
import { InspectionStage, ModelRow, ModelsModule, ModelVersionRow } from './modules/models/index.js';
import {
  ApplicationRow,
  ONBOARDING_SETTINGS,
  OnboardingModule,
  type OnboardingSettings,
} from './modules/onboarding/index.js';
import { CriteriaPackRow, EvaluationPlanRow, InputBindingRow, PlansModule } from './modules/plans/index.js';
import { BUILD_DIGEST, ReportRow, ReportsModule, SealingStage, SIGNER } from './modules/reports/index.js';
import { DecisionRow, ReviewRow, ReviewsModule } from './modules/reviews/index.js';
import {
  BlindnessExposureRow,
  DrawingStage,
  FeatureReleaseStage,
  MEASURING_THREADS,
  MeasuringStage,
  OciScorer,
  OnnxScorer,
  PlanForecastRow,
  RunComparisonRow,
  RunMeasurementRow,
  RunRow,
  RunScoreRow,
  RunsModule,
  SealedRunGrantRow,
  SCORERS,
  SCORING_SETTINGS,
  type Scorers,
  type ScoringSettings,
  ScoringStage,
} from './modules/runs/index.js';
import { RunnerGatewayRow, RunnerRow, RunnersModule } from './modules/runners/index.js';
import { UPLOAD_SETTINGS, UploadRow, type UploadSettings, UploadsModule } from './modules/uploads/index.js';
import { ChangeListener } from './platform/database/change-listener.js';
import { Database, type Entities } from './platform/database/index.js';
import { type QueryLimits } from './platform/graphql/limits.js';
import { graphqlModule } from './platform/graphql/graphql.module.js';
import { DateTimeScalar } from './platform/graphql/scalars.js';
import { inputValidation } from './platform/graphql/validation.js';
import { HttpErrorFilter } from './platform/http/error.filter.js';
import {
  HealthController,
  READINESS_CHECKS,
  type ReadinessCheck,
} from './platform/http/health.controller.js';
import { JobQueue } from './platform/jobs/index.js';
import { Stores } from './platform/storage/stores.js';
import { WorkerRow } from './platform/workers/index.js';

/** Every table of the service. */
export const ENTITIES: Entities = [
  OrganisationRow,
  PersonRow,
  ApiTokenRow,
  ApplicationRow,
  ModelRow,
  ModelVersionRow,
  UploadRow,
  RunnerRow,
  RunnerGatewayRow,
  DatasetVersionRow,
  DatasetObjectRow,
  DatasetFileRow,
  SplitKeyRevealRow,
  SealedDrawRow,
  FeatureReleaseRow,
  InputBindingRow,
  CriteriaPackRow,
  EvaluationPlanRow,
  RunRow,
  RunScoreRow,
  RunComparisonRow,
  RunMeasurementRow,
  PlanForecastRow,
  SealedRunGrantRow,
  BlindnessExposureRow,
  ReportRow,
  ReviewRow,
  DecisionRow,
  WorkerRow,
];

/** What every power has: its own way into the database, the queue, and the stores that are its business. */
export interface Foundation {
  database: Database;
  jobs: JobQueue;
  stores: Stores;
}

@Global()
@Module({})
class FoundationModule {
  static with(foundation: Foundation, more: Provider[] = []): DynamicModule {
    const providers: Provider[] = [
      { provide: Database, useValue: foundation.database },
      { provide: JobQueue, useValue: foundation.jobs },
      { provide: Stores, useValue: foundation.stores },
      ...more,
    ];
    return {
      module: FoundationModule,
      providers,
      exports: providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
  }
}

export interface ApiSettings {
  limits: QueryLimits;
  introspection: boolean;
  onboarding: OnboardingSettings;
  uploads: UploadSettings;
  listener: ChangeListener;
  readiness: readonly ReadinessCheck[];
  logger: Logger;
}

/** The modules of the API, in the order of a case. */
const API_MODULES = [
  IdentityModule,
  OnboardingModule,
  UploadsModule,
  RunnersModule,
  ModelsModule,
  DatasetsModule,
  PlansModule,
  RunsModule,
  ReportsModule,
  ReviewsModule,
  AuditModule,
];

/** Every resolver class of the API: for printing the schema, and for listing its policies. */
export function apiResolvers(): (new (...services: never[]) => object)[] {
  return API_MODULES.flatMap(
    (module) => (Reflect.getMetadata('providers', module) ?? []) as Provider[],
  ).filter(
    (provider): provider is new (...services: never[]) => object =>
      typeof provider === 'function' && Reflect.hasMetadata('graphql:resolver_type', provider),
  );
}

/** The API: GraphQL, uploads, downloads, health. It can read neither labels nor the signing key. */
@Module({})
export class ApiModule {
  static with(foundation: Foundation, settings: ApiSettings): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        FoundationModule.with(foundation, [
          { provide: ONBOARDING_SETTINGS, useValue: settings.onboarding },
          { provide: UPLOAD_SETTINGS, useValue: settings.uploads },
          { provide: ChangeListener, useValue: settings.listener },
        ]),
        graphqlModule({
          imports: [IdentityModule],
          inject: [IdentityService],
          settings: (identity: IdentityService) => ({
            limits: settings.limits,
            introspection: settings.introspection,
            authenticate: (authorization) => identity.authenticate(authorization),
            logger: settings.logger,
          }),
        }),
        ...API_MODULES,
      ],
      controllers: [HealthController],
      providers: [
        DateTimeScalar,
        { provide: READINESS_CHECKS, useValue: settings.readiness },
        { provide: APP_PIPE, useFactory: inputValidation },
        { provide: APP_FILTER, useValue: new HttpErrorFilter(settings.logger) },
      ],
    };
  }
}

/** The launcher: inspects and scores inside jails. */
@Module({ providers: [InspectionStage, ScoringStage] })
export class LauncherModule {
  /** @param settings.scorers those beside the scorer of ONNX and images, which every launcher has */
  static with(
    foundation: Foundation,
    settings: { jail: JailHost; scoring: ScoringSettings; scorers: Scorers },
  ): DynamicModule {
    const onnx = new OnnxScorer(foundation.stores, settings.jail, settings.scoring);
    return {
      module: LauncherModule,
      imports: [
        FoundationModule.with(foundation, [
          { provide: JailHost, useValue: settings.jail },
          { provide: SCORING_SETTINGS, useValue: settings.scoring },
          { provide: OnnxScorer, useValue: onnx },
          {
            provide: SCORERS,
            useValue: {
              ...settings.scorers,
              ONNX: onnx,
              OCI_IMAGE: new OciScorer(foundation.stores, settings.jail, settings.scoring),
            } satisfies Scorers,
          },
        ]),
      ],
    };
  }
}

/** The evaluator: draws datasets from the secret, joins scores with labels, measures and judges. */
@Module({})
export class EvaluatorModule {
  static with(
    foundation: Foundation,
    settings: { secret: BlindSecret; scratch: Scratch; threads: number },
  ): DynamicModule {
    const { database, stores } = foundation;
    const { secret, scratch, threads } = settings;
    const keeper = new DatasetKeeper(database, stores);
    return {
      module: EvaluatorModule,
      imports: [FoundationModule.with(foundation, [{ provide: MEASURING_THREADS, useValue: threads }])],
      providers: [
        MeasuringStage,
        DrawingStage,
        FeatureReleaseStage,
        { provide: KeyRevealStage, useValue: new KeyRevealStage(database, secret) },
        { provide: SealedDraws, useValue: new SealedDraws(keeper, secret, scratch, threads) },
        {
          provide: PreparationStage,
          useValue: new PreparationStage(database, stores, keeper, secret, scratch, threads),
        },
      ],
    };
  }
}

/** The signer: writes reports and seals them. */
@Module({ providers: [SealingStage] })
export class SignerModule {
  static with(foundation: Foundation, settings: { signer: Signer; buildDigest: string }): DynamicModule {
    return {
      module: SignerModule,
      imports: [
        FoundationModule.with(foundation, [
          { provide: SIGNER, useValue: settings.signer },
          { provide: BUILD_DIGEST, useValue: settings.buildDigest },
        ]),
      ],
    };
  }
}
