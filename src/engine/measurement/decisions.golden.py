"""Golden values of decisions.golden.json, from scikit-learn, statsmodels and SciPy: run it to make them again.

    python3 decisions.golden.py > decisions.golden.json

4,000 rows made by integer arithmetic alone, so that the tests make the same; see `rowsOf` in decisions.fixture.ts.
"""

import json
import warnings

import numpy as np
import scipy.stats
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.metrics import (
    brier_score_loss,
    confusion_matrix,
    fbeta_score,
    matthews_corrcoef,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_curve,
)

warnings.simplefilter("ignore")
N = 4000
i = np.arange(N)
u = ((i * 48271) % 65537) / 65537
y = ((i * 7919) % 97 < 9).astype(int)
distinct = 0.02 + 0.7 * u + 0.25 * u * y
scores = {
    "distinct": distinct,
    "ties": np.floor(distinct * 20) / 20,
    "extremes": np.where(i % 50 == 0, 0.0, np.where(i % 50 == 1, 1.0, distinct)),
}
entity = (i * 31) % 257
amount = 100.0 + (i * 7919) % 10007
day = i // 400


def delta(value, gradient, columns, clusters):
    """Standard error of a smooth function of column totals, groups being independent."""
    g = columns @ gradient
    sums = np.bincount(clusters, weights=g)
    n = len(np.unique(clusters))
    sums = sums[np.unique(clusters)]
    return float(np.sqrt(n / (n - 1) * np.sum((sums - sums.mean()) ** 2)))


def numeric_gradient(f, totals):
    gradient = np.zeros(len(totals))
    for k in range(len(totals)):
        h = 1e-6 * max(1.0, abs(totals[k]))
        up, down = totals.copy(), totals.copy()
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up) - f(down)) / (2 * h)
    return gradient


def at_threshold(s, threshold):
    alert = s >= threshold
    tn, fp, fn, tp = (int(v) for v in confusion_matrix(y, alert.astype(int)).ravel())
    precision, recall, _, _ = precision_recall_fscore_support(y, alert, average="binary")
    pi, volume, cost_fn, cost_fp = 0.001, 50000, 20.0, 1.0
    tpr, fpr = tp / (tp + fn), fp / (fp + tn)
    cost_hkd = float(np.sum(amount[(y == 1) & ~alert]) + 150 * fp)
    base_hkd = float(min(np.sum(amount[y == 1]), 150.0 * np.sum(y == 0)))
    values = {
        "precision": precision,
        "recall": recall,
        "falsePositiveRate": fpr,
        "alertRate": alert.mean(),
        "fBeta": fbeta_score(y, alert, beta=2),
        "matthewsCorrelation": matthews_corrcoef(y, alert),
        "lift": precision / y.mean(),
        "alertsPerDay": np.mean([alert[day == d].sum() for d in np.unique(day)]),
        "expectedCost": (cost_fn * fn + cost_fp * fp) / N,
        "costSavings": 1 - (cost_fn * fn + cost_fp * fp) / min(cost_fn * y.sum(), cost_fp * (y == 0).sum()),
        "valueRecall": amount[(y == 1) & alert].sum() / amount[y == 1].sum(),
        "precisionAtDeployment": pi * tpr / (pi * tpr + (1 - pi) * fpr),
        "alertsPerDayAtDeployment": volume * (pi * tpr + (1 - pi) * fpr),
    }
    columns = np.stack(
        [
            (y == 0) & ~alert,
            (y == 1) & ~alert,
            (y == 0) & alert,
            (y == 1) & alert,
            amount * ((y == 1) & ~alert),
            amount * ((y == 1) & alert),
        ],
        axis=1,
    ).astype(float)
    functions = {
        "precision": lambda t: t[3] / (t[2] + t[3]),
        "recall": lambda t: t[3] / (t[1] + t[3]),
        "fBeta": lambda t: 5 * t[3] / (5 * t[3] + 4 * t[1] + t[2]),
        "matthewsCorrelation": lambda t: (t[3] * t[0] - t[1] * t[2])
        / np.sqrt((t[3] + t[2]) * (t[3] + t[1]) * (t[0] + t[2]) * (t[0] + t[1])),
        "lift": lambda t: t[3] / (t[2] + t[3]) * t[:4].sum() / (t[1] + t[3]),
        "expectedCost": lambda t: (cost_fn * t[1] + cost_fp * t[2]) / t[:4].sum(),
        "costSavings": lambda t: 1 - (cost_fn * t[1] + cost_fp * t[2]) / min(cost_fn * (t[1] + t[3]), cost_fp * (t[0] + t[2])),
        "valueRecall": lambda t: t[5] / (t[4] + t[5]),
        "precisionAtDeployment": lambda t: pi * t[3] / (t[1] + t[3]) / (pi * t[3] / (t[1] + t[3]) + (1 - pi) * t[2] / (t[0] + t[2])),
        "alertsPerDayAtDeployment": lambda t: volume * (pi * t[3] / (t[1] + t[3]) + (1 - pi) * t[2] / (t[0] + t[2])),
    }
    totals = columns.sum(axis=0)
    return {
        "threshold": threshold,
        "confusion": [tp, fp, tn, fn],
        "values": {k: float(v) for k, v in values.items()},
        "hkd": {"expectedCost": cost_hkd / N, "costSavings": 1 - cost_hkd / base_hkd},
        "byEntity": {k: delta(f(totals), numeric_gradient(f, totals), columns, entity) for k, f in functions.items()},
        "byRow": {k: delta(f(totals), numeric_gradient(f, totals), columns, i) for k, f in functions.items()},
    }


