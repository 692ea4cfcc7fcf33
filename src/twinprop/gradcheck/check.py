"""The check of a class, from beginning to end: find it, choose inputs, run it, measure, compare, explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.choice import choose_inputs
from twinprop.gradcheck.comparison import compare, largest
from twinprop.gradcheck.differences import LARGER
from twinprop.gradcheck.extremes import explain_overflow
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.table import explain_gradients, notes
from twinprop.gradcheck.inputs import Inputs
from twinprop.gradcheck.parameters import adopt_plain_numbers, fill_zeros, keep_used_parameters
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.subject import Subject
from twinprop.gradcheck.trial import Trial
from twinprop.gradcheck.unchecked import unchecked_gradients


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
        report = check_subject(subject, inputs, constants, seed)
        if clips_probabilities(report, subject, inputs):
            fresh = Subject.load(spec, words, seed)
            again = choose_inputs(fresh, words, shape, targets, classes, seed, "probabilities")
            report = check_subject(subject, again, constants, seed)
        return report


def check_subject(subject: Subject, inputs: Inputs, constants: Sequence[str] = (), seed: int = 0) -> Report:
    """Check an object on given inputs."""
    adopt_plain_numbers(subject, inputs)
    trial = Trial(subject, inputs, seed, constants)
    fill_zeros(trial, np.random.default_rng(seed + 2))
    first = keep_used_parameters(trial, trial.gradients())
    second = trial.gradients()
    training = ", training=True" if subject.depends_on_training(trial.x, inputs.y) else ""
    report = Report(subject.title, f"{inputs.text()}{training}", compare_gradients(trial, first))
    if not report.gradients:
        raise SubjectError(
            f"{subject.title}.backward left no gradient that can be checked: return dx, or keep the gradient of a "
            'parameter W as self.dW, self.W_grad or self.grads["W"].'
        )
    evidence = Evidence(trial, report.gradients, second)
    report.mistakes = explain_gradients(evidence)
    report.mistakes += [([], text) for text in explain_overflow(subject, inputs)]
    report.notes = notes(evidence)
    report.unchecked = unchecked_gradients(trial, report.gradients)
    return report


def compare_gradients(trial: Trial, found: dict[str, tuple[str, Any]]) -> list[Gradient]:
    """Each gradient with its difference quotients."""
    targets = {parameter.name: parameter.get() for parameter in trial.parameters} | {"x": trial.x}
    measured = {name: trial.measure(array) for name, array in targets.items() if name in found}
    scale = largest([entry.central[1] for entries in measured.values() for entry in entries.values()])
    gradients = []
    for name, array in targets.items():
        if name not in found:
            if name != "x" and any(abs(entry.central[1]) > 1e-7 for entry in trial.measure(array, 20).values()):
                gradients.append(Gradient(name, f"d{name}", None, array, np.full(array.shape, np.nan), None, "missing"))
            continue
        label, value = found[name]
        fits = value is not None and value.shape == array.shape
        claimed = value if fits else np.zeros(array.shape)
        comparison = compare(claimed, measured[name], scale)
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


def clips_probabilities(report: Report, subject: Subject, inputs: Inputs) -> bool:
    """Whether a loss is one of probabilities that it clips: numbers below 0 are all the same to it."""
    if report.passed or not subject.is_loss or subject.parameters or inputs.values != "normal":
        return False
    right = [gradient.right for gradient in report.gradients if gradient.of == "x"]
    below = inputs.x < 0
    return bool(right) and bool(below.any()) and not np.nan_to_num(right[0][below]).any()
