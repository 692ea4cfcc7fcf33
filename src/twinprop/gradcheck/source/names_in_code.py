"""Which names statements give a value, read, or change in place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

SHOWN = re.compile(r"(print|plt|plot|ax|fig|input|tqdm|pbar|bar|sys|os|time|log|logger|logging|writer|wandb)(\.|$)")
"""What is called to show something: no part of a round."""


def is_shown(one: ast.AST) -> bool:
    """Whether a statement only shows something."""
    call = one.value if isinstance(one, ast.Expr) else None
    return isinstance(call, ast.Call) and SHOWN.match(ast.unparse(call.func)) is not None


def walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for one in nodes:
        yield from ast.walk(one)


def targets_of(node: ast.AST) -> list[ast.expr]:
    """What an assignment gives a value; nothing for other statements."""
    return node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []


def stored(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that statements give a value, but for those of functions and comprehensions in them."""
    found: set[str] = set()
    for one in nodes:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= {name.asname or name.name.partition(".")[0] for name in one.names}
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
        elif not isinstance(one, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            found |= stored(ast.iter_child_nodes(one))
    return found


def given_first(body: Iterable[ast.stmt]) -> set[str]:
    """The names that statements give a value before anything of them reads it, one after the other."""
    found: set[str] = set()
    read: set[str] = set()
    for one in body:
        loads = [part for part in ast.walk(one) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]
        read |= {part.id for part in loads} | ({root_of(one.target)} if isinstance(one, ast.AugAssign) else set())
        targets = one.targets if isinstance(one, ast.Assign) else []
        found |= {part.id for part in walk(targets) if isinstance(part, ast.Name)} - read
    return found


def names_in(nodes: Iterable[ast.AST], functions: Mapping[str, ast.FunctionDef]) -> set[str]:
    """The names that statements read, and the functions of the script that they call."""
    found: set[str] = set()
    left = [part.id for part in walk(nodes) if isinstance(part, ast.Name)]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += (
                [part.id for part in walk([functions[name]]) if isinstance(part, ast.Name)] if name in functions else []
            )
    return found


def changed_in(statement: ast.stmt) -> set[str]:
    """The names of what a statement changes in place: `X[i] = 1`, `net.add(...)`, `shuffle(X)`."""
    found: set[str] = set()
    for part in ast.walk(statement):
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
            found.add(root_of(part))
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Call) and not is_shown(part):
            found.add(root_of(part.value.func))
            found |= {one.id for one in part.value.args if isinstance(one, ast.Name)}
    return found


def root_of(node: ast.expr) -> str:
    """`net` of `net.layers[0].W`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def names_of_values(statement: ast.stmt) -> set[str]:
    """The names whose numbers a statement reads, not their shapes alone."""
    shapes = {
        id(inner)
        for part in ast.walk(statement)
        if (isinstance(part, ast.Attribute) and part.attr in ("shape", "size", "ndim", "dtype"))
        or (isinstance(part, ast.Call) and ast.unparse(part.func) in ("len", "np.shape", "np.size"))
        for inner in ast.walk(part)
    }
    return {one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and id(one) not in shapes}
