"""Rows of a table cut into splits: each class in its share, and what belongs together in one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.errors import DataError
from twinprop.text import plural


def held_out(
    count: int, total: int, classes: NDArray[Any] | None, groups: NDArray[Any] | None, seed: int, what: str
) -> tuple[NDArray[Any], NDArray[Any], list[str]]:
    """Positions of the rows that stay, in a random order, and of `count` that are held out; and what is to be told.

    Args:
        count: how many to hold out; with groups, about so many.
        total: of how many.
        classes: of each row, which are to have their share in both; None for any rows.
        groups: of each row, which are to be in one of both whole; None for none.
        seed: of the choice.
        what: the split that is held out, for messages.

    Raises:
        DataError: none would stay, or there are too few groups.
    """
    from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit

    everything = np.arange(total)
    if not count:
        return np.random.default_rng(seed).permutation(everything), everything[:0], []
    if count >= total:
        key = {"test": "test_fraction", "validation": "val_fraction"}[what]
        raise DataError(
            f"data.{key}: holds out all of {plural(total, 'row')} for the {what} split; choose a smaller one."
        )
    if groups is not None:
        if len(np.unique(groups)) < 2:
            raise DataError(f"data.group: all rows are of one group, so none can be held out for the {what} split.")
        stay, held = next(
            GroupShuffleSplit(1, test_size=count / total, random_state=seed).split(everything, None, groups)
        )
        return np.random.default_rng(seed).permutation(stay), np.sort(held), []
    remarks: list[str] = []
    alone = everything[:0]
    if classes is not None:
        sizes = np.bincount(classes)
        alone = everything[sizes[classes] == 1]
        rest = np.setdiff1d(everything, alone)
        kinds = len(np.unique(classes[rest]))
        if min(count, len(rest) - count) < kinds or not kinds:
            of_each = plural(len(np.unique(classes)), "class", "classes")
            remarks.append(f"the {what} split of {plural(count, 'row')} is too small for a share of each of {of_each}")
            classes, alone = None, everything[:0]
    if classes is None:
        stay, held = next(ShuffleSplit(1, test_size=count, random_state=seed).split(everything))
        return stay, np.sort(held), remarks
    shares = StratifiedShuffleSplit(1, test_size=count, random_state=seed)
    first, second = next(shares.split(rest, classes[rest]))
    stay = np.concatenate([rest[first], alone])
    return np.random.default_rng(seed).permutation(stay), np.sort(rest[second]), remarks
