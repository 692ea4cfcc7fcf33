"""The check of an object on given inputs: run it, measure, compare, explain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twinprop.gradcheck.conventions import accept_conventions, lost_mean, negative_and_added
from twinprop.gradcheck.extremes import explain_overflow
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.hints.evidence import Evidence
from twinprop.gradcheck.hints.table import explain_gradients, notes
from twinprop.gradcheck.inputs import Inputs
from twinprop.gradcheck.measuring import (
    choose_loss,
    gradients_of,
    gradients_of_another_method,
    gradients_that_an_edit_mends,
)
from twinprop.gradcheck.parameters import adopt_parameters, keep_used
from twinprop.gradcheck.repetition import STALE_OUTPUT, check_repetition, output_is_stale
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.subject import Subject
from twinprop.gradcheck.trial import CHANGE, NotRepeatableError, Trial
from twinprop.gradcheck.unchecked import lines_not_run, unchecked_gradients
from twinprop.gradcheck.upkeep import GOES_ON, Start

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
    adopt_parameters(subject, inputs)
    trial = Trial(subject, inputs, seed)
    keep_used(trial, np.random.default_rng(seed + 2))
    if subject.way.guesses:
        choose_loss(trial)
    return gradients_of(trial)


def check_subject(
    subject: Subject, inputs: Inputs, constants: Sequence[str] = (), seed: int = 0, explain: bool = True
) -> Report:
    """Check an object on given inputs.

    Args:
        explain: whether what is wrong is explained, which takes time.
    """
    unmade = subject.copied()
    adopt_parameters(subject, inputs)
    try:
        trial = Trial(subject, inputs, seed, constants)
    except NotRepeatableError:
        if unmade is subject:
            raise
        subject = unmade.copied()
        subject.start = Start(subject.made, arrays_left_alone(unmade.copied(), inputs))
        adopt_parameters(subject, inputs)
        trial = Trial(subject, inputs, seed, constants)
        subject.told = [*subject.told, GOES_ON]
    stale = subject.start is None and output_is_stale(unmade, inputs, seed)
    keep_used(trial, np.random.default_rng(seed + 2))
    trial.value()
    guessed = bool(subject.way.guesses)
    if guessed:
        choose_loss(trial)
    gradients = gradients_of(trial)
    if subject.way.given_apart and any(one.value is None and one.of != "x" for one in gradients):
        trial, gradients = gradients_of_another_method(trial) or (trial, gradients)
        if guessed and subject.way.after is not None:
            choose_loss(trial)
            gradients = gradients_of(trial)
    if guessed and explain and not any(one.passed for one in gradients) and not negative_and_added(trial, gradients):
        gradients = gradients_that_an_edit_mends(trial) or gradients
    training = ", training=True" if subject.depends_on_training(trial.x, inputs.y) else ""
    given = getattr(subject.made, "given", inputs.text())
    report = Report(f"{subject.title}{subject.like}", f"{given}{training}", gradients)
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
    elif explain:
        report.mistakes = explain_gradients(evidence, report.found)
    report.advice += explain_overflow(subject, inputs)
    if (
        trial.updated
        and not subject.knows_rate
        and not any(one.label.startswith(CHANGE) for one in trial.labels.values())
    ):
        report.advice.append(UPDATES.format(", ".join(trial.updated)))
    if inputs.count == 1 and inputs.y is not None and report.right and not inputs.alone:
        report.notes.append(FEW)
    if inputs.alone and report.right:
        report.advice.append(inputs.alone)
    if guessed:
        report.assumed_loss = str(subject.way.likely)
        if report.right and inputs.count > 1 and subject.way.likely.mean == "sum" and (told := lost_mean(subject.made)):
            report.advice.append(told)
    report.notes += notes(evidence)
    if broken := getattr(subject.made, "broken", []):
        report.advice.append("\n".join([BROKEN, *broken]))
    report.unchecked = unchecked_gradients(trial, report.gradients)
    if report.right and subject.way.given_apart and (idle := lines_not_run(trial)):
        report.notes.append(f"lines of backward that did not run, and were not checked: {', '.join(idle)}.")
    return report
