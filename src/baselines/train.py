#!/usr/bin/python3
"""Trains the reference models on practice development splits and writes them as ONNX.

A development tool: Debian's python3-sklearn (1.2) and python3-onnx (1.12), nothing of it is needed to run the
sandbox. Run from the root of the project after `npm run build`:

    /usr/bin/python3 src/baselines/train.py [--only PRESET]

Three models over columns of hk-retail-payments:

strong   gradient-boosted trees on every feature; probabilities as trained by log loss.
weak     logistic regression on fewer features: ranks fairly, finds little at the top.
skewed   as strong, but trained on the confirmed cases of a desk that followed up few cases among customers who
         spend more on fashion and beauty than on electronics and games. It never sees an attribute; women are missed
         more often all the same.

One over columns of hk-consumer-credit:

credit   gradient-boosted trees on every feature: the probability of default.

All are trained on labels as they were known when the development split ended: late, some wrong. They are measured
on the evaluation split, against the truth.
"""

import argparse
import hashlib
import json
import math
import os
import subprocess
import tempfile

import numpy as np
import onnx
import sklearn
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score, roc_curve

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NODE = os.path.join(ROOT, "node_modules", ".bin", "node")
SEED = "practice-baselines"
FRAUD = {"rows": 1_000_000, "set": ["prevalence=0.02"], "label": "fraud", "threshold": 0.1}
CREDIT = {"rows": 400_000, "set": [], "label": "default", "threshold": 0.15}
PRESETS = {"hk-retail-payments": FRAUD, "hk-consumer-credit": CREDIT}
WEAK = [
    "amountDeviation",
    "amountToBalance",
    "isFpsProxy",
    "isFpsAccount",
    "isCreditCard",
    "isStoredValue",
    "isCash",
    "isRemote",
    "isOverseas",
    "isNewPayee",
    "isNewDevice",
    "newPayees7d",
    "smallRemote24h",
    "payeeFirstPayers7d",
    "payments1h",
    "payments7d",
]
NOT_FOLLOWED_UP = 0.95
# Days of the development split that are left out: the first have no history behind their features, and of the last
# many frauds have not been reported yet, which would teach a model that recent payments are safe.
WITHOUT_HISTORY, NOT_YET_REPORTED = 30, 21


def load(folder):
    table = {}
    for name in ("features", "labels", "protected"):
        with open(f"{folder}/{name}/columns.json") as file:
            columns = json.load(file)
        for column, kind in columns.items():
            values = np.fromfile(f"{folder}/{name}/{column}.bin", dtype=kind["type"])
            table[column] = np.array(kind["words"])[values.astype(int)] if "words" in kind else values
    return table


def export(dataset, into):
    for split in ("development", "evaluation"):
        for name in ("features", "labels", "protected"):
            out = f"{into}/{split}/{name}"
            os.makedirs(out)
            subprocess.run(
                [NODE, "src/baselines/export-columns.ts", f"{dataset}/{split}/{name}.parquet", out],
                check=True,
                cwd=ROOT,
            )


def boosted():
    return HistGradientBoostingClassifier(
        max_iter=160,
        max_leaf_nodes=24,
        learning_rate=0.07,
        min_samples_leaf=60,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )


def below(threshold):
    """The largest float32 at most `threshold`: x <= threshold then means the same for every float32 x."""
    nearest = np.float32(threshold)
    return float(nearest if float(nearest) <= threshold else np.nextafter(nearest, np.float32(-np.inf)))


def two_columns(nodes, logit):
    """Logit [n, 1] to probabilities [n, 2]."""
    nodes.append(helper.make_node("Sigmoid", [logit], ["positive"]))
    nodes.append(helper.make_node("Sub", ["one", "positive"], ["negative"]))
    nodes.append(helper.make_node("Concat", ["negative", "positive"], ["probabilities"], axis=1))


def save(path, name, nodes, width, initializers):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(np.array([1], np.float32), "one"), *initializers],
    )
    model = helper.make_model(
        graph,
        producer_name="hk-finance-ai-sandbox baselines",
        opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 3)],
    )
    model.ir_version = 8
    onnx.checker.check_model(model)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


