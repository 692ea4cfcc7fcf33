"""Statements: an update before its weight is used, a sum that is replaced, one array under two names."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

StatementEdit = Callable[[ast.stmt, str], Iterator[tuple[list[ast.stmt], str]]]
"""Of a statement and the code after it: statements in its place, and what to say."""


def update_before_use(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    if isinstance(statement, ast.AugAssign | ast.Assign):
        target = ast.unparse(statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0])
        own = isinstance(statement, ast.AugAssign) or target in ast.unparse(statement.value)
        if own and target in later:
            yield [], f"{target} is changed before it is used: the update belongs at the end of backward"


def sum_replaced(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
            text = f"{ast.unparse(target)} is replaced where it has to be added up: += in place of ="
            yield [ast.AugAssign(target, ast.Add(), statement.value, lineno=statement.lineno)], text
    elif isinstance(statement, ast.AugAssign):
        text = f"{ast.unparse(statement.target)} is added up where it has to be replaced"
        yield [ast.Assign([statement.target], statement.value, lineno=statement.lineno)], text


def array_for_each(statement: ast.stmt, later: str) -> Iterator[tuple[list[ast.stmt], str]]:
    if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
        names = " and ".join(map(ast.unparse, statement.targets))
        values = [copy.deepcopy(statement.value) for _ in statement.targets]
        pairs = zip(statement.targets, values, strict=True)
        apart: list[ast.stmt] = [ast.Assign([target], value, lineno=statement.lineno) for target, value in pairs]
        yield apart, f"{names} are the same array: make one for each"


FIRST: tuple[StatementEdit, ...] = (array_for_each, update_before_use)
LAST: tuple[StatementEdit, ...] = (sum_replaced,)
"""Those that are tried before the edits of expressions, and after."""
