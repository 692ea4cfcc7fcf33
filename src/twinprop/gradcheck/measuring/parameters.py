"""Which of the arrays and numbers that an object holds are its parameters, as its runs tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import FunctionType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.finding import Found
from twinprop.gradcheck.arrays.held import ArrayRef, arrays_of, as_number, is_bare, is_float_array, names_gradient
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.arrays.likely_shapes import BIAS, is_parameter
from twinprop.gradcheck.calling.upkeep import rates_of
from twinprop.gradcheck.faults import SubjectError, is_users_own
from twinprop.gradcheck.measuring.subject import Subject, is_turned
from twinprop.gradcheck.measuring.trial import Trial
from twinprop.gradcheck.objects.functions import Functions
from twinprop.gradcheck.objects.lacking import stored_attributes
from twinprop.gradcheck.objects.several import Several
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import source_of


def adopt_parameters(subject: Subject, inputs: Inputs) -> None:
    """Take for parameters what is no float array after the constructor: plain numbers, whole numbers, late arrays."""
    rehearsal = subject.copied()
    if rehearsal is not subject:
        out = rehearsal.forward(inputs.x, inputs.y)
        dy = rehearsal.way.upstream(out, inputs.y, np.random.default_rng(0))
        found = rehearsal.gradients_left(dy, inputs.x, inputs.y)
        adopt_numbers(subject, rehearsal, inputs, out, found)
    adopt_late_arrays(subject, inputs)
    subject.parameters = [one for one in subject.parameters if not is_gradient_of_another(one, subject.parameters)]


def adopt_numbers(subject: Subject, rehearsal: Subject, inputs: Inputs, out: Any, found: Sequence[Found]) -> None:
    """Numbers where backward leaves a gradient that is named like theirs, as of a bias that starts as 0."""
    bare = next(filter(is_bare_number, found), None)
    rates = [ref.name for ref in rates_of(subject.made)]  # one that grows is no weight
    for number, twin in zip(subject.numbers, rehearsal.numbers, strict=True):
        if number.name in rates:
            continue
        gradient = next((one for one in found if one.changed and one.level(twin) > 0), None)
        value, now = np.array(number.get(), float), np.asarray(twin.get())
        if gradient is not None:
            # a number becomes a vector where its first update would make it one
            shape = gradient.shape
            vector = np.size(gradient.value) == 1 or (len(shape) == 1 and shape != (inputs.count,))
            start = value if value.ndim else np.full(shape if vector else (), float(value))
        elif rehearsal.knows_rate and value.ndim == 0 and not np.array_equal(now, value):
            start = np.full(now.shape, float(value))  # backward updates it
        elif value.ndim == 0 and BIAS.fullmatch(number.attribute.lower()) and bare is not None:
            start = np.full(bare.shape, float(value))  # `return dw, np.sum(d)`: what that is of, slopes will tell
        else:
            continue
        if depends_on(rehearsal, twin, value, inputs, out):
            number.set(as_number(start) if np.ndim(start) == 0 else start)
            subject.parameters.append(next(ref for ref in arrays_of(subject.made) if ref.name == number.name))


def is_bare_number(one: Found) -> bool:
    """Whether backward returned a number without a name."""
    return one.owner is None and one.attribute in ("", "grads") and not one.keys[1:] and np.size(one.value) == 1


def depends_on(rehearsal: Subject, number: ArrayRef, value: Any, inputs: Inputs, out: Any) -> bool:
    """Whether the output changes when a number does; a size or an index cannot be changed by a fraction."""
    old = number.get()
    number.set(np.array(value + 0.1))
    try:
        return not np.array_equal(rehearsal.forward(inputs.x, inputs.y), out)
    except SubjectError:
        return False
    finally:
        number.set(old)


def adopt_late_arrays(subject: Subject, inputs: Inputs) -> None:
    """Arrays that the first forward makes, and the next ones keep: weights whose size depends on the input."""
    own = [one.get() for one in subject.parameters]
    known = {id(one) for one in own}
    subject.forward(inputs.x, inputs.y)
    first = {ref.name: ref.get() for ref in arrays_of(subject.made)}
    subject.forward(inputs.x, inputs.y)
    for ref in arrays_of(subject.made):
        value = ref.get()
        # what is called a cache is none, though it be kept by mistake
        kept = value is first.get(ref.name) and id(value) not in known and role_of(ref.attribute) != "cache"
        if kept and is_float_array(value) and value.dtype == np.float64 and not is_turned(value, own):
            subject.parameters.append(ref)


def is_gradient_of_another(ref: ArrayRef, others: Sequence[ArrayRef]) -> bool:
    """Whether an array is named as the gradient of another of the same object, which is no gradient itself."""
    return any(
        other is not ref and other.owner is ref.owner and names_gradient(ref.attribute, ref.keys, other)
        for other in others
    )


LISTS = re.compile("param|weight|train|update|step|state|fit|learn")
"""What is in the names of methods that handle weights."""


def is_left_alone(trial: Trial, name: str) -> bool:
    """Whether an array is a constant, as the matrix of a graph.

    It is called no weight, nothing names its gradient, and nothing but the constructor puts something there.
    """
    ref = next((one for one in trial.parameters if one.name == name), None)
    if ref is None or ref.also or ref.keys or is_parameter(ref.attribute):
        return False
    kinds = [kind for kind in type(ref.owner).__mro__ if is_users_own(kind)]
    word = re.escape(ref.attribute)
    own = rf"d_?{word}|g_?{word}|(grad|delta)s?_?{word}|{word}_?(grad|gradient|delta)s?"
    text = "\n".join(map(source_of, kinds))
    if not kinds or re.search(rf"(?<![A-Za-z])({own})(?![A-Za-z])", text):
        return False
    methods = [one for kind in kinds for one in vars(kind).values() if isinstance(one, FunctionType)]
    listed = [one for one in methods if LISTS.search(one.__name__.lower()) and ref.attribute in source_of(one)]
    later = [one for one in methods if one.__name__ != "__init__" and ref.attribute in stored_attributes(one)]
    return not listed and not later


def keep_used(trial: Trial, rng: np.random.Generator) -> None:
    """Leave only what the output depends on: work arrays are no parameters, nor is a velocity.

    What is 0 gets small random numbers, in place: with zeros many derivatives vanish, right or wrong.
    """
    empty = [parameter for parameter in trial.parameters if not parameter.get().any()]
    for parameter in empty:
        parameter.get()[...] = 0.1 * rng.standard_normal(parameter.get().shape)
    trial.out = trial.subject.forward(trial.x, trial.inputs.y)
    trial.dy = trial.subject.way.upstream(trial.out, trial.inputs.y, np.random.default_rng(trial.seed + 1))
    used = [parameter.name for parameter in trial.parameters if trial.output_depends_on(parameter)]
    for parameter in empty:
        if parameter.name not in used:
            parameter.get()[...] = 0
    trial.unused = [parameter for parameter in trial.parameters if parameter.name not in used]
    trial.parameters = [parameter for parameter in trial.parameters if parameter.name in used]
    trial.subject.parameters = trial.parameters
    trial.subject.forward(trial.x, trial.inputs.y)


def forward_changes(trial: Trial, parameter: ArrayRef) -> bool:
    """Whether forward puts something else into an array's place, or into the array."""
    before = parameter.get()
    old = np.copy(before)
    trial.subject.forward(np.flip(trial.x), trial.inputs.y)
    now = parameter.get()
    changed = now is not before or not np.array_equal(now, old)
    trial.subject.forward(trial.x, trial.inputs.y)
    return changed


