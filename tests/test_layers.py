"""Packages import downward only, and no two files import each other, lazy imports and strings counted."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "twinprop"
LAYERS = [
    ["errors", "text", "fields", "task", "version"],
    ["arrays"],
    ["scratch"],
    ["data", "models", "pytorch"],
    ["training"],
    ["config"],
    ["learners"],
    ["gradcheck", "run"],
    ["population"],
    ["report"],
    ["app"],
    ["commands"],
]
"""The ground first. What stands beside another does not import it, the ground excepted."""

HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
MODULES = {
    ".".join(["twinprop", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__"): path
    for path in SOURCE.rglob("*.py")
}
ENTRANCES = {"twinprop", "twinprop.__main__"}
"""What a user starts, which may import anything, and which nothing imports."""


def imports(module: str) -> list[tuple[str, int]]:
    """(module, line) of everything of ours that a file imports or names in a string."""
    found = []
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Constant) and re.fullmatch(r"twinprop(\.\w+)+(:\w+)?", str(node.value)):
            names = [node.value.replace(":", ".")]
        for name in names:
            while name.startswith("twinprop.") and name not in MODULES:
                name = name.rpartition(".")[0]
            if name in MODULES and name != module:
                found.append((name, node.lineno))
    return found


def package(module: str) -> str:
    return module.split(".")[1]


def test_every_package_has_its_place() -> None:
    assert {package(module) for module in MODULES if module not in ENTRANCES} == set(HEIGHT)


def test_imports_point_downward() -> None:
    wrong = []
    for module in MODULES.keys() - ENTRANCES:
        for other, line in imports(module):
            mine, theirs = package(module), "" if other in ENTRANCES else package(other)
            if mine != theirs and (other in ENTRANCES or HEIGHT[theirs] >= max(HEIGHT[mine], 1)):
                wrong.append(f"{MODULES[module].relative_to(SOURCE)}:{line}: {mine} may not import {other}")
    assert not wrong, "\n".join(sorted(wrong))


OF_A_CHECK = [
    "faults",
    "arrays",
    "report",
    "source",
    "calling",
    "objects",
    "training",
    "making",
    "measuring",
    "hints",
    "judging",
    "check",
]
"""The parts of gradcheck in the order of a check: each imports what stands before it alone."""


def test_the_parts_of_a_check_import_those_before_them() -> None:
    wrong = []
    for module in (one for one in MODULES if one.startswith("twinprop.gradcheck.")):
        for other, line in imports(module):
            if other.startswith("twinprop.gradcheck."):
                mine, theirs = (OF_A_CHECK.index(one.split(".")[2]) for one in (module, other))
                wrong += [f"{MODULES[module].relative_to(SOURCE)}:{line}: {other}"] if mine < theirs else []
    assert not wrong, "\n".join(sorted(wrong))


def test_no_files_import_each_other() -> None:
    try:
        TopologicalSorter({module: {other for other, _ in imports(module)} for module in MODULES}).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle of imports: {' <- '.join(error.args[1])}") from None


def test_hydra_is_imported_in_one_package() -> None:
    wrong = []
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if module not in ENTRANCES and package(module) != "app":
                wrong += [f"{module}:{node.lineno}" for name in names if name.startswith("hydra")]
    assert not wrong, wrong
