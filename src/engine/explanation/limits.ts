/** What the explanations can't tell; the code stands for the sentence in other languages. */
export interface ExplanationLimit {
  code: string;
  text: string;
}

export const EXPLANATION_LIMITS: readonly ExplanationLimit[] = [
  {
    code: 'NOT_CAUSAL',
    text: 'They tell what the model makes of its inputs, not what causes the outcome, nor what would happen if somebody changed a value in the world.',
  },
  {
    code: 'CORRELATED_FEATURES',
    text: 'Shuffled, partial-dependence and SHAP values put together values that may never occur together; where features are correlated the importance of each may be understated, shared out or moved to another. See the clusters, shuffled together, and the accumulated local effects, which stay near the data.',
  },
  {
    code: 'BACKGROUND_CHOICE',
    text: 'A SHAP value compares a row with the stated background; another background gives other values.',
  },
  {
    code: 'SAMPLE',
    text: 'All are estimates on the stated number of rows; the intervals are about that sampling and about the random permutations, not about another period or population.',
  },
  {
    code: 'IMPORTANCE_IS_OF_THIS_MODEL',
    text: 'A feature of no importance here may still be informative: the model may do without it because another says the same.',
  },
  {
    code: 'INTERACTIONS',
    text: 'Curves of one feature are averages; where single rows’ curves spread, effects depend on other features, and the mean may describe no row.',
  },
  {
    code: 'FAIRNESS',
    text: 'A protected attribute that is no input has no importance here, and may still be carried by other features: see the fairness measures.',
  },
];
