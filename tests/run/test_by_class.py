"""Precision, recall, F1 and ROC AUC are scikit-learn's, and what is not defined is said."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from twinprop.run.by_class import by_class
from twinprop.task import Predicted


@pytest.mark.parametrize("classes", [2, 3, 12])
def test_as_scikit_learn_has_it(classes: int) -> None:
    rng = np.random.default_rng(classes)
    labels, names = rng.integers(0, classes, 200), [f"c{number}" for number in range(classes)]
    guesses = np.where(rng.random(200) < 0.7, labels, rng.integers(0, classes - 1, 200))
    guesses[guesses == classes - 1] = 0  # no sample is taken for the last class
    margin = np.round(labels + rng.normal(size=200), 1) if classes == 2 else None
    found = by_class(labels, Predicted(guesses, margin), names)
    columns = precision_recall_fscore_support(labels, guesses, labels=range(classes), zero_division=np.nan)
    mine = np.array([list(each.values()) for each in found["classes"].values()]).T
    np.testing.assert_allclose(mine, columns, rtol=1e-12)
    whole = precision_recall_fscore_support(labels, guesses, average="macro", zero_division=np.nan)[:3]
    np.testing.assert_allclose(list(found["macro"].values()), whole, rtol=1e-12)
    assert found["undefined"] == [f"precision of {names[-1]}: no sample is taken for it"]
    assert ("roc_auc" in found) == (classes == 2)
    if margin is not None:
        assert found["roc_auc"] == pytest.approx(roc_auc_score(labels, margin), rel=1e-12)


def test_samples_of_one_class() -> None:
    found = by_class(np.zeros(3, np.int64), Predicted(np.zeros(3, np.int64), np.zeros(3)), ["no", "yes"])
    assert isnan(found["roc_auc"])
    assert [each.partition(":")[0] for each in found["undefined"]] == [
        "precision of yes", "recall of yes", "f1 of yes", "roc_auc",
    ]  # fmt: skip
    assert found["macro"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
