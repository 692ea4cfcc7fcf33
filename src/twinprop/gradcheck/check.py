"""The check of a class, from beginning to end: find it, choose inputs, run it, measure, compare, explain."""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twinprop.gradcheck.arrays.comparison import CLOSE
from twinprop.gradcheck.arrays.held import said, wrapped_in
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.calling.upkeep import WEIGHT_DECAY
from twinprop.gradcheck.calling.way import NetworkWay
from twinprop.gradcheck.faults import TURNED, Clock, SubjectError, kept_running
from twinprop.gradcheck.hints.table import UNKNOWN
from twinprop.gradcheck.judging.by_others import accept_activation_of_a_pair, accept_loss_of_others
from twinprop.gradcheck.judging.checking import check_subject, first_gradients
from twinprop.gradcheck.judging.conventions import is_times, ratio_of
from twinprop.gradcheck.judging.readings import right_in_another_reading
from twinprop.gradcheck.making.settings import Untried, penalised
from twinprop.gradcheck.measuring.choice import (
    choose_inputs,
    refuse_lent,
    refuse_local,
    refuse_unusual,
    refuse_way_around,
)
from twinprop.gradcheck.measuring.first_way import choose
from twinprop.gradcheck.measuring.repetition import OF_SHAPE, OTHER_NUMBERS, is_longer
from twinprop.gradcheck.measuring.searching import Search, Wanted
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.objects.held_loss import WithHeldLoss
from twinprop.gradcheck.objects.joining import Pair
from twinprop.gradcheck.objects.several import Several
from twinprop.gradcheck.report import Gradient, Report
from twinprop.gradcheck.source.importing import folders_as_before
from twinprop.gradcheck.source.loading import (
    forget_files,
)
from twinprop.gradcheck.source.loops import PENALTY
from twinprop.gradcheck.source.roles import word_of
from twinprop.gradcheck.training.loop_loss import LoopLoss, penalties_of
from twinprop.gradcheck.training.loops_around import loop_left
from twinprop.gradcheck.training.shown import ShownLoss
from twinprop.gradcheck.training.trained import Trained
from twinprop.gradcheck.training.trained_by_loop import TrainedByLoop
from twinprop.gradcheck.training.trained_by_method import with_training


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
    quiet = io.StringIO()
    silent = contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet)  # where progress bars go
    with silent[0], silent[1], folders_as_before(), kept_running(), np.errstate(all="ignore"):
        forget_files()
        wanted = Wanted(words, shape, targets, classes, seed)
        subject, inputs, searches = choose(spec, wanted, constants)
        report = check_chosen(spec, wanted, constants, subject, inputs, searches)
        if report.right:
            refuse_way_around(subject, inputs, searches)
            try_penalties(spec, wanted, constants, subject, report)
            report.advice += loop_left(spec, report.title) if isinstance(subject.made, Pair) else []
        try_other_settings(spec, wanted, constants, subject, report)
        return report


def try_penalties(spec: str, wanted: Wanted, constants: Sequence[str], subject: Subject, report: Report) -> None:
    """Say what becomes of a right class whose loss has a penalty that is 0 by default, as `loss(X, y, reg=0.0)`."""
    way, names = penalised(subject.made, subject.way)
    if names:
        other, inputs, _ = choose(spec, wanted, constants)
        other.way = way
        wrong = ""
        with contextlib.suppress(SubjectError):  # it takes none
            found = check_subject(other, inputs, constants, wanted.seed, explain=False)
            wrong = ", ".join(gradient.name for gradient in found.gradients if not gradient.passed)
        told = ", ".join(f"{name}={WEIGHT_DECAY}" for name in names)
        report.advice += [WRONG_PENALTY.format(told, way.forward.name, wrong)] if wrong else []


