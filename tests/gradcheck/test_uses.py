"""A class is made as its author makes it, where a script, a notebook or a test around it tells how."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.report import report_text

LAYERS = """
from enum import Enum
import numpy as np

class Bend(Enum):
    TANH = "tanh"
    NONE = "none"

class Dense:
    def __init__(self, coming, going, bend=Bend.NONE):
        self.W = 0.5 * np.random.randn(coming, going)
        self.b = np.zeros(going)
        self.bend = bend.value

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        return np.tanh(self.z) if self.bend == "tanh" else self.z

    def backward(self, d):
        if self.bend == "tanh":
            d = d * (1 - np.tanh(self.z) ** 2)
        self.dW = self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.W.T
"""

NETS = """
from layers import Bend, Dense

class Rules:
    def __init__(self, gain, sizes):
        self.gain, self.sizes = gain, sizes

class ByRules:
    def __init__(self, rules):
        self.layers = [Dense(i, o, Bend.TANH) for i, o in zip(rules.sizes, rules.sizes[1:])]
        self.gain = rules.gain

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return self.gain * x

    def backward(self, d):
        d = d * self.gain
        for layer in self.layers[::-1]:
            d = layer.backward(d)
        return d

class ByPairs(ByRules):
    def __init__(self, width, pairs):
        self.layers, self.gain = [], 1.0
        for size, bend in pairs:
            self.layers.append(Dense(width, size, bend))
            width = size

class ByHand(ByRules):
    def __init__(self):
        self.layers, self.gain, self.ready = [], 1.0, False

    def put(self, layer):
        self.layers.append(layer)
        return self

    def prepare(self, gain=1.0):
        self.gain, self.ready = gain, True

    def forward(self, x):
        assert self.ready
        return super().forward(x)

class OfKind(ByRules):
    def __init__(self, kind, count, **options):
        self.layers, self.gain = [kind(options["width"], options["width"]) for _ in range(count)], 1.0
"""

SCRIPT = """
import argparse
import numpy as np
from sklearn.datasets import load_digits
from layers import *
import nets as n

SIDE = 28
WIDTHS = [SIDE * SIDE, 128, 10]

def build(first, last):
    net = n.ByHand()
    for size, bend in [(32, Bend.TANH), (last, Bend.NONE)]:
        net.put(Dense(first, size, bend))
        first = size
    return net

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden-size", default=50)
    args = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    one = n.ByRules(n.Rules(gain=0.5, sizes=WIDTHS))
    two = n.ByPairs(X.shape[1], [(args.hidden_size, Bend.TANH), (len(set(y)), Bend.NONE)])
    three = build(WIDTHS[0], 10)
    three.prepare(2.0)
    three.train(X, y)
    three.put(Dense(10, 20))
    four = n.OfKind(Dense, 2, width=64)
    n.nowhere.size = n.provide(X)[0]
    n.nowhere[n.other()].size = [][3]

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("layers", "nets"):  # those of another test
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "layers.py").write_text(LAYERS)
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "main.py").write_text(SCRIPT)
    return tmp_path


FIRST = "Dense(6, 4, Bend.TANH)"


@pytest.mark.parametrize(
    ("name", "title", "rows"),
    [
        ("ByRules", "ByRules(Rules(gain=0.5, sizes=[6, 4, 3])), as in main.py:23", 5),
        ("ByPairs", "ByPairs(4, [(4, Bend.TANH), (3, Bend.NONE)]), as in main.py:24", 5),
        (
            "ByHand",
            "ByHand(), put(Dense(6, 4, Bend.TANH)), put(Dense(4, 3, Bend.NONE)), prepare(2.0), as in main.py:12",
            5,
        ),
        ("OfKind", "OfKind(Dense, 2, width=4), as in main.py:29", 5),
    ],
)
def test_made_as_a_script_makes_it(work: Path, name: str, title: str, rows: int) -> None:
    report = check_class(f"{work}/nets.py:{name}")
    assert report.right, report_text(report)
    assert report.title == title
    assert len(report.gradients) == rows


@pytest.mark.parametrize("name", ["ByRules", "ByPairs", "ByHand", "OfKind"])
def test_wrong_twins_are_found(work: Path, name: str) -> None:
    (work / "layers.py").write_text(LAYERS.replace("self.db = d.sum", "self.db = 2 * d.sum"))
    report = check_class(f"{work}/nets.py:{name}")
    assert not report.right
    assert ", as in main.py:" in report.title


def test_a_layer_gets_what_its_network_gives_it(work: Path) -> None:
    (work / "main.py").unlink()
    report = check_class(f"{work}/layers.py:Dense")
    assert report.right
    assert report.title == "Dense(4, 3, Bend.TANH), as in nets.py:10"


def test_cells_of_a_notebook(work: Path) -> None:
    (work / "main.py").unlink()
    cells = ["%matplotlib inline\nfrom nets import *", "net = ByRules(Rules(1.0, [30, 20, 10]))\nnet.fit(1)"]
    some = [{"cell_type": "code", "source": [cell]} for cell in cells]
    (work / "try.ipynb").write_text(json.dumps({"cells": some}))
    assert check_class(f"{work}/nets.py:ByRules").title == "ByRules(Rules(1.0, [6, 4, 3])), as in try.ipynb cell 2:1"


def test_sizes_stay_where_small_ones_do_not_do(work: Path) -> None:
    fixed = NETS.replace("rules.sizes, rules.sizes[1:]", "rules.sizes, [40, 12]")
    (work / "nets.py").write_text(fixed)
    (work / "main.py").write_text("from nets import *\nnet = ByRules(Rules(1.0, [30, 40, 12]))\n")
    report = check_class(f"{work}/nets.py:ByRules")
    assert report.right
    assert report.title == "ByRules(Rules(1.0, [30, 40, 12])), as in main.py:2"


def test_what_is_added_to_a_step_stays_at_its_default(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        LAYERS
        + "class Damped(Dense):\n"
        + "    def __init__(self, i, o, l2=0.0, batch_size=1):\n        super().__init__(i, o)\n"
        + "        self.l2, self.batch_size = l2, batch_size\n"
        + "    def backward(self, d):\n        dx = super().backward(d)\n        self.dW += self.l2 * self.W\n"
        + "        self.dW *= len(self.x) / self.batch_size\n        return dx\n"
        + "layer = Damped(64, 32, l2=0.1, batch_size=32)\nlayer.W = np.load('trained.npy')\n"
    )
    report = check_class(f"{tmp_path}/one.py:Damped")
    assert report.right
    assert report.title == "Damped(4, 3, l2=0.0, batch_size=5), as in one.py:35"


RINGS = """
import numpy as np

class Knot:
    def __init__(self, numbers):
        self.numbers = numbers
        self.last = None

    def times(self, other):
        step = Times(self, other)
        made = Knot(self.numbers @ other.numbers)
        step.made = made
        made.last = step
        return made

class Times:
    def __init__(self, left, right):
        self.left, self.right, self.made = left, right, None

    def forward(self):
        return self.left.numbers

    def backward(self):
        return self.left.numbers

W, x = Knot(np.ones((4, 3))), Knot(np.ones((5, 4)))
one = Times(x, W)
other = Knot(np.ones((5, 3)))
one.made = other
other.last = one
"""


def test_objects_that_hold_each_other_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "rings.py").write_text(RINGS)
    with pytest.raises(SubjectError):
        check_class(f"{tmp_path / 'rings.py'}:Times")
