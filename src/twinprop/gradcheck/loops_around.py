"""The loops that train what is to be checked: in its own file, and in those around it that name it."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.gradcheck.around import others_that_name, text_of
from twinprop.gradcheck.held import objects_of
from twinprop.gradcheck.importing import code_cells, run_definitions
from twinprop.gradcheck.looped import LoopTrained, with_loop
from twinprop.gradcheck.reading import parsed
from twinprop.gradcheck.rounds import Loop, loops_of
from twinprop.gradcheck.staging import NotFoundError, Stage
from twinprop.gradcheck.stand_ins import forgiving

MOST_READ = 6
"""Files that are read."""

MOST_LOOPS = 6
"""Loops that are tried in all."""


def loops_around(
    module: ModuleType, found: Mapping[str, Any], given: Callable[[str], Any]
) -> Iterator[tuple[LoopTrained, str]]:
    """Objects of the loops that train a class or functions, or of those of a script; with `main.py:31`.

    Args:
        found: classes and functions by their names; empty for a script.
        given: what an argument is that nobody gives.
    """
    own = Path(getattr(module, "__file__", None) or "none").absolute()
    names = set(found)
    count = 0
    for path in [own, *(other for name in names for other in others_that_name(own, name))][:MOST_READ]:
        for loop, file, where in loops_in(path, own):
            about = names & loop.reached or loop.owner in names
            classes = tuple(one for one in found.values() if isinstance(one, type))
            if (names and not about and not classes) or count >= MOST_LOOPS:
                continue

            def wanted(held: dict[str, Any], about: Any = about, classes: Any = classes) -> bool:
                return bool(about or not names or next(objects_of(list(held.values()), classes), None) is not None)

            with suppress(NotFoundError, SyntaxError):
                space = vars(module) if path == own else vars(script(path))
                place = f"{where}:{loop.line}"
                count += 1
                for one in with_loop(Stage(loop, space, file, given), place, wanted):
                    yield one, place


def loops_in(path: Path, own: Path) -> Iterator[tuple[Loop, str, str]]:
    """The loops of a file, with the name that its code has, and how it is told; those of the script itself first."""
    shown = os.path.relpath(path, own.parent)
    body: list[ast.stmt] = []
    try:
        if path.suffix == ".ipynb":
            for number, code in code_cells(path):
                with suppress(SyntaxError):
                    body += parsed(code, f"{path} cell {number}").body
        else:
            body = parsed(text_of(path), str(path)).body
        yield from ((one, str(path), shown) for one in loops_of(body))
    except (SyntaxError, ValueError):
        return


def script(path: Path) -> ModuleType:
    """The imports, classes and functions of a script.

    Raises:
        NotFoundError: they cannot be had.
    """
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    try:
        with forgiving() as imported:
            imported(lambda: run_definitions(text_of(path), str(path), module))
    except (Exception, SystemExit) as error:
        raise NotFoundError(str(path)) from error
    return module
