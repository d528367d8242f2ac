import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { GraphQLSchemaHost, Mutation, Query, Resolver } from '@nestjs/graphql';
import { AuditModule } from '../src/modules/audit/index.js';
import { type Policy, POLICY } from '../src/modules/identity/policy.js';
import { TestService } from './support/service.js';

const policyOf = (handler: object, resolver: object): string => {
  const policy = (Reflect.getMetadata(POLICY, handler) ?? Reflect.getMetadata(POLICY, resolver)) as
    Policy | undefined;
  return policy === undefined ? 'NONE' : policy.kind === 'roles' ? policy.roles.join(' ') : policy.kind;
};

/** Every handler of the API that answers for a field of the schema, with its policy. */
function policies(modules: ModulesContainer): Record<string, string> {
  const found: Record<string, string> = {};
  for (const module of modules.values()) {
    for (const { metatype } of module.providers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, unknown> | undefined;
      if (prototype === undefined || !Reflect.hasMetadata('graphql:resolver_type', metatype)) continue;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler = prototype[name];
        if (typeof handler !== 'function') continue;
        const root = Reflect.getMetadata('graphql:resolver_type', handler) as string | undefined;
        const isProperty = Reflect.getMetadata('graphql:resolve_property', handler) === true;
        if (name === 'constructor' || (root === undefined && !isProperty)) continue;
        const field = (Reflect.getMetadata('graphql:resolver_name', handler) as string | undefined) ?? name;
        const parent = Reflect.getMetadata('graphql:resolver_type', metatype) as string;
        found[isProperty ? `${parent}.${field}` : `${root}.${field}`] = policyOf(handler, metatype);
      }
    }
  }
  return found;
}

const EVERYBODY = 'TENANT_DEVELOPER TENANT_ADMINISTRATOR OPERATOR REVIEWER';

