"""The check of a class, from beginning to end: find it, choose inputs, run it, measure, compare, explain."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twinprop.gradcheck.calling import FusedWay, LayerWay, LossWay, OneEntryWay
from twinprop.gradcheck.choice import choose_inputs
from twinprop.gradcheck.conventions import accept_conventions, negative_and_added
from twinprop.gradcheck.extremes import explain_overflow
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.table import explain_gradients, notes
from twinprop.gradcheck.importing import folders_as_before
from twinprop.gradcheck.inputs import Inputs, draw_y
from twinprop.gradcheck.lost_mean import lost_mean
from twinprop.gradcheck.matching import proportional, same_numbers
from twinprop.gradcheck.measuring import (
    choose_loss,
    gradients_of,
    gradients_of_another_method,
    gradients_that_an_edit_mends,
)
from twinprop.gradcheck.orientation import as_softmax_has_them
from twinprop.gradcheck.parameters import adopt_parameters, keep_used
from twinprop.gradcheck.repetition import STALE_OUTPUT, check_repetition, output_is_stale
from twinprop.gradcheck.report import Report
from twinprop.gradcheck.subject import Subject
from twinprop.gradcheck.trial import CHANGE, Trial
from twinprop.gradcheck.unchecked import lines_not_run, unchecked_gradients


def check_class(
    spec: str,
    words: Sequence[str] = (),
    shape: Sequence[int] | None = None,
    targets: str | None = None,
    classes: int | None = None,
    constants: Sequence[str] = (),
    seed: int = 0,
) -> Report:
    """Check the class that `spec` names, `module:Class`.

    Args:
        words: arguments of its constructor, as typed.
        shape: of x.
        targets: `onehot`, `binary`, `labels` or `real`; tried in turn by default.
        classes: number of classes.
        constants: names of arrays that are no parameters.
        seed: of everything that is drawn.

    Raises:
        SubjectError: the class cannot be found, made or called.
    """
    # what the class prints is no part of the report
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()), folders_as_before():
        subject, inputs = choose(spec, words, shape, targets, classes, constants, seed)
        fresh = subject.copied()
        report = check_subject(subject, inputs, constants, seed)
        if clips_probabilities(report, subject, inputs):
            subject, inputs = choose(spec, words, shape, targets, classes, constants, seed, "probabilities")
            report = check_subject(subject, inputs, constants, seed)
        if not report.right and inputs.y is None and inputs.count == 1 and not shape:
            other = right_in_another_shape(fresh, inputs, constants, seed)
            if other is not None:
                return other
        if inputs.values == "probabilities" and not report.right and of_logits(report, inputs):
            report.gradients[0].accepted = "as a pair"
            report.mistakes, report.advice = [], [OF_LOGITS, *report.advice]
        elif not report.right and isinstance(subject.way, LossWay) and is_given_output(fresh):
            report = right_for_its_output(fresh, inputs, constants, seed) or report
        elif not report.right and isinstance(subject.way, LayerWay) and fresh is not subject:
            report = right_with_its_loss(fresh, inputs, constants, seed) or report
        return report


def choose(
    spec: str,
    words: Sequence[str],
    shape: Sequence[int] | None,
    targets: str | None,
    classes: int | None,
    constants: Sequence[str],
    seed: int,
    values: str | None = None,
) -> tuple[Subject, Inputs]:
    """The first way to make an object, and to call it, in which all goes well; else one that does so in part.

    Raises:
        SubjectError: there is none; the text is about the first.
    """
    failure: SubjectError | None = None
    for wholly in (True, False):
        for subject in Subject.load(spec, words, seed):
            try:
                inputs = choose_inputs(subject, words, shape, targets, classes, seed, values, wholly)
            except SubjectError as error:
                failure = failure or error
                continue
            unknown = [name for name in constants if name not in [parameter.name for parameter in subject.parameters]]
            if unknown:
                there = ", ".join(parameter.name for parameter in subject.parameters) or "none"
                raise SubjectError(
                    f"--constant {' '.join(unknown)}: there is no such array; {subject.title} has {there}."
                )
            return subject, inputs
    assert failure is not None
    raise failure


def check_subject(subject: Subject, inputs: Inputs, constants: Sequence[str] = (), seed: int = 0) -> Report:
    """Check an object on given inputs."""
    unmade = subject.copied()
    stale = output_is_stale(unmade, inputs, seed)
    adopt_parameters(subject, inputs)
    trial = Trial(subject, inputs, seed, constants)
    keep_used(trial, np.random.default_rng(seed + 2))
    trial.value()
    guessed = bool(subject.way.guesses)
    if guessed:
        choose_loss(trial)
    gradients = gradients_of(trial)
    if subject.way.given_apart and any(one.value is None and one.of != "x" for one in gradients):
        trial, gradients = gradients_of_another_method(trial) or (trial, gradients)
    if guessed and not all(one.passed for one in gradients) and not negative_and_added(trial, gradients):
        gradients = gradients_that_an_edit_mends(trial) or gradients
    training = ", training=True" if subject.depends_on_training(trial.x, inputs.y) else ""
    given = getattr(subject.made, "given", inputs.text())
    report = Report(subject.title, f"{given}{training}", gradients)
    if not any(gradient.value is not None for gradient in report.gradients):
        raise SubjectError(
            f"{subject.title}: no gradient was found that can be checked, neither returned by "
            f"{subject.way.backward.name if subject.way.backward else subject.way.forward.name} nor left by it. Return "
            'dx, or keep the gradient of a parameter W as self.dW, self.W_grad or self.grads["W"].'
        )
    check_repetition(trial, unmade, report)
    accept_conventions(trial, report)
    evidence = Evidence(trial, report.gradients)
    if stale:
        report.mistakes = [([], STALE_OUTPUT)]
    else:
        report.mistakes = explain_gradients(evidence, report.found)
    report.advice += explain_overflow(subject, inputs)
    if (
        trial.updated
        and not subject.knows_rate
        and not any(one.label.startswith(CHANGE) for one in trial.labels.values())
    ):
        report.advice.append(UPDATES.format(", ".join(trial.updated)))
    if inputs.alone and report.right:
        report.advice.append(inputs.alone)
    if guessed:
        report.assumed_loss = str(subject.way.likely)
        if report.right and inputs.count > 1 and subject.way.likely.mean == "sum" and (told := lost_mean(subject.made)):
            report.advice.append(told)
    report.notes += notes(evidence)
    report.unchecked = unchecked_gradients(trial, report.gradients)
    if report.right and subject.way.given_apart and (idle := lines_not_run(trial)):
        report.notes.append(f"lines of backward that did not run, and were not checked: {', '.join(idle)}.")
    return report


def right_in_another_shape(subject: Subject, inputs: Inputs, constants: Sequence[str], seed: int) -> Report | None:
    """The report of what is right for one sample as a column, a row or a vector, and was given another of these."""
    size = inputs.x.size
    shapes: list[tuple[tuple[int, ...], int | None]] = [((size, 1), -1), ((1, size), 0), ((size,), None)]
    for shape, axis in shapes if inputs.x.ndim < 3 else ():
        given = replace(inputs, x=inputs.x.reshape(shape), axis=axis)
        if shape == inputs.x.shape:
            continue
        try:
            report = check_subject(subject.copied(), given, constants, seed)
        except SubjectError:
            continue
        if report.right and tells_something(report):
            return report
    return None


def right_with_its_loss(subject: Subject, inputs: Inputs, constants: Sequence[str], seed: int) -> Report | None:
    """The report of a layer that is wrong for any dy and right for the dy that its loss would give it; else None."""
    fields = vars(subject.way)
    reports: list[tuple[LayerWay, Inputs, str]] = []
    inputs = next(iter(as_softmax_has_them(subject, inputs, seed)), inputs)
    out = subject.copied().forward(inputs.x, inputs.y)
    axis = inputs.axis
    of_classes = 0 if axis == -1 else -1
    if out.ndim >= 1 and out.shape[of_classes] > 1 and np.all(out > 0) and np.allclose(out.sum(of_classes), 1):
        y = draw_y(np.random.default_rng(seed), inputs.count, out.shape[of_classes], axis, "onehot")
        if y.shape == out.shape:
            reports.append((FusedWay(**fields), replace(inputs, y=y, kind="onehot"), FUSED))
    if inputs.count == 1:
        reports.append((OneEntryWay(**fields), inputs, ONE_ENTRY))
    for way, given, text in reports:
        one = subject.copied()
        one.way = way
        seeds = range(seed, seed + 3) if isinstance(way, OneEntryWay) else [seed]
        try:
            tried = [check_subject(copy.deepcopy(one), given, constants, other) for other in seeds]
        except SubjectError:
            continue
        if all(report.right and tells_something(report) for report in tried):
            tried[0].advice.insert(0, text)
            return tried[0]
    return None


def tells_something(report: Report) -> bool:
    """Whether some gradient is not 0 everywhere."""
    return any(np.nan_to_num(gradient.right).any() for gradient in report.gradients)


def is_given_output(subject: Subject) -> bool:
    """Whether the backward of a loss is given something that is called a gradient, as `backward(dvalues, y)`."""
    back = subject.way.backward
    return back is not None and any(one.role == "dy" for one in back.needed)


def right_for_its_output(subject: Subject, inputs: Inputs, constants: Sequence[str], seed: int) -> Report | None:
    """The report of a softmax with its loss whose backward is given the probabilities, if it is right for these."""
    way = subject.way
    assert way.backward is not None
    given = {one.name: "kept" for one in way.backward.needed if one.role == "dy"}
    subject.way = replace(way, backward_roles={**way.backward_roles, **given})
    try:
        report = check_subject(subject, inputs, constants, seed)
    except SubjectError:
        return None
    return report if report.right else None


def of_logits(report: Report, inputs: Inputs) -> bool:
    """Whether the dx of a loss of probabilities is the gradient of what goes into the softmax or sigmoid before it."""
    if len(report.gradients) != 1 or report.gradients[0].of != "x" or report.gradients[0].value is None:
        return False
    value, slope, p = report.gradients[0].value, report.gradients[0].right, inputs.x
    axis = 0 if inputs.axis == -1 else -1
    softmax = p * (slope - (p * slope).sum(axis, keepdims=True))
    if report.assumed_loss:  # whether it is a sum or a mean is a guess, that rests on the other gradient
        return any(proportional(value, logits) for logits in (softmax, slope * p * (1 - p)))
    return any(same_numbers(value, logits) for logits in (softmax, slope * p * (1 - p)))


OF_LOGITS = (
    "dx is the gradient of what went into the softmax or sigmoid, p - y, not that of p. It is right together with one "
    "whose backward passes it on as it is. Check both together: --layer FILE:Softmax,CrossEntropy."
)
UPDATES = "backward changes {}. It should only leave the gradients; the update is a step of its own."
FUSED = (
    "backward is given the gradient of what went into the softmax, p - y, and is right for that: together "
    "with a cross entropy whose backward returns p - y. As a layer of its own it is wrong. Check both together: "
    "--layer FILE:Softmax,CrossEntropy."
)
ONE_ENTRY = (
    "right where dy has one entry that is not 0, as that of the cross entropy of one sample, and wrong for "
    "any other dy."
)


def clips_probabilities(report: Report, subject: Subject, inputs: Inputs) -> bool:
    """Whether a loss is one of probabilities that it clips: numbers below 0 are all the same to it."""
    if report.right or not subject.is_loss or subject.parameters or inputs.values != "normal":
        return False
    right = [gradient.right for gradient in report.gradients if gradient.of == "x"]
    below = inputs.x < 0
    return bool(right) and bool(below.any()) and not np.nan_to_num(right[0][below]).any()
