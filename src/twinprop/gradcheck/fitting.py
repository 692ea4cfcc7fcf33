"""What a function wants beside x is fitted: of the likely shapes of each array, the one that lets it run furthest.

So `lstm_step(x, prev_h, prev_c, Wx, Wh, b)`, an attention's `forward(q, k, v)` and a gate's `forward(a, b)` can be
called without a word about sizes.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Sequence
from time import process_time
from types import FrameType
from typing import Any, Self

import numpy as np

from twinprop.gradcheck.faults import is_users
from twinprop.gradcheck.held import FloatArray, item_at
from twinprop.gradcheck.templates import GATES, Template, family, is_parameter, shape_for, templates_of

Path = tuple[str, ...]
"""An attribute, or an attribute and the key of an entry in the dict there."""

PASSES = 4


MOST_RUNS = 12_000
"""Runs forward in all, for every shape of x together."""

SECONDS = 6.0
"""Of a processor, for all these runs."""


class Memory:
    """What was tried, of an object and all its copies.

    Attributes:
        failed: shapes of x and y, with the axis of the samples, for which nothing was found.
        found: what was found, for others.
        runs: how many there were.
    """

    def __init__(self) -> None:
        self.failed: set[Any] = set()
        self.found: dict[Any, dict[Path, Template]] = {}
        self.runs = 0
        self.end = process_time() + SECONDS

    @property
    def over(self) -> bool:
        return self.runs > MOST_RUNS or process_time() > self.end

    def __deepcopy__(self, memo: dict[int, object]) -> Memory:
        return self


class Fitted:
    """An object that holds arrays whose shapes are still to be found.

    Attributes:
        _free: where they stand.
        _whole: names of those that hold whole numbers, below `_most`.
        _templates: the shapes that were found.
        _memory: what was tried.
    """

    def __new__(cls, *args: Any, **keywords: Any) -> Self:
        made = super().__new__(cls)
        made._memory = Memory()
        return made

    _free: Sequence[Path] = ()
    _whole: Sequence[str] = ()
    _most: int = 2
    _axis: int | None = 0
    _templates: dict[Path, Template]
    _memory: Memory

    def _attempt(self, x: Any, y: Any) -> Any:
        """What one run forward returns."""
        raise NotImplementedError

    def fit_to(self, x: FloatArray, y: Any, axis: int | None) -> None:
        """Find the shapes for an x; where none is found, the arrays stay as they are."""
        self._axis, self._templates = axis, {}
        key = (x.shape, axis, np.shape(y))
        if known := self._memory.found.get(key):
            for path, template in known.items():
                self._take([path], template, x)
            return
        if key in self._memory.failed or self._memory.over:
            return
        unknown = any(np.size(self._at(path)) == 0 for path in self._free)
        if not self._free or (not unknown and progress(lambda: whole(self._attempt(x, y)))[0]):
            return
        before = {path: self._at(path) for path in self._free}
        groups: dict[str, list[Path]] = {}
        for path in self._free:
            groups.setdefault(family(path[-1]), []).append(path)
        # a weight gives way to an input, not the other way round
        ordered = sorted(groups.values(), key=lambda paths: not is_parameter(paths[0][-1]))
        gates = GATES if any(is_parameter(paths[0][-1]) for paths in ordered) else GATES[:1]
        if any(self._search(ordered, gate, x, y) for gate in gates):
            self._memory.found[key] = dict(self._templates)
        else:
            self._memory.failed.add(key)
            self._templates = {}
            for path, value in before.items():
                self._put(path, value)

    def take_from(self, other: Fitted) -> None:
        """The shapes and the numbers that another object of the same kind has found."""
        self._axis, self._templates = other._axis, dict(other._templates)
        for path in self._free:
            self._put(path, copy.copy(other._at(path)))

    def _search(self, groups: list[list[Path]], gate: str, x: FloatArray, y: Any) -> bool:
        """Change one shape at a time, as long as that lets it run further."""

        def steps_with(at: int, template: Template) -> tuple[bool, int]:
            self._memory.runs += 1
            if self._memory.over:
                return False, 0
            self._take(groups[at], template, x)
            return progress(lambda: whole(self._attempt(x, y)))

        choices = [templates_of(paths[0][-1], x.ndim, gate) for paths in groups]
        chosen = [some[0] for some in choices]
        for at, template in enumerate(chosen):
            done, best = steps_with(at, template)
        for _ in range(PASSES):
            start = best
            for at, some in enumerate(choices):
                if done:
                    return True
                for template in some:
                    done, steps = steps_with(at, template)
                    if done:
                        return True
                    if steps > best:
                        best, chosen[at] = steps, template
                self._take(groups[at], chosen[at], x)
            if best == start:
                break
        return False

    def _take(self, paths: Sequence[Path], template: Template, x: FloatArray) -> None:
        for path in paths:
            self._templates[path] = template
            self._put(path, self._drawn(path, shape_for(template, x, self._axis)))

    def _drawn(self, path: Path, shape: tuple[int, ...]) -> Any:
        """Random numbers that are the same for the same name; whole ones where indices are wanted."""
        rng = np.random.default_rng(sum(ord(letter) * (31**at) for at, letter in enumerate("".join(path))) % 2**32)
        whole_numbers = path[-1] in self._whole
        return rng.integers(0, self._most, shape) if whole_numbers else 0.5 * rng.standard_normal(shape)

    def resize(self, x: Any) -> None:
        """Other arrays of the same kind for an x of another size."""
        for path, template in getattr(self, "_templates", {}).items():
            shape = shape_for(template, x, self._axis)
            if np.shape(self._at(path)) != shape:
                self._put(path, self._drawn(path, shape))

    def _at(self, path: Path) -> Any:
        return item_at(getattr(self, path[0]), path[1:])

    def _put(self, path: Path, value: Any) -> None:
        if len(path) == 1:
            setattr(self, path[0], value)
        else:
            getattr(self, path[0])[path[1]] = value


def progress(run: Callable[[], None]) -> tuple[bool, int]:
    """Whether something runs to its end, and how many steps of the user's code it runs."""
    steps = 0

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        if not is_users(frame.f_code.co_filename):
            return None
        # a line such as W @ x + b has steps of its own
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        run()
    except Exception:
        return False, steps
    finally:
        sys.settrace(before)
    return True, steps


def cut(dy: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """The gradient of each output, of those that were laid end to end."""
    if len(shapes) == 1:
        return [dy]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(dy, ends), shapes, strict=True)]


def whole(returned: Any) -> None:
    """Refuses empty arrays: slices beyond an array's end raise nothing.

    Raises:
        ValueError: one is empty.
    """
    parts = returned if isinstance(returned, tuple) else (returned,)
    if any(isinstance(part, np.ndarray) and part.size == 0 for part in parts):
        raise ValueError("empty")
