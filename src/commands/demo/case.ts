import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Plan } from '../../engine/assessment/index.js';
import { ApiClient } from './client.js';

const FAILURE = '... on Failure { code message }';

export interface Verdict {
  id: string;
  verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'ERROR';
  sentence: string;
}

/** A report as its reviewer gets it. */
export interface SealedReport {
  id: string;
  digest: string;
  verdicts: Verdict[];
  files: Record<'report.json' | 'report.html' | 'report.dsse.json', Buffer>;
}

interface Issued {
  secret: string;
}

/** The operator's part: a token of its own from the first one, a dataset, tenants, an authority. */
export class Operator {
  private constructor(
    private readonly url: string,
    readonly token: string,
    private readonly api: ApiClient,
  ) {}

  /** @param saved the token that an earlier demo left, where it did; otherwise the first one is spent for one */
  static async enter(
    url: string,
    saved: string | undefined,
    first: () => Promise<string>,
  ): Promise<Operator> {
    if (saved !== undefined) return new Operator(url, saved, new ApiClient(url, saved));
    const { secret } = await new ApiClient(url, await first()).run<Issued>(
      `mutation { issueToken(input: { label: "demo operator" }) { ... on TokenIssued { secret } ${FAILURE} } }`,
    );
    return new Operator(url, secret, new ApiClient(url, secret));
  }

