"""Makes influence.golden.json: weighted AUC and average precision, their numerical derivatives by each row's weight, and
a paired standard error by entity, from scikit-learn alone. Run with /usr/bin/python3 (Debian's python3-sklearn)."""

import json
import pathlib

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.default_rng(20250611)
rows = 60
labels = (rng.random(rows) < 0.3).astype(int)
weights = np.where(labels == 1, 1.0, 2.5)
unit = rng.integers(0, 18, rows)
before = np.round(rng.normal(size=rows) + 1.2 * labels, 1)
after = np.round(before + rng.normal(scale=0.8, size=rows), 1)


def derivative(metric, scores, row, step=1e-5):
    def at(weight):
        changed = weights.copy()
        changed[row] = weight
        return metric(labels, scores, sample_weight=changed)

    return (at(weights[row] + step) - at(weights[row] - step)) / (2 * step)


def summary(metric):
    contributions = [
        np.array([weights[row] * derivative(metric, scores, row) for row in range(rows)])
        for scores in (before, after)
    ]
    values = [metric(labels, scores, sample_weight=weights) for scores in (before, after)]
    sums = np.bincount(unit, contributions[1] - contributions[0], minlength=unit.max() + 1)
    count = len(set(unit.tolist()))
    return {
        "values": values,
        "contributions": [each.tolist() for each in contributions],
        "pairedStandardError": float(np.sqrt((sums**2).sum() * count / (count - 1))),
    }


document = {
    "labels": labels.tolist(),
    "weights": weights.tolist(),
    "unit": unit.tolist(),
    "before": before.tolist(),
    "after": after.tolist(),
    "rocAuc": summary(roc_auc_score),
    "averagePrecision": summary(average_precision_score),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
