"""What a function wants beside x is fitted: of the likely shapes of each array, the one that lets it run furthest.

So `lstm_step(x, prev_h, prev_c, Wx, Wh, b)`, an attention's `forward(q, k, v)` and a gate's `forward(a, b)` can be
called without a word about sizes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Sequence
from contextlib import nullcontext
from types import FrameType
from typing import Any, Self

import numpy as np

from twinprop.gradcheck.arrays.held import FloatArray, item_at
from twinprop.gradcheck.arrays.likely_shapes import (
    CONSTANT,
    GATES,
    Template,
    family,
    is_parameter,
    shape_for,
    templates_of,
)
from twinprop.gradcheck.faults import Clock, is_users, traced

Path = tuple[str, ...]
"""An attribute, or an attribute and the key of an entry in the dict there."""

PASSES = 4
MOST_RUNS = 12_000
"""Runs forward in all, for every shape of x together."""

SECONDS = 6.0
"""Of a processor, for all these runs."""

SECONDS_OF_SHAPE = 1.0
"""The same for one shape of x: it may be the wrong one."""


class UnlikeError(ValueError):
    """Gradients have other shapes than what they are of; `right` of them have not."""

    def __init__(self, right: int) -> None:
        super().__init__("shape")
        self.right = right


class Memory:
    """What was tried, of an object and all its copies.

    Attributes:
        failed: shapes of x and y, with the axis of the samples, for which nothing was found.
        found: what was found, for others.
        runs: how many there were.
        clock, clock_of_shape: the time, in all and for this shape.
    """

    def __init__(self) -> None:
        self.failed: set[Any] = set()
        self.found: dict[Any, dict[Path, Template]] = {}
        self.runs = 0
        self.clock = Clock(SECONDS, every=1)
        self.clock_of_shape = Clock(SECONDS_OF_SHAPE, every=1)

    @property
    def over(self) -> bool:
        return self.runs > MOST_RUNS or self.clock.over

    @property
    def over_for_shape(self) -> bool:
        return self.over or self.clock_of_shape.over

    def __deepcopy__(self, memo: dict[int, object]) -> Memory:
        return self


class Fitted:
    """An object that holds arrays whose shapes are still to be found.

    Attributes:
        _free: where they stand.
        _whole: names of those that hold whole numbers, below `_most`.
        _sizes: of the matrices of a layer, of which one may be that of its hidden units.
        _classes: how many outputs there are; 0 where that is free.
        _needs_no_y: whether it goes forward without targets.
        _flat: whether all parameters may lie in one vector.
        _of_samples: whether the arrays belong to samples, as what a loss is given does.
        _form: how what it is given is tried just now.
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
    _sizes: Sequence[int] = ()
    _classes: int = 0
    _needs_no_y: bool = False
    _axis: int | None = 0
    _flat: bool = False
    _of_samples: bool = False
    _form: Hashable = None
    _templates: dict[Path, Template]
    _memory: Memory

    def _attempt(self, x: Any, y: Any) -> Any:
        """What one run forward returns."""
        raise NotImplementedError

    def _attempt_back(self, out: Any) -> None:
        """One run back from there, which raises where gradients have other shapes than what they are of."""

    def may_lack(self, name: str) -> bool:
        """Whether an input needs no gradient."""
        return CONSTANT.fullmatch(name.lower()) is not None

    def fit_to(self, x: FloatArray, y: Any, axis: int | None) -> None:
        """Find the shapes for an x; where none is found, the arrays stay as they are."""
        self._axis, self._templates = axis, {}
        largest = int(np.max(y)) if np.asarray(y).dtype.kind in "iu" else -1  # a class that is not there fails
        key = (x.shape, axis, np.shape(y), largest, self._form)
        if known := self._memory.found.get(key):
            for path, template in known.items():
                self._take([path], template, x)
            return
        whatever_y = "x", x.shape, axis
        if {key, whatever_y} & self._memory.failed or self._memory.over:
            return
        unknown = any(np.size(self._at(path)) == 0 for path in self._free)
        if not self._free or (not unknown and progress(lambda: whole(self._attempt(x, y)))[0]):
            return
        self._memory.clock_of_shape = Clock(SECONDS_OF_SHAPE, every=1)
        before = {path: self._at(path) for path in self._free}
        gated = not self._flat and any(is_parameter(path[-1]) for path in self._free)
        gates = GATES if gated else GATES[:1]
        both = self._groups("state"), self._groups("")
        if any(self._search(groups, gate, x, y) for groups in both[both[0] == both[1] :] for gate in gates):
            self._memory.found[key] = dict(self._templates)
        else:
            self._memory.failed.add(whatever_y if self._needs_no_y else key)
            self._templates = {}
            for path, value in before.items():
                self._put(path, value)

    def _groups(self, states: str) -> list[list[Path]]:
        """What has one shape, in groups; all states in one, if that has a name."""
        groups: dict[str, list[Path]] = {}
        for path in self._free:
            groups.setdefault(states if states and "prev" in path[-1] else family(path[-1]), []).append(path)
        # a weight gives way to an input, not the other way round
        return sorted(groups.values(), key=lambda paths: not is_parameter(paths[0][-1]))

    def take_from(self, other: Fitted) -> None:
        """The shapes and the numbers that another object of the same kind has found."""
        self._axis, self._form, self._classes = other._axis, other._form, other._classes
        self._templates = dict(other._templates)
        for path in self._free:
            self._put(path, copy.copy(other._at(path)))

    def _search(self, groups: list[list[Path]], gate: str, x: FloatArray, y: Any) -> bool:
        """Change one shape at a time, as long as that lets it run further, forward and back."""
        forward: dict[Path, Template] = {}

        def there_and_back() -> None:
            out = whole(self._attempt(x, y))
            if not forward:
                forward.update(self._templates)
            self._attempt_back(out)

        def steps_with(at: int, template: Template) -> tuple[bool, int]:
            self._memory.runs += 1
            if self._memory.over_for_shape:
                return False, 0
            self._take(groups[at], template, x)
            return progress(there_and_back, len(groups) > 1)

        choices = [self._choices(paths[0][-1], x, gate) for paths in groups]
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
        for path, template in forward.items():  # backward may be wrong
            self._take([path], template, x)
        return bool(forward)

    def _choices(self, name: str, x: FloatArray, gate: str) -> list[Template]:
        """Likely shapes; beside a loss, one number for each sample, or as many as x has."""
        usual = templates_of(name, x.ndim, gate, self._axis, self._flat)
        if x.ndim == 1 and len(x) > 1 and self._axis == 0 and is_parameter(name):  # a weight is none for each sample
            usual = [one for one in usual if len(x) not in self._shape(one, x)] or usual
        if not self._of_samples or is_parameter(name):
            return usual
        first: list[Template] = [("N",)] if self._axis is not None else [()]
        first = [*first, ("X",)] if name in self._whole else [("X",), *first]
        return [*first, *(one for one in usual if one not in first)]

    def _take(self, paths: Sequence[Path], template: Template, x: FloatArray) -> None:
        for path in paths:
            self._templates[path] = template
            self._put(path, self._drawn(path, self._shape(template, x)))

    def _shape(self, template: Template, x: FloatArray) -> tuple[int, ...]:
        return shape_for(template, x, self._axis, self._sizes, self._classes)

    def _drawn(self, path: Path, shape: tuple[int, ...]) -> Any:
        """Random numbers that are the same for the same name; whole ones where indices are wanted."""
        rng = np.random.default_rng(sum(ord(letter) * (31**at) for at, letter in enumerate("".join(path))) % 2**32)
        whole_numbers = path[-1] in self._whole
        return rng.integers(0, self._most, shape) if whole_numbers else np.asarray(0.5 * rng.standard_normal(shape))

    def resize(self, x: Any) -> None:
        """Other arrays of the same kind for an x of another size."""
        for path, template in getattr(self, "_templates", {}).items():
            shape = self._shape(template, x)
            if np.shape(self._at(path)) != shape:
                self._put(path, self._drawn(path, shape))

    def _at(self, path: Path) -> Any:
        return item_at(getattr(self, path[0]), path[1:])

    def _put(self, path: Path, value: Any) -> None:
        if len(path) == 1:
            setattr(self, path[0], value)
        else:
            getattr(self, path[0])[path[1]] = value


def progress(run: Callable[[], None], counted: bool = True) -> tuple[bool, int]:
    """Whether something runs to its end, and how many steps of the user's code it runs, where these are counted."""
    steps = 0

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        if not is_users(frame.f_code.co_filename):
            return None
        # a line such as W @ x + b has steps of its own
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return watch

    try:
        with traced(watch) if counted else nullcontext():
            run()
    except Exception as error:
        further = error.right if isinstance(error, UnlikeError) else 0
        return False, further + steps
    return True, steps


def cut(dy: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """The gradient of each output, of those that were laid end to end."""
    if len(shapes) == 1:
        return [dy]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(dy, ends), shapes, strict=True)]


def whole(returned: Any) -> Any:
    """What was returned; refuses empty arrays: slices beyond an array's end raise nothing.

    Raises:
        ValueError: one is empty.
    """
    parts = returned if isinstance(returned, tuple) else (returned,)
    if any(isinstance(part, np.ndarray) and part.size == 0 for part in parts):
        raise ValueError("empty")
    return returned