def save_trees(model, path, name, width):
    tree_ids, node_ids, features, values, modes, true_ids, false_ids = [], [], [], [], [], [], []
    leaf_trees, leaf_nodes, leaf_ids, leaf_weights = [], [], [], []
    for tree, (predictor,) in enumerate(model._predictors):
        for place, node in enumerate(predictor.nodes):
            leaf = bool(node["is_leaf"])
            tree_ids.append(tree)
            node_ids.append(place)
            features.append(0 if leaf else int(node["feature_idx"]))
            values.append(0.0 if leaf else below(node["num_threshold"]))
            modes.append("LEAF" if leaf else "BRANCH_LEQ")
            true_ids.append(0 if leaf else int(node["left"]))
            false_ids.append(0 if leaf else int(node["right"]))
            if leaf:
                leaf_trees.append(tree)
                leaf_nodes.append(place)
                leaf_ids.append(0)
                leaf_weights.append(float(node["value"]))
    trees = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["logit"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        base_values=[float(np.ravel(model._baseline_prediction)[0])],
        nodes_treeids=tree_ids,
        nodes_nodeids=node_ids,
        nodes_featureids=features,
        nodes_values=values,
        nodes_modes=modes,
        nodes_truenodeids=true_ids,
        nodes_falsenodeids=false_ids,
        target_treeids=leaf_trees,
        target_nodeids=leaf_nodes,
        target_ids=leaf_ids,
        target_weights=leaf_weights,
    )
    nodes = [trees]
    two_columns(nodes, "logit")
    save(path, name, nodes, width, [])


def save_logistic(weights, intercept, path, name):
    nodes = [
        helper.make_node("MatMul", ["features", "weights"], ["product"]),
        helper.make_node("Add", ["product", "intercept"], ["logit"]),
    ]
    two_columns(nodes, "logit")
    save(
        path,
        name,
        nodes,
        len(weights),
        [
            numpy_helper.from_array(weights.astype(np.float32).reshape(-1, 1), "weights"),
            numpy_helper.from_array(np.array([intercept], np.float32), "intercept"),
        ],
    )


def calibration_error(label, score, bins=10):
    order = np.argsort(score, kind="stable")
    return float(
        sum(len(part) / len(score) * abs(score[part].mean() - label[part].mean()) for part in np.array_split(order, bins))
    )


def measure(table, score, preset):
    label = table[preset["label"]]
    fpr, tpr, _ = roc_curve(label, score)
    found = {
        "rocAuc": roc_auc_score(label, score),
        "averagePrecision": average_precision_score(label, score),
        "tprAtFpr5": tpr[fpr <= 0.05].max(),
        "brier": brier_score_loss(label, score),
        "expectedCalibrationError": calibration_error(label, score),
    }
    for group in ("F", "M"):
        members = (table["sex"] == group) & (label == 1)
        found[f"truePositiveRate.{group}"] = (score[members] >= preset["threshold"]).mean()
    return {name: round(float(value), 4) for name, value in found.items()}


