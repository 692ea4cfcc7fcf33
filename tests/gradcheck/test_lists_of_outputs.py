"""A forward that returns the outputs of all layers, in a list or a dict: the last is the network's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.kit.students import FILES, check, failed

from twinprop.gradcheck.calling.returned import last_of
from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("ListOfActivations", "½ squared error, mean over the samples"),
        ("TwoLists", "½ squared error, sum"),
        ("DictOfAll", "cross entropy, mean over the samples"),
    ],
)
def test_right_ones_pass(name: str, loss: str) -> None:
    report = check(name)
    assert report.verdict == "right", report_text(report)
    assert report.assumed_loss == loss


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "wrong"),
    [
        ("ListOfActivations", "(1 - through[at][:, :-1] ** 2)", "(1 - through[at][:, :-1])", {"backward()[0]"}),
        (
            "TwoLists",
            "self.W[at].T * outs[at] * (1 - outs[at])",
            "self.W[at].T * zs[at - 1] * (1 - zs[at - 1])",
            {"change of W[0]", "change of b[0]"},
        ),
        ("DictOfAll", 'cache["Z1"] > 0', 'cache["Z1"] < 0', {"backward()['W1']"}),
    ],
)
def test_wrong_twins_are_found(tmp_path: Path, name: str, old: str, new: str, wrong: set[str]) -> None:
    text = FILES[name].read_text()
    assert text.count(old) == 1
    (tmp_path / "outputs.py").write_text(text.replace(old, new))
    report = check_class(f"{tmp_path}/outputs.py:{name}")
    assert report.verdict == "wrong"
    assert failed(report) == wrong, report_text(report)


def test_last_of_a_dict_is_told_by_names_and_numbers() -> None:
    held = {"A1": np.zeros((5, 6)), "A2": np.ones((5, 3)), "Z1": np.zeros((5, 6)), "Z2": np.zeros((5, 3))}
    assert last_of(held) is held["A2"]
    held["logits"] = np.zeros((5, 3))
    assert last_of(held) is held["logits"]
    assert last_of({"W1": np.zeros(3)}) is None


def test_outputs_of_time_steps_are_no_list_of_layers() -> None:
    assert last_of([np.zeros((5, 3)), np.zeros((5, 3))]) is None
    assert last_of([np.zeros((5, 4)), "relu"]) is None
