import { Field, Float, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionOf } from '../../platform/graphql/pagination.js';
import { DigestScalar } from '../../platform/graphql/scalars.js';

export enum VerdictName {
  PASS = 'PASS',
  FAIL = 'FAIL',
  INCONCLUSIVE = 'INCONCLUSIVE',
  ERROR = 'ERROR',
}

registerEnumType(VerdictName, {
  name: 'Verdict',
  description:
    'What the interval of a criterion says. There is never a verdict on the whole: an authority decides.',
  valuesMap: {
    PASS: { description: 'The whole 95% interval is on the good side of the threshold.' },
    FAIL: { description: 'The whole 95% interval is on the bad side of the threshold.' },
    INCONCLUSIVE: {
      description: 'The interval straddles the threshold, or the group is too small to judge.',
    },
    ERROR: { description: 'The metric does not exist on this data; the sentence says why.' },
  },
});

export enum LanguageName {
  EN = 'en',
  ZH_HANT = 'zh-Hant',
  ZH_HANS = 'zh-Hans',
}

registerEnumType(LanguageName, {
  name: 'Language',
  description: 'A language that verdicts are told in.',
  valuesMap: {
    EN: { description: 'English.' },
    ZH_HANT: { description: 'Chinese in Traditional characters, as written in Hong Kong.' },
    ZH_HANS: { description: 'Chinese in Simplified characters, as written on the Mainland.' },
  },
});

@ObjectType({
  description: 'A criterion, its numbers and its verdict. Tenants see values to three decimals.',
})
export class CriterionOutcome {
  @Field(() => String, { description: 'The criterion’s identifier within its plan.' })
  id: string;

  @Field(() => String, { description: 'The metric.' })
  metric: string;

  @Field(() => String, {
    nullable: true,
    description: 'The group it is limited to, as column=group; null for the whole.',
  })
  slice: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The attribute of a fairness measure; null for others.',
  })
  fairnessColumn: string | null;

  @Field(() => String, { description: 'Which side of the threshold is good: >= or <=.' })
  comparator: string;

  @Field(() => Float, { description: 'The threshold.' })
  threshold: number;

  @Field(() => String, { description: 'Where the threshold comes from, with its status.' })
  source: string;

  @Field(() => VerdictName, { description: 'The verdict.' })
  verdict: VerdictName;

  @Field(() => Float, { nullable: true, description: 'The value; null where it does not exist.' })
  value: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Lower end of the 95% interval; null where there is none.',
  })
  low: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Upper end of the 95% interval; null where there is none.',
  })
  high: number | null;

  sentences: Readonly<Record<LanguageName, string>>;
}

@ObjectType({ description: 'A sealed report: canonical JSON under its SHA-256, signed in a DSSE envelope.' })
export class Report {
  @Field(() => ID, { description: 'Opaque identifier.' })
  id: string;

  @Field(() => DigestScalar, { description: 'SHA-256 of the full document: its name.' })
  digest: string;

  @Field(() => DigestScalar, {
    description: 'SHA-256 of its evidence: equal for two runs of the same model, data, plan and environment.',
  })
  evidenceDigest: string;

  @Field(() => String, { description: 'Identifier of the key that signed it.' })
  keyId: string;

  @Field(() => [CriterionOutcome], { description: 'A verdict for each criterion of the plan.' })
  verdicts: CriterionOutcome[];

  @Field(() => String, {
    description:
      'Path of the JSON document: the full one for authorities and operators, the rounded one for the tenant.',
  })
  jsonUrl: string;

  @Field(() => String, { description: 'Path of the page to read.' })
  htmlUrl: string;

  @Field(() => String, {
    nullable: true,
    description: 'Path of the signed envelope; null for tenants, since it holds the full document.',
  })
  envelopeUrl: string | null;

  @Field(() => Date, { description: 'When it was sealed.' })
  createdAt: Date;

  runId: string;
}

export const ReportConnection = connectionOf(Report, 'Report');
