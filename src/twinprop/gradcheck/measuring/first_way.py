"""The first way to make an object and to call it, in which all goes well; else one that does so in part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.faults import SECONDS, Clock, SubjectError
from twinprop.gradcheck.measuring.choice import (
    accepted_in_part,
    choose_inputs,
    guesses_beside_its_own,
    how_far,
    known_before,
    nothing_accepted,
    sizes_of,
)
from twinprop.gradcheck.measuring.searching import Search, Wanted
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.source.loading import SeveralError, classes_and_functions, load_attributes
from twinprop.gradcheck.training.loop_loss import LoopLoss
from twinprop.gradcheck.training.shown import ShownLoss
from twinprop.gradcheck.training.trained_by_loop import TrainedByLoop

NO_LOOP = (
    "{0}: no loop there runs as a step of training with small data in place of its own. Name the functions or the "
    "class to be checked: --layer {0}:NAME."
)


def choose(
    spec: str, wanted: Wanted, constants: Sequence[str], clock: Clock | None = None
) -> tuple[Subject, Inputs, list[Search]]:
    """The first way to make an object, and to call it, in which all goes well; else one that does so in part.

    Beside its inputs, what was tried up to that.

    Raises:
        SubjectError: there is none; the text is about the first.
    """
    failure: SubjectError | None = None
    tried: list[tuple[Subject, list[Search]]] = []
    clock_of_uses = None
    beside: tuple[Subject, Inputs, list[Search]] | None = None
    for subject in Subject.load(spec, wanted.words, wanted.seed):
        last = beside is not None and sizes_of(subject) != sizes_of(beside[0])
        # what its file imports takes no time of the search
        clock, clock_of_uses = clock or Clock(), clock_of_uses or Clock(SECONDS / 3)
        late = clock_of_uses.over and (tried or failure) if subject.like else clock.over
        known = known_before(subject, tried)
        shown = isinstance(subject.made, TrainedByLoop | ShownLoss | LoopLoss)
        if late and not known[-1] and not shown:
            continue  # what is guessed has its time, too, and what its author shows
        try:
            own = clock_of_uses if subject.like else Clock() if shown else clock
            inputs, searches = choose_inputs(subject, wanted, own, known)
            if inputs is None and any(search.dead for search in searches):
                for ref in subject.parameters:  # with positive weights it is alive
                    ref.set(np.abs(ref.get()))
                inputs, searches = choose_inputs(subject, wanted, own, known)
        except SubjectError as error:
            failure = failure or (nothing_accepted(*tried[0], wanted) if tried else error)
            inputs, searches = None, []
        if inputs is not None:
            before = [*(one for _, some in tried for one in some), *searches]
            if beside is None and guesses_beside_its_own(subject):
                beside = subject, inputs, before
            elif beside is None or not subject.way.guesses:
                return with_constants(subject, constants), inputs, before
        elif searches:
            tried.append((subject, searches))
        if last:  # its own loss may be one of a single output
            break
    if beside is not None:
        return with_constants(beside[0], constants), *beside[1:]
    tried.sort(key=lambda one: how_far(*one), reverse=True)
    for subject, searches in tried:
        inputs = accepted_in_part(subject, searches)
        if inputs is not None:
            return with_constants(subject, constants), inputs, []
        failure = failure or nothing_accepted(subject, searches, wanted)
    module, found = load_attributes(spec)
    if failure is None and not found and (names := classes_and_functions(module)):  # its loop does not run, they may
        raise SeveralError(spec, spec, names)
    raise failure or SubjectError(NO_LOOP.format(spec), False)


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
