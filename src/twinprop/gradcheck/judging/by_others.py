"""What others in its file make right: a softmax before a loss, a step that divides by n, a loss after it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import CLOSE, ratio
from twinprop.gradcheck.arrays.held import is_bare, stems, wrapped_in
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.calling.naming import LOSS_CLASS
from twinprop.gradcheck.calling.upkeep import names_rate
from twinprop.gradcheck.calling.way import LayerWay
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.edits.site import last_name
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.report import Report
from twinprop.gradcheck.source.lending import module_of, modules_used, own_classes
from twinprop.gradcheck.source.loading import files_around, trees_around, trees_of
from twinprop.gradcheck.source.sources import nodes_of
from twinprop.gradcheck.source.stand_ins import sigmoid, softmax

OF_LOGITS = (
    "dx is the gradient of what went into the softmax or sigmoid, p - y, not that of p. It is right together with one "
    "whose backward passes it on as it is. Check both together: --layer FILE:Softmax,CrossEntropy."
)
DIVIDED_LATER = (
    "dx is {} times the gradient: 1/n of the mean is left out. It is right where a step divides instead, as here:\n{}"
)


def accept_loss_of_others(report: Report, subject: Subject, inputs: Inputs) -> bool:
    """Take for right the dx of a loss that others make right: a softmax before it, or a step that divides by n."""
    if len(report.gradients) != 1 or report.gradients[0].of != "x" or report.gradients[0].problem:
        return False
    one, p = report.gradients[0], inputs.x
    kinds = [one.right]
    if inputs.values == "probabilities":
        softmax = p * (one.right - (p * one.right).sum(0 if inputs.axis == -1 else -1, keepdims=True))
        kinds += [softmax, one.right * p * (1 - p)]
    factors = [ratio(one.value, right) or 0.0 for right in kinds]
    later = divided_later(type(wrapped_in(subject.made))) if subject.way.is_loss and inputs.count > 1 else ""
    for at, k in enumerate(factors):
        same = at > 0 and k and (abs(k - 1) < CLOSE or report.assumed_loss)  # a sum or a mean is a guess, resting on dx
        many = later and any(abs(k / count - 1) < CLOSE for count in (inputs.count, p.size))
        if same or many:
            told = [] if same else [DIVIDED_LATER.format(round(k), later)]
            one.accepted = "as a pair" if at else "n times"
            report.mistakes, report.advice = [], [*([OF_LOGITS] if at else []), *told, *report.advice]
            return True
    return False


PASSES_ON = (
    "backward passes the gradient on as it is. That is right together with {0}, whose gradient is p - y, that of what "
    "went into this. Check both together: --layer {1}:{2},{0}"
)


def accept_activation_of_a_pair(
    report: Report, subject: Subject, inputs: Inputs, spec: str, check: Callable[[str], Report]
) -> bool:
    """Take for right a sigmoid or softmax that passes dy on, where that is right together with a loss of its module.

    Args:
        spec: what is checked, as `file.py:Sigmoid`; `check`, how another such is.
    """
    source, _, name = spec.rpartition(":")
    if len(report.gradients) != 1 or report.gradients[0].of != "x" or "," in name or not source:
        return False
    kind, module = type(wrapped_in(subject.made)), module_of(type(wrapped_in(subject.made)))
    if type(subject.way) is not LayerWay or module is None:
        return False
    out = subject.forward(inputs.x, inputs.y)
    passed_on = subject.backward(dy := subject.way.upstream(out, None, np.random.default_rng(0)), inputs.x, inputs.y)
    squashed = [sigmoid(inputs.x), softmax(inputs.x), softmax(inputs.x.T).T]
    if not np.array_equal(passed_on, dy) or not any(np.allclose(out, other) for other in squashed):
        return False
    others = [one.__name__ for one in own_classes(module) if one is not kind]
    for loss in (one for one in others if LOSS_CLASS.search(one.lower())):
        with suppress(SubjectError):
            if check(f"{source}:{name},{loss}").right:
                report.gradients[0].accepted = "as a pair"
                report.mistakes, report.advice = [], [PASSES_ON.format(loss, source, name), *report.advice]
                return True
    return False


def divided_later(kind: type) -> str:
    """A step, or a gradient of a layer, around a class that takes the mean; empty where there is none."""
    trees = trees_around(kind, kind.__name__)
    steps = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AugAssign))
    added = [node for node in steps if isinstance(node.op, ast.Add | ast.Sub) and divides_a_step(node)]
    module = module_of(kind)
    near = [node for one in (modules_used(module) if module is not None else ()) for node in nodes_of(one)]
    for path in package_of(module):
        near += [node for _, tree in trees_of(path) for node in ast.walk(tree)]
    layers = [node for node in near if isinstance(node, ast.Assign | ast.AugAssign) and divides_a_gradient(node)]
    return next((ast.unparse(node) for node in [*added, *layers]), "")


def package_of(module: ModuleType | None) -> list[Path]:
    """The files of the package that a module is in, which belong together; none where it is in none."""
    root = Path(getattr(module, "__file__", None) or "none").absolute()
    own, found = root, False
    while (root.parent / "__init__.py").is_file():
        root, found = root.parent, True
    return [path for path in files_around(own) if path.is_relative_to(root)] if found else []


COUNT = re.compile(r"(\w+\.)?(batch_?size|m|n|num_?\w+)|.*\.shape\[-?\d\]|len\(.*\)")
"""How a number of samples is spelled."""


def divides_a_gradient(node: ast.Assign | ast.AugAssign) -> bool:
    """`self.W.grad = x.T @ d / batch_size`, `dW = 1 / m * x.T @ d`, `dW /= m`: a layer takes the mean."""
    if isinstance(node, ast.AugAssign):
        name, count = last_name(node.target), node.value if isinstance(node.op, ast.Div) else None
    else:
        name, count = last_name(node.targets[0]), divisor(node.value)
    divided = count is not None and COUNT.fullmatch(ast.unparse(count)) is not None
    return divided and (is_bare(name) or bool(stems(name)))


def divisor(value: ast.expr) -> ast.expr | None:
    """By what a quotient is divided, or what is multiplied by 1 / m."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.MatMult):
        value = value.left
    return value.right if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) else None


