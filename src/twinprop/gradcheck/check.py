"""The check of a class, from beginning to end: find it, choose inputs, run it, measure, compare, explain."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twinprop.gradcheck.calling import FusedWay, LayerWay, NetworkWay, OneEntryWay
from twinprop.gradcheck.choice import choose_inputs, harmless
from twinprop.gradcheck.comparison import compare, largest
from twinprop.gradcheck.differences import LARGER, Index, Slopes
from twinprop.gradcheck.extremes import explain_overflow
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.repair import repairs
from twinprop.gradcheck.hints.table import explain_gradients, notes
from twinprop.gradcheck.inputs import Inputs, draw_y
from twinprop.gradcheck.likely_losses import LIKELY
from twinprop.gradcheck.matching import proportional, same_numbers
from twinprop.gradcheck.parameters import adopt_forgotten, adopt_parameters, keep_used
from twinprop.gradcheck.repetition import STALE_OUTPUT, check_repetition, output_is_stale
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.subject import Subject
from twinprop.gradcheck.trial import CHANGE, Trial, slopes_of
from twinprop.gradcheck.unchecked import lines_not_run, unchecked_gradients

FEW_EDITS = 800
"""Edits that are tried with each likely loss, where the network does not say which is its own."""


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
    with np.errstate(all="ignore"):
        subject = Subject.load(spec, words, seed)
        unknown = [name for name in constants if name not in [parameter.name for parameter in subject.parameters]]
        if unknown:
            there = ", ".join(parameter.name for parameter in subject.parameters) or "none"
            raise SubjectError(f"--constant {' '.join(unknown)}: there is no such array; {subject.title} has {there}.")
        inputs = choose_inputs(subject, words, shape, targets, classes, seed)
        fresh = subject.copied()
        report = check_subject(subject, inputs, constants, seed)
        if clips_probabilities(report, subject, inputs):
            subject = Subject.load(spec, words, seed)
            again = choose_inputs(subject, words, shape, targets, classes, seed, "probabilities")
            inputs, report = again, check_subject(subject, again, constants, seed)
        if inputs.values == "probabilities" and not report.right and of_logits(report, inputs):
            report.gradients[0].accepted = True
            report.mistakes, report.advice = [], [OF_LOGITS, *report.advice]
        elif not report.right and isinstance(subject.way, LayerWay) and fresh is not subject:
            report = right_with_its_loss(fresh, inputs, constants, seed) or report
        return report


def check_subject(subject: Subject, inputs: Inputs, constants: Sequence[str] = (), seed: int = 0) -> Report:
    """Check an object on given inputs."""
    unmade = subject.copied()
    stale = output_is_stale(unmade, inputs, seed)
    adopt_parameters(subject, inputs)
    trial = Trial(subject, inputs, seed, constants)
    keep_used(trial, np.random.default_rng(seed + 2))
    guessed = isinstance(subject.way, NetworkWay) and subject.way.loss_method is None
    if guessed:
        choose_loss(trial)
    gradients = gradients_of(trial)
    if guessed and not all(gradient.passed for gradient in gradients):
        gradients = gradients_that_an_edit_mends(trial) or gradients
    training = ", training=True" if subject.depends_on_training(trial.x, inputs.y) else ""
    report = Report(subject.title, f"{inputs.text()}{training}", gradients)
    if not any(gradient.value is not None for gradient in report.gradients):
        raise SubjectError(
            f"{subject.title}: no gradient was found that can be checked, neither returned by "
            f"{subject.way.backward.name if subject.way.backward else subject.way.forward.name} nor left by it. Return "
            'dx, or keep the gradient of a parameter W as self.dW, self.W_grad or self.grads["W"].'
        )
    check_repetition(trial, unmade, report)
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
    if inputs.batch_misfits and report.right:
        report.advice.append(ONE_SAMPLE)
    report.notes += notes(evidence)
    report.unchecked = unchecked_gradients(trial, report.gradients)
    if report.right and subject.way.given_apart and (idle := lines_not_run(trial)):
        report.notes.append(f"lines of backward that did not run, and were not checked: {', '.join(idle)}.")
    return report


def gradients_of(trial: Trial) -> list[Gradient]:
    """Every gradient, found and compared with what is measured."""
    measured = measure_all(trial)
    slopes = {name: slopes_of(entries, array_of(trial, name).shape) for name, entries in measured.items()}
    forgotten = adopt_forgotten(trial, trial.find(slopes))
    trial.parameters = trial.parameters + forgotten
    for parameter in forgotten:
        measured[parameter.name] = trial.measure(parameter.get())
        slopes[parameter.name] = slopes_of(measured[parameter.name], parameter.get().shape)
    return compare_gradients(trial, trial.find(slopes), measured)


def gradients_that_an_edit_mends(trial: Trial) -> list[Gradient] | None:
    """The gradients for the first likely loss with which edits make all of them right, which is kept; else None."""
    way = trial.subject.way
    before = way.likely
    for loss in LIKELY:
        way.likely = loss
        try:
            gradients = gradients_of(trial)
        except SubjectError:
            continue
        wrong = {gradient.name for gradient in gradients if not gradient.passed}
        evidence = Evidence(trial, gradients)
        found = repairs(trial, gradients, evidence.samples, evidence.numbers, FEW_EDITS)
        if wrong and wrong <= {name for repair in found for name in repair.mended}:
            return gradients
    way.likely = before
    gradients_of(trial)
    return None


def array_of(trial: Trial, name: str) -> Any:
    return trial.x if name == "x" else next(one.get() for one in trial.parameters if one.name == name)


def measure_all(trial: Trial) -> dict[str, dict[Index, Slopes]]:
    """The slopes of every parameter, and of x unless it holds whole numbers."""
    names = [parameter.name for parameter in trial.parameters] + ["x"] * (trial.x.dtype.kind == "f")
    return {name: trial.measure(array_of(trial, name)) for name in names}


def choose_loss(trial: Trial) -> None:
    """Take the likely loss that most of a network's gradients fit, a right one or a multiple of it."""
    way = trial.subject.way
    best, chosen = -1.0, way.likely
    for loss in LIKELY:
        way.likely = loss
        try:
            measured = {one.name: trial.measure(one.get(), 12) for one in trial.parameters}
        except SubjectError:
            continue
        slopes = {name: slopes_of(entries, array_of(trial, name).shape) for name, entries in measured.items()}
        if not all(np.isfinite(entry.central).all() for entries in measured.values() for entry in entries.values()):
            continue
        found = trial.find(slopes | {"x": np.full(trial.x.shape, np.nan)})
        pairs = [(found[name][1], slope) for name, slope in slopes.items() if name in found]
        score = sum(
            1.0 if same_numbers(value, slope) else 0.1 if proportional(value, slope) else 0.0 for value, slope in pairs
        )
        if score > best:
            best, chosen = score, loss
    way.likely = chosen


