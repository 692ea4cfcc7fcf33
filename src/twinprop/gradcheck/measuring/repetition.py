"""Backward again: with the same batch, with another one of another size, and with another learning rate."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import compare, largest, nearly_equal
from twinprop.gradcheck.arrays.finding import snapshot
from twinprop.gradcheck.arrays.held import arrays_of, said, wrapped_in
from twinprop.gradcheck.arrays.inputs import LARGE, Inputs
from twinprop.gradcheck.calling.upkeep import TO_OPTIMIZER
from twinprop.gradcheck.faults import PACKAGE, SubjectError
from twinprop.gradcheck.measuring.added_constants import without_small_constants
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.measuring.trial import CHANGE, Trial
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.source.sources import source_of

STALE = (
    "a second batch gets gradients of the first: something is kept from the first call of forward. Store what backward "
    "needs in every forward, without an `if`, and read what the last one stored."
)
STALE_OUTPUT = (
    "forward keeps something from its first call: its output for a second batch is not that of a new object. Compute "
    "and store what is needed in every forward, without an `if`."
)
CHANGES = "a second forward and backward with the same numbers gives another gradient."
MEMORY = (
    "{0}: backward changes {1} by an optimizer that remembers earlier steps, as Adam does, and keeps no gradient, "
    "so there is none to look at. Keep it as self.dW, or let backward take plain steps: W -= lr * dW."
)
NOT_COPIED = "no second batch was tried, for the object cannot be copied."
CHANGES_CACHE = (
    "backward changes an array that forward has kept, since both names are the same array: a second backward gives "
    "something else. Work on a copy, as in d = self.p.copy()."
)
NOT_CLEARED = "adds up over calls, and {} does not set it to 0, as it does the others."
ADDS_UP = "gradients add up over calls, as in PyTorch: set them to 0 before each batch, or write = in place of +=."
NO_RATE = "its update is not multiplied by the learning rate."
AFTER_UPDATE = (
    "depends on the learning rate: it is computed after the update. Compute every gradient first, and change the "
    "weights at the end of backward."
)

OF_SHAPE = "right for x of shape "
ANOTHER_SHAPE = OF_SHAPE + (
    "{0}, and wrong for {1}, for a new object too: a size, as that of the batch, is written down, or taken from the "
    "wrong axis."
)
OTHER_NUMBERS = "right for these numbers, and wrong for others of their size and shape, for a new object too."
LARGER_NUMBERS = (
    "right for numbers of size 1, and wrong for larger ones: a branch that these take, as of np.where or if, goes back "
    "in the wrong way."
)

NEAR = 0.02
"""Of the largest entry: what a small number in a logarithm may change."""

SECOND_ENTRIES = 12
"""Entries of each gradient that are measured for the second batch."""


def check_repetition(trial: Trial, unmade: Subject, report: Report) -> None:
    """Add to the report what goes wrong when backward is called again.

    Args:
        unmade: the subject as it was before its first forward.
    """
    same_batch(trial, report)
    if trial.updated:
        other_rate(trial, report)
    if report.right:
        other_batch(trial, unmade, report)
    if unmade.copied() is unmade:
        report.notes.append(NOT_COPIED)


def same_batch(trial: Trial, report: Report) -> None:
    trial.gradients()
    again, twice = trial.gradients(), trial.gradients(clear=False)
    adding = []
    wrong = [one for one in report.gradients if one.value is not None and not one.passed and one.of in trial.updated]
    if wrong and all(is_of_optimizer(trial, one, wrong) for one in wrong):
        raise SubjectError(MEMORY.format(report.title, ", ".join(one.of for one in wrong)))
    for gradient in report.gradients:
        if gradient.value is None or gradient.of not in again:
            continue
        value = np.asarray(gradient.value)
        second, added = (np.asarray(got[gradient.of][1]) for got in (again, twice))
        if second.size != value.size or not np.allclose(
            second.ravel(), value.ravel(), rtol=1e-9, atol=1e-300, equal_nan=True
        ):
            gradient.problem = gradient.problem or "changes"
            report.found.append((gradient.name, CHANGES))
        elif nearly_equal(added.ravel(), 2 * value.ravel()):
            adding.append(gradient.name)
    if report.right and not adding and not trial.updated and changes_cache(trial, report):
        report.advice.append(CHANGES_CACHE)
    own = [one for one in report.gradients if one.value is not None and one.of != "x"]
    if adding and trial.subject.zero and any(one.name not in adding for one in own):
        for gradient in [one for one in own if one.name in adding]:
            gradient.problem = gradient.problem or "not cleared"
            report.found.append((gradient.name, NOT_CLEARED.format(trial.subject.zero)))
    elif adding:
        report.notes.append(f"{', '.join(adding)}: {ADDS_UP}")


def is_of_optimizer(trial: Trial, gradient: Gradient, wrong: Sequence[Gradient]) -> bool:
    """Whether what was taken for a gradient is a moment of an optimizer, or a step of one that has such moments.

    A first step of Adam has one and the same size everywhere.
    """
    own = next(one for one in trial.parameters if one.name == gradient.of)
    if trial.labels[gradient.of].level(own) > 0 or gradient.name.startswith(TO_OPTIMIZER):
        return False  # it is called a gradient, or given to an optimizer as one
    if not gradient.name.startswith(CHANGE):
        return True
    steps = np.concatenate([np.ravel(one.value) for one in wrong])
    sizes = np.abs(steps[steps != 0])
    return bool(sizes.size > 3 and np.ptp(steps) > sizes[0] and np.allclose(sizes, np.median(sizes), rtol=1e-3))


def changes_cache(trial: Trial, report: Report) -> bool:
    """Whether a second backward after one forward gives something else: backward changes what forward has kept."""
    if not trial.subject.way.given_apart:
        return False
    subject = trial.subject

    changed: list[str] = []

    def back() -> None:
        held = snapshot(subject.made)
        subject.backward(trial.dy, trial.x, trial.inputs.y)
        known = {*subject.initial, *(one.label for one in trial.labels.values())}
        changed.extend(
            ref.name
            for ref in arrays_of(subject.made)
            if ref.name in held and ref.name not in known and ref.get() is held[ref.name][0]
            if not np.array_equal(ref.get(), held[ref.name][1], equal_nan=True)
        )

    try:
        again = trial.gradients(back)
    except SubjectError:
        return False  # what it keeps is used up, and it says so
    values = [(again.get(gradient.of), gradient.value) for gradient in report.gradients]
    return bool(changed) and any(
        found is not None and value is not None and not np.allclose(np.ravel(found[1]), np.ravel(value), equal_nan=True)
        for found, value in values
        if found is not None and np.size(found[1]) == np.size(value)
    )


def other_rate(trial: Trial, report: Report) -> None:
    """What changes with the learning rate is computed with weights that are updated already."""
    if not trial.subject.knows_rate:
        return
    before = trial.gradients()
    trial.set_back()
    trial.subject.multiply_rate(2.0)
    after = trial.gradients()
    trial.set_back()
    trial.subject.multiply_rate(0.5)
    for gradient in report.gradients:
        old, new = before.get(gradient.of), after.get(gradient.of)
        # a small change of a large weight is rounded
        same = [np.asarray(one.get()) for one in trial.parameters if one.name == gradient.of]
        own = max((np.abs(one).max(initial=0) for one in same), default=0.0)
        noise = max(1e-9 * np.abs(old[1]).max(initial=0), 1e-14 * own / trial.subject.rate) if old else 0.0
        if old and new and not np.allclose(old[1], new[1], rtol=1e-6, atol=noise):
            gradient.problem = gradient.problem or "changes"
            same_step = gradient.name.startswith(CHANGE) and np.allclose(old[1], 2 * np.asarray(new[1]), rtol=1e-6)
            report.found.append((gradient.name, NO_RATE if same_step else AFTER_UPDATE))


def output_is_stale(unmade: Subject, inputs: Inputs, seed: int) -> bool:
    """Whether the output for a second batch is another than that of a new object, which sees it first.

    Args:
        unmade: the subject as it was before its first forward.
    """
    for other in inputs.others(seed + 7):
        fresh, used = unmade.copied(), unmade.copied()
        if fresh is unmade:
            return False
        try:
            right = fresh.forward(other.x, other.y)
            if not np.array_equal(unmade.copied().forward(other.x, other.y), right, equal_nan=True):
                return False  # its weights are drawn in the first forward, by a generator of their own
            used.forward(inputs.x, inputs.y)
        except SubjectError:
            continue
        try:
            second = used.forward(other.x, other.y)
        except SubjectError:
            if is_longer(other, inputs):
                continue  # a running mean, as of batch norm, has the old length
            return True
        if np.shape(second) != np.shape(right) or not np.array_equal(second, right, equal_nan=True):
            return True
    return False


def is_longer(other: Inputs, inputs: Inputs) -> bool:
    """Whether a batch is larger along another axis than that of its samples."""
    return other.count == inputs.count and other.x.shape != inputs.x.shape


def refuses(subject: Subject, other: Inputs) -> bool:
    try:
        subject.forward(other.x, other.y)
    except SubjectError:
        return True
    return False


def other_batch(trial: Trial, unmade: Subject, report: Report) -> None:
    """Whether other batches get their own gradients, of another size or of larger numbers if it takes these at all."""
    now = {one.name: np.copy(one.get()) for one in trial.parameters}
    # an object that holds the size of the batch is made for batches of that size
    sizes = {np.asarray(ref.get()).item() for ref in unmade.numbers if np.ndim(ref.get()) == 0}
    of_this_size = trial.inputs.count == 1 or trial.inputs.count in sizes
    paced = False
    larger = [] if takes_logarithms(trial.subject) else trial.inputs.larger(trial.seed + 7)
    for other in [*trial.inputs.others(trial.seed + 7), *larger]:
        if said(trial.subject.made, "same_count", False) and other.count != trial.inputs.count:
            continue
        fresh = unmade.copied()
        fresh.way = trial.subject.way  # with the loss that is taken for its own
        for ref in arrays_of(fresh.made) if fresh is not unmade else ():
            if ref.name in now and np.shape(ref.get()) == now[ref.name].shape:
                ref.get()[...] = now[ref.name]  # it differs by its past alone, and views of it follow
        first = None if fresh is unmade else wrong_for(fresh, other, trial, report, True)
        if first is None:
            continue  # it is not taken
        if first:
            if trial.updated or (of_this_size and other.count != trial.inputs.count):
                continue
            for gradient in first:
                gradient.problem = "other batch"
                report.found.append((gradient.name, difference(trial.inputs, other)))
            break
        if trial.updated and not trial.subject.knows_rate and other.count != trial.inputs.count:
            continue  # the rate was measured, and may hold 1/n
        if is_longer(other, trial.inputs) and refuses(trial.subject, other):
            continue
        wrong = wrong_for(trial.subject, other, trial, report)
        # a size that is kept from the first batch is a factor, too, for one of another size
        if wrong and (paced or other.count == trial.inputs.count) and is_other_rate(fresh, trial, other):
            paced = True
            continue
        for gradient in report.gradients if wrong is None else wrong:
            gradient.problem = "second batch"
            report.found.append((gradient.name, STALE))
        if not report.right:
            break
    trial.subject.forward(trial.x, trial.inputs.y)


def difference(inputs: Inputs, other: Inputs) -> str:
    """What is said where a class is right for the first and wrong for the other."""
    if other.x.shape != inputs.x.shape:
        return ANOTHER_SHAPE.format(inputs.x.shape, other.x.shape)
    return LARGER_NUMBERS if np.abs(other.x).max() > LARGE / 2 * np.abs(inputs.x).max() else OTHER_NUMBERS


def takes_logarithms(subject: Subject) -> bool:
    """Whether a loss may take one, whose argument is clipped, or has a small number added, where it is small."""
    kind = type(wrapped_in(subject.made))
    ours = kind.__module__.startswith(PACKAGE)  # functions as one object
    text = source_of(sys.modules.get(kind.__module__))
    return subject.way.is_loss and (ours or re.search(r"\blog\w*\(|entropy|nll", text) is not None)


def wrong_for(
    subject: Subject, inputs: Inputs, first: Trial, report: Report, new: bool = False
) -> list[Gradient] | None:
    """The gradients that are wrong for a batch; None where it is not taken, or a new object leaves none of its own."""
    try:
        trial, found = gradients_for(subject, inputs, first)
        if new and any(gradient.of not in found for gradient in report.gradients):
            return None
        return [gradient for gradient in report.gradients if is_wrong(trial, gradient, found)]
    except SubjectError:
        return None


def gradients_for(subject: Subject, inputs: Inputs, first: Trial) -> tuple[Trial, dict[str, tuple[str, Any]]]:
    """Those of another batch, found where those of the first one were."""
    trial = Trial(subject, inputs, first.seed + 3)
    names = [parameter.name for parameter in first.parameters]
    trial.parameters = [ref for ref in arrays_of(subject.made) if ref.name in names]
    trial.labels, trial.update_rate, trial.penalties = first.labels, first.update_rate, first.penalties
    first.set_back()
    found = trial.gradients()
    trial.set_back()
    return trial, found


def is_other_rate(fresh: Subject, trial: Trial, inputs: Inputs) -> bool:
    """Whether all changes are one multiple of those that a new object makes: the learning rate is another by now."""
    sets = [gradients_for(one, inputs, trial)[1] for one in (fresh, trial.subject)]
    if not trial.updated or any(name not in one for one in sets for name in trial.updated):
        return False
    new, now = (np.concatenate([np.ravel(one[name][1]) for name in trial.updated]) for one in sets)
    factor = float(new @ now / (new @ new)) if new.shape == now.shape and new.any() else 0.0
    return factor > 0 and nearly_equal(now, factor * new)


def is_wrong(trial: Trial, gradient: Gradient, found: dict[str, tuple[str, Any]]) -> bool:
    arrays = {"x": trial.x} | {one.name: one.get() for one in trial.parameters}
    if gradient.of not in arrays:
        return False  # a number that became a parameter
    array = arrays[gradient.of]
    value = np.asarray(found[gradient.of][1], float) if gradient.of in found else np.zeros(0)
    if value.size != array.size:
        return True
    value = value.reshape(array.shape)

    def error() -> tuple[bool, bool]:
        """Whether entries are wrong, and whether all are near to what they should be."""
        measured = trial.measure(array, SECOND_ENTRIES)
        right = {place: entry.central[1] for place, entry in measured.items()}
        scale = max(largest([*right.values()]), 1e-3)
        near = all(abs(value[place] - one) <= NEAR * scale for place, one in right.items())
        return compare(value, measured, scale).wrong > 0, near

    wrong, near = error()
    if not wrong:
        return False
    with without_small_constants(trial.subject.made, not near):  # where p is small, log(p + 1e-7) is another logarithm
        return error()[0]
