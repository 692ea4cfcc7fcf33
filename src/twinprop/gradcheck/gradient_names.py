"""Which array is the gradient of which, by their names: `dW`, `W_grad`, `dLdW`, `grads["W"]` and the like.

Names only help: a gradient is found by what it is (`finding`). They decide between arrays that would do, and say
which of them was meant where none is right.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import cache
from typing import Any

from twinprop.gradcheck.held import ArrayRef

MARKER = re.compile(
    r"_*(?:d_?(?:l|j|e|c|loss|cost|err|error)_?(?:by_?)?d_?|(?:grad|gradient)s?_?(?:of_|wrt_|d_?)?"
    r"|nabla_?|delta_?|partial_?|derivative_?|d_?|g_?)(.+)",
    re.IGNORECASE,
)
"""What stands before the name of a parameter in that of its gradient."""

ENDING = re.compile(r"_*(.+?)_?(?:grads?|gradients?|derivative|delta|prime|_g|_d)", re.IGNORECASE)
"""What stands behind it."""

BARE = {"grad", "grads", "gradient", "gradients", "dvalue", "diff", "nabla", "dparams", "delta"}
"""Names of a gradient, or of a dict of gradients, that do not say of what."""

SYNONYMS = {
    **dict.fromkeys(("weight", "weights", "wts", "ws", "kernel", "theta"), "w"),
    **dict.fromkeys(("bias", "biases", "bs", "intercept"), "b"),
    **dict.fromkeys(("input", "inputs", "inp", "xs", "in", "data"), "x"),
}


@cache
def canonical(name: Hashable) -> str:
    """One spelling for `W`, `weights` and `_w`, and for `W1` and `weights_1`."""
    word = str(name).lower().replace("_", "")
    base = word.rstrip("0123456789")
    return SYNONYMS.get(base, base) + word[len(base) :]


def marked(name: Hashable) -> list[str]:
    """What an array of this name may be the gradient of: `dLdW` of `W`."""
    return [match[1] for pattern in (MARKER, ENDING) if (match := pattern.fullmatch(str(name)))]


@cache
def stems(name: Hashable) -> frozenset[str]:
    """The same in canonical spelling: `dLdW` of `w`."""
    return frozenset(map(canonical, marked(name)))


@cache
def is_bare(name: Hashable) -> bool:
    return str(name).lower().strip("_") in BARE


def names_gradient(attribute: str, keys: tuple[Any, ...], parameter: ArrayRef) -> bool:
    """Whether an attribute and its keys are named as the gradient of a parameter.

    `dW`; `grads["W"]` and `grads["dW"]`; `dweights[0]` of `weights[0]`; and `grad` beside `value`, as in
    `W["grad"]` of `W["value"]`.
    """
    numbers = [key for key in keys if isinstance(key, int)]
    own_numbers = [key for key in parameter.keys if isinstance(key, int)]
    if numbers != own_numbers:
        return False
    words = [attribute, *(key for key in keys if isinstance(key, str))]
    own = [parameter.attribute, *(key for key in parameter.keys if isinstance(key, str))]
    targets = {canonical(word) for word in own[-1:]}
    if is_bare(words[-1]):
        # `grad` beside the only other array there, or a list of gradients of a list of parameters
        return words[:-1] == own[:-1] or (len(words) > 1 and words[0] == own[0])
    holders = {"params", "parameters", "param", canonical(own[0])}
    if is_bare(words[0]) or (len(words) > 1 and stems(words[0]) & holders):
        return bool(targets & {canonical(words[-1]), *stems(words[-1])})
    return bool(targets & stems(words[-1]))
