"""Every gradient of a trial measured, found and compared; for a network, with the likely loss that fits best."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from twinprop.gradcheck.clock import Clock
from twinprop.gradcheck.comparison import compare, largest, proportional, same_numbers
from twinprop.gradcheck.differences import LARGER, Index, Slopes
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.repair import repairs
from twinprop.gradcheck.parameters import adopt_forgotten
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.searching import harmless, without_ones
from twinprop.gradcheck.several import Several
from twinprop.gradcheck.trial import Trial, slopes_of
from twinprop.gradcheck.ways import ways_after

FEW_EDITS = 800
"""Edits that are tried with each likely loss, where the network does not say which is its own."""

SECONDS_OF_EDITS = 6.0
"""Of a processor, for all these losses."""


def gradients_of(trial: Trial) -> list[Gradient]:
    """Every gradient, found and compared with what is measured."""
    measured = measure_all(trial)
    slopes = {name: slopes_of(entries, trial.array(name).shape) for name, entries in measured.items()}
    forgotten = adopt_forgotten(trial, trial.find(slopes))
    trial.parameters = trial.parameters + forgotten
    for parameter in forgotten:
        measured[parameter.name] = trial.measure(parameter.get())
        slopes[parameter.name] = slopes_of(measured[parameter.name], parameter.get().shape)
    return compare_gradients(trial, trial.find(slopes), measured)


def gradients_of_another_method(trial: Trial) -> tuple[Trial, list[Gradient]] | None:
    """The same with a method called after backward, that leaves gradients which backward alone does not."""
    subject, before = trial.subject, trial.subject.way
    trial.set_back()
    for method in ways_after(subject.made, before):
        subject.way = replace(before, after=method)
        try:
            another = Trial(subject, trial.inputs, trial.seed)
            another.parameters, another.unused = trial.parameters, trial.unused
            gradients = gradients_of(another)
        except SubjectError:
            continue
        if all(gradient.value is not None for gradient in gradients):
            return another, gradients
    subject.way = before
    return None


def gradients_that_an_edit_mends(trial: Trial) -> list[Gradient] | None:
    """The gradients for the first likely loss with which edits make all of them right, which is kept; else None."""
    way = trial.subject.way
    before = way.likely
    clock = Clock(SECONDS_OF_EDITS, every=4)
    for loss in way.guesses:
        if clock.over:
            break
        way.likely = loss
        try:
            gradients = gradients_of(trial)
        except SubjectError:
            continue
        wrong = {gradient.of for gradient in gradients if not gradient.passed}
        found = repairs(Evidence(trial, gradients), FEW_EDITS, clock)
        if wrong and wrong <= {of for repair in found for of in repair.mended}:
            return gradients
    way.likely = before
    gradients_of(trial)
    return None


def measure_all(trial: Trial) -> dict[str, dict[Index, Slopes]]:
    """The slopes of every parameter, and of x unless it holds whole numbers."""
    names = [parameter.name for parameter in trial.parameters] + ["x"] * (trial.x.dtype.kind == "f")
    return {name: trial.measure(trial.array(name)) for name in names}


def choose_loss(trial: Trial) -> None:
    """Take the likely loss that most of a network's gradients fit, a right one or a multiple of it."""
    way = trial.subject.way
    best, chosen = -1.0, way.likely
    for loss in way.guesses:
        way.likely = loss
        try:
            measured = {one.name: trial.measure(one.get(), 12) for one in trial.parameters}
            if not measured and trial.x.dtype.kind == "f":
                measured = {"x": trial.measure(trial.x, 12)}
        except SubjectError:
            continue
        slopes = {name: slopes_of(entries, trial.array(name).shape) for name, entries in measured.items()}
        if not all(np.isfinite(entry.central).all() for entries in measured.values() for entry in entries.values()):
            continue
        found = trial.find({"x": np.full(trial.x.shape, np.nan)} | slopes)
        pairs = [(found[name][1], slope) for name, slope in slopes.items() if name in found]
        score = sum(likeness(value, slope) for value, slope in pairs)
        if score > best:
            best, chosen = score, loss
    way.likely = chosen


def likeness(value: Any, slope: Any) -> float:
    """1 for a right gradient, less for its negative, and little for a multiple."""
    if same_numbers(value, slope):
        return 1.0
    return 0.2 if same_numbers(value, -slope) else 0.1 if proportional(value, slope) else 0.0


def compare_gradients(
    trial: Trial, found: dict[str, tuple[str, Any]], measured: dict[str, dict[Index, Slopes]]
) -> list[Gradient]:
    """Each gradient with its difference quotients."""
    scale = largest([entry.central[1] for entries in measured.values() for entry in entries.values()])
    gradients = []
    for name, entries in measured.items():
        array = trial.array(name)
        if name not in found and not (isinstance(trial.subject.made, Several) and trial.subject.made.may_lack(name)):
            needed = trial.dy is not None and not returns_nothing(trial, found) if name == "x" else True
            if needed and any(abs(entry.central[1]) > 1e-7 for entry in entries.values()):
                label = "dx" if name == "x" else f"d{name}"
                gradients.append(Gradient(name, label, None, array, np.full(array.shape, np.nan), None, "not found"))
        if name not in found:
            continue
        label, value = found[name]
        # (1, o) in place of (o,): an update broadcasts it
        flat = value is not None and value.shape != array.shape and without_ones(value.shape, array.shape)
        flat = flat and (is_input(trial, name) or harmless(value.shape, array.shape, trial.subject.made))
        value = value.reshape(array.shape) if flat else value
        fits = value is not None and value.shape == array.shape
        claimed = value if fits else np.zeros(array.shape)
        comparison = compare(claimed, entries, scale)
        for larger in LARGER:
            if comparison.checked > comparison.doubtful:
                break
            comparison = compare(claimed, trial.measure(array, larger=larger), scale)
        gradient = Gradient(name, label, value, array, comparison.numeric)
        if fits:
            gradient.comparison = comparison
        else:
            gradient.problem = "missing" if value is None else "wrong shape"
        gradients.append(gradient)
    return gradients


def returns_nothing(trial: Trial, found: dict[str, tuple[str, Any]]) -> bool:
    """Whether a layer keeps the gradients of its parameters and returns no dx, as a first layer may."""
    return trial.returned_nothing and any(one.name in found for one in trial.parameters)


def is_input(trial: Trial, name: str) -> bool:
    """Whether a gradient is that of one of several inputs, which nothing is subtracted from."""
    made = trial.subject.made
    own = any(one.name == name and one.owner is made for one in trial.parameters)
    return isinstance(made, Several) and (name == "x" or own)
