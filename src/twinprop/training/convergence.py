"""When has training converged? The first epoch after which nothing but noise improves.

The validation accuracy, or R² of numbers, is smoothed by a moving average. An epoch has converged if, from it on, the
smoothed curve never rises above its value there by more than the noise of the remaining epochs. That is
twice the standard deviation that their accuracies have from epoch to epoch, by mean square successive
difference (von Neumann et al. 1941), which a slow rise or fall does not enlarge. A run that is still
improving at its end has not converged; to tell, a fifth of its evaluations must follow the epoch.

Among few evaluations a step up is as large as the noise that it would make: there, the ends of the curve
are not smoothed away, and only what falls counts as noise. docs/convergence.md gives the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEWEST = 5
"""Evaluations below which the question has no answer."""

FEW = 20
"""Evaluations below which a step up at the first of them would pass for noise."""


def smoothed(values: np.ndarray) -> np.ndarray:
    """The mean over a window of five evaluations, or a tenth of them, (n,).

    At the ends it is over what there is of that window; of few evaluations, over as many on either side.
    """
    count = len(values)
    half = max(2, count // 20)
    means = []
    for i in range(count):
        side = min(half, i, count - 1 - i) if count < FEW else half
        means.append(values[max(0, i - side) : i + side + 1].mean())
    return np.array(means)


def noise(values: np.ndarray, few: bool) -> float:
    """Twice the standard deviation of accuracies about a level that moves slowly."""
    steps = np.diff(values)
    if few:
        steps = steps[steps < 0]
    return 2 * float(np.sqrt(np.mean(steps**2) / 2)) if len(steps) else 0.0


def converged_epoch(epochs: Sequence[int], scores: Sequence[float]) -> int | None:
    """The first converged epoch; None where there are too few evaluations or the run was still improving.

    Args:
        epochs: the epoch of each evaluation.
        scores: the validation accuracy at each, or R² of numbers.
    """
    count = len(scores)
    if count < FEWEST:
        return None
    values = np.asarray(scores, float)
    smooth = smoothed(values)
    # with one deviation, or only the last few evaluations, chance hides a plateau, or feigns one
    for start in range(count - max(FEWEST, count // 5) + 1):
        # the margin is for a constant curve, whose noise and rise are both rounding
        if smooth[start:].max() - smooth[start] <= noise(values[start:], count < FEW) + 1e-9:
            return int(epochs[start])
    return None
