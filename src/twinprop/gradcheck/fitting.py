"""What a function wants beside x is fitted: of the likely shapes of each array, the one that lets it run furthest.

So `lstm_step(x, prev_h, prev_c, Wx, Wh, b)`, an attention's `forward(q, k, v)` and a gate's `forward(a, b)` can be
called without a word about sizes. Likely shapes are told by names: of states, weights, biases, other inputs.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, Self

import numpy as np

from twinprop.gradcheck.faults import Clock, is_users, traced
from twinprop.gradcheck.held import FloatArray, item_at

Path = tuple[str, ...]
"""An attribute, or an attribute and the key of an entry in the dict there."""

PASSES = 4
HIDDEN = 6
"""Units of a hidden layer, where nothing says how many."""
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
        self.clock = Clock(SECONDS, every=1)

    @property
    def over(self) -> bool:
        return self.runs > MOST_RUNS or self.clock.over

    def __deepcopy__(self, memo: dict[int, object]) -> Memory:
        return self


class Fitted:
    """An object that holds arrays whose shapes are still to be found.

    Attributes:
        _free: where they stand.
        _whole: names of those that hold whole numbers, below `_most`.
        _sizes: of the matrices of a layer, of which one may be that of its hidden units.
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
        gates = GATES if any(is_parameter(path[-1]) for path in self._free) else GATES[:1]
        both = self._groups("state"), self._groups("")
        if any(self._search(groups, gate, x, y) for groups in both[both[0] == both[1] :] for gate in gates):
            self._memory.found[key] = dict(self._templates)
        else:
            self._memory.failed.add(key)
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
            self._put(path, self._drawn(path, shape_for(template, x, self._axis, self._sizes)))

    def _drawn(self, path: Path, shape: tuple[int, ...]) -> Any:
        """Random numbers that are the same for the same name; whole ones where indices are wanted."""
        rng = np.random.default_rng(sum(ord(letter) * (31**at) for at, letter in enumerate("".join(path))) % 2**32)
        whole_numbers = path[-1] in self._whole
        return rng.integers(0, self._most, shape) if whole_numbers else 0.5 * rng.standard_normal(shape)

    def resize(self, x: Any) -> None:
        """Other arrays of the same kind for an x of another size."""
        for path, template in getattr(self, "_templates", {}).items():
            shape = shape_for(template, x, self._axis, self._sizes)
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

    try:
        with traced(watch):
            run()
    except Exception:
        return False, steps
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


Template = tuple[str, ...]
"""A shape by its sizes: N samples, D features, H hidden units, O outputs, K of a kernel; X is the shape of x."""

STATES = "N H|H N|H|H 1|1 H"
INPUTS = "X|N H|H N|N D|D N|N O|O N|N 1|1 N|H|D|H 1|1 H|N T H|H N T|N"
MATRICES = (
    "D O|D H|H D|H H|H O|O H|O D|D 4H|H 4H|4H D|4H H|H D+H|D+H H|D 3H|H 3H|3H D|3H H|O C K K|K K C O|O C K|D 1|1 D|D D"
)
VECTORS = "O|H|D|4H|3H|O 1|H 1|D 1|1 O|1 H|1 D|4H 1|1 4H|1 1 1 O|1|C|1 C 1 1|1 1 1 C"

WEIGHT = re.compile(r"[wuv]|w.{0,3}|.*(weight|kernel|filter|theta|embed).*")
BIAS = re.compile(r"b.{0,2}|.*bias.*|gamma|beta|scale|shift")
"""Names of parameters, in lower case."""

GATES = ("", "H", "4H", "3H", "O")
"""Sizes that all weights may have in common; the first leaves them free."""


def templates_of(name: str, axes: int, gate: str = "") -> list[Template]:
    """Likely shapes for an array of this name, the likeliest first.

    Args:
        axes: of x; a kernel goes with an image, and time with a sequence.
        gate: a size that a weight or a bias must have; empty for any.
    """
    word = name.lower().lstrip("_")
    weight, bias = WEIGHT.fullmatch(word), BIAS.fullmatch(word)
    if weight or bias:
        first = of_axes(MATRICES if weight else VECTORS, axes)
        rest = of_axes(f"{VECTORS}|{INPUTS}" if weight else f"{VECTORS}|{MATRICES}", axes)
        return [one for one in first if gate in one] if gate else [*first, *rest]
    alike = re.fullmatch(r"(x|q|k|v|query|key|value|inp|y|a|b|left|right|other|second|skip|res|z).*", word)
    text = f"{INPUTS}|{MATRICES}|{VECTORS}" if alike and "prev" not in word else f"{STATES}|{INPUTS}|{MATRICES}"
    return of_axes(text, axes)


def of_axes(text: str, axes: int) -> list[Template]:
    """The shapes in a text that may go with an x of so many axes."""
    found = [tuple(one.split()) for one in text.split("|")]
    flat = [one for one in found if len(one) < 4 and not {"C", "K"} & {*one}]
    image = found if axes == 4 else [one for one in found if one in flat or (axes, len(one)) == (3, 4)]
    return [one for one in image if "T" not in one or axes == 3]


def is_parameter(name: str) -> bool:
    word = name.lower().lstrip("_")
    return WEIGHT.fullmatch(word) is not None or BIAS.fullmatch(word) is not None


def hidden_units(own: Sequence[int], features: int) -> int:
    """How many hidden units a layer has whose matrices have these sizes: of h and x together, or of 4 gates, one is."""
    some = [n for n in own if n not in (1, features)]
    gates = [n for n in some if {n + features, 3 * n, 4 * n} & {*own}]
    return HIDDEN if HIDDEN in some or not some else (gates or some)[0]


def sizes_for(x: FloatArray, axis: int | None, own: Sequence[int]) -> dict[str, int]:
    """What the letters of a template stand for, with the axis of the samples, and sizes of a layer's own matrices."""
    columns = axis == -1
    samples = 1 if axis is None else x.shape[axis]
    features = x.shape[0] if columns or x.ndim == 1 else x.shape[-1]
    channels = x.shape[1] if x.ndim == 4 and x.shape[1] < x.shape[3] else features
    if x.ndim == 3 and axis is None:
        channels = x.shape[0]
    hidden, outputs = hidden_units(own, features), next(n for n in (3, 8, 9, 10) if n not in x.shape)
    time = next((n for at, n in enumerate(x.shape) if x.ndim == 3 and at not in (0, 2)), 1)
    return {
        "N": samples,
        "D": features,
        "C": channels,
        "H": hidden,
        "O": outputs,
        "K": 3,
        "T": time,
        "3H": 3 * hidden,
        "4H": 4 * hidden,
        "D+H": features + hidden,
        "1": 1,
    }


def shape_for(template: Template, x: FloatArray, axis: int | None, own: Sequence[int]) -> tuple[int, ...]:
    """The shape that a template gives."""
    sizes = sizes_for(x, axis, own)
    return x.shape if template == ("X",) else tuple(sizes[letter] for letter in template)


def family(name: str) -> str:
    """What has one shape: `Wf`, `Wi` and `Wo`, but not `Wy`; `prev_h` and `prev_c`."""
    if re.sub(r"prev|init|next|_|t|0", "", name.lower()) in ("h", "c", "s"):
        return "state"
    match = re.fullmatch(r"([WUbR])_?([a-z])(\d*)", name)
    return f"{match[1]}{match[3]}" if match and match[2] not in "xyh" else name
