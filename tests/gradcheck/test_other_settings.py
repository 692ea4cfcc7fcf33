"""A class that is right as it was made is checked with other settings, too: flags, words in lists, penalties."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import Report, report_text

FLAG = """
import numpy as np
class Bend:
    def __init__(self, f, f_prime, {flag}=False, keep=0.6):
        self.f, self.f_prime, self.{flag}, self.keep = f, f_prime, {flag}, keep
    def forward(self, x):
        self.x, out = x, self.f(x)
        if self.{flag}:
            self.mask = np.random.rand(*x.shape) < self.keep
            out = out * self.mask / self.keep
        return out
    def backward(self, d):
        if self.{flag}:
            d = d * self.mask {slip} self.keep
        return d * self.f_prime(self.x)
def bend_prime(x):
    return 1 - np.tanh(x) ** 2
layer = Bend(np.tanh, bend_prime)
"""

BIAS = """
import numpy as np
class Dense:
    def __init__(self, i, o, use_bias={default}, verbose=False, clip=False):
        self.W, self.b = np.random.randn(i, o), np.random.randn(o) if use_bias else None
        self.use_bias, self.verbose, self.clip = use_bias, verbose, clip
    def forward(self, x):
        if self.verbose:
            print(x.shape)
        self.x, out = x, x @ self.W
        return out + self.b if self.use_bias else out
    def backward(self, d):
        if self.clip:
            d = np.clip(d, -0.1, 0.1)
        self.dW = self.x.T @ d
        if self.use_bias:
            self.db = d.{total}
        else:
            d = d{lost}
        return d @ self.W.T
"""

NORM = """
import numpy as np
class Scale:
    def __init__(self, n):
        self.g = np.random.randn(n)
    def forward(self, x):
        self.x = x
        return x * self.g
    def backward(self, d):
        self.dg = ({scale}).sum(axis=0)
        return d * self.g
class Dense:
    def __init__(self, i, o):
        self.W = np.random.randn(i, o)
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, d):
        self.dW = self.x.T @ d
        return d @ self.W.T
class Net:
    def __init__(self, i, o, scaled=False):
        self.layers = [Dense(i, o)]
        if scaled:
            self.layers.append(Scale(o))
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def backward(self, d):
        for layer in self.layers[::-1]:
            d = layer.backward(d)
        return d
"""

WORDS = """
import numpy as np
class Net:
    def __init__(self, sizes, {name}):
        self.sizes, self.{name} = sizes, {name}
        self.W = [np.random.randn(i, o) for i, o in zip(sizes, sizes[1:])]
    def bend(self, z, kind):
        if kind == "tanh":
            return np.tanh(z)
        if kind == "cube":
            return z**3
        return z
    def slope(self, z, kind):
        if kind == "tanh":
            return 1 - np.tanh(z) ** 2
        if kind == "cube":
            return {slope} * z**2
        return np.ones_like(z)
    def forward(self, x):
        self.a, self.z = [x], []
        for k in range(len(self.W)):
            self.z.append(self.a[-1] @ self.W[k])
            self.a.append(self.bend(self.z[-1], {entry}))
        return self.a[-1]
    def backward(self, d):
        self.dW = [None] * len(self.W)
        for k in reversed(range(len(self.W))):
            d = d * self.slope(self.z[k], {entry})
            self.dW[k] = self.a[k].T @ d
            d = d @ self.W[k].T
        return d
"""

PENALISED = """
import numpy as np
class Fit:
    def __init__(self, i, o, {name}=0.0):
        self.W, self.{name} = np.random.randn(i, o), {name}
    def forward(self, x):
        self.x, self.out = x, x @ self.W
        return self.out
    def loss(self, y):
        return 0.5 * ((self.out - y) ** 2).sum(){cost}
    def backward(self, y):
        self.dW = self.x.T @ (self.out - y) + {factor} * self.{name} * self.W