def try_other_settings(spec: str, wanted: Wanted, constants: Sequence[str], subject: Subject, report: Report) -> None:
    """Say what becomes of a right class that is made with other settings, and which of them were not tried."""
    clock, left = Clock(every=1), list(subject.untried) if report.right else []
    for one in [one for one in left if one.words]:
        other = replace(wanted, words=[*wanted.words, *one.words], explain=False)
        told, wrong, found = " ".join(one.words), "", None
        try:
            found = None if clock.over else check_chosen(spec, other, constants, *choose(spec, other, constants, clock))
        except SubjectError as error:
            wrong = NO_LOSS.format(told) if one.used and NONE_FITS in str(error) else ""
        if found is not None and says_something(found, one) and not clock.over:
            names = ", ".join(gradient.name for gradient in found.gradients if not gradient.passed)
            wrong = "" if found.right else OTHER.format(names, told, shlex.join(other.words))
            left.remove(one)
        report.advice += [wrong] if wrong else []
    left = [one for one in left if one.offered]
    for name in dict.fromkeys(one.name for one in left):
        words = ", ".join(repr(one.value) for one in left if one.name == name)
        report.notes.append(f"{name}: not checked with {words}.")


def says_something(found: Report, one: Untried) -> bool:
    """Whether a setting was checked: not as a step function, which is flat, nor as a penalty that no loss has."""
    wrong = [gradient for gradient in found.gradients if not gradient.passed]
    if wrong and all(gradient.value is None for gradient in wrong):
        return False  # what is switched off is no parameter
    if PENALTY.fullmatch(word_of(one.name)):
        return not found.assumed_loss and not any(one.name in note for note in found.notes)
    return not wrong or any(np.nan_to_num(gradient.right).any() for gradient in wrong)


def check_chosen(
    spec: str, wanted: Wanted, constants: Sequence[str], subject: Subject, inputs: Inputs, searches: Sequence[Search]
) -> Report:
    """The check of an object on the inputs that were chosen for it, after what was tried before.

    Raises:
        SubjectError: it cannot be called with them, or there is no verdict.
    """
    seed, shape = wanted.seed, wanted.shape
    fresh = subject.copied()
    used = used_in_training(fresh.copied(), wanted, inputs.count == 1)
    right_there = used is not None and all(one.passed for one in used[2])
    once = fresh is subject  # it cannot be copied
    try:
        report = check_subject(subject, inputs, constants, seed, explain=once)
    except SubjectError as error:
        if other := right_in_another_reading(fresh, inputs, constants, seed, bool(shape)):
            return other
        if looped := used_elsewhere(spec, subject, wanted):
            return check_chosen(spec, wanted, constants, *looped[:2], [])
        square = with_as_many_outputs(spec, wanted, constants) if TURNED in str(error) and not wanted.words else None
        if square is None:
            raise
        subject, inputs, report = square
        fresh = subject.copied()
        (report.advice if report.right else report.notes).append(SQUARE)
    if clips_probabilities(report, subject, inputs):
        subject, inputs, searches = choose(spec, replace(wanted, values="probabilities"), constants)
        fresh = subject.copied()
        report = check_subject(subject, inputs, constants, seed, explain=once)
    says_its_loss = subject.way.is_loss and not subject.way.guesses
    if used is not None and right_there and not report.right and not (says_its_loss and used[0].way.guesses):
        return check_subject(*used[:2], constants, seed)  # what backward returns is put right there
    if report.right and isinstance(subject.made, Trained) and not once:
        # where a ReLU is 0 by luck, a lost derivative does not show
        another = inputs.another(inputs.count, seed + 13)
        second = check_subject(fresh.copied(), another, constants, seed + 13, explain=False)
        if not second.right:
            if other := right_in_another_reading(fresh, another, constants, seed + 13, True, second):
                return other
            raise SubjectError(OTHER_STEP.format(subject.title, subject.made.train, report.assumed_loss), False)
    if report.right:
        if used is not None and isinstance(subject.way, NetworkWay) and all(is_times(one, -1) for one in used[2]):
            report.advice.append(UPHILL.format(used[0].made.train))
        return report
    if not once and (other := right_in_another_reading(fresh, inputs, constants, seed, bool(shape), report)):
        return other
    if isinstance(subject.made, LoopLoss) and (other := right_by_another_loss(spec, wanted, constants, fresh, inputs)):
        return other
    guessed = bool(subject.way.guesses) or isinstance(subject.made, Several)
    looped = used_elsewhere(spec, subject, wanted) if guessed else None
    if looped and (isinstance(looped[0].made, ShownLoss) or all(one.passed for one in looped[2])):
        with contextlib.suppress(SubjectError):  # what is shown leaves no gradient that is known by its name
            return check_chosen(spec, wanted, constants, *looped[:2], [])
    refuse_unusual(subject, inputs, searches, report)
    if not once:
        told = [one for one in report.notes if one == SQUARE]
        if k := common_factor(subject, report):
            fresh.factor = k
            told.append(FACTOR.format(k))
        report = check_subject(fresh.copied(), inputs, constants, seed, wanted.explain)
        report.notes += told
        report = explained_by_others(fresh, inputs, report, constants, seed) if wanted.explain else report
    if accept_loss_of_others(report, subject, inputs) or accept_activation_of_a_pair(
        report, fresh, inputs, spec, check_class
    ):
        return report
    refuse_lent(subject, report)
    refuse_local(subject, report)
    try:
        refuse_guessed_step(subject, report, wanted.explain)
    except SubjectError:  # its script may say its loss
        if looped := used_elsewhere(spec, subject, wanted):
            return check_chosen(spec, wanted, constants, *looped[:2], [])
        raise
    return report