def unseen_weights(trial: Trial) -> list[ArrayRef]:
    """Matrices that the output does not depend on, and that are no work arrays: weights between steps, for one step.

    What is 0, as a velocity, or what forward puts something into, is none.
    """
    known = [*trial.parameters, *trial.unused]
    matrices = [one for one in trial.unused if np.ndim(one.get()) > 1 and one.get().any()]
    return [one for one in matrices if not is_gradient_of_another(one, known) and not forward_changes(trial, one)]


def hides_weights(subject: Subject, inputs: Inputs) -> bool:
    """Whether a weight makes no difference there, as between the steps of a sequence that has one."""
    (fresh := subject.copied()).settle(inputs)
    trial = Trial(fresh, inputs, 0)
    keep_used(trial, np.random.default_rng(0))
    return bool(unseen_weights(trial))


def adopt_forgotten(trial: Trial, found: dict[str, tuple[str, Any]]) -> list[ArrayRef]:
    """Arrays that the output does not depend on, and that have a gradient of their own: forward forgets them.

    The velocity of W has that of W.
    """
    again = [one for one in trial.run() if one.changed]
    taken = [value for _, value in found.values()]
    forgotten = []
    for parameter in trial.unused:
        if is_bare(parameter.attribute) or forward_changes(trial, parameter):
            continue  # what forward computes anew, as the mean of a batch, is none
        named = [one for one in again if one.level(parameter) > 0 and one.shape == np.shape(parameter.get())]
        own = [one for one in named if not any(np.array_equal(one.value, other) for other in taken)]
        if own and is_float_array(parameter.get()) and any(np.any(one.value) for one in own):
            forgotten.append(parameter)
    return forgotten


def has_shape_of_choice(trial: Trial, name: str, shape: tuple[int, ...]) -> bool:
    """Whether a gradient is that of one of several inputs, or of what forward takes in that shape as well.

    Nothing is subtracted from the first, and the shape of the other is a guess.
    """
    made = trial.subject.made
    if isinstance(made, Several) and (name == "x" or (name,) in made._free):
        return True
    own = next((one for one in trial.parameters if one.name == name), None)
    if own is None or not isinstance(made, Functions) or (name,) not in made._free:
        return False
    array = own.get()
    own.set(array.reshape(shape))
    try:
        return np.array_equal(trial.subject.forward(trial.x, trial.inputs.y), trial.out)
    except SubjectError as error:
        return "0-dimensional" in str(error) or "with a sequence" in str(error)  # NumPy 1 took an array of one number
    finally:
        own.set(array)