/** A change here is a change of who may do what: review it as one. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'CriterionOutcome.sentence': 'parent',
  'DatasetVersion.developmentFiles': 'parent',
  'DatasetVersion.exposures': 'parent',
  'DatasetVersion.files': 'parent',
  'DatasetVersion.looks': 'parent',
  'EvaluationPlan.datasetVersion': 'parent',
  'EvaluationPlan.exposures': 'parent',
  'EvaluationPlan.forecast': 'parent',
  'EvaluationPlan.inputBinding': 'parent',
  'EvaluationPlan.modelVersion': 'parent',
  'EvaluationPlan.warnings': 'parent',
  'Model.sealedRunGrants': 'parent',
  'Model.versions': 'parent',
  'ModelVersion.model': 'parent',
  'Mutation.admitTenant': 'OPERATOR',
  'Mutation.applyForAdmission': 'public',
  'Mutation.cancelDatasetGeneration': 'OPERATOR',
  'Mutation.cancelRun': 'TENANT_DEVELOPER',
  'Mutation.confirmDecision': 'REVIEWER',
  'Mutation.createEvaluationPlan': 'TENANT_DEVELOPER',
  'Mutation.createInputBinding': 'TENANT_DEVELOPER',
  'Mutation.createModelVersion': 'TENANT_DEVELOPER',
  'Mutation.enrolRunner': 'TENANT_DEVELOPER',
  'Mutation.generateDataset': 'OPERATOR',
  'Mutation.grantSealedRun': 'REVIEWER',
  'Mutation.importDataset': 'OPERATOR',
  'Mutation.invitePerson': 'TENANT_ADMINISTRATOR OPERATOR',
  'Mutation.issueToken': 'TENANT_ADMINISTRATOR OPERATOR',
  'Mutation.lockEvaluationPlan': 'TENANT_DEVELOPER',
  'Mutation.openReview': 'REVIEWER',
  'Mutation.preflightEvaluationPlan': 'TENANT_DEVELOPER',
  'Mutation.proposeDecision': 'REVIEWER',
  'Mutation.publishCriteriaPack': 'REVIEWER',
  'Mutation.registerAuthority': 'OPERATOR',
  'Mutation.registerModel': 'TENANT_DEVELOPER',
  'Mutation.releaseBlindFeatures': 'TENANT_DEVELOPER',
  'Mutation.revealSplitKey': 'REVIEWER',
  'Mutation.reviseEvaluationPlan': 'TENANT_DEVELOPER',
  'Mutation.revokeRunner': 'TENANT_DEVELOPER',
  'Mutation.revokeToken': 'TENANT_ADMINISTRATOR OPERATOR',
  'Mutation.startRun': 'TENANT_DEVELOPER',
  'Mutation.withdrawCriteriaPack': 'REVIEWER',
  'PlanForecast.run': 'parent',
  'Query.apiTokens': 'TENANT_ADMINISTRATOR OPERATOR',
  'Query.applications': 'OPERATOR',
  'Query.auditEvents': 'OPERATOR REVIEWER',
  'Query.criteriaPacks': EVERYBODY,
  'Query.datasetPresets': EVERYBODY,
  'Query.datasetVersion': EVERYBODY,
  'Query.datasetVersions': EVERYBODY,
  'Query.evaluationPlan': EVERYBODY,
  'Query.evaluationPlanChanges': EVERYBODY,
  'Query.evaluationPlans': EVERYBODY,
  'Query.featureReleases': EVERYBODY,
  'Query.modelVersion': EVERYBODY,
  'Query.models': EVERYBODY,
  'Query.people': 'TENANT_ADMINISTRATOR OPERATOR',
  'Query.planSuites': EVERYBODY,
  'Query.report': EVERYBODY,
  'Query.reports': EVERYBODY,
  'Query.review': EVERYBODY,
  'Query.reviews': EVERYBODY,
  'Query.run': EVERYBODY,
  'Query.runnerGateway': EVERYBODY,
  'Query.runners': EVERYBODY,
  'Query.runs': EVERYBODY,
  'Query.splitKeyReveals': 'REVIEWER',
  'Query.viewer': EVERYBODY,
  'Report.run': 'parent',
  'Review.decision': 'parent',
  'Review.report': 'parent',
  'Run.assuranceTier': 'parent',
  'Run.attempts': 'parent',
  'Run.blind': 'parent',
  'Run.couldSeeLaterRows': 'parent',
  'Run.datasetVersion': 'parent',
  'Run.estimatedStartAt': 'parent',
  'Run.exposedBefore': 'parent',
  'Run.faults': 'OPERATOR REVIEWER',
  'Run.log': 'parent',
  'Run.modelVersion': 'parent',
  'Run.plan': 'parent',
  'Run.queuePosition': 'parent',
  'Run.report': 'parent',
  'Run.sealedDraw': 'parent',
  'Run.usage': 'parent',
  'Subscription.runChanged': EVERYBODY,
  'Subscription.runLog': EVERYBODY,
};

describe('permissions', () => {
  test('every query, mutation, subscription and resolved field states its policy, and it is this one', async () => {
    const service = await TestService.start({ powers: ['api'] });
    const { app, close } = await service.application();
    try {
      const found = policies(app.get(ModulesContainer));
      const { schema } = app.get(GraphQLSchemaHost);
      const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
        (type) => Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
      );
      expect(roots.length).toBeGreaterThan(30);
      // Nothing answers for a root field but what was found above.
      expect(Object.keys(found)).toEqual(expect.arrayContaining(roots));
      expect(found).toEqual(PERMISSIONS);
    } finally {
      await close();
      await service.close();
    }
  });

  test('a resolver that states no policy is refused, whoever asks', async () => {
    let reached = 0;
    @Resolver()
    class UnguardedResolver {
      @Query(() => String)
      unguarded(): string {
        reached += 1;
        return 'open';
      }

      @Mutation(() => String)
      unguardedChange(): string {
        reached += 1;
        return 'open';
      }
    }
    const providers = Reflect.getMetadata(MODULE_METADATA.PROVIDERS, AuditModule) as unknown[];
    Reflect.defineMetadata(MODULE_METADATA.PROVIDERS, [...providers, UnguardedResolver], AuditModule);
    const service = await TestService.start({ powers: ['api'] });
    try {
      const { api } = await service.admitTenant();
      for (const caller of [service.client(null), service.operator, api]) {
        expect(await caller.codes('{ unguarded }')).toEqual(['FORBIDDEN']);
        expect(await caller.codes('mutation { unguardedChange }')).toEqual(['FORBIDDEN']);
      }
      expect(reached).toBe(0);
    } finally {
      Reflect.defineMetadata(MODULE_METADATA.PROVIDERS, providers, AuditModule);
      await service.close();
    }
  });

  test('roles are kept apart: who lacks one is refused, who sends no token is told so', async () => {
    const service = await TestService.start({ powers: ['api'] });
    try {
      const { api: tenant } = await service.admitTenant();
      const { first: reviewer } = await service.authority();
      expect(await service.client(null).codes('{ models { edges { cursor } } }')).toEqual([
        'UNAUTHENTICATED',
      ]);
      expect(await tenant.codes('{ applications { edges { cursor } } }')).toEqual(['FORBIDDEN']);
      expect(await tenant.codes('{ auditEvents { edges { cursor } } }')).toEqual(['FORBIDDEN']);
      const register =
        'mutation { registerModel(input: { name: "a", purpose: "b", owner: "c" }) { __typename } }';
      expect(await reviewer.codes(register)).toEqual(['FORBIDDEN']);
      expect(await service.operator.codes(register)).toEqual(['FORBIDDEN']);
      expect(
        await tenant.codes('mutation { confirmDecision(input: { decisionId: "x" }) { __typename } }'),
      ).toEqual(['FORBIDDEN']);
      expect((await tenant.get('/audit/export.jsonl')).status).toBe(403);
      expect((await service.operator.get('/metrics')).status).toBe(200);
      expect((await tenant.get('/metrics')).status).toBe(403);
      expect((await service.client(null).get('/metrics')).status).toBe(401);
      expect((await service.client(null).get('/audit/export.jsonl')).status).toBe(401);
      expect((await service.client(`sbx_${'x'.repeat(43)}`).ask('{ __typename }')).status).toBe(401);
      expect((await service.client(null).ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
    } finally {
      await service.close();
    }
  });
});
