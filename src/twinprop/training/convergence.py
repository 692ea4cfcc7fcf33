"""When has training converged? The first epoch after which nothing but noise improves.

The validation accuracy is smoothed by a moving average. An epoch has converged if, from it on, the
smoothed curve never rises above its value there by more than the noise of the remaining epochs. That is
twice the standard deviation that their accuracies have from epoch to epoch, by mean square successive
difference (von Neumann et al. 1941), which a slow rise or fall does not enlarge. A run that is still
improving at its end has not converged; to tell, a fifth of its evaluations must follow the epoch.
docs/convergence.md gives the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEWEST = 5
"""Evaluations below which the question has no answer."""


def smoothed(values: np.ndarray) -> np.ndarray:
    """The mean over a window of five evaluations, or a tenth of them, (n,); at the ends over what there is of it."""
    half = max(2, len(values) // 20)
    return np.array([values[max(0, i - half) : i + half + 1].mean() for i in range(len(values))])


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
    smooth = smoothed(values)
    # with one deviation, or only the last few evaluations, chance hides a plateau, or feigns one
    for start in range(count - max(FEWEST, count // 5) + 1):
        noise = 2 * np.sqrt(np.mean(np.diff(values[start:]) ** 2) / 2)
        # the margin is for a constant curve, whose noise and rise are both rounding
        if smooth[start:].max() - smooth[start] <= noise + 1e-9:
            return int(epochs[start])
    return None