"""


def checked(folder: Path, code: str, name: str, uses: str = "") -> Report:
    (folder / "code.py").write_text(code + uses)
    return check_class(f"{folder}/code.py:{name}")


@pytest.mark.parametrize("flag", ["dropout", "noisy", "regularised"])
@pytest.mark.parametrize(("slip", "right"), [("/", True), ("*", False)])
def test_a_flag_is_switched(tmp_path: Path, flag: str, slip: str, right: bool) -> None:
    report = checked(tmp_path, FLAG.format(flag=flag, slip=slip), "Bend")
    assert report.right
    assert report.passed is right, report_text(report)
    alone = check_class(f"{tmp_path}/code.py:Bend", [f"{flag}=True"])
    assert alone.right is right
    assert right or report.advice[0].startswith(f"with {flag}=True the gradients are wrong: dx.")


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize(("total", "lost", "right"), [("sum(axis=0)", "", True), ("mean(axis=0)", " * 2", False)])
def test_a_flag_off_and_one_that_goes_back_alone(
    tmp_path: Path, default: bool, total: str, lost: str, right: bool
) -> None:
    lost, total = (lost, "sum(axis=0)") if default else ("", total)
    report = checked(tmp_path, BIAS.format(default=default, total=total, lost=lost), "Dense")
    assert report.passed is right, report_text(report)
    assert not any("clip" in one or "verbose" in one for one in [*report.advice, *report.notes])


@pytest.mark.parametrize(("scale", "right"), [("d * self.x", True), ("d", False)])
def test_a_flag_that_adds_a_layer(tmp_path: Path, scale: str, right: bool) -> None:
    report = checked(tmp_path, NORM.format(scale=scale), "Net", "net = Net(4, 3)\n")
    assert report.passed is right, report_text(report)


@pytest.mark.parametrize(("slope", "right"), [(3, True), (2, False)])
@pytest.mark.parametrize(
    ("name", "entry", "given"),
    [
        ("acts", "self.acts[k]", "['tanh', 'none']"),
        ("kinds", "self.kinds['last' if k else 'first']", "{'first': 'tanh', 'last': 'none'}"),
        ("plan", "self.plan[k]['kind']", "[{'kind': 'tanh'}, {'kind': 'none'}]"),
    ],
)
def test_words_in_lists_and_dicts(tmp_path: Path, name: str, entry: str, given: str, slope: int, right: bool) -> None:
    code = WORDS.format(name=name, entry=entry, slope=slope)
    report = checked(tmp_path, code, "Net", f"net = Net([4, 5, 3], {given})\n")
    assert report.right
    assert report.passed is right, report_text(report)


@pytest.mark.parametrize(("slope", "right"), [(3, True), (2, False)])
def test_what_its_author_makes_elsewhere(tmp_path: Path, slope: int, right: bool) -> None:
    code = WORDS.format(name="acts", entry="self.acts[k]", slope=slope)
    uses = "net = Net([4, 5, 3], ['tanh', 'none'])\nother = Net([30, 40, 20], ['tanh', 'cube'])\n"
    report = checked(tmp_path, code, "Net", uses)
    assert report.passed is right, report_text(report)
    assert right or "acts=['tanh', 'cube']" in report.advice[0]


@pytest.mark.parametrize("name", ["l2", "lam", "reg_strength"])
@pytest.mark.parametrize(("factor", "right"), [(2, True), (1, False)])
def test_a_penalty_is_switched_on(tmp_path: Path, name: str, factor: int, right: bool) -> None:
    cost = f" + self.{name} * (self.W**2).sum()"
    report = checked(tmp_path, PENALISED.format(name=name, cost=cost, factor=factor), "Fit")
    assert report.right
    assert report.passed is right, report_text(report)


def test_a_penalty_that_the_loss_does_not_have_is_not_judged(tmp_path: Path) -> None:
    report = checked(tmp_path, PENALISED.format(name="l2", cost="", factor=1), "Fit")
    assert report.passed, report_text(report)


def test_a_step_function_and_a_last_layer_are_not_judged(tmp_path: Path) -> None:
    code = WORDS.format(name="acts", entry="self.acts[k]", slope=3).replace("return z**3", "return np.sign(z)")
    report = checked(tmp_path, code, "Net", "net = Net([4, 5, 3], ['tanh', 'tanh'])\n")
    assert report.passed, report_text(report)
