"""What is said of each wrong gradient: the edit that mends it, else the pattern that its numbers show.

Edits are listed in `edits.EDITS`, patterns in `PATTERNS`: a sum that is missing, 0 everywhere, a factor. A pattern is a
function of the evidence and a wrong gradient, which returns what to say, or None.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from types import FrameType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import CLOSE, nearly_equal, proportional, ratio
from twinprop.gradcheck.arrays.held import (
    ArrayRef,
    FloatArray,
    arrays_of,
    attributes_of,
    is_bare,
    said,
    stems,
    wrapped_in,
)
from twinprop.gradcheck.calling.naming import FORWARD, named
from twinprop.gradcheck.faults import SubjectError, is_users, traced
from twinprop.gradcheck.hints.repair import another_batch, repairs
from twinprop.gradcheck.hints.routines import Evidence, Routine, routines_of
from twinprop.gradcheck.measuring.trial import CHANGE
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.source.sources import nodes_of
from twinprop.gradcheck.training.loop_loss import LoopLoss
from twinprop.gradcheck.training.trained import Trained


def not_summed(evidence: Evidence, gradient: Gradient) -> str | None:
    """A bias with a gradient for each sample."""
    value = np.asarray(gradient.value, float)
    for axis in range(value.ndim if gradient.comparison is None else 0):
        if proportional(value.sum(axis), gradient.right.ravel()):
            return f"not summed over the batch: sum over axis {axis}, since the bias is added to every sample."
    return None


def not_finite(evidence: Evidence, gradient: Gradient) -> str | None:
    return None if np.isfinite(np.asarray(gradient.value, float)).all() else "some entries are inf or nan."


def zero(evidence: Evidence, gradient: Gradient) -> str | None:
    if np.any(gradient.value):
        return None
    return "0 everywhere: backward does not fill it, fills it with 0, or keeps it in a variable of its own."


def whole_numbers(evidence: Evidence, gradient: Gradient) -> str | None:
    """What is written into an array of whole numbers."""
    value, right = np.asarray(gradient.value, float), np.nan_to_num(gradient.right)
    if value.shape != right.shape or not value.any() or np.array_equal(value, right):
        return None
    if not np.array_equal(value, np.trunc(right)):
        return None
    return "its fraction is thrown away, for the array that it is written into holds whole numbers: dtype=float."


def known_factor(evidence: Evidence, gradient: Gradient) -> str | None:
    """A factor that tells where it comes from."""
    k = factor_of(gradient)
    if k is None:
        return None
    text = next((text for size, text in known_factors(evidence).items() if abs(abs(k) / size - 1) < CLOSE), None)
    if text is None or k > 0:
        return text or None
    return f"the sign is wrong. Also, {text}" if text else "the sign is wrong: a minus is lost, or one too many."


def some_factor(evidence: Evidence, gradient: Gradient) -> str | None:
    """Any other factor, if it is the same for another batch: a derivative that is lost in one neuron is none."""
    k = factor_of(gradient)
    if k is None or gradient.target.size < 3 or abs(k - 1) < 0.01:
        return None
    try:
        with another_batch(evidence.trial) as other:
            found = other.gradients()
            if gradient.of not in found or not nearly_equal(found[gradient.of][1], k * other.slope(gradient.of)):
                return None
    except SubjectError:  # it does not run with another one
        return None
    return f"{k:.6g} times the right gradient: a constant factor is missing, or one too many."


def factor_of(gradient: Gradient) -> float | None:
    """By what number a gradient differs from the right one; None where more than a number is wrong."""
    if gradient.comparison is None or np.count_nonzero(np.nan_to_num(gradient.comparison.numeric)) < 2:
        return None  # one entry is a multiple of anything
    return ratio(gradient.comparison.analytic, gradient.comparison.numeric)


def known_factors(evidence: Evidence) -> dict[float, str]:
    """What each known factor means for this batch; a number that has two meanings has the later one."""
    n, loss = evidence.samples, not evidence.is_layer
    once = f"{n} times too large, and there are {n} samples: 1/n is missing"
    twice = f"{n} times too small, and there are {n} samples: divided by n "
    square = ": the derivative of (a - y)² is 2 (a - y)." if loss else "."
    return {
        0.5: f"half as large as it should be{square}",
        2.0: "twice too large.",
        1.0 / n: f"{twice}twice, or forward does not divide."
        if loss
        else f"{twice}here. That belongs in the loss alone; a layer sums over the batch.",
        float(n): f"{once}, since the loss is a mean over them." if loss else f"{once}.",
        1.0: "",
    }


Pattern = Callable[[Evidence, Gradient], str | None]

PATTERNS: tuple[Pattern, ...] = (not_summed, not_finite, whole_numbers, zero, known_factor, some_factor)
"""Each pattern that is recognised; the first that fits is told."""


MOST_ARRAYS = 24
"""Arrays of a function whose products are tried."""


def missing_term(gradient: Gradient, routines: Sequence[Routine]) -> str | None:
    """What has to be added to a gradient; None where no product of one to three arrays makes it right."""
    compared = gradient.comparison
    if compared is None or np.isnan(compared.numeric).any() or compared.numeric.size < 4:
        return None
    rest = compared.numeric - compared.analytic
    if nearly_equal(rest, compared.numeric) or nearly_equal(rest, -compared.analytic):
        return None  # nothing is there yet, or nothing belongs there
    own = np.asarray(gradient.target, float)
    if (k := ratio(own, rest)) is not None:
        return f"a term is missing: the gradient of the penalty, {1 / k:.4g} * {gradient.of}."
    for routine in routines:
        arrays = {
            name: np.asarray(value, float)
            for name, value in list(routine.scope.items())
            if isinstance(value, np.ndarray) and value.dtype.kind in "fb" and 1 < value.size <= 4000
        }
        arrays = dict(list(arrays.items())[:MOST_ARRAYS])
        # what a gate lets through is 1 - t
        arrays |= {f"(1 - {name})": 1 - one for name, one in arrays.items() if one.min() > 0 and one.max() < 1}
        for code, value in products(arrays, rest.shape):
            factor = ratio(value, rest) if value.shape == rest.shape else None
            if factor is not None and any(abs(abs(1 / factor) - plain) < 1e-3 for plain in (1, 0.5, 2)):
                number = "" if abs(factor - 1) < 1e-3 else f"{1 / factor:.4g} * "
                return f"a term is missing: the gradient of another branch, {number}{code}, has to be added."
    return None


def products(arrays: dict[str, FloatArray], shape: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
    """Products of one, two or three arrays that have a given shape."""
    same = {name: value for name, value in arrays.items() if value.shape == shape}
    for names in (many for count in (1, 2, 3) for many in combinations_with_replacement(same, count)):
        yield " * ".join(names), np.prod([same[name] for name in names], axis=0)
    for first, a in arrays.items():
        for second, b in arrays.items():
            if len(shape) == 2 and a.ndim == b.ndim == 2:
                for code, left, right in (("{} @ {}.T", a, b.T), ("{}.T @ {}", a.T, b), ("{} @ {}", a, b)):
                    if (left.shape[0], right.shape[1]) == shape and left.shape[1] == right.shape[0]:
                        yield code.format(first, second), left @ right
            elif len(shape) == 2 and (a.size, b.size) == shape and a.ndim == b.ndim == 1:
                yield f"np.outer({first}, {second})", np.outer(a, b)


def shared_gradients(evidence: Evidence) -> tuple[list[str], str] | None:
    """Several gradients that are one array, as `[np.zeros(n)] * 3` makes them."""
    wrong = {one.name for one in evidence.gradients if not one.passed}
    for ref, names in repeated(evidence):
        if wrong & {*names} and (is_bare(ref.attribute) or stems(ref.attribute)):
            return sorted(wrong), f"{' and '.join(names)} {ONE_ARRAY}"
    return None


def repeated(evidence: Evidence) -> Iterator[tuple[ArrayRef, list[str]]]:
    """The arrays that stand several times in one list or dict, and the names of these places."""
    for ref in arrays_of(evidence.trial.subject.made):
        again = [one.name for one in ref.also if one.attribute == ref.attribute and one.owner is ref.owner]
        if again:
            yield ref, [ref.name, *again]


def repeated_array(evidence: Evidence) -> str:
    """What is said of a list that forward keeps, and that holds one array several times."""
    made = evidence.trial.subject.made
    front = getattr(wrapped_in(made), evidence.trial.subject.way.forward.name, None)
    if not changes_in_place(said(made, "_parts", {}).get("front") or front):
        return ""
    own = {one.name for one in evidence.trial.parameters}
    kept = [ref.attribute for ref, _ in repeated(evidence) if ref.name not in own]
    return KEPT_TWICE.format(kept[0]) if kept else ""


def changes_in_place(function: Any) -> bool:
    """Whether a function changes arrays in their places: `h += d`, `h[:] = d`, `out=h`."""
    for node in nodes_of(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name | ast.Subscript | ast.Attribute):
            return True
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Slice | ast.Tuple) for one in targets):
            return True
        if isinstance(node, ast.keyword) and node.arg == "out":
            return True
    return False


def shared_object(evidence: Evidence) -> str:
    """What is said of an object that goes forward twice, and keeps what backward needs of the last time alone."""
    whole = wrapped_in(evidence.trial.subject.made)
    if isinstance(evidence.trial.subject.made, Trained | LoopLoss):
        return ""  # its step may go forward as often as it likes
    seen: dict[int, tuple[int, str]] = {}

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        owner = frame.f_locals.get("self") if is_users(frame.f_code.co_filename) else None
        kept = owner is not None and owner is not whole and bool(attributes_of(owner))
        if kept and frame.f_code.co_name == named(owner, FORWARD):
            seen[id(owner)] = seen.get(id(owner), (0, ""))[0] + 1, type(owner).__name__

    with traced(watch):
        evidence.trial.subject.forward(evidence.trial.x, evidence.trial.inputs.y)
    twice = {one: name for one, (count, name) in seen.items() if count > 1}
    held = [f"self.{name}" for name, one in attributes_of(whole).items() if id(one) in twice]
    return SHARED_OBJECT.format(" and ".join(held) or f"a {next(iter(twice.values()))}") if twice else ""


SHARED_OBJECT = (
    "{}: one object, which goes forward more than once and keeps what the last time was, where backward needs each "
    "time: make one for each place."
)
ONE_ARRAY = "are the same array: make one for each; [array] * n repeats one."
KEPT_TWICE = "{} holds one array several times, which is changed in place: keep a copy of each."
UNKNOWN = "no known mistake looks like this."


def explain_gradients(evidence: Evidence, known: Sequence[tuple[str, str]] = ()) -> list[tuple[list[str], str]]:
    """Each recognised mistake with the names of the gradients that show it.

    Args:
        known: what is known to be wrong already, with the name of the gradient.
    """
    found: dict[str, list[str]] = {}
    for name, text in known:
        found.setdefault(text, []).append(name)
    if told := shared_gradients(evidence):
        return [told, *((names, text) for text, names in found.items())]
    explained = {name for name, _ in known}
    wrong = [one for one in evidence.gradients if not one.passed and one.name not in explained]
    for gradient in wrong:
        if gradient.value is None:
            found.setdefault(lost(gradient), []).append(gradient.of)
    rest = [gradient for gradient in wrong if gradient.value is not None]
    look_at: str = said(evidence.trial.subject.made, "look_at", "")
    if rest and look_at:  # what goes back by itself has no lines of backward that an edit could mend
        return [*((names, text) for text, names in found.items()), ([one.name for one in rest], look_at)]
    if rest:
        for repair in repairs(evidence):
            names = [one.name for one in rest if one.of in repair.mended]
            found.setdefault(repair.told(), []).extend(names)
            explained |= set(names)
    unknown: list[Gradient] = []
    for gradient in rest:
        if gradient.name not in explained:
            texts = (pattern(evidence, gradient) for pattern in PATTERNS)
            first = next((text for text in texts if text is not None), None)
            first = first or missing_term(gradient, routines_of(evidence.trial)[0])
            if first is None:
                unknown.append(gradient)
            else:
                found.setdefault(first, []).append(gradient.name)
    if unknown and (repetition := repeated_array(evidence) or shared_object(evidence)):
        found[repetition] = [gradient.name for gradient in unknown]
    elif unknown:
        found[f"{UNKNOWN} {where_to_look(evidence, bool(found))}".rstrip()] = [gradient.name for gradient in unknown]
    return [(names, text) for text, names in found.items()]


def where_to_look(evidence: Evidence, others: bool) -> str:
    """Which gradients are right, so that the mistake lies behind them."""
    if others:
        return "Mend the other mistakes first: one that is nearer to the output makes all before it wrong."
    right = [one.name for one in evidence.gradients if one.passed]
    if len(evidence.gradients) == 1:
        return ""
    if not right:
        return "No gradient is right: look at the first lines of backward, where the gradient of the output is taken."
    return f"Right: {', '.join(right)}. So the mistake is in a line of backward that none of these depends on."


def lost(gradient: Gradient) -> str:
    """What is said of a gradient that is not there."""
    name = gradient.of.rpartition(".")[2]
    if gradient.of == "x":
        return "backward returned no dx. A layer returns it, for the layer below needs it."
    return (
        f"no gradient was found: nothing that backward returned or changed is equal to it or named like it, as "
        f"d{name}, {name}_grad or grads[{name!r}]. "
        f"If {gradient.of} is a constant, say --constant {gradient.of}."
    )


def notes(evidence: Evidence) -> list[str]:
    """What is no mistake, and worth knowing."""
    trial, found = evidence.trial, []
    subject, way = trial.subject, trial.subject.way
    if subject.changes_input(trial.x, trial.inputs.y):
        found.append("forward changes its input x in place; whoever hands it over loses the values. Work on a copy.")
    if way.after:
        found.append(f"{way.after.name} is called after backward, which does not give all gradients.")
    taken = ", ".join(of for of, one in trial.labels.items() if one.label.startswith(CHANGE))
    if taken and not isinstance(subject.made, Trained):  # which says so itself
        who = way.after.name if way.after else "backward"
        found.append(f"{who} changes {taken} itself: the change divided by the learning rate is the gradient.")
    if trial.constants:
        names = ", ".join(dict.fromkeys(trial.constants))
        found.append(f"{names}: taken for a constant, for no gradient of it is returned.")
    return [note for note in (*found, way.note(), *subject.told) if note]
