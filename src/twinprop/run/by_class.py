"""What was predicted for each class: precision, recall and F1, their means over classes, and of two classes ROC AUC.

What is not defined is null, and said in a sentence; means leave it out. Values equal scikit-learn's, which would take
longer to import than many networks to train.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.task import Predicted

MEASURES = ("precision", "recall", "f1")


def by_class(labels: NDArray[Any], predicted: Predicted, classes: Sequence[str]) -> dict[str, Any]:
    """What a network gets right of each class, as summary.json has it.

    Args:
        labels: true classes, (n,).
        predicted: what it takes the samples for.
        classes: their names.
    """
    count = len(classes)
    matrix = np.bincount(labels * count + predicted.values, minlength=count * count).reshape(count, count)
    right, there, taken = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    with np.errstate(invalid="ignore"):
        # precision: of those that are taken for the class; recall: of those that are; F1: their harmonic mean
        values = np.stack([right / taken, right / there, 2 * right / (taken + there)])
    undefined = [f"precision of {name}: no sample is taken for it" for name in named(classes, taken == 0)]
    undefined += [f"recall of {name}: no sample is of it" for name in named(classes, there == 0)]
    undefined += [f"f1 of {name}: no sample is of it or taken for it" for name in named(classes, taken + there == 0)]
    defined = [row[~np.isnan(row)] for row in values]
    found: dict[str, Any] = {
        "classes": {
            name: {**dict(zip(MEASURES, column, strict=True)), "samples": int(samples)}
            for name, column, samples in zip(classes, values.T.tolist(), there, strict=True)
        },
        "macro": {name: float(row.mean()) if len(row) else nan for name, row in zip(MEASURES, defined, strict=True)},
    }
    if predicted.margin is not None:
        found["roc_auc"] = roc_auc(labels == 1, predicted.margin)
        if np.isnan(found["roc_auc"]):
            undefined.append("roc_auc: the samples are of one class")
    return {**found, "undefined": undefined}


def named(classes: Sequence[str], which: NDArray[Any]) -> list[str]:
    """The names of some classes."""
    return [name for name, each in zip(classes, which, strict=True) if each]


def roc_auc(positive: NDArray[Any], score: NDArray[Any]) -> float:
    """How often a positive sample has a higher score than a negative one, a tie counting half; NaN where there is none.

    Args:
        positive: whether each sample is, (n,).
        score: of each, (n,).
    """
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return nan
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]  # from 1 on; equal scores share the mean of theirs
    # the rank sum of Mann and Whitney, less what positives have among themselves
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))
