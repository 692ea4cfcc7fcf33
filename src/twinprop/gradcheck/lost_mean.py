"""A network that does not say its loss has the gradients of a sum: does it compute a mean elsewhere?

A lost 1/n cannot be told from a loss that is a sum by the numbers. A line that computes a mean of errors can tell.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from twinprop.gradcheck.roles import role_of
from twinprop.gradcheck.sources import nodes_of

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
    for node in getattr(next(nodes_of(module), None), "body", []):
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
    """`W -= lr * dW / n`: the gradient is divided where it is used."""
    if not isinstance(node, ast.AugAssign | ast.BinOp):
        return False
    names = [
        ast.unparse(part).rpartition(".")[2] for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)
    ]
    divided = any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) for part in ast.walk(node))
    return divided and any(role_of(name) == "rate" for name in names)
