"""The check of an object on given inputs: every gradient measured, found, compared and explained.

For a network that does not say its loss, the likely one that fits best is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import LARGER, Index, Slopes, compare, largest, proportional, same_numbers
from twinprop.gradcheck.arrays.held import plain_shape, said
from twinprop.gradcheck.arrays.inputs import Inputs, Reduction
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.calling.upkeep import GOES_ON, Start, ways_after
from twinprop.gradcheck.faults import Clock, SubjectError
from twinprop.gradcheck.hints.repair import repairs
from twinprop.gradcheck.hints.routines import Evidence
from twinprop.gradcheck.hints.table import explain_gradients, notes
from twinprop.gradcheck.judging.by_others import lost_mean
from twinprop.gradcheck.judging.conventions import (
    accept_conventions,
    means_beside_mistakes,
    negative_and_added,
)
from twinprop.gradcheck.judging.other_costs import other_cost
from twinprop.gradcheck.judging.penalties import parts_of, penalties_in, told_of
from twinprop.gradcheck.judging.unchecked import (
    MADE_ANEW,
    OTHER_STEP,
    UPHILL,
    explain_overflow,
    hidden_weights,
    lines_not_run,
    made_anew,
    steps_beside,
    unchecked_gradients,
    uphill_methods,
)
from twinprop.gradcheck.measuring.parameters import (
    adopt_forgotten,
    adopt_parameters,
    has_shape_of_choice,
    is_left_alone,
    keep_used,
)
from twinprop.gradcheck.measuring.repetition import STALE_OUTPUT, check_repetition, output_is_stale
from twinprop.gradcheck.measuring.searching import harmless, is_reshaped
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.measuring.trial import CHANGE, NotRepeatableError, Trial, slopes_of
from twinprop.gradcheck.objects.fitting import Fitted
from twinprop.gradcheck.report import Gradient, Report

FEW_EDITS = 800
"""Edits that are tried with each likely loss, where the network does not say which is its own."""

SECONDS_OF_EDITS = 6.0
"""Of a processor, for all these losses."""


def gradients_of(trial: Trial) -> list[Gradient]:
    """Every gradient, found and compared with what is measured."""
    names = [parameter.name for parameter in trial.parameters] + ["x"] * (trial.x.dtype.kind == "f")
    measured = {name: trial.measure(trial.array(name)) for name in names}
    slopes = {name: slopes_of(entries, trial.array(name).shape) for name, entries in measured.items()}
    forgotten = adopt_forgotten(trial, trial.find(slopes))
    trial.parameters = trial.parameters + forgotten
    for parameter in forgotten:
        measured[parameter.name] = trial.measure(parameter.get())
        slopes[parameter.name] = slopes_of(measured[parameter.name], parameter.get().shape)
    return compare_gradients(trial, trial.find(slopes), measured)


def gradients_of_another_method(trial: Trial, alone: list[Gradient]) -> tuple[Trial, list[Gradient]] | None:
    """The same with a method called after backward, that leaves gradients which backward alone does not.

    Such are those of each time step, which an update sums.
    """
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
        filled = [one for one in gradients if not is_missing(one)]
        if lacks(gradients) < lacks(alone) and (len(filled) == len(gradients) or all(one.passed for one in filled)):
            return another, gradients
    subject.way = before
    return None


def lacks(gradients: list[Gradient]) -> tuple[int, int]:
    """How many gradients are not there, or 0 everywhere, and how many have a wrong shape."""
    return sum(map(is_missing, gradients)), sum(one.problem == "wrong shape" for one in gradients)


def is_missing(gradient: Gradient) -> bool:
    """Whether there is none, or one that nobody has filled yet."""
    return gradient.value is None or (not gradient.passed and not np.any(gradient.value))


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


def choose_loss(trial: Trial) -> None:
    """Take the likely loss that most of a network's gradients fit, a right one or a multiple of it.

    The output does not depend on the loss, so forward runs once for all of them.
    """
    way = trial.subject.way
    arrays = {one.name: one.get() for one in trial.parameters}
    if not arrays and trial.x.dtype.kind == "f":
        arrays = {"x": trial.x}
    guesses, chosen = list(way.guesses), way.likely

    def values() -> Any:
        out = trial.subject.forward(trial.x, trial.inputs.y)
        return np.array([likely_value(trial, out, loss) for loss in guesses])

    measured = {name: trial.measure(array, 12, value=values) for name, array in arrays.items()}
    slopes = {name: slopes_of(entries, (*arrays[name].shape, len(guesses))) for name, entries in measured.items()}
    numbers = [entry.central[1] for entries in measured.values() for entry in entries.values()]
    finite = np.isfinite(np.reshape(numbers, (-1, len(guesses)))).all(axis=0)
    matrices = np.cumsum([array.ndim > 1 for array in arrays.values()])
    layers, best = dict(zip(arrays, matrices, strict=True)), -1.0
    moves = np.abs(np.reshape(numbers, (-1, len(guesses)))).max(axis=0, initial=0) > 0
    for at, loss in enumerate(guesses):
        if finite[at] and (moves[at] or not moves.any()):  # a softmax of one number is always 1
            way.likely = loss
            known = {name: slope[..., at] for name, slope in slopes.items()}
            found = trial.find({"x": np.full(trial.x.shape, np.nan)} | known)
            score = 0.0
            for of in (one for one in known if one in found):
                # of two that fit as many, the one that fits nearer to the output: a mistake spoils what lies before it
                score += likeness(found[of][1], known[of], arrays[of]) * (1 + layers[of] / 1000)
            if score > best:
                best, chosen = score, loss
    way.likely = chosen


def likely_value(trial: Trial, out: Any, loss: Reduction) -> float:
    """A likely loss of an output; NaN where it cannot be computed."""
    trial.subject.way.likely = loss
    try:
        return trial.of_output(out)
    except SubjectError:
        return np.nan


def likeness(value: Any, slope: Any, weights: Any) -> float:
    """1 for a right gradient, nearly so for one with a penalty, less for its negative, and little for a multiple."""
    if same_numbers(value, slope):
        return 1.0
    there = np.isfinite(slope)
    factor, share = parts_of(value[there], slope[there], weights[there]) if value.shape == slope.shape else (0, 0)
    if factor > 0 and share > 0:
        return 0.9 if abs(factor - 1) < 1e-4 else 0.1
    return 0.2 if same_numbers(value, -slope) else 0.1 if proportional(value, slope) else 0.0


def compare_gradients(
    trial: Trial, found: dict[str, tuple[str, Any]], measured: dict[str, dict[Index, Slopes]]
) -> list[Gradient]:
    """Each gradient with its difference quotients."""
    scale = largest([entry.central[1] for entries in measured.values() for entry in entries.values()])
    gradients = []
    for name, entries in measured.items():
        array = trial.array(name)
        if name not in found and any(is_part_of(array, trial.array(of)) for of in found if of != "x"):
            continue  # a view, whose gradient stands in that of the whole
        if name not in found and is_constant_beside(trial, name, found):
            trial.constants.append(name)
            continue
        if name not in found and found and name != "x" and is_left_alone(trial, name):
            trial.left_alone.append(name)
            continue
        if name not in found and not trial.may_lack(name):
            # a first layer may keep the gradients of its parameters and return no dx
            idle = trial.dy is None or trial.returned_no_dx
            if not (name == "x" and idle) and any(abs(entry.central[1]) > 1e-7 for entry in entries.values()):
                label = "dx" if name == "x" else f"d{name}"
                gradients.append(Gradient(name, label, None, array, np.full(array.shape, np.nan), None, "not found"))
        if name not in found:
            continue
        label, value = found[name]
        # (1, o) in place of (o,): an update broadcasts it
        flat = value.shape != array.shape and plain_shape(value.shape) == plain_shape(array.shape)
        flat = flat and (
            harmless(value.shape, array.shape, trial.subject.made)
            or has_shape_of_choice(trial, name, value.shape)
            or is_reshaped(trial.subject.made, label)
        )
        value = value.reshape(array.shape) if flat else value
        fits = value.shape == array.shape
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
            gradient.problem = "wrong shape"
        gradients.append(gradient)
    return gradients


def is_constant_beside(trial: Trial, name: str, found: dict[str, tuple[str, Any]]) -> bool:
    """Whether a loss that is given as a function returns all its gradients, and none of something that is no weight."""
    made = trial.subject.made
    alone = isinstance(made, Fitted) and trial.subject.way.is_loss and not is_parameter(name)
    return alone and name != "x" and bool(found) and len(trial.returned) <= len(found)


def is_part_of(array: Any, other: Any) -> bool:
    return array.size < other.size and bool(np.shares_memory(array, other))


NOTHING = (
    "{}: no gradient was found that can be checked, neither returned by {} nor left by it. Return dx, or keep the "
    'gradient of a parameter W as self.dW, self.W_grad or self.grads["W"].'
)
LEFT_ALONE = "not checked, for nothing names a gradient of it, or changes it after the constructor: {}."
STEP = (
    "{}: its output is a step, 0, 1 or -1, which follows no small change of the weights. So it has no gradient that "
    "could be checked; a perceptron's rule, w += lr * (y - output) * x, is none, and learns."
)
GROWN = (
    "{0} is one number, and its gradient has {1}: that is right for {1} numbers, which the first step makes of it. If "
    "it is to stay one, sum its gradient over all axes."
)
"""What is said of a slope that begins as 0.25 and gets a gradient for each unit; a bias begins as 0."""
FEW = "one sample was taken: with it, a lost or a wrong 1/n is not seen."
BROKEN = "operations whose backward raises an error; they were not checked:"
UPDATES = "backward changes {}. It should only leave the gradients; the update is a step of its own."


def arrays_left_alone(subject: Subject, inputs: Inputs) -> set[str]:
    """The names of the arrays that forward does not change."""
    before = {ref.name: (ref.get(), np.copy(ref.get())) for ref in subject.parameters}
    subject.forward(inputs.x, inputs.y)
    now = {ref.name: ref.get() for ref in subject.parameters}
    return {name for name, (array, old) in before.items() if now[name] is array and np.array_equal(array, old)}


def first_gradients(subject: Subject, inputs: Inputs, seed: int) -> list[Gradient]:
    """The gradients of an object on given inputs, with the likely loss that fits best, and no more."""
    return settled_gradients(trial_of(subject, inputs, seed))


def trial_of(subject: Subject, inputs: Inputs, seed: int, constants: Sequence[str] = ()) -> Trial:
    """An object with its inputs, and the parameters that its output depends on."""
    adopt_parameters(subject, inputs)
    trial = Trial(subject, inputs, seed, constants)
    keep_used(trial, np.random.default_rng(seed + 2))
    return trial


def settled_gradients(trial: Trial) -> list[Gradient]:
    """The gradients, of the likely loss that fits best where a network does not say its own."""
    if trial.subject.way.guesses:
        choose_loss(trial)
    return gradients_of(trial)


def meant_gradients(trial: Trial, explain: bool) -> tuple[Trial, list[Gradient]]:
    """The gradients: with another method where that leaves them, of the loss that an edit tells, of a part of it."""
    way, gradients = trial.subject.way, settled_gradients(trial)
    guessed = bool(way.guesses)
    steps = guessed and np.any(trial.out) and np.size(trial.out) > 1 and np.isin(trial.out, (-1, 0, 1)).all()
    if steps and not any(np.nan_to_num(one.right).any() for one in gradients):
        raise SubjectError(STEP.format(trial.subject.title), False)
    if way.given_apart and any((one.problem or is_missing(one)) and one.of != "x" for one in gradients):
        trial, gradients = gradients_of_another_method(trial, gradients) or (trial, gradients)
        if guessed and trial.subject.way.after is not None:
            gradients = settled_gradients(trial)
    told = negative_and_added(trial, gradients) or penalties_in(trial, gradients)
    if guessed and explain and not told and not any(one.passed for one in gradients):
        gradients = gradients_that_an_edit_mends(trial) or gradients
    if penalties := penalties_in(trial, gradients):
        trial.penalties = penalties
        gradients = gradients_of(trial)
    if parts := means_beside_mistakes(trial, gradients):
        trial.parts = parts
        gradients = gradients_of(trial)
    if not any(gradient.value is not None for gradient in gradients):
        raise SubjectError(NOTHING.format(trial.subject.title, (way.backward or way.forward).name))
    return trial, gradients


def check_subject(
    subject: Subject, inputs: Inputs, constants: Sequence[str] = (), seed: int = 0, explain: bool = True
) -> Report:
    """Check an object on given inputs.

    Args:
        explain: whether what is wrong is explained, which takes time.
    """
    unmade = subject.copied()
    try:
        trial = trial_of(subject, inputs, seed, constants)
    except NotRepeatableError:
        if unmade is subject:
            raise
        subject = unmade.copied()
        subject.start = Start(subject.made, arrays_left_alone(unmade.copied(), inputs))
        trial = trial_of(subject, inputs, seed, constants)
        subject.told = [*subject.told, GOES_ON]
    stale = subject.start is None and output_is_stale(unmade, inputs, seed)
    trial.value()
    guessed = bool(subject.way.guesses)
    trial, gradients = meant_gradients(trial, explain)
    training = ", training=True" if subject.depends_on_training(trial.x, inputs.y) else ""
    given = said(subject.made, "given", inputs.text())
    report = Report(f"{subject.title}{subject.like}", f"{given}{training}", gradients)
    check_repetition(trial, unmade, report)
    accept_conventions(trial, report)
    evidence = Evidence(trial, report.gradients)
    if stale:
        report.mistakes = [([], STALE_OUTPUT)]
    elif explain:
        report.mistakes = explain_gradients(evidence, report.found)
    report.assumed_loss = str(subject.way.likely) if guessed else ""
    advise(trial, report)
    report.notes += notes(evidence)
    report.unchecked = unchecked_gradients(trial, report.gradients)
    report.notes += [LEFT_ALONE.format(", ".join(trial.left_alone))] if trial.left_alone else []
    if report.right and subject.way.given_apart and (idle := lines_not_run(trial)):
        report.notes.append(f"lines of backward that did not run, and were not checked: {', '.join(idle)}.")
    return report


def advise(trial: Trial, report: Report) -> None:
    """Say what should be mended beside the gradients, and what one sample does not show."""
    subject, inputs = trial.subject, trial.inputs
    report.advice += explain_overflow(subject, inputs)
    by_update = any(one.label.startswith(CHANGE) for one in trial.labels.values())
    if trial.updated and not subject.knows_rate and not by_update:
        report.advice.append(UPDATES.format(", ".join(trial.updated)))
    uphill, other = steps_beside(trial, report.gradients)
    steps = {"backward": uphill} if uphill else uphill_methods(trial, report.gradients) if report.right else {}
    report.advice += [UPHILL.format(name, ", ".join(names)) for name, names in steps.items()]
    report.notes += [OTHER_STEP.format(", ".join(other))] if other else []
    if inputs.count == 1 and inputs.y is not None and report.right and not inputs.alone:
        report.notes.append(FEW)
    if inputs.alone and report.right:
        report.advice.append(inputs.alone)
    grown = [
        one
        for one in report.gradients
        if one.passed and one.target.size > 1 == np.size(subject.initial.get(one.of, ()))
    ]
    report.advice += [GROWN.format(one.of, one.target.size) for one in grown if np.any(subject.initial[one.of])]
    report.notes += [told_of(trial.penalties)] if trial.penalties else []
    report.notes += hidden_weights(trial, report.gradients) if report.right else []
    if again := made_anew(trial):
        report.advice.append(MADE_ANEW.format(", ".join(again)))
    summed = report.assumed_loss and inputs.count > 1 and subject.way.likely.mean == "sum"
    if summed and report.right and (told := lost_mean(subject.made)):
        report.advice.append(told)
    if report.right and report.assumed_loss and trial.parameters and (told := other_cost(trial)):
        report.advice.append(told)
    if broken := said(subject.made, "broken", []):
        report.advice.append("\n".join([BROKEN, *broken]))