def right_by_another_loss(
    spec: str, wanted: Wanted, constants: Sequence[str], subject: Subject, inputs: Inputs
) -> Report | None:
    """The report of a loop that is right for a likely loss, where its own may be a measure of the success; else None.

    That is no measure where without penalties it is right, or a multiple: then a factor beside a penalty is wrong.
    """
    made, plain = subject.made, subject.copied()
    if penalties := penalties_of(plain.made._user):
        for ref in penalties:
            ref.set(0.0)
        with contextlib.suppress(SubjectError):
            if check_subject(plain, inputs, constants, wanted.seed, explain=False).right:
                return None
    told, quick = [one for one in subject.told if one not in made.told], replace(wanted, explain=False)
    for likely in made.likely():
        with contextlib.suppress(SubjectError):
            one = Subject(likely, subject.title, told, wanted.seed)
            found, _ = choose_inputs(one, wanted, Clock())
            report = check_chosen(spec, quick, constants, one, found, []) if found is not None else None
            if report is not None and report.right:
                report.advice[:0] = [ANOTHER.format(made.place, made.loss)]
                return report
    made.begin()  # both run in the names of the script
    return None


def common_factor(subject: Subject, report: Report) -> float:
    """By what a guessed step multiplies the gradients of two or more arrays, where others are wrong; 0 if by nothing.

    So does a number of samples that is another than that of the batch.
    """
    if not isinstance(subject.made, Trained) or any(one.passed for one in report.gradients):
        return 0.0
    found = [k for one in report.gradients if one.target.size > 3 and (k := ratio_of(one)) is not None]
    alike = [k for k in found if k > 0 and abs(k / found[0] - 1) < CLOSE]
    return alike[0] if len(alike) > 1 and len(alike) == len(found) else 0.0


def explained_by_others(fresh: Subject, inputs: Inputs, report: Report, constants: Sequence[str], seed: int) -> Report:
    """The report on other numbers, where those first drawn happen to hide what is wrong, as a ReLU that is on."""
    texts = {text for _, text in report.found}
    tried = [inputs.another(inputs.count, seed + 7)] if texts == {OTHER_NUMBERS} else []
    # of one place along an axis a mean is a sum
    if texts and all(text.startswith(OF_SHAPE) for text in texts):
        tried = [one for one in inputs.others(seed + 7) if is_longer(one, inputs)]
    for one in tried:
        with contextlib.suppress(SubjectError):
            other = check_subject(fresh.copied(), one, constants, seed)
            told = not any(UNKNOWN in text or text.startswith(OF_SHAPE) for _, text in other.mistakes)
            if not other.right and told:
                return other
    return report


