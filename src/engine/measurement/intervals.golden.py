"""Golden values for intervals.golden.spec.ts, by definitions over all pairs and rows: NumPy and SciPy, nothing of ours.

    /usr/bin/python3 intervals.golden.py > intervals.golden.json
"""
import json
import numpy as np
from scipy.stats import norm, t as student

Z = norm.ppf(0.975)


def sample(n, cuts, entities, seed):
    """The same integers in any language: scores on a grid (ties) or not, labels, entities."""
    i = np.arange(n)
    u = ((i * 48271 + seed * 7919) % 65537) / 65537
    y = ((i * 7919 + seed) % 97 < 17).astype(int)
    s = 0.7 * u + 0.3 * y * (((i * 31 + seed) % 11) / 10)
    if cuts:
        s = np.floor(s * cuts) / cuts
    return s, y, (i * i + seed * i) % entities


def auc_components(s, y):
    pos, neg = s[y == 1], s[y == 0]
    wins = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    return wins.mean(), wins.mean(axis=1), wins.mean(axis=0)


def precision_influence(s, y):
    n, p = len(s), y.sum()
    at_least = s[None, :] >= s[:, None]
    R = at_least.sum(axis=1)
    TP = (at_least * y[None, :]).sum(axis=1)
    prec = TP / R
    ap = prec[y == 1].sum() / p
    below = (s[None, :] <= s[:, None]) * (y[None, :] == 1)
    A = (below / R[None, :]).sum(axis=1)
    B = (below * (prec / R)[None, :]).sum(axis=1)
    return ap, (y * (prec + A - ap) - B) / p


def moderated_logit(value, variance, freedom, model, df):
    v = (freedom * variance + 3 * model) / (freedom + 3)
    half = student.ppf(0.975, df) * np.sqrt(v) / (value * (1 - value))
    centre = np.log(value / (1 - value))
    return [float(1 / (1 + np.exp(-(centre - half)))), float(1 / (1 + np.exp(-(centre + half))))]


def kurtosis(x):
    return (x**4).mean() / (x**2).mean() ** 2


def newcombe(a, m, n):
    k = (m + n) / 2 - 1
    return a * (1 - a) * (1 + k * (1 - a) / (2 - a) + k * a / (1 + a)) / (m * n)


def by_entity(values, codes):
    sums = {}
    for v, c in zip(values, codes):
        sums[c] = sums.get(c, 0.0) + v
    return sums


def auc(s, y, codes=None):
    a, v10, v01 = auc_components(s, y)
    M, N = len(v10), len(v01)
    if codes is None:
        X, Y, cross = v10 - a, v01 - a, 0.0
        U = np.concatenate([X / M, Y / N])
    else:
        x, w = by_entity(v10 - a, codes[y == 1]), by_entity(v01 - a, codes[y == 0])
        X, Y = np.array(list(x.values())), np.array(list(w.values()))
        I = len(set(codes))
        cross = 2 * I / (I - 1) * sum(x[c] * w[c] for c in x if c in w) / (M * N)
        U = np.array([x.get(c, 0) / M + w.get(c, 0) / N for c in sorted(set(codes))])
    p, n = len(X), len(Y)
    vp, vn = (X**2).sum() * p / (p - 1) / M**2, (Y**2).sum() * n / (n - 1) / N**2
    v = vp + vn + cross
    df = min(p, n) - 1
    own = 2 * len(U) / (kurtosis(U) - 1)
    interval = moderated_logit(a, v, max(1, min(df, own)), newcombe(a, p, n), df)
    return {"value": float(a), "standardError": float(np.sqrt(v)), "low": interval[0], "high": interval[1]}


def average_precision(s, y, codes=None):
    ap, c = precision_influence(s, y)
    p = int(y.sum())
    if codes is not None:
        c = np.array(list(by_entity(c, codes).values()))
        p = len(set(codes[y == 1]))
    n = len(c)
    v = (c**2).sum() * n / (n - 1)
    own = 2 * n / (kurtosis(c) - 1)
    interval = moderated_logit(ap, v, max(1, min(own, p - 1)), ap * (1 - ap) / p, p - 1)
    return {"value": float(ap), "standardError": float(np.sqrt(v)), "low": interval[0], "high": interval[1]}


def brier(s, y, codes):
    loss = (s - y) ** 2
    sums = np.array(list(by_entity(loss - loss.mean(), codes).values()))
    e = len(sums)
    return {"value": float(loss.mean()), "standardError": float(np.sqrt(e / (e - 1) * (sums**2).sum()) / len(s))}


def bca(value, replicates, left_out):
    z0 = norm.ppf((np.sum(replicates < value) + np.sum(replicates == value) / 2) / len(replicates))
    d = left_out.mean() - left_out
    a = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    at = [norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in (-Z, Z)]
    return [float(np.quantile(replicates, q)) for q in at]


cases = []
for n, cuts, entities, seed in ((400, 0, 60, 1), (400, 25, 60, 2), (900, 0, 900, 3), (300, 8, 20, 4)):
    s, y, codes = sample(n, cuts, entities, seed)
    other = sample(n, cuts, entities, seed + 10)[0] * 0.5 + s * 0.5
    cases.append({
        "sample": [n, cuts, entities, seed],
        "auc": auc(s, y), "aucClustered": auc(s, y, codes),
        "averagePrecision": average_precision(s, y), "averagePrecisionClustered": average_precision(s, y, codes),
        "brierClustered": brier(s, y, codes),
    })
i = np.arange(1, 501)
replicates = np.sin(i * 1.7) + (i % 13) / 13
left_out = (i[:40] * 7 % 11) ** 1.5 / 40
print(json.dumps({"cases": cases, "bca": bca(0.75, replicates, left_out)}, indent=1))
