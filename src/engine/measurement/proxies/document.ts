import type { Estimate } from '../document.js';

/** How well one attribute can be told from what the model sees, and from what it says. Null where it cannot be known. */
export interface ProxyReport {
  /** Rows looked at: those sampled that have a group of the attribute. */
  rows: number;
  groups: number;
  /** Set where nothing below could be measured. */
  reason?: string;
  /** Each feature alone, the strongest first. */
  features: FeatureProxy[];
  /** All features together, each row foretold by a model of ours that has not seen it. */
  jointly: JointProxy;
  /** The model's score alone. */
  score: ScoreProxy[];
}

export interface FeatureProxy {
  feature: string;
  /** Cramér's V of the feature's bins and the attribute, with the bias of chance removed: 0 none, 1 all. */
  cramersV: Estimate;
  /** Share of the attribute's entropy that the feature's bins tell, and what chance alone would (Theil's U). */
  uncertainty: { value: number; chance: number };
  /** For a number: ROC AUC between the group that it tells best and all others; null for categories. */
  auc: (Estimate & { group: string }) | null;
}

export interface JointProxy {
  /** Mean over the groups, weighted by rows, of ROC AUC between a group and all others; 0.5 is chance. */
  auc: Estimate;
  groups: Record<string, Estimate>;
  folds: number;
  /** Columns of the binned features that the model of ours is linear in. */
  columns: number;
}

/** ROC AUC of the score between one group and all others: over all rows, and among rows of one label. */
export interface ScoreProxy {
  group: string;
  all: Estimate;
  positives: Estimate;
  negatives: Estimate;
}

export interface Proxies {
  /** Rows sampled, at most; of an entity one. */
  sampled: number;
  of: number;
  seed: number;
  attributes: Record<string, ProxyReport>;
}
