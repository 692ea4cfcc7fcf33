"""A step that is given word numbers, or nothing, and says its own loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import FILES, check, failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

GIVEN = {
    "NegativeSampling": "center, context, negatives (3,) of 7 words",
    "Surroundings": "context_ids (3,), target of 7 words",
    "PairOfWords": "first_id, second_id, label of 7 words",
    "Ratings": "what it holds",
    "RowsOfVectors": "center_id, context_id, negative_ids (3,) of 7 words",
    "BatchOfWords": "centers (2,), contexts (2,), negatives (2, 1) of 7 words",
}


@pytest.mark.parametrize("name", GIVEN)
def test_right_ones_pass(name: str) -> None:
    report = check(name)
    assert report.verdict == "right", report_text(report)
    assert report.given == GIVEN[name]
    assert len(report.gradients) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "wrong"),
    [
        ("RowsOfVectors", "np.outer(q, v)", "np.outer(q - 1, v)", {"backward()['dfar']"}),
        ("RowsOfVectors", "(p - 1) * u + q @ n", "(p - 1) * u", {"backward()['dnear']"}),
        ("BatchOfWords", "e * u + np", "np", {"change of near"}),
        ("NegativeSampling", "lr * q[:, None] * v", "lr * (q[:, None] - 1) * v", {"change of outer"}),
        ("NegativeSampling", "q @ far)", "(1 - q) @ far)", {"change of inner"}),
        ("Surroundings", "back / len(context_ids)", "back", {"change of E"}),
        ("PairOfWords", "error * self.A[first_id]", "-error * self.A[first_id]", {"dB"}),
        ("Ratings", "E.T @ self.P +", "2 * E.T @ self.P +", {"backward()[1]"}),
        ("Ratings", "E @ self.Q + self.weight * self.P", "E @ self.Q", {"backward()[0]"}),
    ],
)
def test_wrong_twins_are_found(tmp_path: Path, name: str, old: str, new: str, wrong: set[str]) -> None:
    text = FILES[name].read_text()
    assert text.count(old) == 1
    (tmp_path / "word_vectors.py").write_text(text.replace(old, new))
    report = check_class(f"{tmp_path}/word_vectors.py:{name}")
    assert report.verdict == "wrong"
    assert failed(report) == wrong, report_text(report)