def used_in_training(subject: Subject, wanted: Wanted, single: bool) -> tuple[Subject, Inputs, list[Gradient]] | None:
    """One step of a network's own training, in the first form of data that it takes; None where it takes none.

    Args:
        single: whether each sample may be taken alone.
    """
    own_loss = said(subject.made, "loss_alone", False)
    if own_loss or isinstance(subject.made, Trained | WithHeldLoss) or not subject.parameters:
        return None
    clock = Clock()
    for made in with_training(wrapped_in(subject.made)):
        try:
            one = Subject(made, subject.title, subject.told, wanted.seed)
            one.like = subject.like
            inputs, _ = choose_inputs(one, wanted, clock) if single or not made.each else (None, [])
            if inputs is not None:
                return one, inputs, first_gradients(one.copied(), inputs, wanted.seed)
        except SubjectError:
            continue
    return None


def used_elsewhere(spec: str, subject: Subject, wanted: Wanted) -> tuple[Subject, Inputs, list[Gradient]] | None:
    """One round of a loop that trains it, in a script or a function around it, or a call that is shown; else None."""
    if isinstance(subject.made, ShownLoss | LoopLoss):
        return None
    by_loop = isinstance(subject.made, TrainedByLoop)
    for one in Subject.load(spec, wanted.words, wanted.seed, elsewhere=True):
        if by_loop and isinstance(one.made, TrainedByLoop | LoopLoss):
            continue
        with contextlib.suppress(SubjectError):
            inputs, _ = choose_inputs(one, wanted, Clock())
            if inputs is not None:
                return one, inputs, first_gradients(one.copied(), inputs, wanted.seed)
    return None


def refuse_guessed_step(subject: Subject, report: Report, explained: bool) -> None:
    """No verdict on a step of a training whose loss is not known: where no gradient fits, the step may be another.

    Raises:
        SubjectError: there is none that fits.
    """
    several = [one for one in report.gradients if one.target.size > 1] or report.gradients
    if not isinstance(subject.made, Trained) or any(one.passed for one in several):
        return
    if not explained or any(UNKNOWN in text for _, text in report.mistakes):
        raise SubjectError(OTHER_STEP.format(subject.title, subject.made.train, report.assumed_loss), False)


def with_as_many_outputs(spec: str, wanted: Wanted, constants: Sequence[str]) -> tuple[Subject, Inputs, Report] | None:
    """The class with as many outputs as inputs, so that a matrix that is the wrong way round fits; None if in vain."""
    clock = Clock()
    with contextlib.suppress(SubjectError):
        for subject in Subject.load(spec, (), wanted.seed, square=True):
            inputs, _ = choose_inputs(subject, wanted, clock)
            if inputs is not None:
                return subject, inputs, check_subject(subject.copied(), inputs, constants, wanted.seed, explain=False)
    return None


FACTOR = (
    "a step is {:.4g} times the gradient of that loss and the learning rate. That is a matter of the rate, unless a "
    "number of samples is wrong."
)
NONE_FITS = "is the gradient of none of the likely losses"
OTHER_STEP = (
    f"{{}}: what one step of {{}} changes {NONE_FITS}, nor is it after any small edit. So "
    "its loss may be another one, or its step no plain one, or its gradients may be wrong; which of these is not "
    "known. The nearest loss: {}. Give the class a method loss(self, output, y) and one backward(self, x, y) that "
    "leaves the gradients as self.dW, self.db."
)
UPHILL = (
    "what backward returns is right, but {} adds it where it has to be subtracted: each step goes uphill, and the loss "
    "grows."
)
ANOTHER = "a step of {} follows the gradient of this loss, and not that of {}, which it computes."
NO_LOSS = f"with {{}}, as its author makes one, too, a step {NONE_FITS}."
OTHER = "with {1} the gradients are wrong: {0}. To see how, check that alone: --args {2}"
WRONG_PENALTY = "with {} for {} the gradients are wrong: {}. The penalty in the loss is another than in the gradients."

SQUARE = "runs only with as many outputs as inputs: a matrix is the wrong way round."


def clips_probabilities(report: Report, subject: Subject, inputs: Inputs) -> bool:
    """Whether a loss is one of probabilities that it clips: numbers below 0 are all the same to it."""
    network = isinstance(subject.way, NetworkWay)
    if report.right or network or not subject.way.is_loss or subject.parameters or inputs.values != "normal":
        return False
    right = [gradient.right for gradient in report.gradients if gradient.of == "x"]
    below = inputs.x < 0
    return bool(right) and bool(below.any()) and not np.nan_to_num(right[0][below]).any()