def best(s, cost, budget):
    """Over all distinct scores and no alert at all, by trying each."""
    found = []
    for t in np.append(np.unique(s)[::-1], np.inf):
        alert = s >= t
        tp, fp = int((alert & (y == 1)).sum()), int((alert & (y == 0)).sum())
        found.append((t, tp, fp, cost(alert), (tp + fp) / len(np.unique(day))))
    cheapest = min(found, key=lambda f: (f[3], f[1] + f[2]))
    allowed = [f for f in found if f[4] <= budget]
    widest = max(allowed, key=lambda f: (f[1], -f[2]))
    return {
        "leastCost": {"tp": cheapest[1], "fp": cheapest[2]},
        "withinBudget": {"tp": widest[1], "fp": widest[2]},
    }


def calibration(s):
    x = np.log(np.maximum(s, 1e-15)) - np.log(np.maximum(1 - s, 1e-15))
    design = sm.add_constant(x)
    model = sm.GLM(y, design, family=sm.families.Binomial())
    robust = model.fit(cov_type="HC0", tol=1e-14, maxiter=200)
    clustered = model.fit(cov_type="cluster", cov_kwds={"groups": entity, "use_correction": False}, tol=1e-14, maxiter=200)
    large = sm.GLM(y, np.ones(N), family=sm.families.Binomial(), offset=x).fit(cov_type="HC0", tol=1e-14, maxiter=200)
    # Its own standard error goes by a second derivative that is off where p rounds to 0 or 1: the sandwich by hand.
    p = 1 / (1 + np.exp(-(large.params[0] + x)))
    ranks = np.searchsorted(np.sort(s), s, side="left")
    bins = np.minimum(9, ranks * 10 // N)
    rows = np.array([(bins == b).sum() for b in range(10)])
    seen = np.array([y[bins == b].sum() for b in range(10)])
    said = np.array([s[bins == b].sum() for b in range(10)])
    kept = rows > 0
    rows, seen, said = rows[kept], seen[kept], said[kept]
    gap = seen / rows - said / rows
    spread = np.sqrt(seen / rows * (1 - seen / rows) / rows)
    folded = scipy.stats.foldnorm.mean(np.abs(gap) / np.where(spread > 0, spread, 1), scale=np.where(spread > 0, spread, 1))
    folded = np.where(spread > 0, folded, np.abs(gap))
    chi = np.sum((seen - said) ** 2 / (said * (1 - said / rows)))
    brier = brier_score_loss(y, s)
    z = scipy.stats.norm.ppf(1 - 0.025 / len(rows))
    return {
        "slope": float(robust.params[1]),
        "intercept": float(robust.params[0]),
        "slopeError": float(robust.bse[1]),
        "interceptError": float(robust.bse[0]),
        "slopeErrorByEntity": float(clustered.bse[1]),
        "interceptErrorByEntity": float(clustered.bse[0]),
        "inTheLarge": float(large.params[0]),
        "inTheLargeError": float(np.sqrt(np.sum((y - p) ** 2)) / np.sum(p * (1 - p))),
        "maximum": float(np.max(np.abs(gap))),
        "expected": float(np.sum(rows / N * np.abs(gap))),
        "debiased": float(max(0, np.sum(rows / N * (2 * np.abs(gap) - folded)))),
        "bonferroni": float(z),
        "hosmerLemeshow": [float(chi), len(rows), float(scipy.stats.chi2.sf(chi, len(rows)))],
        "brierSkill": float(1 - brier / (y.mean() * (1 - y.mean()))),
    }


def curves(s):
    fpr, tpr, _ = roc_curve(y, s, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(y, s)
    return {
        "roc": [[float(a), float(b)] for a, b in zip(fpr[::97], tpr[::97])],
        "precisionRecall": [[float(a), float(b)] for a, b in zip(recall[:-1][::97], precision[:-1][::97])],
    }


print(
    json.dumps(
        {
            "made by": f"scikit-learn {sklearn.__version__}, statsmodels {statsmodels.__version__}, SciPy {scipy.__version__}",
            "cases": {
                name: {
                    "thresholds": [at_threshold(s, t) for t in (0.2, 0.45, 0.6)],
                    "ratio": best(s, lambda a: 20.0 * ((y == 1) & ~a).sum() + ((y == 0) & a).sum(), 60),
                    "hkd": best(s, lambda a: amount[(y == 1) & ~a].sum() + 150.0 * ((y == 0) & a).sum(), 150),
                    "calibration": calibration(s),
                    "curves": curves(s),
                }
                for name, s in scores.items()
            },
        },
        indent=1,
    )
)