LOST = (
    "the gradients are those of a sum over the samples, and this is a mean:\n{}\nIf it is the loss, 1/n is missing: "
    "divide by the number of samples, once."
)


def lost_mean(made: Any) -> str:
    """What is said of a class that computes a mean of errors, and divides no step; empty for the others."""
    if any(divides_a_step(node) for node in nodes_of(type(made))):
        return ""
    code = next((ast.unparse(node) for node in [*nodes_of(type(made)), *script_of(type(made))] if is_mean(node)), "")
    return LOST.format(code) if code else ""


def script_of(kind: type) -> Iterator[ast.AST]:
    """What the file of a class does outside of classes and functions."""
    module = inspect.getmodule(kind)
    for node in getattr(next(iter(nodes_of(module)), None), "body", []):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield from ast.walk(node)


def is_mean(node: ast.AST) -> bool:
    """`np.mean((y - p) ** 2)`, `-np.log(p).mean()`: the mean of a difference or of a logarithm."""
    if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("mean"):
        return False
    parts = list(ast.walk(node))
    difference = any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) for part in parts)
    return difference or any(isinstance(part, ast.Call) and ast.unparse(part.func).endswith("log") for part in parts)


def divides_a_step(node: ast.AST) -> bool:
    """`W -= lr * dW / n`, `W -= lr * dW.mean(0)`: the gradient is divided where it is used."""
    if not isinstance(node, ast.AugAssign | ast.BinOp):
        return False
    parts = list(ast.walk(node))
    divided = any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) for part in parts)
    divided = divided or any(isinstance(part, ast.Call) and ast.unparse(part.func).endswith("mean") for part in parts)
    return divided and names_rate(node)
