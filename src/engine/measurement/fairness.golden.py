"""Golden values of the fairness between groups, from the definitions and not from our code: NumPy, SciPy 1.10 for the
studentised range and Student's t, scikit-learn 1.2 for ROC AUC. Writes fairness.golden.json beside itself.

Definitions: fairlearn.metrics (MetricFrame.difference and .ratio between groups; the worse of two for equalised odds);
veritastool.metrics (ppv_parity, auc_parity: two groups' values subtracted); Berk, Heidari, Jabbari, Kearns and Roth 2021
(treatment equality: false negatives over false positives); Speicher et al. 2018 with order 2 (generalised entropy).
"""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.stats import studentized_range, t as student
from sklearn.metrics import roc_auc_score

N = 4000
i = np.arange(N)
u = (i * 48271) % 65537 / 65537
g = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 3])[(i * 7907) % 10]
y = ((i * 7919) % 97 < 22 + 3 * g).astype(int)
s = np.floor(200 * (0.7 * u + 0.25 * y + 0.012 * g)) / 200
g = np.where((i * 31) % 53 == 0, -1, g)
ENTITIES = {"rows": None, "nested": None, "crossed": (i * 37) % 450}
# Nested entities hold one group: entity and group from the same numbers.
ENTITIES["nested"] = np.where(g < 0, 4000 + i, g * 120 + (i * 37) % 113)
pred = (s >= 0.5).astype(int)
benefit = pred - y + 1
K = 4
Z = 1.959963984540054


def critical(k, level=0.95):
    return studentized_range.ppf(level, k, np.inf) / np.sqrt(2)


RATES = {
    "selectionRate": (pred == 1, np.ones(N, bool)),
    "baseRate": (y == 1, np.ones(N, bool)),
    "tpr": (pred == 1, y == 1),
    "fpr": (pred == 1, y == 0),
    "ppv": (y == 1, pred == 1),
    "npv": (y == 0, pred == 0),
    "missedShare": (y == 1, pred != y),
}


def influence(name, group):
    """Value and each row's part in its deviation, so that the variance is the sum of squares over independent units."""
    inside = g == group
    if name in RATES:
        of, among = RATES[name]
        among = among & inside
        value = (of & among).sum() / among.sum()
        return value, np.where(among, of - value, 0.0) / among.sum()
    if name == "calibration":
        value = (s - y)[inside].mean()
        return value, np.where(inside, s - y - value, 0.0) / inside.sum()
    if name == "benefit":
        value = benefit[inside].mean()
        return value, np.where(inside, benefit - value, 0.0) / inside.sum()
    p, n = inside & (y == 1), inside & (y == 0)
    order = (s[p][:, None] > s[n][None, :]) + 0.5 * (s[p][:, None] == s[n][None, :])
    value = order.mean()
    assert abs(value - roc_auc_score(y[inside], s[inside])) < 1e-12
    parts = np.zeros(N)
    parts[p] = (order.mean(1) - value) / p.sum()
    parts[n] += (order.mean(0) - value) / n.sum()
    return value, parts


def by_entity(parts, entity):
    _, codes = np.unique(entity, return_inverse=True)
    return np.bincount(codes, weights=parts)


class Group:
    def __init__(self, name, group, entity):
        inside = g == group
        self.value, self.parts = influence(name, group)
        self.entity = entity
        self.rate = name in RATES
        among = RATES[name][1] & inside if self.rate else inside
        self.n = among.sum()
        self.wider = 1.0
        if entity is None:
            if self.rate:
                variance = self.value * (1 - self.value) / self.n
            elif name == "rocAuc":
                p, n = (inside & (y == 1)).sum(), (inside & (y == 0)).sum()
                variance = (self.parts[y == 1] ** 2).sum() * p / (p - 1) + (self.parts[y == 0] ** 2).sum() * n / (n - 1)
            else:
                variance = (self.parts**2).sum() * self.n / (self.n - 1)
        else:
            held = len(np.unique(entity[inside]))
            self.wider = student.ppf(0.975, held - 1) / Z
            variance = (by_entity(self.parts, entity) ** 2).sum() * held / (held - 1)
        self.effective = self.n
        if self.rate and entity is not None:
            self.effective = min(self.n, self.value * (1 - self.value) / variance)
        self.se = np.sqrt(self.value * (1 - self.value) / self.effective) if self.rate else np.sqrt(variance)

    def bounds(self, c):
        c = c * self.wider
        if self.rate:
            p, n = self.value, self.effective
            roots = np.roots([1 + c * c / n, -(2 * p + c * c / n), p * p])
            return min(roots), max(roots)
        return self.value - c * self.se, self.value + c * self.se

    def covariance(self, other):
        if self.entity is None:
            return 0.0
        e = len(np.unique(self.entity[g >= 0]))
        both = by_entity(self.parts, self.entity) * by_entity(other.parts, self.entity)
        return both.sum() * e / (e - 1)


