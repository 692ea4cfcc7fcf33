"""A name that a file uses, and nowhere gives a meaning, means what it does in every other: np, math, random."""

from __future__ import annotations

import ast
import math
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np


def all_twice(*arrays: Any, **options: Any) -> list[Any]:
    """scikit-learn's train_test_split, which holds nothing back: all samples are both to train and to test on."""
    return [np.copy(one) for one in arrays for _ in range(2)]


UNSAID = {
    "np": (np, "NumPy"),
    "math": (math, "Python's own"),
    "random": (random, "Python's own"),
    "train_test_split": (all_twice, "scikit-learn's"),
}
"""Such names, what they mean, and how that is told."""


def lend_unsaid(tree: ast.Module, module: ModuleType, told: list[str]) -> None:
    """Put what such names mean into a module that uses them, and tell so."""
    for name in lacking(tree):
        vars(module)[name], meant = UNSAID[name]
        file = Path(str(module.__file__)).name
        told.append(f"{name} is not imported in {file}; it was taken to be {meant}.")


def lacking(tree: ast.Module) -> list[str]:
    """Which of those names a file uses, and nothing in it gives a meaning."""
    bound: set[str] = set()
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {one.asname or one.name for one in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
    return [] if "*" in bound else [name for name in UNSAID if name in used - bound]
