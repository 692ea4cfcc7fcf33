"""The line of the class where a gradient is used in a given way."""

from __future__ import annotations

import ast
import inspect
import textwrap

from twinprop.gradcheck.faults import short_path
from twinprop.gradcheck.gradient_names import PATTERNS
from twinprop.gradcheck.hints.evidence import Evidence

PRODUCTS = ("matmul", "dot", "@", "einsum", "tensordot")
SUMS = ("sum", "mean")


def line_that_uses(evidence: Evidence, owner_of: str, weight: str, operations: tuple[str, ...]) -> str:
    """The line that puts the gradient of a weight into one of the operations; nothing if there is none.

    Args:
        owner_of: the parameter whose owner's class is searched first.
        weight: the parameter whose gradient is looked for.
        operations: names of functions and methods, or `@`.
    """
    owner, own = evidence.parameters[owner_of].owner, evidence.parameters[weight]
    name = own.last_key if isinstance(own.last_key, str) else own.attribute
    names = {pattern.format(name) for pattern in PATTERNS}
    for holder in dict.fromkeys([type(owner), type(evidence.trial.subject.made)]):
        try:
            lines, start = inspect.getsourcelines(holder)
            file = inspect.getsourcefile(holder) or ""
            tree = ast.parse(textwrap.dedent("".join(lines)))
        except (OSError, TypeError, SyntaxError):
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name != "forward":
                for node in ast.walk(function):
                    if isinstance(node, ast.expr) and uses(node, names, operations):
                        return f"\n{short_path(file)}:{start + node.lineno - 1}: {lines[node.lineno - 1].strip()}"
    return ""


def uses(node: ast.expr, names: set[str], operations: tuple[str, ...]) -> bool:
    """Whether an expression is one of the operations on one of the names."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and "@" in operations:
        return any(mentions(part, names) for part in (node.left, node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in operations:
        return any(mentions(part, names) for part in (node.func.value, *node.args))
    return False


def mentions(node: ast.expr, names: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in names:
            return True
        if isinstance(part, ast.Attribute) and part.attr in names:
            return True
        if isinstance(part, ast.Constant) and part.value in names:
            return True
    return False
