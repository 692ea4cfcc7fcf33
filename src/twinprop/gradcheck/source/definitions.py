"""Of a file that cannot be run as a whole, what imports, defines and names something is run all the same.

So a script that lacks its data, or trains when it is imported, still has its classes and functions, as have the files
that it imports.
"""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator
from contextlib import suppress
from inspect import isfunction
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.gradcheck.faults import error_with_line
from twinprop.gradcheck.source.names_in_code import stored
from twinprop.gradcheck.source.reading import Reader, parsed
from twinprop.gradcheck.source.unsaid import lend_unsaid

STOPS = "of {}, what it imports, defines and names was run, for it stops:\n{}"


class Student(Reader):
    """Loads a student's file; where a statement of it lacks its data, what the others define is there all the same.

    Args:
        told: gets what was left out of it.
    """

    def __init__(self, name: str, path: str, told: list[str]) -> None:
        super().__init__(name, path)
        self.told = told

    def exec_module(self, module: ModuleType) -> None:
        path = self.get_filename(module.__name__)
        lend_unsaid(parsed(self.get_data(path), path), module, self.told)
        try:
            super().exec_module(module)
        except (Exception, SystemExit) as error:
            if isinstance(error, SyntaxError) or (isinstance(error, ImportError) and error.name):
                raise  # it is no Python, or lacks a module that can be stood in for
            run_definitions(Path(path).read_text("utf-8", "replace"), path, module, self.told)
            self.told.append(STOPS.format(Path(path).name, error_with_line(error)))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def run_definitions(code: str, name: str, module: ModuleType, told: list[str]) -> None:
    """Run the statements of a cell or a file that import, define or name something, or read a text.

    Of a loop it is the first turn, for what nothing else names.
    """
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)

    def text_or_another(path: Any, *args: Any, encoding: str | None = None, **keywords: Any) -> StringIO:
        """A file that is read; another text in place of one that is not there: a vocabulary is made of either."""
        try:
            return StringIO(Path(path).read_text(encoding or "utf-8", "replace"))
        except FileNotFoundError:
            told.append(f"{path} is not there; another text was read in its place.")
            return StringIO(TEXT)

    scope = vars(module)
    scope["open"] = text_or_another

    def execute(part: ast.stmt) -> None:
        exec(compile(ast.fix_missing_locations(ast.Module([part], [])), name, "exec"), scope)

    def run(body: list[ast.stmt], again: bool = False) -> None:
        for part in body:
            if isinstance(part, ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef):
                execute(part)
            elif isinstance(part, ast.Try):
                try:
                    run(part.body, again)
                except Exception:  # as of `import cupy as np`
                    run(part.handlers[0].body if part.handlers else [], again)
                else:
                    run(part.orelse, again)
                run(part.finalbody, again)
            elif isinstance(part, ast.For) and all(map(is_quick, calls(part.iter))):
                turn = ast.For(part.target, part.iter, [ast.Break()], [])
                with suppress(Exception):  # what it looks at was left out
                    execute(turn)
                    run(part.body, True)
            elif isinstance(part, ast.If) and all(map(is_quick, calls(part.test))):
                with suppress(Exception):
                    true = eval(compile(ast.Expression(part.test), name, "eval"), scope)
                    run(part.body if true else part.orelse, again)
            elif (
                is_naming(part)
                and all(is_quick(call) or makes_weights(call, scope) for call in calls(part))
                and not (again and stored([part]) & scope.keys())
            ):
                with suppress(Exception):  # a number that an earlier statement computes, which is left out as well
                    execute(part)

    run(parsed(code, name).body)
    scope.pop("open", None)


def is_naming(part: ast.stmt) -> bool:
    """Whether a statement gives names to values, also within `with open(...) as f:`."""
    named = ast.Assign | ast.AnnAssign
    return isinstance(part, named) or (isinstance(part, ast.With) and all(isinstance(one, named) for one in part.body))


QUICK = re.compile(
    r"(np|numpy|random|math|len|range|int|float|list|set|sorted|enumerate|dict|zip|tuple|max|min|sum|str)(\..*)?"
)
"""Names of modules and functions whose calls take no time."""

OF_TEXTS = ("read", "readlines", "lower", "upper", "strip", "split", "splitlines")

TEXT = "the cat sat on the mat. that is a tame cat.\n" * 20
"""Of few letters, so that what is counted by them stays small."""


def makes_weights(call: ast.Call, scope: dict[str, Any]) -> bool:
    """Whether a call is of a function of the file itself that makes weights, as `layer_init(784, 128)`."""
    name = ast.unparse(call.func)
    plain = all(isinstance(one, ast.Constant | ast.Name | ast.List | ast.Tuple) for one in call.args)
    return isfunction(scope.get(name)) and re.search("init|weight|param", name.lower()) is not None and plain


def is_quick(call: ast.Call) -> bool:
    """Whether a call takes no time and changes nothing: one of NumPy's own functions, or what reads a text."""
    name = ast.unparse(call.func)
    if name == "open":
        modes = [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "mode")]
        return all(isinstance(one, ast.Constant) and one.value in ("r", "rt") for one in modes)
    of_text = isinstance(call.func, ast.Attribute) and call.func.attr in OF_TEXTS
    return of_text or QUICK.fullmatch(name) is not None
