"""When has training converged? The first epoch after which nothing but noise improves.

The validation accuracy is smoothed by a moving average. An epoch has converged if, from it on, the
smoothed curve never rises above its value there by more than the noise: twice the standard deviation
of the accuracy around the smoothed curve over the remaining epochs. A run that is still improving at
its end has not converged; to tell, a fifth of its evaluations must follow the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEWEST = 5
"""Evaluations below which the question has no answer."""


def converged_epoch(epochs: Sequence[int], accuracies: Sequence[float]) -> int | None:
    """The first converged epoch; None where there are too few evaluations or the run was still improving.

    Args:
        epochs: the epoch of each evaluation.
        accuracies: the validation accuracy at each.
    """
    count = len(accuracies)
    if count < FEWEST:
        return None
    values = np.asarray(accuracies, float)
    half = max(1, count // 20)
    smooth = np.array([values[max(0, i - half) : i + half + 1].mean() for i in range(count)])
    # with one deviation, or only the last few evaluations, chance hides a plateau, or feigns one
    for start in range(count - max(FEWEST, count // 5) + 1):
        noise = 2 * np.std(values[start:] - smooth[start:])
        # the margin is for a constant curve, whose noise and rise are both rounding
        if smooth[start:].max() - smooth[start] <= noise + 1e-9:
            return int(epochs[start])
    return None