def scored_by_onnx(path, rows, folder):
    source, out = f"{folder}/rows.bin", f"{folder}/scores.bin"
    np.ascontiguousarray(rows, np.float32).tofile(source)
    subprocess.run(
        [NODE, "src/baselines/score-onnx.ts", path, source, str(rows.shape[1]), out],
        check=True,
        cwd=ROOT,
        env={**os.environ, "ORT_DISABLE_TELEMETRY": "1"},
    )
    return np.fromfile(out, np.float32).reshape(-1, 2)[:, 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", default="dist/main.js", help="the built sandbox command")
    parser.add_argument("--out", default=HERE)
    parser.add_argument("--only", choices=list(PRESETS), help="train the models of one preset")
    options = parser.parse_args()
    path = f"{options.out}/baselines.json"
    document = {"datasets": {}, "models": {}}
    if os.path.exists(path):
        with open(path) as file:
            document = json.load(file)
    document = {
        "training": "/usr/bin/python3 src/baselines/train.py",
        "scikitLearn": sklearn.__version__,
        "onnx": onnx.__version__,
        "input": "features",
        "output": "probabilities",
        "datasets": document.get("datasets", {}),
        "models": document["models"],
    }
    for name, preset in PRESETS.items():
        if options.only not in (None, name):
            continue
        command = ["generate", name, "--rows", str(preset["rows"]), "--seed", SEED]
        for setting in preset["set"]:
            command += ["--set", setting]
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([NODE, options.cli, *command, "--out", f"{folder}/dataset"], check=True, cwd=ROOT)
            export(f"{folder}/dataset", f"{folder}/arrays")
            document["datasets"][name] = "sandbox " + " ".join(command) + " --out DIR"
            document["models"].update(train(folder, name, options.out))
        with open(path, "w") as file:
            json.dump(document, file, indent=2)
            file.write("\n")


def matrix(table, columns):
    return np.stack([table[name] for name in columns], 1)


def fraud_models(development, names, label, out):
    """Writes the three fraud models. Returns name, columns and scikit-learn's own scoring of each."""
    strong = boosted().fit(matrix(development, names), label)
    save_trees(strong, f"{out}/strong.onnx", "strong", len(names))

    chance = np.random.default_rng(7)
    leaning = development["fashionShare"] - development["gamesShare"]
    unseen = (leaning > np.median(leaning)) & (chance.random(len(label)) < NOT_FOLLOWED_UP)
    skewed = boosted().fit(matrix(development, names), np.where(unseen, 0, label))
    save_trees(skewed, f"{out}/skewed.onnx", "skewed", len(names))

    rows = matrix(development, WEAK)
    mean, deviation = rows.mean(0), rows.std(0)
    weak = LogisticRegression(C=1.0, max_iter=500).fit((rows - mean) / deviation, label)
    weights = weak.coef_[0] / deviation
    intercept = float(weak.intercept_[0] - (weights * mean).sum())
    save_logistic(weights, intercept, f"{out}/weak.onnx", "weak")
    return [
        ("strong", names, lambda rows: strong.predict_proba(rows)[:, 1]),
        ("weak", WEAK, lambda rows: 1 / (1 + np.exp(-(rows.astype(np.float64) @ weights + intercept)))),
        ("skewed", names, lambda rows: skewed.predict_proba(rows)[:, 1]),
    ]


def credit_models(development, names, label, out):
    credit = boosted().fit(matrix(development, names), label)
    save_trees(credit, f"{out}/credit.onnx", "credit", len(names))
    return [("credit", names, lambda rows: credit.predict_proba(rows)[:, 1])]


def train(folder, preset_name, out):
    preset = PRESETS[preset_name]
    development = load(f"{folder}/arrays/development")
    evaluation = load(f"{folder}/arrays/evaluation")
    with open(f"{folder}/arrays/development/features/columns.json") as file:
        names = [name for name, kind in json.load(file).items() if kind["type"] == "float32" and "words" not in kind]
    if preset is FRAUD:
        time = development["event_time"]
        seen = time >= time.min() + WITHOUT_HISTORY * 86_400
        seen &= time < time.max() - NOT_YET_REPORTED * 86_400
        development = {name: values[seen] for name, values in development.items()}
    label = development[preset["label"]].astype(int)
    models = fraud_models if preset is FRAUD else credit_models
    found = {}
    for name, columns, score_by_sklearn in models(development, names, label, out):
        rows = matrix(evaluation, columns)
        reference = score_by_sklearn(rows)
        path = f"{out}/{name}.onnx"
        score = scored_by_onnx(path, rows, folder)
        difference = float(np.abs(score - reference).max())
        if not difference < 1e-5:
            raise SystemExit(f"{name}: onnxruntime and scikit-learn differ by {difference}")
        # Rows from the lowest score to the highest, for the tests to hold the committed files to scikit-learn.
        chosen = np.argsort(reference, kind="stable")[np.linspace(0, len(reference) - 1, 9).astype(int)]
        with open(path, "rb") as file:
            content = file.read()
        found[name] = {
            "preset": preset_name,
            "file": f"{name}.onnx",
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "threshold": preset["threshold"],
            "features": columns,
            "largestDifferenceFromScikitLearn": float(f"{difference:.2g}"),
            "check": {
                "rows": [[float(value) for value in rows[row]] for row in chosen],
                "scikitLearn": [float(reference[row]) for row in chosen],
            },
            "practiceEvaluation": measure(evaluation, score.astype(np.float64), preset),
        }
        print(name, found[name]["bytes"], difference, found[name]["practiceEvaluation"], flush=True)
    return found


if __name__ == "__main__":
    main()
