"""Likely shapes of what a function is given beside x, told by names: of states, weights, biases, other inputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from twinprop.gradcheck.arrays.held import FloatArray

HIDDEN = 6
"""Units of a hidden layer, where nothing says how many."""

Template = tuple[str, ...]
"""A shape by its sizes: N samples, D features, H hidden units, O outputs, K of a kernel; X is the shape of x, 51 51."""

STATES = "N H|H N|H|H 1|1 H"
INPUTS = "X|N H|H N|N D|D N|N O|O N|N 1|1 N|H|D|H 1|1 H|N T|N T H|H N T|N"
MATRICES = (
    "D O|D H|H D|H H|H O|O H|O D|D 4H|H 4H|4H D|4H H|H D+H|D+H H|D 3H|H 3H|3H D|3H H|O C K K|K K C O|O C K|D 1|1 D|D D"
)
VECTORS = "O|H|D|4H|3H|O 1|H 1|D 1|1 O|1 H|1 D|4H 1|1 4H|1 1 1 O|1|C|1 C 1 1|1 1 1 C"

WEIGHT = re.compile(r"[wuv]|w.{0,3}|.*(weight|kernel|filt|theta|embed).*")
BIAS = re.compile(r"b.{0,2}|.*(bias|intercept|offset).*|gamma|beta|scale|shift")
"""Names of parameters, in lower case."""

FLAT = re.compile(r".*(params|parameters|thetas?|weights)|w|x0")
"""All parameters of a network may lie in one vector, which scipy.optimize asks for."""

LONGEST = 120  # entries of such a vector, of the sizes that are taken here

CONSTANT = re.compile(r".*(mask|length|mode).*")
"""An input that has no gradient, by its name."""

GATES = ("", "H", "4H", "3H", "O")
"""Sizes that all weights may have in common; the first leaves them free."""


def templates_of(name: str, axes: int, gate: str = "", axis: int | None = 0, flat: bool = False) -> list[Template]:
    """Likely shapes for an array of this name, the likeliest first.

    Args:
        axes: of x; a kernel goes with an image, and time with a sequence.
        gate: a size that a weight or a bias must have; empty for any.
        axis: of the samples in x; inputs and states have theirs on the same side.
        flat: whether all parameters may lie in one vector, and a bias may be a number.
    """
    word = name.lower().lstrip("_")
    weight, bias = WEIGHT.fullmatch(word), BIAS.fullmatch(word)
    if flat and FLAT.fullmatch(word):
        return [(str(size),) for size in range(1, LONGEST)]
    if weight or bias:
        first = of_axes(MATRICES if weight else f"|{VECTORS}" if flat else VECTORS, axes)
        rest = of_axes(f"{VECTORS}|{INPUTS}" if weight else f"{VECTORS}|{MATRICES}", axes)
        if len(word) > 1:  # u and v may be inputs; what has as many rows as there are samples is no weight
            rest = [one for one in rest if not {"N", "X"} & {*one}]
        return [one for one in first if gate in one] if gate else [*first, *rest]
    alike = re.fullmatch(r"(x|q|k|v|query|key|value|inp|y|a|b|left|right|other|second|skip|res|z).*", word)
    state = is_handed_on(name) or not alike
    # time is no axis of theirs, and layers may be one
    states = STATES if axes > 1 else f"H 1|H|1 H|{STATES}|1 H 1"
    # rows of a matrix are no samples, of which a state has one each
    matrices = "" if is_handed_on(name) else f"{MATRICES}|"
    text = f"{f'{states}|' if state else ''}{INPUTS}|{matrices}{VECTORS}"
    columns = axis is not None and axis < 0
    return sorted(of_axes(text, axes), key=lambda one: columns and "N" in one and one[-1] != "N")


def of_axes(text: str, axes: int) -> list[Template]:
    """The shapes in a text that may go with an x of so many axes."""
    found = [tuple(one.split()) for one in text.split("|")]
    flat = [one for one in found if len(one) < 4 and not {"C", "K"} & {*one}]
    image = found if axes == 4 else [one for one in found if one in flat or (axes, len(one)) == (3, 4)]
    return [one for one in image if "T" not in one or axes == 3]


def is_state(name: str) -> bool:
    """Whether an array is what a recurrent cell hands on: `h`, `c_prev`, `a0`."""
    word = re.sub(r"prev|init|next|_|t|0", "", name.lower())
    return word in ("h", "c", "s") or (word == "a" != name.lower())


def is_handed_on(name: str) -> bool:
    """Whether it is a state, or what was there a step before: `h`, `h_prev`, `prev_out`."""
    return is_state(name) or "prev" in name.lower()


def is_parameter(name: str) -> bool:
    word = name.lower().lstrip("_")
    return any(one.fullmatch(word) for one in (WEIGHT, BIAS, FLAT))


@cache
def hidden_units(own: tuple[int, ...], features: int) -> int:
    """How many hidden units a layer has whose matrices have these sizes: of h and x together, or of 4 gates, one is."""
    some = [n for n in own if n not in (1, features)]
    gates = [n for n in some if {n + features, 3 * n, 4 * n} & {*own}]
    gates += [n // c for n in some for c in (3, 4) if n > c and n // c + features in own and n % c == 0]
    square = max(some, key=some.count, default=HIDDEN)  # a state's own matrix has this size twice
    return HIDDEN if HIDDEN in some else (gates or [square])[0]


def sizes_for(x: FloatArray, axis: int | None, own: Sequence[int]) -> dict[str, int]:
    """What the letters of a template stand for.

    Args:
        axis: of the samples in x; the features come first where it is counted from the end.
        own: sizes of a layer's own matrices.
    """
    columns = axis is not None and axis < 0
    samples = 1 if axis is None else x.shape[axis]
    features = x.shape[0] if columns or x.ndim == 1 else x.shape[1] if x.shape[2:] == (1,) else x.shape[-1]
    channels = x.shape[1] if x.ndim == 4 and x.shape[1] < x.shape[3] else features
    if x.ndim == 3 and axis is None:
        channels = x.shape[0]
    hidden, outputs = hidden_units(tuple(own), features), next(n for n in (3, 8, 9, 10) if n not in x.shape)
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


def shape_for(
    template: Template, x: FloatArray, axis: int | None, own: Sequence[int], outputs: int = 0
) -> tuple[int, ...]:
    """The shape that a template gives."""
    sizes = sizes_for(x, axis, own) | ({"O": outputs} if outputs else {})
    return x.shape if template == ("X",) else tuple(sizes.get(letter) or int(letter) for letter in template)


def family(name: str) -> str:
    """What has one shape: `Wf`, `Wi` and `Wo`, but not `Wy`; `prev_h` and `prev_c`."""
    if is_state(name):
        return "state"
    match = re.fullmatch(r"([WUbR])_?([a-z])(\d*)", name)
    return f"{match[1]}{match[3]}" if match and match[2] not in "xyh" else name
