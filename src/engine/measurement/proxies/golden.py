"""Golden values of proxy detection: scipy 1.10 for χ² and its non-central quantiles, scikit-learn 1.2 for ridge and AUC.
Writes golden.json beside itself."""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2_contingency, ncx2
from sklearn.linear_model import Ridge
from sklearn.metrics import mutual_info_score, roc_auc_score

N = 1500
i = np.arange(N)
g = np.array([0, 0, 0, 1, 1, 2])[(i * 7907) % 6]
x = (i * 48271) % 65537 / 65537 + 0.25 * g
k = np.where(i % 4 == 0, 2 * g, (i * 31) % 7)
five = np.where(i % 5 == 0, g, (i * 17) % 5)
fold = (i * 13) % 5

table = np.zeros((7, 3))
np.add.at(table, (k, g), 1)
chi = chi2_contingency(table, correction=False)[0]
r, c, df = 7, 3, 12
phi = max(0, chi / N - df / (N - 1))
least = min(r - (r - 1) ** 2 / (N - 1), c - (c - 1) ** 2 / (N - 1)) - 1
solve = lambda p: 0 if ncx2.cdf(chi, df, 1e-12) <= p else brentq(lambda l: ncx2.cdf(chi, df, l) - p, 1e-9, 10 * chi)
bound = lambda l: np.sqrt(l / N / (min(r, c) - 1))
entropy = -sum(np.mean(g == j) * np.log(np.mean(g == j)) for j in range(3))


def delong(v, inside):
    order = (v[inside][:, None] > v[~inside][None, :]) + 0.5 * (v[inside][:, None] == v[~inside][None, :])
    a, b = order.mean(1), order.mean(0)
    assert abs(order.mean() - roc_auc_score(inside, v)) < 1e-12
    return order.mean(), a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)


# Ridge on the same indicators, each fold from the others; the intercept column is not penalised.
onehot = np.hstack([np.eye(7)[k], np.eye(5)[five]])
pred = np.zeros((N, 3))
for f in range(5):
    train = fold != f
    model = Ridge(alpha=10).fit(onehot[train], np.eye(3)[g[train]])
    pred[~train] = model.predict(onehot[~train])
aucs = [delong(x, g == j) for j in range(3)]
Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "cramersV": [np.sqrt(phi / least), bound(solve(0.975)), bound(solve(0.025))],
            "uncertainty": [mutual_info_score(k, g) / entropy, df / (2 * N) / entropy],
            "aucs": [list(map(float, each)) for each in aucs],
            "predictions": pred[:4].tolist(),
        },
        indent=2,
    )
    + "\n"
)
