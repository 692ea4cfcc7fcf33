"""What is told beside the gradients: what was not checked, and what overflows for large numbers.

Losses and softmaxes of large numbers are finite, and careless code gives inf or nan. The input grows until the answer
is no longer finite. Whether the true answer is finite there is found out in extended precision, whose exponentials
reach much further. Then the code runs once more with NumPy's own errors switched on, which name the line.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import CodeType, FrameType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import ratio
from twinprop.gradcheck.arrays.finding import Found
from twinprop.gradcheck.arrays.held import (
    FloatArray,
    arrays_of,
    attributes_of,
    is_bare,
    is_numeric,
    marked,
    said,
    stems,
)
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.calling.upkeep import owners_of, ways_after
from twinprop.gradcheck.faults import SubjectError, error_with_line, is_users, short_path, traced
from twinprop.gradcheck.measuring.parameters import unseen_weights
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.measuring.trial import CHANGE, Trial
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.text import ranges


def unchecked_gradients(trial: Trial, gradients: list[Gradient]) -> list[str]:
    """What backward returned, or left under the name of a gradient, and belongs to no parameter.

    Left out is what equals a gradient of the table, what belongs to something that forward keeps, as `dz1` to `z1`, and
    the gradient of the output.
    """
    found = trial.run()
    known = [np.asarray(gradient.value) for gradient in gradients if gradient.value is not None]
    known += [np.asarray(trial.dy)] if trial.dy is not None else []
    kept = kept_names(trial)
    names = {name for one in gradients for name in (one.name, one.name.partition(" of ")[2])}  # mean of dW
    left = [
        one
        for one in found
        if one.label not in names
        and not any(one.label.startswith(f"{name}[") for name in names)
        and one.changed
        and np.size(one.value)
        and not any(alike(one.value, other) for other in known)
    ]
    return list(dict.fromkeys(one.label for one in left if looks_like_gradient(trial, one, kept)))


UPHILL = "{} adds its step to {} where it has to subtract it: each goes uphill, and the loss grows."
OTHER_STEP = (
    "the step by which backward changes {} is no multiple of the gradients, as that of an optimizer: not checked."
)


def steps_beside(trial: Trial, gradients: list[Gradient]) -> tuple[list[str], list[str]]:
    """The parameters that backward changes uphill, and by no multiple of a right gradient that it leaves as well."""
    uphill, other = [], []
    for one in gradients:
        step = trial.updates.get(one.of)
        if one.of not in trial.updated or step is None or not one.passed or one.name.startswith(CHANGE):
            continue
        itself = one.value if np.shape(one.value) == np.shape(step.value) else one.right  # what is measured has noise
        factor = ratio(np.ravel(step.value), np.ravel(itself)) if np.any(step.value) else 0.0
        if factor is None:
            other.append(one.of)
        elif factor < 0:
            uphill.append(one.of)
    return uphill, other


def uphill_methods(trial: Trial, gradients: list[Gradient]) -> dict[str, list[str]]:
    """The methods that take a step after backward and go uphill, with the parameters that they change so."""
    subject = trial.subject
    found: dict[str, list[str]] = {}
    right = {one.of: one.right for one in gradients if one.passed}
    for method in ways_after(subject.made, subject.way) if subject.way.given_apart and not subject.way.after else ():
        one = subject.copied()
        if one is subject:
            break
        one.way = replace(one.way, after=method)
        try:
            other = Trial(one, trial.inputs, trial.seed)
            other.run()
        except SubjectError:
            continue
        steps = {of: np.ravel(other.updates[of].value) for of in right if of in other.updated and of in other.updates}
        uphill = [of for of, step in steps.items() if (ratio(step, np.ravel(right[of])) or 0.0) < 0]
        found |= {method.name: uphill} if uphill else {}
    return found


HIDDEN = "{}: not checked, for with these inputs the loss does not change with it: mistakes in its gradient hide."


def hidden_weights(trial: Trial, gradients: list[Gradient]) -> list[str]:
    """What is said of parameters whose gradients are not seen: what they are makes no difference, or none nearby."""
    known = {one.of for one in gradients if np.any(np.nan_to_num(one.right)) or np.any(one.value)}
    known |= {*trial.constants, *trial.left_alone}
    still = [one for one in trial.parameters if one.name not in known and not trial.may_lack(one.name)]
    found = {one.label for one in trial.labels.values()}
    unseen = [one for one in unseen_weights(trial) if one.name in trial.subject.initial and one.name not in found]
    names = ", ".join(one.name for one in [*still, *unseen] if role_of(one.attribute) not in ("x", "y"))  # its data
    return [HIDDEN.format(names)] if names else []


MADE_ANEW = (
    "forward makes {} anew in every call: no such gradient could be checked, and what an update changes is lost. "
    "Make it in the constructor, once."
)


def made_anew(trial: Trial) -> list[str]:
    """The weights that backward changes, and the next forward makes again."""
    subject = trial.subject
    own = {one.name for one in trial.parameters}

    def held() -> dict[str, Any]:
        return {ref.name: ref.get() for ref in arrays_of(subject.made) if is_parameter(ref.attribute)}

    try:
        subject.forward(trial.x, trial.inputs.y)
        arrays = {name: (array, np.copy(array)) for name, array in held().items() if name not in own}
        if not arrays:
            return []
        subject.backward(trial.dy, trial.x, trial.inputs.y)
        changed = [name for name, (array, old) in arrays.items() if not np.array_equal(held().get(name, array), old)]
        subject.forward(trial.x, trial.inputs.y)
    except SubjectError:  # told by what else is checked
        return []
    now = held()
    return [one for one in changed if one in now and now[one] is not arrays[one][0] and alike(now[one], arrays[one][1])]


def alike(a: Any, b: Any) -> bool:
    return np.size(a) == np.size(b) and bool(np.allclose(np.ravel(a), np.ravel(b), rtol=1e-9, atol=0, equal_nan=True))


def kept_names(trial: Trial) -> set[str]:
    """Names of the attributes that forward keeps."""
    parameters = {ref.name for parameter in trial.parameters for ref in (parameter, *parameter.also)}
    owners = owners_of(trial.subject.made, is_numeric)
    names = {f"{prefix}{name}" for prefix, owner in owners.items() for name in attributes_of(owner)}
    return set(map(word_of, names - parameters - set(trial.subject.initial)))


def looks_like_gradient(trial: Trial, one: Found, kept: set[str]) -> bool:
    """Whether something is named as a gradient of what was never found."""
    if one.attribute.lower().lstrip("_").startswith(("delta", "error", "diff")):
        return False  # delta is what many call the gradient of a layer's sum
    if one.owner is None:
        return one.attribute == "grads" or is_bare(one.attribute) or bool(stems(one.attribute))
    if is_bare(one.attribute):
        return bool(one.keys)
    if one.label in trial.subject.initial:
        return False
    prefix = one.label[: one.label.rfind(".") + 1].lower().replace("_", "")
    told = [prefix + word_of(stem) for stem in marked(one.attribute)]
    return bool(told) and not kept & {*told}


def lines_not_run(trial: Trial) -> list[str]:
    """Lines of backward that did not run, as `net.py:12-14`: a branch for other inputs was not checked."""
    run: dict[CodeType, set[int]] = {}

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if not is_users(code.co_filename):
            return None
        run.setdefault(code, set()).add(frame.f_lineno)
        return watch

    with traced(None):
        trial.run(lambda: sys.settrace(watch))
    found = []
    for code, lines in run.items():
        # a method of the class, not a function within: its own lines come as a code of its own
        own = {line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno}
        own = {
            line
            for line in own
            if not linecache.getline(code.co_filename, line).lstrip().startswith(("raise", "print("))
        }
        if own - lines:
            found.append(f"{short_path(code.co_filename)}:{ranges(sorted(own - lines))}")
    return found


SIZES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
"""Largest entries of the inputs that are tried."""

UNSHIFTED = (
    "the exponential of a softmax overflows. Subtract the largest number of each {} first, which changes nothing "
    "else:\nz = z - z.max(axis={}, keepdims=True)"
)
OVERFLOW = (
    "the exponential overflows. Take exponentials of numbers below 0 only, with e = np.exp(-np.abs(z)):\n"
    "sigmoid:  np.where(z >= 0, 1, e) / (1 + e)\n"
    "softplus: np.maximum(z, 0) + np.log1p(e)\n"
    "tanh:     np.tanh(z)"
)
LOG_SOFTMAX = "z = z - z.max({0})\nz - np.log(np.exp(z).sum({0}))"
LOG_OF_ZERO = (
    "the logarithm of 0. A probability can be 0 in the computer. Do not clip it: take the logarithm of the softmax "
    "in one step,\n{}"
)
BINARY = "np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))"
LOG_OF_SIGMOID = (
    "the logarithm of 0. Take the loss from z, before the sigmoid, in one step; for the cross entropy of 0 and 1 it "
    f"is\n{BINARY}"
)


def explain_overflow(subject: Subject, inputs: Inputs) -> list[str]:
    """What goes wrong for large inputs, in a sentence or two each."""
    if inputs.values == "indices":
        return []
    if inputs.values == "probabilities":
        return list(certain_predictions(subject, inputs))
    return large_numbers(subject, inputs)


def finite(out: Any) -> bool:
    return bool(np.all(np.isfinite(out)))


def output_or_none(subject: Subject, x: FloatArray, y: Any) -> Any:
    """What forward returns; None where it raises, which small inputs have not made it do."""
    try:
        return subject.forward(x, y)
    except SubjectError:
        return None


def overflows(subject: Subject, x: FloatArray, y: Any) -> bool:
    """Whether the answer is not finite although it ought to be."""
    out = output_or_none(subject, x, y)
    if out is None or finite(out):
        return False
    exact = output_or_none(subject, x.astype(np.longdouble), y)
    if exact is not None and finite(exact):
        return bool(np.all(np.abs(exact) < 1e300))
    return bool(np.any(np.isnan(out)))


def large_numbers(subject: Subject, inputs: Inputs) -> list[str]:
    """What goes wrong for large numbers: all alike, of either sign, or as weights; each fault once."""
    biggest = np.abs(inputs.x).max()
    keep = [(parameter, parameter.get().copy()) for parameter in subject.parameters]
    softmax = shows_probabilities(subject, inputs.x, inputs.y)
    found: dict[str, str] = {}
    try:
        for size in SIZES:
            feeds = [(np.full_like(inputs.x, size), "inputs"), (inputs.x * (size / biggest), "inputs")]
            if keep:
                # a saturated hidden layer hides large inputs from the softmax; large weights it cannot hide
                feeds.append((inputs.x, "weights"))
            for x, what in feeds:
                for parameter, array in keep:
                    factor = size / max(np.abs(np.asarray(array)).max(initial=0), 1e-9) if what == "weights" else 1.0
                    parameter.get()[...] = array * factor
                if overflows(subject, x, inputs.y):
                    why, text = cause_with_line(subject, x, inputs, softmax, f"{what} of size {size:g}")
                    # a division by 0 may have another cause than an exponential out of range
                    out_of_range = (float_error(subject, x, inputs.y, kind) is not None for kind in ("over", "under"))
                    if "logarithm" in why or any(out_of_range):
                        found.setdefault(why, text)
    finally:
        for parameter, array in keep:
            parameter.get()[...] = array
    return list(found.values())


def float_error(subject: Subject, x: FloatArray, y: Any, *kinds: str) -> FloatingPointError | None:
    """What NumPy says where it raises errors of these kinds; None where there are none."""
    raising: Any = dict.fromkeys(kinds, "raise")
    try:
        with np.errstate(**raising):
            subject.forward(x, y)
    except SubjectError as error:
        return error.__cause__ if isinstance(error.__cause__, FloatingPointError) else None
    return None


def cause_with_line(subject: Subject, x: FloatArray, inputs: Inputs, softmax: bool, when: str) -> tuple[str, str]:
    """Why the answer is not finite, and that in full, with the line where it happens."""
    y = inputs.y
    usual = np.asarray(output_or_none(subject, inputs.x, y))
    columns = usual.ndim == 2 and np.allclose(usual.sum(0), 1) and not np.allclose(usual.sum(1), 1)
    alone = said(subject.made, "by_sample", False) or adds_up(usual, None)
    where = ("sample", None) if alone else ("row", -1)
    kind, axis = ("column", 0) if inputs.axis or columns else where
    unshifted = UNSHIFTED.format(kind, axis)
    out = np.asarray(output_or_none(subject, x, y)).ravel()
    head = f"For {when} forward gives {out[~np.isfinite(out)][0]}, although the answer is finite: "
    cause = float_error(subject, x, y, "divide", "invalid") or float_error(subject, x, y, "over")
    why = unshifted if softmax else OVERFLOW
    if cause is not None and "in log" in str(cause):
        why = LOG_OF_ZERO.format(log_softmax(axis)) if softmax else LOG_OF_SIGMOID
    return why, f"{head}{why}" + (f"\n{error_with_line(cause)}" if cause is not None else "")


def log_softmax(axis: int | None) -> str:
    return LOG_SOFTMAX.format("" if axis is None else f"axis={axis}, keepdims=True")


def adds_up(array: Any, axis: int | None) -> bool:
    """Whether these are probabilities of several classes, along an axis; along None, of one sample."""
    if not isinstance(array, np.ndarray) or not array.ndim or array.dtype.kind != "f" or not (array > 0).all():
        return False
    return (array.size if axis is None else array.shape[axis]) > 1 and bool(np.allclose(array.sum(axis), 1))


def is_sigmoid_of_each(array: Any, classes: int) -> bool:
    """Whether these may be probabilities of each class by itself, which do not add up."""
    if not isinstance(array, np.ndarray) or array.ndim != 2 or classes not in array.shape or array.dtype.kind != "f":
        return False
    return bool(((array > 0) & (array < 1)).all())


def arrays_within(subject: Subject, x: FloatArray, y: Any) -> list[Any]:
    """The arrays that the functions of forward hold at their ends."""
    found: list[Any] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "return" and is_users(frame.f_code.co_filename):
            found.extend(frame.f_locals.values())

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        output_or_none(subject, x, y)
    finally:
        sys.setprofile(before)
    return found


def shows_probabilities(subject: Subject, x: FloatArray, y: Any) -> bool:
    """Whether there is a softmax: probabilities of several classes, or a loss that a shift of a row does not change."""
    out = output_or_none(subject, x, y)
    held = [np.asarray(out, float), *(ref.get() for ref in arrays_of(subject.made)), *arrays_within(subject, x, y)]
    if any(adds_up(array, axis) for array in held for axis in (0, -1)) or adds_up(held[0], None):
        return True
    if y is not None and np.asarray(y).dtype.kind in "iu":  # numbers of classes, but of a sigmoid for each
        return not any(is_sigmoid_of_each(array, int(np.max(y)) + 1) for array in held)
    shifted = output_or_none(subject, x + 1, y)
    return (
        subject.way.is_loss
        and not subject.parameters
        and shifted is not None
        and bool(np.allclose(shifted, out, rtol=1e-9))
    )


def certain_predictions(subject: Subject, inputs: Inputs) -> Iterator[str]:
    """Whether a loss of probabilities survives a prediction that is certain, and right: its loss is finite."""
    axis = 0 if inputs.axis else -1
    y = inputs.y
    if y is None or inputs.axis is None or (inputs.kind == "binary" and y.shape != inputs.x.shape):
        return
    classes = inputs.x.shape[axis]
    right = y if y.shape == inputs.x.shape else np.eye(classes)[y]
    right = right.T if right.shape != inputs.x.shape else right
    certain = output_or_none(subject, right.astype(float), y) if right.shape == inputs.x.shape else None
    if certain is not None and not finite(certain):  # None is a refusal, with a message of its own
        # the cross entropy of 0 and 1 looks at p where y is 0, too; that of one-hot vectors does not
        halved = output_or_none(subject, np.where(right == 0, inputs.x / 2, inputs.x), y)
        binary = not np.array_equal(halved, output_or_none(subject, inputs.x, y))
        stable = BINARY if binary else log_softmax(axis)
        yield (
            "For probabilities of exactly 0 and 1, all of them right, forward does not give a finite loss: it takes "
            "the logarithm of 0, and 0 · log 0 is nan.\nTake the loss from z, before the "
            f"{'sigmoid' if binary else 'softmax'}, which never meets log 0:\n{stable}"
        )
