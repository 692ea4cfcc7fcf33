"""A mistake is found by undoing it: small edits of backward are tried until the gradients are right.

So a hint says what has been tried and found to help, with the line. An edit counts only if it makes right what was
wrong and nothing wrong that was right, for this batch and for another.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np

from twinprop.gradcheck.clock import Clock
from twinprop.gradcheck.faults import SubjectError, short_path
from twinprop.gradcheck.hints.edits import EDITS
from twinprop.gradcheck.hints.edits.site import OUTPUT, Edit, Site
from twinprop.gradcheck.hints.edits.statements import FIRST, LAST, StatementEdit
from twinprop.gradcheck.hints.places import Place, places_in, statements_in
from twinprop.gradcheck.hints.routines import Routine, routines_of
from twinprop.gradcheck.matching import same_numbers
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trial import Trial, slopes_of

MOST_TRIED = 6000
"""Edits that are tried for a small backward."""

TIMES_AS_LONG = 20
"""Times the lines that backward runs, after which an edited one is ended: it may loop over what it makes longer."""

MOST_LINES = 400_000
"""Lines that run for all edits together; a backward of many lines gets fewer tries."""

MOST_REPAIRS = 3

SECONDS = 8.0
"""Of a processor, for the whole search."""


@dataclass
class Repair:
    """An edit that helps.

    Attributes:
        text: what was wrong.
        mended: the names of the gradients that it makes right.
    """

    text: str
    mended: list[str]


def repairs(
    trial: Trial,
    gradients: list[Gradient],
    samples: int,
    numbers: int,
    most: int = MOST_TRIED,
    clock: Clock | None = None,
) -> list[Repair]:
    """The edits that make wrong gradients right, nearest to the output first; none where none helps in time."""
    clock = clock or Clock(SECONDS)
    wrong = {one.of for one in gradients if not one.passed and one.value is not None}
    right = {one.of: one.right for one in gradients if one.value is not None}
    # where every slope is 0, an edit that makes a gradient 0 proves nothing
    if not wrong or not any(np.nan_to_num(slope).any() for slope in right.values()):
        return []
    right |= {of: trial_slope(trial, of) for of, slope in right.items() if np.isnan(slope).all()}
    routines, lines = routines_of(trial)
    if trial.subject.way.given_apart and isinstance(trial.out, np.ndarray):
        for routine in routines:
            routine.scope[OUTPUT] = trial.out
    budget = min(most, MOST_LINES // max(lines, 1))
    for routine in routines:
        routine.most_lines = TIMES_AS_LONG * (lines + 50)
    found: list[Repair] = []
    undo: list[Callable[[], None]] = []
    updated = list(trial.updated)
    try:
        while wrong and len(found) < MOST_REPAIRS:
            step = next_repair(trial, routines, right, wrong, samples, numbers, budget, clock)
            if step is None:
                break
            repair, redo = step
            undo.append(redo)
            found.append(repair)
            wrong -= set(repair.mended)
    finally:
        for back in reversed(undo):
            back()
        for routine in routines:
            routine.function.__globals__.pop(OUTPUT, None)
        trial.updated[:] = updated  # an edit may have changed more
        trial.subject.forward(trial.x, trial.inputs.y)
    names = {one.of: one.name for one in gradients}
    for repair in found:
        repair.mended = [names[of] for of in names if of in repair.mended]
    return found


def trial_slope(trial: Trial, of: str) -> Any:
    array = trial.x if of == "x" else next(one.get() for one in trial.parameters if one.name == of)
    return slopes_of(trial.measure(array), array.shape)


def next_repair(
    trial: Trial,
    routines: list[Routine],
    right: dict[str, Any],
    wrong: set[str],
    samples: int,
    numbers: int,
    budget: int,
    clock: Clock,
) -> tuple[Repair, Callable[[], None]] | None:
    """The edit that makes most of the wrong gradients right, applied, with what takes it back."""
    best: tuple[int, Candidate] | None = None
    good = set(right) - wrong
    for count, candidate in enumerate(candidates(routines, samples, numbers, trial.dy is None)):
        if count >= budget or clock.over:
            break
        mended = tried(trial, candidate, right)
        if mended is None or not good <= mended or not mended & wrong:
            continue
        gain = len(mended & wrong)
        if (best is None or gain > best[0]) and holds(trial, candidate, mended):
            best = gain, candidate
            candidate.mended = sorted(mended & wrong)
            if gain == len(wrong):
                break
    if best is None:
        return None
    candidate = best[1]
    old = candidate.routine.function.__code__
    candidate.apply()
    candidate.routine.function.__code__ = candidate.routine.compiled()

    def back() -> None:
        candidate.revert()
        candidate.routine.function.__code__ = old

    return Repair(candidate.told(), candidate.mended), back


@dataclass
class Candidate:
    """One expression in the place of another."""

    place: Place
    new: ast.expr
    text: str
    mended: list[str] = field(default_factory=list)

    @property
    def routine(self) -> Routine:
        return self.place.routine

    @property
    def line(self) -> int:
        return self.place.line

    def apply(self) -> None:
        self.place.put(self.new)

    def revert(self) -> None:
        self.place.put(self.place.node)

    def told(self) -> str:
        """What was wrong, and the line."""
        routine = self.routine
        line = self.line
        with contextlib.suppress(OSError):
            code = linecache.getline(routine.file, line).strip()
        text = self.text.replace(OUTPUT, "y") + (", of y from forward" if OUTPUT in self.text else "")
        return f"{text}:\n{short_path(routine.file)}:{line}: {code}"


@dataclass
class StatementCandidate(Candidate):
    """Statements in the place of one."""

    place: Any
    new: Any
    block: list[ast.stmt] = field(default_factory=list)
    at: int = 0

    @property
    def routine(self) -> Routine:
        found: Routine = self.place
        return found

    @property
    def line(self) -> int:
        return self.old.lineno

    def __post_init__(self) -> None:
        self.old = self.block[self.at]

    def apply(self) -> None:
        self.block[self.at : self.at + 1] = self.new

    def revert(self) -> None:
        self.block[self.at : self.at + len(self.new)] = [self.old]


def statement_candidates(routines: list[Routine], edits: Sequence[StatementEdit]) -> Iterator[Candidate]:
    """Every edit of every statement."""
    for edit in edits:
        for routine in routines:
            for block, at in list(statements_in(routine.tree)):
                later = "\n".join(map(ast.unparse, block[at + 1 :]))
                for new, text in edit(block[at], later):
                    yield StatementCandidate(routine, new, text, [], block, at)


def candidates(routines: list[Routine], samples: int, numbers: int, of_loss: bool) -> Iterator[Candidate]:
    """Every edit of every statement and of every expression, in the order of the edits."""
    yield from statement_candidates(routines, FIRST)
    places = [place for routine in routines for place in places_in(routine)]
    edit: Edit
    for edit in EDITS:
        for place in places:
            site = Site(
                place.node, place.whole, place.product, place.routine.scope, samples, numbers, of_loss, place.targets
            )
            old = ast.unparse(place.node)
            for new, text in edit(site) if not isinstance(place.node, ast.Starred) else ():
                if ast.unparse(new) != old:
                    yield Candidate(place, new, text)
    yield from statement_candidates(routines, LAST)


def tried(trial: Trial, candidate: Candidate, right: dict[str, Any]) -> set[str] | None:
    """Which gradients are right with an edit; None where it does not run."""
    quiet = contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore")
    try:
        with quiet[0], quiet[1], edited(candidate):
            found = trial.gradients(with_output(trial, candidate.routine.function))
    except (SubjectError, SyntaxError, ValueError, StopIteration, TypeError, RecursionError):
        return None
    if trial.dy is None and not trial.subject.way.given_apart and not np.array_equal(trial.subject.out, trial.out):
        return None
    return {of for of, slope in right.items() if of in found and same_numbers(found[of][1], slope)}


@contextlib.contextmanager
def edited(candidate: Candidate) -> Iterator[None]:
    """The function with an edit in it, which may run no longer than it did by far.

    Raises:
        SyntaxError, ValueError: it cannot be compiled.
    """
    routine, old = candidate.routine, candidate.routine.function.__code__
    candidate.apply()
    try:
        routine.function.__code__ = routine.compiled()
        with routine.ending():
            yield
    finally:
        candidate.revert()
        routine.function.__code__ = old


def with_output(trial: Trial, function: FunctionType) -> Callable[[], None] | None:
    """What makes the output known to the edited code, between forward and backward."""
    if not trial.subject.way.given_apart:
        return None
    return lambda: function.__globals__.update({OUTPUT: trial.subject.out})


def holds(trial: Trial, candidate: Candidate, mended: set[str]) -> bool:
    """Whether an edit makes the same gradients right for another batch."""
    try:
        with edited(candidate):
            other = Trial(trial.subject, trial.inputs.another(trial.inputs.count, trial.seed + 11), trial.seed + 5)
            other.parameters, other.labels, other.update_rate = trial.parameters, trial.labels, trial.update_rate
            other.unused = trial.unused
            found = other.gradients(with_output(other, candidate.routine.function))
            for of in mended:
                array = other.x if of == "x" else next(one.get() for one in other.parameters if one.name == of)
                slope = slopes_of(other.measure(array, 30), array.shape)
                if of not in found or not same_numbers(found[of][1], slope):
                    return False
            return True
    except SubjectError:
        return False
    finally:
        trial.subject.forward(trial.x, trial.inputs.y)
