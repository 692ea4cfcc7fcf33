"""The check of a class, from beginning to end: find it, choose inputs, run it, measure, compare, explain."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twinprop.gradcheck.checking import check_subject
from twinprop.gradcheck.choice import accepted_in_part, choose_inputs, nothing_accepted
from twinprop.gradcheck.faults import TURNED, SubjectError
from twinprop.gradcheck.held import objects_of
from twinprop.gradcheck.importing import folders_as_before
from twinprop.gradcheck.inputs import Inputs
from twinprop.gradcheck.lent import Lent
from twinprop.gradcheck.matching import proportional, same_numbers
from twinprop.gradcheck.readings import right_in_another_reading
from twinprop.gradcheck.report import Report
from twinprop.gradcheck.searching import SECONDS, Clock, Search, Wanted
from twinprop.gradcheck.subject import Subject


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
        wanted = Wanted(words, shape, targets, classes, seed)
        subject, inputs = choose(spec, wanted, constants)
        fresh = subject.copied()
        try:
            report = check_subject(subject, inputs, constants, seed)
        except SubjectError as error:
            square = with_as_many_outputs(spec, wanted) if TURNED in str(error) and not words else None
            if square is None:
                raise
            subject, inputs = square
            fresh = subject.copied()
            report = check_subject(subject, inputs, constants, seed)
            (report.advice if report.right else report.notes).append(SQUARE)
        if clips_probabilities(report, subject, inputs):
            subject, inputs = choose(spec, replace(wanted, values="probabilities"), constants)
            report = check_subject(subject, inputs, constants, seed)
        if report.right:
            return report
        if fresh is not subject and (other := right_in_another_reading(fresh, inputs, constants, seed, bool(shape))):
            return other
        if inputs.values == "probabilities" and of_logits(report, inputs):
            report.gradients[0].accepted = "as a pair"
            report.mistakes, report.advice = [], [OF_LOGITS, *report.advice]
            return report
        refuse_lent(subject, report)
        return report


def refuse_lent(subject: Subject, report: Report) -> None:
    """No verdict on a class with an object of ours, whose methods may mean something else there.

    Raises:
        SubjectError: there is one, and not all gradients are right with it.
    """
    lent = {type(one).__name__: one for one in objects_of(subject.made, Lent)}
    if lent and not report.right:
        shown = " and ".join(f"{one.__name__}" for one in lent.values())
        raise SubjectError(
            f"{subject.title}: its constructor asks for an object that no file at hand has. With one of ours in its "
            f"place ({shown}), not all gradients are right, which may be due to that. Check a function that makes it "
            "with your own:\n    def made():\n        return ...",
            False,
        )


def choose(spec: str, wanted: Wanted, constants: Sequence[str]) -> tuple[Subject, Inputs]:
    """The first way to make an object, and to call it, in which all goes well; else one that does so in part.

    Raises:
        SubjectError: there is none; the text is about the first.
    """
    failure: SubjectError | None = None
    tried: list[tuple[Subject, list[Search]]] = []
    clock, clock_of_uses = Clock(), Clock(SECONDS / 3)
    for subject in Subject.load(spec, wanted.words, wanted.seed):
        if subject.like and clock_of_uses.over:
            continue  # what is guessed has its time, too
        try:
            mistaken = any(search.mistaken for _, searches in tried for search in searches)
            own = clock_of_uses if subject.like else clock
            inputs, searches = choose_inputs(subject, wanted, own, mistaken)
        except SubjectError as error:
            failure = failure or (nothing_accepted(*tried[0], wanted) if tried else error)
            continue
        if inputs is not None:
            return with_constants(subject, constants), inputs
        tried.append((subject, searches))
        if clock.over:
            break
    for subject, searches in tried:
        inputs = accepted_in_part(subject, searches)
        if inputs is not None:
            return with_constants(subject, constants), inputs
        failure = failure or nothing_accepted(subject, searches, wanted)
    assert failure is not None
    raise failure


def with_as_many_outputs(spec: str, wanted: Wanted) -> tuple[Subject, Inputs] | None:
    """The class with as many outputs as inputs, so that a matrix that is the wrong way round fits; None if in vain."""
    clock = Clock()
    for subject in Subject.load(spec, (), wanted.seed, square=True):
        inputs, _ = choose_inputs(subject, wanted, clock)
        if inputs is not None:
            return subject, inputs
    return None


def with_constants(subject: Subject, constants: Sequence[str]) -> Subject:
    """The subject, if it has all arrays that are called constants.

    Raises:
        SubjectError: it has not.
    """
    unknown = [name for name in constants if name not in [parameter.name for parameter in subject.parameters]]
    if unknown:
        there = ", ".join(parameter.name for parameter in subject.parameters) or "none"
        raise SubjectError(f"--constant {' '.join(unknown)}: there is no such array; {subject.title} has {there}.")
    return subject


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


SQUARE = "runs only with as many outputs as inputs: a matrix is the wrong way round."
OF_LOGITS = (
    "dx is the gradient of what went into the softmax or sigmoid, p - y, not that of p. It is right together with one "
    "whose backward passes it on as it is. Check both together: --layer FILE:Softmax,CrossEntropy."
)


def clips_probabilities(report: Report, subject: Subject, inputs: Inputs) -> bool:
    """Whether a loss is one of probabilities that it clips: numbers below 0 are all the same to it."""
    if report.right or not subject.is_loss or subject.parameters or inputs.values != "normal":
        return False
    right = [gradient.right for gradient in report.gradients if gradient.of == "x"]
    below = inputs.x < 0
    return bool(right) and bool(below.any()) and not np.nan_to_num(right[0][below]).any()
