"""Golden values for drift, in NumPy, SciPy and statsmodels alone: python3 golden.py > golden.json

Definitions as in drift.ts and trend.ts, computed another way: matrices of entity by bin, scipy's ncx2, statsmodels' WLS.
"""

import json

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats

rng = np.random.default_rng(20250101)


def round_trip(x):
    return [None if np.isnan(v) else float(v) for v in x]


def edges_of(reference):
    known = reference[~np.isnan(reference)]
    cuts = np.unique(np.quantile(known, np.arange(1, 10) / 10, method="inverted_cdf"))
    return cuts[cuts < known.max()]


def binned(values, edges):
    bins = np.searchsorted(edges, np.nan_to_num(values), side="left")
    return np.where(np.isnan(values), len(edges) + 1, bins)


def interval(x, freedom):
    at = lambda p: (
        0.0
        if stats.chi2.cdf(x, freedom) <= p
        else optimize.brentq(lambda l: stats.ncx2.cdf(x, freedom, l) - p, 1e-12, x + 12 * np.sqrt(x + freedom) + 60, xtol=1e-12, rtol=1e-14)
    )
    return at(0.975), at(0.025)


def drift(reference, current, ref_entity=None, cur_entity=None):
    edges = edges_of(reference)
    b = len(edges) + 2
    r, c = binned(reference, edges), binned(current, edges)
    nr, nc = np.bincount(r, minlength=b), np.bincount(c, minlength=b)
    used = (nr > 0) | (nc > 0)
    n, m = len(reference), len(current)
    p, q = np.maximum(nr, 0.5)[used] / n, np.maximum(nc, 0.5)[used] / m
    value = float(np.sum((q - p) * np.log(q / p)))
    gq, gp = np.log(q / p) + 1 - p / q, np.log(p / q) + 1 - q / p
    gq, gp = gq - np.sum(gq * nc[used] / m), gp - np.sum(gp * nr[used] / n)
    k = int(used.sum()) - 1
    if ref_entity is None:
        variance, effect = float(np.sum(p * gp**2) / n + np.sum(q * gq**2) / m), 1.0
    else:
        entities = np.unique(np.concatenate([ref_entity, cur_entity]))
        influence = np.zeros(len(entities))
        moved = np.zeros((len(entities), b))
        for i, e in enumerate(entities):
            here, there = np.bincount(c[cur_entity == e], minlength=b), np.bincount(r[ref_entity == e], minlength=b)
            influence[i] = gq @ here[used] / m + gp @ there[used] / n
            moved[i, used] = (here[used] - here.sum() * q) / m - (there[used] - there.sum() * p) / n
        small = len(entities) / (len(entities) - 1)
        variance = float(small * np.sum(influence**2))
        effect = float(small * np.sum(np.sum(moved[:, used] ** 2, axis=0) / p) / (k * (1 / n + 1 / m)))
    scale = (1 / n + 1 / m) * effect
    own = variance / (4 * value)
    low, high = interval(value / own, k)
    return {
        "edges": edges.tolist(),
        "reference": nr.tolist(),
        "current": nc.tolist(),
        "value": value,
        "low": min(value, low * own),
        "high": max(value, high * own),
        "expected": k * scale,
        "point95": float(stats.chi2.ppf(0.95, k)) * scale,
        "designEffect": effect,
    }


def numbers(n, shift, scale):
    x = np.round(rng.normal(shift, scale, n), 2)
    x[rng.random(n) < 0.05] = np.nan
    x[rng.random(n) < 0.2] = 0
    return x


reference, current = numbers(160, 0, 1), numbers(140, 0.4, 1.3)
ref_entity, cur_entity = rng.integers(0, 40, 160), rng.integers(0, 55, 140)
per_entity = rng.normal(0, 1, 55)
clustered_ref, clustered_cur = np.round(per_entity[ref_entity] + 0.1 * rng.normal(size=160), 3), np.round(
    per_entity[cur_entity] + 0.3 + 0.1 * rng.normal(size=140), 3
)

x = np.array([0, 1, 2, 4, 5, 6, 7], float)
y = 0.9 - 0.004 * x + rng.normal(0, 0.01, 7)
se = rng.uniform(0.005, 0.02, 7)
fit = sm.WLS(y, sm.add_constant(x), 1 / se**2).fit(cov_type="HC3", use_t=True)

print(
    json.dumps(
        {
            "independent": {
                "reference": round_trip(reference),
                "current": round_trip(current),
                "drift": drift(reference, current),
            },
            "clustered": {
                "reference": clustered_ref.tolist(),
                "current": clustered_cur.tolist(),
                "referenceEntity": ref_entity.tolist(),
                "currentEntity": cur_entity.tolist(),
                "drift": drift(clustered_ref, clustered_cur, ref_entity, cur_entity),
            },
            "trend": {
                "x": x.tolist(),
                "y": y.tolist(),
                "standardError": se.tolist(),
                "slope": float(fit.params[1]),
                "interval": fit.conf_int()[1].tolist(),
            },
        },
        indent=1,
    )
)
