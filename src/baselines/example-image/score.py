"""A model in an image: a weighted sum of the features, squashed between 0 and 1.

Additions, multiplications and one division only, in a fixed order: the same bits wherever it is computed.
"""

import sys

import arrow_stream
from weights import BIAS, WEIGHTS


def score(rows, columns):
    unknown = [name for name in WEIGHTS if name not in columns]
    if unknown:
        sys.exit(f"the features lack {', '.join(unknown)}; bind a dataset that has them")
    sums = [BIAS] * rows
    for name, weight in WEIGHTS.items():
        for row, value in enumerate(columns[name]):
            if value == value:  # NaN stands for missing and adds nothing
                sums[row] += weight * value
    return [0.5 + 0.5 * total / (1.0 + abs(total)) for total in sums]


arrow_stream.serve(score)
