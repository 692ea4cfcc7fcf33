"""The loops that train what is to be checked: in its own file, and in those around it that name it."""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

from twinprop.gradcheck.arrays.held import objects_of
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD
from twinprop.gradcheck.faults import Clock, SubjectError
from twinprop.gradcheck.objects.functions import COST, contains, looks_like_function_of_network
from twinprop.gradcheck.source.definitions import run_definitions
from twinprop.gradcheck.source.importing import TOLD, run_apart, source_name, told_of
from twinprop.gradcheck.source.loading import codes_of, others_that_name, trees_of
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.training.loop_loss import LoopLoss, with_loop_loss
from twinprop.gradcheck.training.rounds import Loop, loops_of
from twinprop.gradcheck.training.staging import NotFoundError, Stage
from twinprop.gradcheck.training.trained_by_loop import TrainedByLoop, with_loop

MOST_READ = 6
"""Files that are read."""

MOST_LOOPS = 6
"""Loops that are tried in all."""


OBJECT = re.compile("^self$|net|model|nn|mlp|clf|classifier")
"""An argument that is the network."""


def is_called_as_usual(found: Mapping[str, Any]) -> bool:
    """Whether classes or functions look like layers, or have a loss: a loop that trains shows less of these."""
    for one in found.values():
        if inspect.isfunction(one):
            from_above = any(role_of(name) == "dy" for name in inspect.signature(one).parameters)
            has_loss = any(
                inspect.isfunction(one.__globals__[name]) and contains(name, COST) for name in one.__globals__
            )
            return from_above or (has_loss and looks_like_function_of_network(one.__name__))
        words = {word_of(name) for name in dir(one) if not name.startswith("__")}
        if inspect.isclass(one) and words & {*FORWARD.split()} and words & {*BACKWARD.split()}:
            return True
    return False


def loops_around(
    module: ModuleType, found: Mapping[str, Any], make: Callable[[type], Any], in_methods: bool
) -> Iterator[tuple[TrainedByLoop | LoopLoss, str]]:
    """Objects of the loops that train a class or functions, or of those of a script; with their titles.

    Args:
        found: classes and functions by their names; empty for a script.
        make: what makes an object of a class.
        in_methods: whether the loops of its methods are wanted, or all others.
    """

    def given(name: str) -> Any:
        return make(kinds[0]) if kinds and OBJECT.search(name.lower()) else None

    kinds = tuple(one for one in found.values() if isinstance(one, type))
    title = ", ".join(found) or Path(str(module.__file__)).name
    own = Path(getattr(module, "__file__", None) or "none").absolute()
    some, clock = loops_about(own, found, kinds, in_methods), Clock(every=1)
    for loop, path, file in islice(some, MOST_LOOPS):
        place = f"{os.path.relpath(file, own.parent)}:{loop.line}"
        about = bool(not found or {*found} & loop.reached or loop.owner in found)

        def wanted(held: dict[str, Any], about: bool = about) -> bool:
            return about or any(True for kind in kinds for _ in objects_of([*held.values()], kind))

        found_one, before = False, dict(vars(module))
        with suppress(NotFoundError, SyntaxError, SubjectError):  # which is not made like that
            there = module if path == own else run_apart(partial(script, path), path.parent)
            stage = partial(Stage, loop, vars(there), file, given) if there else None
            ways: Sequence[Iterator[TrainedByLoop | LoopLoss]] = ()
            if stage:
                likely = partial(with_loop, stage(), place, wanted, clock)
                ways = (with_loop_loss(stage, place, wanted), *(() if loop.called else (likely(),)))
            for one in (one for way in ways for one in way):
                if isinstance(one, LoopLoss) and not loop.called:
                    one.likely = likely
                found_one = True
                one.told += told_of(there) if path != own else []
                yield one, f"{title}.{loop.whole}, {place}" if loop.whole else f"{title}, in the loop of {place}"
        if not found_one and path == own:
            vars(module).clear()  # what was made up for it is nothing to compute with
            vars(module).update(before)


def loops_about(
    own: Path, found: Mapping[str, Any], kinds: Collection[type], in_methods: bool
) -> Iterator[tuple[Loop, Path, str]]:
    """The loops of a file, and of those around it that name what is found there, which may be about that.

    Beside each, its file, and the name under which its source is known: that of a cell, in a notebook.
    """
    names = [kind.__name__ for kind in kinds]
    files = dict.fromkeys([own, *(other for name in found for other in others_that_name(own, name))])
    for path in [*files][:MOST_READ]:
        trees = list(trees_of(path))
        body = [one for _, tree in trees for one in tree.body]
        sources = {id(part): source_name(path, number) for number, tree in trees for part in ast.walk(tree)}
        if path != own and {*found} & {one.name for one in body if isinstance(one, ast.ClassDef | ast.FunctionDef)}:
            continue  # it has another one of that name
        for loop in loops_of(body, names if path == own else ()):
            about = not found or kinds or {*found} & loop.reached or loop.owner in found
            if about and in_methods == (loop.owner in names):
                yield loop, path, sources[id(loop.origin or loop.body[0])]


LOOP_LEFT = (
    "only {} was checked. The loop in line {} trains, and was not checked: no round of it runs with small random data "
    "in place of its own."
)


def loop_left(spec: str, title: str) -> list[str]:
    """What is said of a file that is named alone, whose pair of functions was checked, and a loop that trains was not.

    Args:
        title: of the pair.
    """
    trees = trees_of(Path(spec)) if ":" not in spec else ()
    lines = [loop.line for _, tree in trees for loop in loops_of(tree.body)]
    return [LOOP_LEFT.format(title, lines[0])] if lines else []


def script(path: Path) -> ModuleType:
    """The imports, classes and functions of a script."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    told: list[str] = []
    setattr(module, TOLD, told)
    for number, code in codes_of(path):
        with suppress(SyntaxError):
            run_definitions(code, source_name(path, number), module, told)
    return module
