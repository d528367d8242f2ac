"""Golden values for explanations, in NumPy, SciPy and scikit-learn alone: python3 golden.py > golden.json

SHAP by brute force over all coalitions; partial dependence and permutation importance by scikit-learn; accumulated local
effects written from the paper. The forest is dumped node by node, so that a test can evaluate it.
"""

import json
from itertools import combinations
from math import factorial

import numpy as np
from scipy.stats import kendalltau, spearmanr
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

rng = np.random.default_rng(7)
N, M = 160, 5
X = np.round(rng.normal(size=(N, M)), 1).astype(np.float32).astype(float)
X[:, 3] = np.round(X[:, 0] * 2, 0) / 2
y = (X[:, 0] + X[:, 1] * X[:, 2] + 0.6 * rng.normal(size=N) > 0.4).astype(int)
forest = RandomForestClassifier(8, max_depth=4, random_state=3).fit(X, y)
score = lambda rows: forest.predict_proba(rows)[:, 1]
coefficients = np.array([0.5, -1.25, 0.0, 2.0, 0.75])
linear = lambda rows: rows @ coefficients + 0.3


def shapley(f, x, background):
    m = len(x)
    worth = {}
    for size in range(m + 1):
        for coalition in combinations(range(m), size):
            mixed = background.copy()
            mixed[:, list(coalition)] = x[list(coalition)]
            worth[coalition] = f(mixed).mean()
    values = []
    for i in range(m):
        rest = [j for j in range(m) if j != i]
        total = 0.0
        for size in range(m):
            for coalition in combinations(rest, size):
                weight = factorial(size) * factorial(m - size - 1) / factorial(m)
                total += weight * (worth[tuple(sorted(coalition + (i,)))] - worth[coalition])
        values.append(total)
    return values


def ale(f, rows, feature, parts, weights):
    x = rows[:, feature]
    edges = np.unique(np.quantile(x, np.arange(parts + 1) / parts, method="inverted_cdf"))
    k = np.clip(np.searchsorted(edges, x, side="left"), 1, len(edges) - 1)
    low, high = rows.copy(), rows.copy()
    low[:, feature], high[:, feature] = edges[k - 1], edges[k]
    step = f(high) - f(low)
    mass = np.bincount(k, weights, len(edges))[1:]
    mean = np.bincount(k, weights * step, len(edges))[1:] / mass
    curve = np.concatenate([[0], np.cumsum(mean)])
    return edges, curve - np.sum((curve[1:] + curve[:-1]) / 2 * mass) / mass.sum()


def dependence(feature, grid):
    pdp = []
    for value in grid:
        rows = X.copy()
        rows[:, feature] = value
        pdp.append(score(rows))
    return np.array(pdp)


background, explained = X[:12], X[40:44]
weights = rng.integers(1, 5, N).astype(float)
edges, curve = ale(score, X, 1, 20, np.ones(N))
weighted_edges, weighted_curve = ale(score, X, 0, 20, weights)
# scikit-learn's own grid is the distinct values where they are few.
sk = partial_dependence(forest, X, [3], method="brute", kind="both", response_method="predict_proba", grid_resolution=50)
noisy = np.round(score(X) + 0.1 * rng.normal(size=N), 2)


def rbo(a, b, p=0.9):
    agree = [len(set(a[:d]) & set(b[:d])) / d for d in range(1, len(a) + 1)]
    return (1 - p) * sum(p ** (d - 1) * agree[d - 1] for d in range(1, len(a) + 1)) + p ** len(a) * agree[-1]


importance = {
    name: permutation_importance(forest, X, y, scoring=scoring, n_repeats=400, random_state=1)
    for name, scoring in [("rocAuc", "roc_auc"), ("averagePrecision", "average_precision"), ("logLoss", "neg_log_loss")]
}
a, b = rng.permutation(9), rng.permutation(9)
u, v = rng.integers(0, 6, 12), rng.integers(0, 6, 12)

print(
    json.dumps(
        {
            "X": X.T.tolist(),
            "y": y.tolist(),
            "trees": [
                {
                    "left": t.tree_.children_left.tolist(),
                    "right": t.tree_.children_right.tolist(),
                    "feature": t.tree_.feature.tolist(),
                    "threshold": t.tree_.threshold.tolist(),
                    "value": [float(c[0][1] / c[0].sum()) for c in t.tree_.value],
                }
                for t in forest.estimators_
            ],
            "scores": score(X).tolist(),
            "coefficients": coefficients.tolist(),
            "shapley": {
                "forest": [shapley(score, x, background) for x in explained],
                "linear": [(coefficients * (x - background.mean(axis=0))).tolist() for x in explained],
            },
            "dependence": {
                "grid": sk["values"][0].tolist(),
                "mean": sk["average"][0].tolist(),
            },
            "ale": {"edges": edges.tolist(), "curve": curve.tolist()},
            "weightedAle": {"edges": weighted_edges.tolist(), "curve": weighted_curve.tolist()},
            "weighted": {
                "weights": weights.tolist(),
                "scores": noisy.tolist(),
                "rocAuc": float(roc_auc_score(y, noisy, sample_weight=weights)),
                "averagePrecision": float(average_precision_score(y, noisy, sample_weight=weights)),
            },
            "importance": {
                name: {"mean": r.importances_mean.tolist(), "std": r.importances_std.tolist()}
                for name, r in importance.items()
            },
            "spearman": float(spearmanr(X[:, 0], X[:, 3])[0]),
            "kendall": {"a": u.tolist(), "b": v.tolist(), "tau": float(kendalltau(u, v)[0])},
            "rbo": {"a": a.tolist(), "b": b.tolist(), "value": rbo(a.tolist(), b.tolist())},
        }
    )
)
