"""
Trains two scikit-learn models on text and numbers, writes each as an ONNX graph by hand, and prints what scikit-learn
itself gives: run offline, `python3 test/support/text-models.py > test/support/text-models.json`. Needs scikit-learn and onnx.
"""

import base64
import json

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

random = np.random.default_rng(4)
ROWS = 400
COUNTRIES = ["HK", "CN", "SG", "größe 港"]
country = random.choice(COUNTRIES, ROWS)
items = random.integers(0, 9, ROWS)
amount = random.normal(100, 30, ROWS).astype(np.float32)
channel = random.choice(["web", "branch"], ROWS)
target = ((country == "CN") * 1.5 + items * 0.3 + amount / 50 + random.normal(0, 1, ROWS) > 4).astype(int)


def linear(classifier, labels, source, target_names):
    """LinearClassifier for two classes: the first's score is the second's with its sign turned."""
    coefficients, intercept = classifier.coef_[0], classifier.intercept_[0]
    return helper.make_node(
        "LinearClassifier",
        [source],
        target_names,
        domain="ai.onnx.ml",
        coefficients=[float(v) for v in np.concatenate([-coefficients, coefficients])],
        intercepts=[float(-intercept), float(intercept)],
        post_transform="LOGISTIC",
        **labels,
    )


def model(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 2)]
    made = helper.make_model(graph, opset_imports=opsets, producer_name="text-models.py")
    made.ir_version = 8
    return base64.b64encode(made.SerializeToString()).decode()


def maps(name, key):
    info = ValueInfoProto(name=name)
    kind = info.type.sequence_type.elem_type.map_type
    kind.key_type = key
    kind.value_type.tensor_type.elem_type = TensorProto.FLOAT
    return info


def mixed():
    """One input a column; the probabilities as a sequence of maps, as skl2onnx writes them unless told not to."""
    table = np.empty((ROWS, 3), dtype=object)
    table[:, 0], table[:, 1], table[:, 2] = country, items, amount
    pipeline = make_pipeline(
        ColumnTransformer(
            [("category", OneHotEncoder(handle_unknown="ignore"), [0]), ("number", StandardScaler(), [1, 2])]
        ),
        LogisticRegression(),
    ).fit(table, target)
    encoder = pipeline[0].named_transformers_["category"]
    scaler = pipeline[0].named_transformers_["number"]
    categories = [str(value) for value in encoder.categories_[0]]
    nodes = [
        helper.make_node("OneHotEncoder", ["country"], ["hot"], domain="ai.onnx.ml", cats_strings=categories, zeros=1),
        helper.make_node("Reshape", ["hot", "flat"], ["category"]),
        helper.make_node("Cast", ["items"], ["items_float"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["items_float", "amount"], ["numbers"], axis=1),
        helper.make_node(
            "Scaler",
            ["numbers"],
            ["scaled"],
            domain="ai.onnx.ml",
            offset=[float(v) for v in scaler.mean_],
            scale=[float(1 / v) for v in scaler.scale_],
        ),
        helper.make_node("Concat", ["category", "scaled"], ["features"], axis=1),
        linear(pipeline[1], {"classlabels_ints": [0, 1]}, "features", ["label", "probabilities"]),
        helper.make_node(
            "ZipMap", ["probabilities"], ["output_probability"], domain="ai.onnx.ml", classlabels_int64s=[0, 1]
        ),
    ]
    inputs = [
        helper.make_tensor_value_info("country", TensorProto.STRING, [None, 1]),
        helper.make_tensor_value_info("items", TensorProto.INT64, [None, 1]),
        helper.make_tensor_value_info("amount", TensorProto.FLOAT, [None, 1]),
    ]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        maps("output_probability", TensorProto.INT64),
    ]
    flat = helper.make_tensor("flat", TensorProto.INT64, [2], [-1, len(categories)])
    rows = [["HK", 3, 90.5], ["CN", 8, 140.25], ["never seen", 2, 60.0], ["", 0, 101.0], ["größe 港", 5, 99.75]]
    probe = np.empty((len(rows), 3), dtype=object)
    for at, row in enumerate(rows):
        probe[at] = row
    return {
        "model": model(nodes, inputs, outputs, [flat]),
        "columns": ["country", "items", "amount"],
        "rows": rows,
        "probabilities": [float(p) for p in pipeline.predict_proba(probe)[:, 1]],
    }


def tensor():
    """Two columns of text in one tensor, classes with names, probabilities as maps from them."""
    table = np.stack([country, channel], axis=1).astype(object)
    named = np.where(target == 1, "repaid", "defaulted")
    pipeline = make_pipeline(
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), LogisticRegression()
    ).fit(table, named)
    # One table of keys serves both columns, since no value stands in both.
    pairs = [(str(v), float(i)) for values in pipeline[0].categories_ for i, v in enumerate(values)]
    labels = [str(v) for v in pipeline[1].classes_]
    nodes = [
        helper.make_node(
            "LabelEncoder",
            ["x"],
            ["codes"],
            domain="ai.onnx.ml",
            keys_strings=[key for key, _ in pairs],
            values_floats=[value for _, value in pairs],
            default_float=-1.0,
        ),
        linear(pipeline[1], {"classlabels_strings": labels}, "codes", ["label", "probabilities"]),
        helper.make_node(
            "ZipMap", ["probabilities"], ["output_probability"], domain="ai.onnx.ml", classlabels_strings=labels
        ),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.STRING, [None, 2])]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.STRING, [None]),
        maps("output_probability", TensorProto.STRING),
    ]
    rows = [["HK", "web"], ["CN", "branch"], ["never seen", "web"], ["SG", ""]]
    return {
        "model": model(nodes, inputs, outputs),
        "columns": ["country", "channel"],
        "rows": rows,
        "probabilities": [float(p) for p in pipeline.predict_proba(np.array(rows, dtype=object))[:, 1]],
    }


print(json.dumps({"mixed": mixed(), "tensor": tensor()}, ensure_ascii=False, indent=1))