def compare_gradients(
    trial: Trial, found: dict[str, tuple[str, Any]], measured: dict[str, dict[Index, Slopes]]
) -> list[Gradient]:
    """Each gradient with its difference quotients."""
    scale = largest([entry.central[1] for entries in measured.values() for entry in entries.values()])
    gradients = []
    for name, entries in measured.items():
        array = array_of(trial, name)
        if name not in found:
            needed = trial.dy is not None if name == "x" else True
            if needed and any(abs(entry.central[1]) > 1e-7 for entry in entries.values()):
                label = "dx" if name == "x" else f"d{name}"
                gradients.append(Gradient(name, label, None, array, np.full(array.shape, np.nan), None, "not found"))
            continue
        label, value = found[name]
        # (1, o) in place of (o,): an update broadcasts it
        flat = value is not None and value.shape != array.shape and harmless(value.shape, array.shape)
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


def right_with_its_loss(subject: Subject, inputs: Inputs, constants: Sequence[str], seed: int) -> Report | None:
    """The report of a layer that is wrong for any dy and right for the dy that its loss would give it; else None."""
    fields = vars(subject.way)
    reports: list[tuple[LayerWay, Inputs, str]] = []
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
        if all(report.right and report.gradients for report in tried):
            tried[0].advice.insert(0, text)
            return tried[0]
    return None


def of_logits(report: Report, inputs: Inputs) -> bool:
    """Whether the dx of a loss of probabilities is the gradient of what goes into the softmax or sigmoid before it."""
    if len(report.gradients) != 1 or report.gradients[0].of != "x" or report.gradients[0].value is None:
        return False
    value, slope, p = report.gradients[0].value, report.gradients[0].right, inputs.x
    axis = 0 if inputs.axis == -1 else -1
    softmax = p * (slope - (p * slope).sum(axis, keepdims=True))
    return any(same_numbers(value, logits) for logits in (softmax, slope * p * (1 - p)))


OF_LOGITS = (
    "dx is the gradient of what went into the softmax or sigmoid, p - y, not that of p. It is right together with one "
    "whose backward passes it on as it is. Check both together: --layer FILE:Softmax,CrossEntropy."
)
UPDATES = "backward changes {}. It should only leave the gradients; the update is a step of its own."
ONE_SAMPLE = (
    "right for one sample alone. Of a batch some gradients have a wrong shape, as that of a bias that is not summed "
    "over the samples."
)
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
