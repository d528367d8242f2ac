import { parsePlan, type Plan, type ThresholdSource } from './plan.js';
import type { UseCase } from './pack.js';

/** A plan to start from: measures that the field uses for a case, each with where its level comes from. */
export interface Suite {
  useCase: UseCase;
  /** What it looks at, and what it leaves to others. */
  about: string;
  plan: Plan;
}

const convention = (title: string, url?: string): ThresholdSource => ({
  title,
  status: 'CONVENTION',
  ...(url === undefined ? {} : { url }),
});

const OWN = 'The level is a starting point; no Hong Kong threshold was found';
const BAF = convention(
  `Recall at 5% false positives is the measure of the Bank Account Fraud suite (Jesus et al., NeurIPS 2022). ${OWN}`,
  'https://arxiv.org/abs/2211.13358',
);
const FOUR_FIFTHS = convention(
  'Four-fifths rule of the US Uniform Guidelines on Employee Selection Procedures (29 CFR 1607.4(D)): a rule of thumb of US employment, used here as a convention',
  'https://www.ecfr.gov/current/title-29/section-1607.4',
);
const SEX = `Sex is protected by Cap. 480 (Sex Discrimination Ordinance). ${OWN}`;

const common = { declaredBy: 'suite' } as const;

/** Suites to start from. Every level is a convention and says so: a tenant or an authority declares its own. */
export const SUITES: Readonly<Record<'fraud' | 'laundering' | 'credit', Suite>> = {
  fraud: {
    useCase: 'FRAUD',
    about:
      'Fraud screening of payments: ranking under rarity, recall at a bearable rate of false alerts, calibration, equal opportunity.',
    plan: parsePlan({
      schema: 'sandbox-plan/1',
      title: 'Fraud screening of payments',
      threshold: 0.1,
      criteria: [
        {
          ...common,
          id: 'ranking',
          metric: 'rocAuc',
          comparator: '>=',
          threshold: 0.85,
          source: convention(OWN),
        },
        {
          ...common,
          id: 'precision-over-recall',
          metric: 'averagePrecision',
          comparator: '>=',
          threshold: 0.25,
          source: convention(
            `Average precision is what rare positives are judged by (Saito and Rehmsmeier, PLOS ONE 2015). ${OWN}`,
            'https://doi.org/10.1371/journal.pone.0118432',
          ),
        },
        {
          ...common,
          id: 'recall-at-5-percent',
          metric: 'tprAtFpr5',
          comparator: '>=',
          threshold: 0.5,
          source: BAF,
        },
        {
          ...common,
          id: 'card-precision',
          metric: 'cardPrecisionAt100',
          comparator: '>=',
          threshold: 0.1,
          source: convention(
            `Card precision at 100 is the measure of the Fraud Detection Handbook (Le Borgne et al., 2022). ${OWN}`,
            'https://fraud-detection-handbook.github.io/fraud-detection-handbook/',
          ),
        },
        {
          ...common,
          id: 'calibration',
          metric: 'expectedCalibrationError',
          comparator: '<=',
          threshold: 0.03,
          source: convention(OWN),
        },
        {
          ...common,
          id: 'equal-opportunity-sex',
          metric: 'equalOpportunityDifference',
          fairness: { column: 'sex' },
          comparator: '<=',
          threshold: 0.15,
          source: convention(SEX),
        },
        {
          ...common,
          id: 'false-alerts-sex',
          metric: 'predictiveEqualityDifference',
          fairness: { column: 'sex' },
          comparator: '<=',
          threshold: 0.05,
          source: convention(SEX),
        },
      ],
    }),
  },
  laundering: {
    useCase: 'LAUNDERING',
    about:
      'Monitoring of transfers for laundering: extreme rarity, few alerts that an analyst can work through.',
    plan: parsePlan({
      schema: 'sandbox-plan/1',
      title: 'Monitoring of transfers for laundering',
      threshold: 0.05,
      criteria: [
        {
          ...common,
          id: 'ranking',
          metric: 'rocAuc',
          comparator: '>=',
          threshold: 0.85,
          source: convention(OWN),
        },
        {
          ...common,
          id: 'precision-over-recall',
          metric: 'averagePrecision',
          comparator: '>=',
          threshold: 0.1,
          source: convention(
            `In the AMLworld data 1 transfer in 807 to 1,948 is illicit (Altman et al., NeurIPS 2023): at that rarity chance reaches about 0.001. ${OWN}`,
            'https://arxiv.org/abs/2306.16424',
          ),
        },
        {
          ...common,
          id: 'recall-at-1-percent',
          metric: 'tprAtFpr1',
          comparator: '>=',
          threshold: 0.4,
          source: convention(`One false alert in a hundred transfers is near what analysts can bear. ${OWN}`),
        },
        {
          ...common,
          id: 'top-of-the-list',
          metric: 'precisionAt100',
          comparator: '>=',
          threshold: 0.3,
          source: convention(OWN),
        },
      ],
    }),
  },
  credit: {
    useCase: 'CREDIT',
    about:
      'Scoring of consumer credit: ranking, calibrated probabilities of default, equal treatment of protected groups.',
    plan: parsePlan({
      schema: 'sandbox-plan/1',
      title: 'Scoring of consumer credit',
      threshold: 0.2,
      criteria: [
        {
          ...common,
          id: 'gini',
          metric: 'gini',
          comparator: '>=',
          threshold: 0.4,
          source: convention(
            `Gini coefficient and Kolmogorov–Smirnov distance are how scorecards are compared (Siddiqi, Intelligent Credit Scoring, 2017). ${OWN}`,
          ),
        },
        {
          ...common,
          id: 'separation',
          metric: 'ks',
          comparator: '>=',
          threshold: 0.3,
          source: convention(
            `Kolmogorov–Smirnov distance, as scorecards are compared (Siddiqi, Intelligent Credit Scoring, 2017). ${OWN}`,
          ),
        },
        {
          ...common,
          id: 'calibration',
          metric: 'expectedCalibrationError',
          comparator: '<=',
          threshold: 0.03,
          source: convention(OWN),
        },
        {
          ...common,
          id: 'disparate-impact-sex',
          metric: 'disparateImpactRatio',
          fairness: { column: 'sex' },
          comparator: '>=',
          threshold: 0.8,
          source: FOUR_FIFTHS,
        },
        {
          ...common,
          id: 'equal-opportunity-sex',
          metric: 'equalOpportunityDifference',
          fairness: { column: 'sex' },
          comparator: '<=',
          threshold: 0.1,
          source: convention(SEX),
        },
      ],
    }),
  },
};