class Odds(Group):
    """Missed positives over false alarms: the odds of the share of misses among errors."""

    def __init__(self, group, entity):
        super().__init__("missedShare", group, entity)
        self.share, self.slope = self.value, 1 / (1 - self.value) ** 2
        self.se *= self.slope
        self.parts = self.parts * self.slope

    def bounds(self, c):
        low, high = super().bounds(c)
        return low / (1 - low), high / (1 - high)


def differences(groups, c):
    found = []
    for a, b in combinations(groups, 2):
        va, vb = (x.share / (1 - x.share) if isinstance(x, Odds) else x.value for x in (a, b))
        (la, ua), (lb, ub) = a.bounds(c), b.bounds(c)
        rho = np.clip(a.covariance(b) / (a.se * b.se), -1, 1)
        down, up = (va - la, ub - vb), (ua - va, vb - lb)
        half = [np.sqrt(x * x + z * z - 2 * rho * x * z) for x, z in (down, up)]
        found.append((va - vb, va - vb - half[0], va - vb + half[1]))
    return found


def gap(pairs, most):
    values = np.array(pairs)
    low = max(0, values[:, 1].max(), (-values[:, 2]).max())
    high = min(most, max(values[:, 2].max(), (-values[:, 1]).max()))
    return [np.abs(values[:, 0]).max(), low, high]


def measure(entity):
    family = {name: [Group(name, k, entity) for k in range(K)] for name in [*RATES, "rocAuc", "calibration", "benefit"]}
    odds = [Odds(k, entity) for k in range(K)]
    c = critical(K)
    pairs = {name: differences(family[name], c) for name in ("selectionRate", "tpr", "fpr", "ppv", "rocAuc", "calibration")}
    pairs["missesPerFalseAlarm"] = differences(odds, c)
    ratios = []
    for a, b in combinations(family["selectionRate"], 2):
        spread = (a.wider * a.se / a.value) ** 2 + (b.wider * b.se / b.value) ** 2 - 2 * a.covariance(b) / (a.value * b.value)
        spread = np.sqrt(spread)
        ratio = a.value / b.value
        ratios.append((ratio, ratio * np.exp(-c * spread), ratio * np.exp(c * spread)))
    pairs["selectionRateRatio"] = ratios
    r = np.array(ratios)
    impact = [
        min(r[:, 0].min(), (1 / r[:, 0]).min()),
        min(r[:, 1].min(), (1 / r[:, 2]).min()),
        min(1, r[:, 2].min(), (1 / r[:, 1]).min()),
    ]
    joint = critical(K, np.sqrt(0.95))
    known = g >= 0
    b = benefit[known]
    mu = b.mean()
    entropy = ((b / mu) ** 2 - 1).mean() / 2
    between = sum((g[known] == k).mean() * ((b[g[known] == k].mean() / mu) ** 2 - 1) for k in range(K)) / 2
    within = sum(
        (g[known] == k).mean() * (bk.mean() / mu) ** 2 * ((bk / bk.mean()) ** 2 - 1).mean() / 2
        for k in range(K)
        for bk in [b[g[known] == k]]
    )
    assert abs(entropy - between - within) < 1e-14
    measures = {
        "demographicParityDifference": gap(pairs["selectionRate"], 1),
        "disparateImpactRatio": impact,
        "equalOpportunityDifference": gap(pairs["tpr"], 1),
        "predictiveEqualityDifference": gap(pairs["fpr"], 1),
        "equalizedOddsDifference": gap(differences(family["tpr"], joint) + differences(family["fpr"], joint), 1),
        "predictiveParityDifference": gap(pairs["ppv"], 1),
        "treatmentEqualityDifference": gap(pairs["missesPerFalseAlarm"], np.inf),
        "aucDifference": gap(pairs["rocAuc"], 1),
        "calibrationDifference": gap(pairs["calibration"], 2),
    }
    rank = np.searchsorted(np.sort(s), s)
    bins = np.minimum(9, rank * 10 // N)
    groups = {}
    for k in range(K):
        inside = g == k
        error = sum(abs((y - s)[inside & (bins == j)].sum()) for j in range(10)) / inside.sum()
        groups["abcd"[k]] = {
            "n": int(inside.sum()),
            "positives": int(y[inside].sum()),
            "expectedCalibrationError": error,
            **{
                name: [family[name][k].value, *family[name][k].bounds(Z)]
                for name in ("selectionRate", "baseRate", "tpr", "fpr", "ppv", "npv", "rocAuc", "calibration")
            },
            "missesPerFalseAlarm": [odds[k].share / (1 - odds[k].share), *odds[k].bounds(Z)],
        }
    return {
        "measures": measures,
        "pairs": pairs,
        "groups": groups,
        "entropy": {"value": entropy, "within": within, "between": between},
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return value if isinstance(value, int) else float(value)


result = {"missing": int((g < 0).sum()), **{name: measure(entity) for name, entity in ENTITIES.items()}}
Path(__file__).with_suffix(".json").write_text(json.dumps(plain(result), indent=1) + "\n")