  /** Generates a dataset whose blind split nobody can compute, and waits for it. */
  async generate(
    input: { name: string; preset: string; rows: number; parameters: Readonly<Record<string, number>> },
    onProgress: (fraction: number) => void,
  ): Promise<{ id: string; commitment: string }> {
    const { id } = await this.api.run<{ id: string }>(
      `mutation ($input: GenerateDatasetInput!) { generateDataset(input: $input) { ... on DatasetVersion { id } ${FAILURE} } }`,
      { input },
    );
    for (;;) {
      const version = await this.api.run<{
        state: string;
        progress: number;
        commitment: string;
        failure: { message: string } | null;
      }>(`query ($id: ID!) { datasetVersion(id: $id) { state progress commitment failure { message } } }`, {
        id,
      });
      if (version.state === 'READY') return { id, commitment: version.commitment };
      if (version.state === 'FAILED') throw new Error(version.failure?.message ?? 'the dataset failed');
      onProgress(version.progress);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  async admit(applicationId: string, runQuota = 20): Promise<{ token: string; tenantId: string }> {
    const { tenant, issued } = await this.api.run<{ tenant: { id: string }; issued: Issued }>(
      `mutation ($id: ID!, $runQuota: Int!) { admitTenant(input: { applicationId: $id, runQuota: $runQuota }) {
         ... on TenantAdmitted { tenant { id } issued { secret } } ${FAILURE} } }`,
      { id: applicationId, runQuota },
    );
    return { token: issued.secret, tenantId: tenant.id };
  }

  /** An authority with two reviewers, since a decision takes two people. */
  async authority(name: string): Promise<{ first: Reviewer; second: Reviewer; tokens: [string, string] }> {
    const { organisation, issued } = await this.api.run<{ organisation: { id: string }; issued: Issued }>(
      `mutation ($input: RegisterAuthorityInput!) { registerAuthority(input: $input) {
         ... on AuthorityRegistered { organisation { id } issued { secret } } ${FAILURE} } }`,
      { input: { name, reviewerName: 'First Reviewer', reviewerEmail: 'first@authority.example' } },
    );
    const second = await this.api.run<Issued>(
      `mutation ($input: InvitePersonInput!) { invitePerson(input: $input) { ... on TokenIssued { secret } ${FAILURE} } }`,
      {
        input: {
          organisationId: organisation.id,
          name: 'Second Reviewer',
          email: 'second@authority.example',
          roles: ['REVIEWER'],
        },
      },
    );
    return {
      first: new Reviewer(new ApiClient(this.url, issued.secret)),
      second: new Reviewer(new ApiClient(this.url, second.secret)),
      tokens: [issued.secret, second.secret],
    };
  }
}

/** Anybody may apply. @returns the application's identifier */
export async function applyForAdmission(url: string, organisationName: string): Promise<string> {
  const { applicationId } = await new ApiClient(url, null).run<{ applicationId: string }>(
    `mutation ($input: ApplyForAdmissionInput!) { applyForAdmission(input: $input) {
       ... on ApplicationReceipt { applicationId } ${FAILURE} } }`,
    {
      input: {
        organisationName,
        contactName: 'Demo Founder',
        contactEmail: 'founder@startup.example',
        useCase: 'Fraud detection and credit scoring',
        summary:
          'Scores payments for fraud before they leave the account, and applications for credit by their risk.',
      },
    },
  );
  return applicationId;
}

/** The startup's part: a model version, a locked plan, a run. */
export class Startup {
  private readonly api: ApiClient;

  constructor(url: string, token: string) {
    this.api = new ApiClient(url, token);
  }

  async registerVersion(name: string, purpose: string, file: string): Promise<string> {
    const bytes = await readFile(file);
    const { id: modelId } = await this.api.run<{ id: string }>(
      `mutation ($input: RegisterModelInput!) { registerModel(input: $input) { ... on Model { id } ${FAILURE} } }`,
      { input: { name, purpose, owner: 'Demo Founder' } },
    );
    const created = await this.api.run<{ modelVersion: { id: string }; upload: { url: string } }>(
      `mutation ($input: CreateModelVersionInput!) { createModelVersion(input: $input) {
         ... on ModelVersionCreated { modelVersion { id } upload { url } } ${FAILURE} } }`,
      {
        input: {
          modelId,
          label: '1.0.0',
          artefactSha256: createHash('sha256').update(bytes).digest('hex'),
          artefactBytes: bytes.length,
        },
      },
    );
    await this.api.upload(created.upload.url, file);
    return created.modelVersion.id;
  }

  /** @returns the locked plan's identifier and digest */
  async lockPlan(
    modelVersionId: string,
    datasetVersionId: string,
    input: { name: string; columns: readonly string[] },
    plan: Plan,
  ): Promise<{ id: string; digest: string }> {
    const { id: inputBindingId } = await this.api.run<{ id: string }>(
      `mutation ($input: CreateInputBindingInput!) { createInputBinding(input: $input) {
         ... on ModelInputBinding { id } ${FAILURE} } }`,
      { input: { modelVersionId, datasetVersionId, inputs: [input] } },
    );
    const { id: planId } = await this.api.run<{ id: string }>(
      `mutation ($input: CreateEvaluationPlanInput!) { createEvaluationPlan(input: $input) {
         ... on EvaluationPlan { id } ${FAILURE} } }`,
      { input: { inputBindingId, plan: planInput(plan) } },
    );
    return this.api.run<{ id: string; digest: string }>(
      `mutation ($id: ID!) { lockEvaluationPlan(input: { planId: $id }) { ... on EvaluationPlan { id digest } ${FAILURE} } }`,
      { id: planId },
    );
  }

  /** Starts a run and follows it to its end. @returns the report's identifier */
  async run(planId: string, onState: (state: string, progress: number) => void): Promise<string> {
    const { id } = await this.api.run<{ id: string }>(
      `mutation ($id: ID!) { startRun(input: { planId: $id }) { ... on Run { id } ${FAILURE} } }`,
      { id: planId },
    );
    for await (const run of this.api.subscribe<{ state: string; progress: number; reason: string | null }>(
      `subscription ($id: ID!) { runChanged(id: $id) { state progress reason } }`,
      { id },
    )) {
      onState(run.state, run.progress);
      if (run.reason !== null) throw new Error(`the run ended as ${run.state}: ${run.reason}`);
    }
    const { report } = await this.api.run<{ report: { id: string } | null }>(
      `query ($id: ID!) { run(id: $id) { report { id } } }`,
      { id },
    );
    if (report === null) throw new Error('the run has no report');
    return report.id;
  }
}

/** The reviewer's part: reads the sealed report, and decides with a second person. */
export class Reviewer {
  constructor(private readonly api: ApiClient) {}

  async read(reportId: string): Promise<SealedReport> {
    const report = await this.api.run<{
      digest: string;
      jsonUrl: string;
      htmlUrl: string;
      envelopeUrl: string;
      verdicts: Verdict[];
    }>(
      `query ($id: ID!) { report(id: $id) { digest jsonUrl htmlUrl envelopeUrl verdicts { id verdict sentence } } }`,
      { id: reportId },
    );
    return {
      id: reportId,
      digest: report.digest,
      verdicts: report.verdicts,
      files: {
        'report.json': await this.api.download(report.jsonUrl),
        'report.html': await this.api.download(report.htmlUrl),
        'report.dsse.json': await this.api.download(report.envelopeUrl),
      },
    };
  }

  /** @returns the proposed decision's identifier */
  async propose(
    reportId: string,
    decision: { outcome: string; scope: string; reason: string; expiresAt: string | null },
  ): Promise<string> {
    const { id: reviewId } = await this.api.run<{ id: string }>(
      `mutation ($id: ID!) { openReview(input: { reportId: $id }) { ... on Review { id } ${FAILURE} } }`,
      { id: reportId },
    );
    const { id } = await this.api.run<{ id: string }>(
      `mutation ($input: ProposeDecisionInput!) { proposeDecision(input: $input) { ... on Decision { id } ${FAILURE} } }`,
      { input: { reviewId, ...decision } },
    );
    return id;
  }

  async confirm(decisionId: string): Promise<string> {
    const { state } = await this.api.run<{ state: string }>(
      `mutation ($id: ID!) { confirmDecision(input: { decisionId: $id }) { ... on Decision { state } ${FAILURE} } }`,
      { id: decisionId },
    );
    return state;
  }
}

function planInput(plan: Plan): Record<string, unknown> {
  const { schema: _schema, criteria, ...rest } = plan;
  return {
    ...rest,
    criteria: criteria.map(({ comparator, fairness, ...criterion }) => ({
      ...criterion,
      comparator: comparator === '>=' ? 'AT_LEAST' : 'AT_MOST',
      ...(fairness === undefined ? {} : { fairnessColumn: fairness.column }),
    })),
  };
}
