"""A mistake is found by undoing it: small edits of backward are tried until the gradients are right.

So a hint says what has been tried and found to help, with the line. An edit counts only if it makes right what was
wrong and nothing wrong that was right, for this batch and for another.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import same_numbers
from twinprop.gradcheck.calling.way import LayerWay
from twinprop.gradcheck.faults import Clock, SubjectError, short_path
from twinprop.gradcheck.hints.edits import EDITS, LAST_FIRST, SCALES, SHAPES, WHERE_FIRST
from twinprop.gradcheck.hints.edits.matrices import STATEMENTS, update_before_use
from twinprop.gradcheck.hints.edits.site import OUTPUT, Edit, Site, is_sum, sites_in, statements_in
from twinprop.gradcheck.hints.flow import distance
from twinprop.gradcheck.hints.routines import Evidence, Routine, routines_of
from twinprop.gradcheck.measuring.trial import Trial
from twinprop.gradcheck.training.loop_loss import LoopLoss

MOST_TRIED = 12_000
"""Edits that are tried for a small backward."""

TIMES_AS_LONG = 20
"""Times the lines that backward runs, after which an edited one is ended: it may loop over what it makes longer."""

MOST_LINES = 400_000
"""Lines that run for all edits together; a backward of many lines gets fewer tries."""

MOST_REPAIRS = 3

SECONDS = 12.0
"""Of a processor, for the whole search."""


@dataclass
class Repair:
    """An edit.

    Attributes:
        text: what was wrong, if it helps.
        line: where.
        apply, revert: make it, and take it back.
        mended: the gradients that it makes right.
    """

    routine: Routine
    text: str
    line: int
    apply: Callable[[], None]
    revert: Callable[[], None]
    mended: set[str] = field(default_factory=set)

    def told(self) -> str:
        """What was wrong, with the line."""
        code = linecache.getline(self.routine.file, self.line).strip()
        text = self.text.replace(OUTPUT, "y") + (", of y from forward" if OUTPUT in self.text else "")
        return f"{text}:\n{short_path(self.routine.file)}:{self.line}: {code}"


def repairs(evidence: Evidence, most: int = MOST_TRIED, clock: Clock | None = None) -> list[Repair]:
    """The edits that make wrong gradients right, nearest to the output first; none where none helps in time."""
    trial, clock = evidence.trial, clock or Clock(SECONDS)
    found = [one for one in evidence.gradients if one.value is not None and not one.accepted]
    wrong = {one.of for one in found if not one.passed}
    right = {one.of: one.right for one in found}
    # where every slope is 0, an edit that makes a gradient 0 proves nothing
    if not wrong or not any(np.nan_to_num(slope).any() for slope in right.values()):
        return []
    right |= {of: trial.slope(of) for of, slope in right.items() if np.isnan(slope).all()}
    routines, lines = routines_of(trial)
    if any("as_strided" in ast.unparse(routine.tree) for routine in routines):
        return []  # an edit would let it write where nothing belongs to it
    for routine in routines:
        routine.most_lines = TIMES_AS_LONG * (lines + 50)
        if trial.subject.way.given_apart and isinstance(trial.out, np.ndarray):
            routine.scope[OUTPUT] = np.asarray(trial.out)
    budget = min(most, MOST_LINES // max(lines, 1))
    codes = [routine.function.__code__ for routine in routines]
    chosen: list[Repair] = []
    updated = list(trial.updated)
    try:
        while wrong and len(chosen) < MOST_REPAIRS:
            repair = best_repair(evidence, routines, right, wrong, budget, clock)
            if repair is None:
                break
            repair.apply()
            repair.routine.function.__code__ = repair.routine.compiled()
            chosen.append(repair)
            wrong -= repair.mended
    finally:
        for repair in reversed(chosen):
            repair.revert()
        for routine, code in zip(routines, codes, strict=True):
            routine.function.__code__ = code
            routine.function.__globals__.pop(OUTPUT, None)
        trial.updated[:] = updated  # an edit may have changed more
        trial.subject.forward(trial.x, trial.inputs.y)
    return chosen


def best_repair(
    evidence: Evidence, routines: list[Routine], right: dict[str, Any], wrong: set[str], budget: int, clock: Clock
) -> Repair | None:
    """The edit that makes most of the wrong gradients right."""
    best: Repair | None = None
    good = set(right) - wrong
    turned = {one.of: np.shape(one.value) for one in evidence.gradients if one.comparison is None}
    for count, repair in enumerate(candidates(routines, evidence)):
        if count >= budget or clock.over:
            break
        mended = tried(evidence.trial, repair, right, turned)
        if mended is None or not good <= mended or not mended & wrong:
            continue
        if (best is None or len(mended & wrong) > len(best.mended)) and holds(evidence.trial, repair, mended):
            best, repair.mended = repair, mended & wrong
            if repair.mended == wrong:
                break
    return best


def candidates(routines: list[Routine], evidence: Evidence) -> Iterator[Repair]:
    """Every edit of every statement and expression in its order; those of lines that right gradients need come last."""
    yield from edits_of_statements(routines)
    made = evidence.trial.subject.made
    loss = made.loss if isinstance(made, LoopLoss) else ""
    far = {id(one): distance(one.tree, evidence.gradients, loss) for one in routines}
    # a function of the file that is no derivative is rarely what is wrong, though an edit of it may help
    helpers = {id(one) for one in routines[1:] if is_helper(one)}
    places: dict[tuple[bool, int], list[Site]] = {}
    for site in (site for routine in routines for site in sites_in(routine, evidence)):
        key = id(site.routine)
        places.setdefault((key in helpers, far[key](site.line)), []).append(site)
    for where in sorted(places):
        yield from edits_of_sites(places[where])


HELPER = re.compile(r"(?!.*(prime|deriv|grad|back|delta|bprop|jacob))(?!d_).*", re.IGNORECASE)
"""Names of functions that go forward, or do something else."""


def is_helper(routine: Routine) -> bool:
    """Whether a function is no method, and no derivative by its name."""
    arguments = [one.arg for one in routine.tree.args.args]
    return arguments[:1] != ["self"] and HELPER.fullmatch(routine.function.__name__) is not None


def edits_of_sites(sites: Sequence[Site]) -> Iterator[Repair]:
    """Every edit of some expressions, in the order of the edits."""
    edit: Edit
    backwards = list(sites[::-1])  # sums first, and arguments last
    backwards.sort(key=lambda site: (site.line == site.routine.tree.lineno, not is_sum(site.node)))
    evidence = sites[0].evidence
    late = [*(() if evidence.too_large else SCALES), *(() if evidence.wrong_shapes else SHAPES)]
    for edit in sorted(EDITS, key=lambda edit: edit in late):
        first = WHERE_FIRST.get(edit)
        ordered = sorted(sites, key=lambda site: not first(site)) if first else sites
        for site in backwards if edit in LAST_FIRST else ordered:
            for new, text in edit(site) if not isinstance(site.node, ast.Starred) else ():
                if ast.unparse(new) != site.code:
                    yield Repair(site.routine, text, site.line, partial(site.put, new), partial(site.put, site.node))


def edits_of_statements(routines: list[Routine]) -> Iterator[Repair]:
    for edit in STATEMENTS:
        for routine in routines:
            for block, at in list(statements_in(routine.tree)):
                later = "\n".join(map(ast.unparse, block[at + 1 :]))
                for new, text in edit(block[at], later):
                    there, here = slice(at, at + 1), slice(at, at + len(new))
                    apply, revert = (partial(block.__setitem__, *one) for one in ((there, new), (here, [block[at]])))
                    yield Repair(routine, text, block[at].lineno, apply, revert)
                    if edit is update_before_use:  # where the step itself is what is looked at
                        rest = block[at:]
                        end = len(rest) - isinstance(rest[-1], ast.Return)
                        moved = [*rest[1:end], rest[0], *rest[end:]]
                        apply, revert = (partial(block.__setitem__, slice(at, None), one) for one in (moved, rest))
                        yield Repair(routine, text, block[at].lineno, apply, revert)


def tried(
    trial: Trial, repair: Repair, right: dict[str, Any], turned: Mapping[str, tuple[int, ...]]
) -> set[str] | None:
    """Which gradients are right with an edit; None where it does not run.

    Args:
        turned: shapes that do not fit, of gradients whose numbers may be right already.
    """
    quiet = contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore")
    try:
        with quiet[0], quiet[1], edited(repair):
            found = trial.gradients(with_output(trial, repair.routine.function))
    except (SubjectError, SyntaxError, ValueError, StopIteration, TypeError, RecursionError):
        return None
    if trial.dy is None and not trial.subject.way.given_apart and not np.array_equal(trial.subject.out, trial.out):
        return None
    there = {of: value for of, (_, value) in found.items() if np.shape(value) != turned.get(of)}
    return mended_in(trial, there, right)


def mended_in(trial: Trial, found: Mapping[str, Any], right: Mapping[str, Any]) -> set[str]:
    """Which gradients are right; of a layer, also where those of all parameters are means and that of x is none."""
    mended = {of for of, slope in right.items() if of in found and same_numbers(found[of], slope)}
    own, n = set(right) - {"x"}, trial.inputs.count
    means = isinstance(trial.subject.way, LayerWay) and n > 1 and mended == {"x"} and own <= set(found)
    return set(right) if means and all(same_numbers(found[of] * n, right[of]) for of in own) else mended


@contextlib.contextmanager
def edited(repair: Repair) -> Iterator[None]:
    """The function with an edit in it, which may run no longer than it did by far.

    Raises:
        SyntaxError, ValueError: it cannot be compiled.
    """
    routine, old = repair.routine, repair.routine.function.__code__
    repair.apply()
    try:
        routine.function.__code__ = routine.compiled()
        with routine.ending():
            yield
    finally:
        repair.revert()
        routine.function.__code__ = old


def with_output(trial: Trial, function: FunctionType) -> Callable[[], None] | None:
    """What makes the output known to the edited code, between forward and backward."""
    if not trial.subject.way.given_apart:
        return None
    return lambda: function.__globals__.update({OUTPUT: trial.subject.out})


def holds(trial: Trial, repair: Repair, mended: set[str]) -> bool:
    """Whether an edit makes the same gradients right for another batch."""
    try:
        with edited(repair), another_batch(trial) as other:
            found = other.gradients(with_output(other, repair.routine.function))
            values = {of: value for of, (_, value) in found.items()}
            return mended <= mended_in(other, values, {of: other.slope(of, 30) for of in mended})
    except SubjectError:
        return False


@contextlib.contextmanager
def another_batch(trial: Trial) -> Iterator[Trial]:
    """The same object with another batch, and gradients in the same places; it has its own batch again afterwards."""
    other = Trial(trial.subject, trial.inputs.another(trial.inputs.count, trial.seed + 11), trial.seed + 5)
    other.parameters, other.labels, other.update_rate = trial.parameters, trial.labels, trial.update_rate
    other.unused, other.parts, other.penalties = trial.unused, trial.parts, trial.penalties
    try:
        yield other
    finally:
        trial.subject.forward(trial.x, trial.inputs.y)
