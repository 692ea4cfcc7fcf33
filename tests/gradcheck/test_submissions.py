"""A whole class's submissions in one command, and reports for programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.kit.students import spec_of

from twinprop.__main__ import main

SUBMISSIONS = {
    "ada": "def backward(self, d):\n        self.dW = self.x.T @ d\n        return d @ self.W.T",
    "bob": "def backward(self, d):\n        print('hello')\n        self.dW = 7 * self.x.T @ d\n        "
    "return d @ self.W.T",
    "dee": "def backward(self, d):\n        import os\n        os.kill(os.getpid(), 9)",
    "eve": "def backward(self, d):\n        import socket\n        socket.create_connection(('127.0.0.1', 9))",
    "fay": "def backward(self, d)\n        return d",
}

LAYER = """
import numpy as np


class Linear:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        return x @ self.W

    {}
"""


def test_one_row_for_each_whatever_the_others_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, backward in SUBMISSIONS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "layers.py").write_text(LAYER.format(backward))
    table = tmp_path / "grades.csv"
    words = ["--layer", f"{tmp_path}/*/layers.py:Linear", "--args", "4", "3", "--csv", str(table), "--timeout", "300"]
    assert main(["gradcheck", *words]) == 0
    assert "5 submissions: 1 right, 1 wrong, 1 crash, 2 error" in capsys.readouterr().out
    with table.open(encoding="utf-8") as file:
        rows = {Path(row["file"]).parent.name: row for row in csv.DictReader(file)}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "ada": "right", "bob": "wrong", "dee": "crash", "eve": "error", "fay": "error",
    }  # fmt: skip
    assert rows["ada"]["right"] == rows["ada"]["gradients"] == "2"
    assert rows["bob"]["wrong"] == "dW"
    assert "7 is one factor too many" in rows["bob"]["message"]
    assert "not allowed here: no network" in rows["eve"]["message"]
    assert "layers.py:" in rows["fay"]["message"]


ENDS = {  # what students write where something does not fit
    "exit": "exit(0)",
    "sys": "import sys\n        sys.exit()",
    "of sys": "from sys import exit as stop\n        stop(0)",
    "quit": "quit()",
    "at once": "import os\n        os._exit(0)",
    "by hand": "raise SystemExit(0)",
    "its own way to tell": "try:\n            exit(0)\n        except ValueError:\n            pass",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("place", ["forward", "backward", "fit", "module"])
def test_what_ends_python_is_no_right_gradient(
    end: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backward = "def backward(self, d):\n        self.dW = self.x.T @ d\n        return d @ self.W.T"
    code = LAYER.format(backward)
    if place == "fit":
        code = LAYER.format(f"def fit(self, x, y):\n        {end}").replace("forward", "predict")
    elif place == "module":
        code = f"if True:\n        {end}\n" + code
    else:
        head = next(line for line in code.splitlines() if f"def {place}(" in line)
        code = code.replace(head, f"{head}\n        {end}")
    (tmp_path / "layers.py").write_text(code)
    words = ["gradcheck", "--layer", f"{tmp_path}/layers.py:Linear", "--args", "4", "3"]
    status = main(words)
    told = "".join(capsys.readouterr())
    if place == "module":  # a script that ends: its classes can be looked at all the same
        assert status == 0
        assert "All 2 gradients agree" in told
        return
    assert status == 1
    assert "All" not in told
    assert "ends Python" in told or "raise SystemExit" in told


def test_a_size_that_ends_python_is_refused_and_others_are_tried(tmp_path: Path) -> None:
    backward = "def backward(self, d):\n        self.dW = np.tensordot(self.x, d, ([0, 1], [0, 1]))\n        "
    code = LAYER.format(backward + "return d @ self.W.T")
    head = "def forward(self, x):\n"
    (tmp_path / "layers.py").write_text(code.replace(head, head + "        if x.ndim != 3:\n            exit(0)\n"))
    assert main(["gradcheck", "--layer", f"{tmp_path}/layers.py:Linear", "--args", "4", "3"]) == 0


def test_one_that_hangs_is_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "layers.py").write_text(LAYER.format("def backward(self, d):\n        while True:\n            pass"))
    table = tmp_path / "grades.csv"
    assert main(["gradcheck", "--layer", f"{tmp_path}/*.py:Linear", "--csv", str(table), "--timeout", "2"]) == 0
    assert "1 submission: 1 timeout" in capsys.readouterr().out
    assert "not done after 2 seconds" in table.read_text()


def test_pattern_that_fits_nothing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--layer", f"{tmp_path}/*/layers.py:Linear", "--csv", str(tmp_path / "grades.csv")]
    assert main(["gradcheck", *words]) == 1
    assert "no file fits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words", "verdict", "status"),
    [
        ("Linear", ["--args", "4", "3"], "right", 0),
        ("BiasMean", ["--args", "4", "3"], "wrong", 1),
        ("UnshiftedSoftmax", [], "right, but", 3),
        ("Nothing", [], "error", 1),
    ],
)
def test_report_as_json(
    name: str, words: list[str], verdict: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gradcheck", "--layer", spec_of(name), *words, "--json"]) == status
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == verdict
    if verdict == "wrong":
        assert [one["name"] for one in data["gradients"] if not one["passed"]] == ["db"]
        assert "the mean is taken where the sum belongs" in data["hints"][0]["text"]
    if verdict == "error":
        assert "returned nothing" in data["message"]
