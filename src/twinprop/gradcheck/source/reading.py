"""A student's source is read: what is old or coarse in it is put right, since neither is what the check is about.

float32 becomes float64, whose rounding does not blur the differences; names that NumPy has dropped become today's;
float(a), and an entry of an array, take an array of one number, as they did. A private name `__x` of a class is
`_Class__x`, as everywhere else. Line numbers stay as they are.
"""

from __future__ import annotations

import ast
import warnings
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any

import numpy as np

COARSE = {"float32", "float16", "single", "half"}

DROPPED = {
    "float": "float64",
    "float_": "float64",
    "int": "int64",
    "bool": "bool_",
    "object": "object_",
    "complex": "complex128",
    "product": "prod",
    "mat": "asmatrix",
    "cumproduct": "cumprod",
    "alltrue": "all",
    "sometrue": "any",
    "row_stack": "vstack",
    "in1d": "isin",
    "trapz": "trapezoid",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "NaN": "nan",
}
"""Names of NumPy that are gone, and what they are called now."""


class Renewed(ast.NodeTransformer):
    """Puts names of today in the place of old and of coarse ones."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.attr in COARSE:
            node.attr = "float64"  # of NumPy under any name
        elif isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy", "cp", "xp"):
            node.attr = node.attr if hasattr(np, node.attr) else DROPPED.get(node.attr, node.attr)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and node.value in COARSE:
            return ast.copy_location(ast.Constant("float64"), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        kinds = [one.value for one in node.keywords if one.arg == "dtype"] + node.args[: method == "astype"]
        for kind in kinds:
            if isinstance(kind, ast.Constant) and kind.value in ("f", "f4", "e"):
                kind.value = "float64"
        for one in node.keywords if method == "reshape" else []:
            one.arg = "shape" if one.arg == "newshape" else one.arg
        if ast.unparse(node.func) == "float" and len(node.args) == 1 and not isinstance(node.args[0], ast.Constant):
            node.args = [squeezed(node.args[0])]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`out[n, f, i, j] = window.sum() + b[f]`, with one number in `b[f]`, as it may be an array in `b (f, 1)`."""
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        places = target.slice.elts if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Tuple) else []
        of_one = bool(places) and not any(isinstance(one, ast.Slice) for one in places)
        if of_one and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            for side in ("left", "right"):
                term = getattr(value, side)
                if isinstance(term, ast.Subscript) and isinstance(term.slice, ast.Name):
                    setattr(value, side, squeezed(term))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        mangled(node, node.name)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "xrange":
            node.id = "range"
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        if node.module == "numpy" and node.names[0].name == "*":
            lacking = [f"{old} = __import__('numpy').{new}" for old, new in DROPPED.items() if not hasattr(np, old)]
            return [
                node,
                *(ast.fix_missing_locations(ast.copy_location(ast.parse(one).body[0], node)) for one in lacking),
            ]
        for one in node.names if node.module == "numpy" else []:
            if one.name in COARSE:
                one.name, one.asname = "float64", one.asname or one.name
        return node


def squeezed(node: ast.expr) -> ast.expr:
    """The same, as a number where it is an array of one."""
    call = ast.parse("__import__('numpy').squeeze()", mode="eval").body
    call.args = [node]  # type: ignore[attr-defined]
    return ast.fix_missing_locations(ast.copy_location(call, node))


def mangled(tree: Any, kind: str) -> Any:
    """A tree in which the private names of a class are those that Python gives them, so that it may leave the class."""
    fields = {ast.Attribute: "attr", ast.Name: "id", ast.FunctionDef: "name", ast.arg: "arg"}
    for node in ast.walk(tree) if kind.strip("_").isidentifier() else ():
        field = fields.get(type(node), "")
        if (name := getattr(node, field, "")).startswith("__") and not name.endswith("__"):
            setattr(node, field, f"_{kind.lstrip('_')}{name}")
    return tree


def class_of(function: Any) -> str:
    """The name of the class that a function is a method of; empty for any other."""
    return getattr(function, "__qualname__", "").rpartition(".")[0].rpartition(".")[2]


def parsed(code: str | bytes, name: str) -> ast.Module:
    """The tree of a source, renewed.

    Raises:
        SyntaxError: it is no Python.
    """
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(code, name)
    renewed: ast.Module = Renewed().visit(tree)
    return renewed


class Reader(SourceFileLoader):
    """Loads a student's file by its source; no bytecode is kept, or left in the student's folder."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = parsed(self.get_data(path), path)
        with warnings.catch_warnings(action="ignore"):
            code: CodeType = compile(tree, path, "exec", dont_inherit=True)
        return code
