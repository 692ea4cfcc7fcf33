"""Where a network does not say its loss, a step may be that of a likely loss and of a penalty on the weights.

½ c |W|² adds c W to the gradient of W, with the same c for all weights, and leaves the biases as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.measuring.trial import CHANGE, Trial
from twinprop.gradcheck.report import Gradient

FEWEST = 3
"""Entries that tell a penalty from a mistake: two of them are always a sum of two multiples."""

EXACT = 1e-5

PENALTY = "to the loss belongs a penalty, {:.4g} times the squares of {}: the gradients are of both."


def told_of(penalties: Mapping[str, float]) -> str:
    """What is said of penalties."""
    return PENALTY.format(max(penalties.values()) / 2, ", ".join(penalties))


def penalties_in(trial: Trial, gradients: Sequence[Gradient]) -> dict[str, float]:
    """The c of each parameter that has a penalty; nothing where the gradients do not say so.

    A step may be another multiple of all gradients than the rate, since that is not always known.
    """
    own = [one for one in gradients if one.of != "x"]
    if not trial.subject.way.guesses or any(one.problem or one.comparison is None for one in own):
        return {}
    main = max(own, key=lambda one: one.target.size, default=None)
    factor, share = parts_of(*known(main)) if main is not None else (0.0, 0.0)
    steps = all(one.name.startswith(CHANGE) for one in gradients)
    same = all(fits(*known(one), factor, 0.0) or fits(*known(one), factor, share) for one in own)
    if share <= EXACT or not (abs(factor - 1) < EXACT or (steps and same and factor > EXACT)):
        return {}
    shrunk = [one for one in own if fits(*known(one), factor, share) and not fits(*known(one), factor, 0.0)]
    return {one.of: share / factor for one in shrunk}


def known(gradient: Gradient) -> tuple[Any, Any, Any]:
    """The numbers of a gradient, of the right one and of the weights, where the right one is known."""
    there = np.isfinite(gradient.right)
    return np.asarray(gradient.value).reshape(there.shape)[there], gradient.right[there], gradient.target[there]


def parts_of(value: Any, slope: Any, weights: Any) -> tuple[float, float]:
    """How many times the right gradient, and the weights, add up to a gradient; 0 where they do not."""
    if np.size(value) < FEWEST or np.shape(value) != np.shape(slope):
        return 0.0, 0.0
    (factor, share), *_ = np.linalg.lstsq(np.stack([np.ravel(slope), np.ravel(weights)], axis=1), np.ravel(value))
    return (float(factor), float(share)) if fits(value, slope, weights, factor, share) else (0.0, 0.0)


def fits(value: Any, slope: Any, weights: Any, factor: float, share: float) -> bool:
    """Whether a gradient is that multiple of the right one and of the weights."""
    return bool(np.allclose(value, factor * slope + share * weights, 0, EXACT * np.abs(value).max(initial=0.0)))
