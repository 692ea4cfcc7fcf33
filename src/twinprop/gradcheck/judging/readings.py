"""What is wrong as it was read first may be right in another reading: those are tried, one after the other.

One sample as a column, a row or a vector; a loss whose backward is given its probabilities; a layer that takes for the
gradient of its output what its loss would give it.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import same_numbers
from twinprop.gradcheck.arrays.held import said, wrapped_in
from twinprop.gradcheck.arrays.inputs import CLOSE, LIKELY, MEANS, Inputs, LikelyLoss, draw_y, targets_like
from twinprop.gradcheck.calling.way import (
    DerivativeWay,
    FusedWay,
    JacobianWay,
    LayerWay,
    LossWay,
    NetworkWay,
    OneEntryWay,
    SmallWay,
    Way,
)
from twinprop.gradcheck.calling.ways import layer_given_y
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.judging.checking import check_subject
from twinprop.gradcheck.making.uses import is_multiplied
from twinprop.gradcheck.measuring.choice import as_softmax_has_them
from twinprop.gradcheck.measuring.parameters import keep_used
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.measuring.trial import CHANGE, Trial
from twinprop.gradcheck.objects.joining import Pair
from twinprop.gradcheck.report import Report
from twinprop.gradcheck.source.lending import kinds_of
from twinprop.gradcheck.source.loops import OFF
from twinprop.gradcheck.source.roles import word_of
from twinprop.gradcheck.source.sources import nodes_of, source_of
from twinprop.gradcheck.training.trained import Trained

FUSED = (
    "backward is given the gradient of what went into the softmax, p - y, as by a cross entropy whose backward returns "
    "that. As a layer of its own it is wrong. Check both together: --layer FILE:Softmax,CrossEntropy."
)
OF_OUTPUT = (
    "right where the derivative is given the output of the function, as a * (1 - a) with a = sigmoid(z). Of x itself, "
    "as in sigmoid_prime(z), it is wrong: look at each line that calls it."
)
WITHOUT = "checked with {} = 0: a step with a penalty or a momentum is another than that of the gradient alone."
ANOTHER_LOSS = "a step of {} follows the gradient of this loss, and not that of its own method for the loss."
OTHER_ENTROPY = (
    "the gradients are those of {}. {} returns another loss: {}. Of p - y the binary one belongs to a sigmoid, the "
    "other to a softmax."
)
UNCLIPPED = "right where nothing is clipped or scaled: {} here. Large errors are changed:\n{}"
CLIPS = re.compile(r"clip|norm\(|minimum\(|max_?(grad|norm)|threshold", re.IGNORECASE)
FOR_ONE = (
    "right for one sample alone: of a batch, forward returns neither the sum nor the mean of what it does for each."
)
FOR_ONE_MATRIX = "right for one sample alone, as a matrix of the derivatives of each output by each input."
ONE_ENTRY = (
    "right where dy has one entry that is not 0, as that of the cross entropy of one sample, and wrong for "
    "any other dy."
)


@dataclass
class Reading:
    """Another way to call a subject, or another shape of what it is given.

    Attributes:
        told: what the report says of it.
        seeds: how many draws of dy have to be right.
        off: names of numbers that are set to 0.
        instead: whether it is the reading that is meant, right or wrong.
        likelier: whether it is meant if more gradients are right in it than in the first.
    """

    way: Way
    inputs: Inputs
    told: str = ""
    seeds: int = 1
    off: Sequence[str] = ()
    instead: bool = False
    likelier: bool = False


def right_in_another_reading(
    subject: Subject,
    inputs: Inputs,
    constants: Sequence[str],
    seed: int,
    shape_given: bool,
    first: Report | None = None,
) -> Report | None:
    """The report of the first other reading in which all is right; None where there is none.

    Args:
        subject: as it was before its first run.
        shape_given: whether the shape of x was asked for.
        first: what was said in the first reading; None where it raised an error.
    """
    if said(subject.made, "loss_alone", False) and said(subject.made, "_own_inputs") is not None:  # both are its own
        return None
    some = [*([] if shape_given else in_another_shape(subject, inputs)), *label_as_a_number(subject, inputs)]
    steps = first is not None and any(one.name.startswith(CHANGE) for one in first.gradients)
    some += [*without_penalty(subject, inputs, steps), *with_a_likely_loss(subject, inputs)]
    if first is not None and any(one.comparison is not None and not one.comparison.passed for one in first.gradients):
        some += with_small_errors(subject, inputs, seed)  # what is stale is so for every batch but the first
    some += [
        *with_y_from_above(subject, inputs),
        *given_its_output(subject, inputs),
        *with_its_loss(subject, inputs, seed),
        *one_sample(subject, inputs),
    ]
    plain = next((one for one in some if one.off), None)
    some = [each for one in some for each in (*also_plain(one, plain), one)]
    for reading in some:
        one = subject.copied()
        one.way = reading.way
        for ref in one.numbers:
            if ref.name in reading.off:
                ref.set(0)
        try:
            tried = [
                check_subject(copy.deepcopy(one), reading.inputs, constants, other, reading.instead)
                for other in range(seed, seed + reading.seeds)
            ]
        except SubjectError:
            continue
        before = first.gradients if first else []
        whole = {gradient.of for gradient in before} <= {gradient.of for gradient in tried[0].gradients}
        more = sum(gradient.passed for gradient in tried[0].gradients) > sum(gradient.passed for gradient in before)
        meant = reading.instead or (reading.likelier and more)
        if whole and (meant or all(map(tells_something, tried))):
            if not tried[0].right and not reading.instead:
                tried = [check_subject(one, reading.inputs, constants, seed)]
            tried[0].advice[:0] = [reading.told] if reading.told else []
            return tried[0]
    return None


def also_plain(reading: Reading, plain: Reading | None) -> list[Reading]:
    """A reading without penalty and momentum, too, before it would be taken for some gradients alone."""
    if plain is None or plain is reading or not reading.likelier:
        return []
    return [replace(reading, off=plain.off, told=f"{reading.told} It was {plain.told}")]


def tells_something(report: Report) -> bool:
    """Whether all is right, and some gradient is not 0 everywhere."""
    return report.right and any(np.nan_to_num(gradient.right).any() for gradient in report.gradients)


def in_another_shape(subject: Subject, inputs: Inputs) -> Iterator[Reading]:
    """One sample as a column, a row or a vector."""
    if inputs.y is not None or inputs.count != 1 or inputs.x.ndim > 2:
        return
    size = inputs.x.size
    shapes: list[tuple[tuple[int, ...], int | None]] = [((size, 1), -1), ((1, size), 0), ((size,), None)]
    for shape, axis in shapes:
        if shape != inputs.x.shape:
            yield Reading(subject.way, replace(inputs, x=inputs.x.reshape(shape), axis=axis))


def with_y_from_above(subject: Subject, inputs: Inputs) -> Iterator[Reading]:
    """A layer that calls the gradient from above `y`, where it was taken for targets."""
    way = subject.way
    if isinstance(way, NetworkWay) and way.guesses and way.backward is not None:
        layer = layer_given_y(way.title, way.forward, way.backward)
        if layer is not None:
            yield Reading(layer, replace(inputs, y=None, kind=""), likelier=True)


def label_as_a_number(subject: Subject, inputs: Inputs) -> Iterator[Reading]:
    """The class of one sample as a number: of an array with one, `onehot[label][0] = 1` changes a copy."""
    if inputs.kind == "labels" and inputs.count == 1 and np.shape(inputs.y) == (1,):
        yield Reading(subject.way, replace(inputs, y=int(inputs.y[0]), steady=True))


def one_sample(subject: Subject, inputs: Inputs) -> Iterator[Reading]:
    """A loss that is that of one sample: of a batch, it is neither the sum nor the mean of theirs."""
    if inputs.y is None or inputs.axis is None or inputs.count == 1 or not subject.way.is_loss:
        return
    if subject.parameters and depends_on_order(subject, inputs):
        return  # x is a sequence, of which each step depends on those before
    singles = [inputs.sample(at) for at in range(inputs.count)]
    try:
        sound = adds_up(subject, inputs) or adds_up(subject, inputs, inputs.another(inputs.count, 1))
    except (SubjectError, ValueError):
        sound = False
    if not sound:
        yield Reading(subject.way, singles[0], FOR_ONE)
        if inputs.axis and inputs.y.ndim == 2:  # the softmax or the labels may have been taken for columns by chance
            yield Reading(subject.way, replace(singles[0], x=singles[0].x.T, y=singles[0].y.T, axis=0), FOR_ONE)


def adds_up(subject: Subject, inputs: Inputs, less: Inputs | None = None) -> bool:
    """Whether what forward returns for a batch is what it does for each sample, or their sum or mean.

    Args:
        less: another batch; then so is the difference between the two, in which a penalty is no part.
    """
    wholes, each = [], []
    for batch in (inputs, less) if less is not None else (inputs,):
        wholes.append(np.ravel(subject.copied().forward(batch.x, batch.y)))
        singles = [batch.sample(at) for at in range(batch.count)]
        each.append(np.stack([np.ravel(subject.copied().forward(one.x, one.y)) for one in singles]))
    whole, parts = (one[0] - one[1] if len(one) > 1 else one[0] for one in (wholes, each))
    sums = (parts.sum(), parts.mean(), parts.sum(0), parts.mean(0))
    alike = whole.size == parts.size and np.allclose(np.sort(whole), np.sort(parts.ravel()))
    return bool(alike or (whole.size == 1 and any(np.allclose(whole, one) for one in sums)))


def depends_on_order(subject: Subject, inputs: Inputs) -> bool:
    """Whether other numbers come out where the samples come in another order."""
    try:
        there, back = (np.ravel(subject.copied().forward(one.x, one.y)) for one in (inputs, inputs.turned()))
    except SubjectError:
        return False
    return there.shape != back.shape or not np.allclose(np.sort(there), np.sort(back))


def without_penalty(subject: Subject, inputs: Inputs, steps: bool) -> Iterator[Reading]:
    """A network whose steps hold a penalty, or a momentum, which no likely loss has; or a layer that takes such steps.

    A loss of its own may have the penalty, too.
    """
    way = subject.way
    if way.backward is None:
        return
    given = {one.name: "zero" for one in way.backward.arguments if not one.needed and OFF.fullmatch(word_of(one.name))}
    known = re.compile(rf"{OFF.pattern}|beta" if type(way) is LayerWay else OFF.pattern)
    held = [ref.name for ref in subject.numbers if known.fullmatch(word_of(ref.attribute)) and np.any(ref.get())]
    held = held if way.guesses or (steps and type(way) is LayerWay) else []
    if given or held:
        roles = {**way.backward_roles, **given}
        told = WITHOUT.format(", ".join([*given, *held]))
        yield Reading(replace(way, backward_roles=roles), inputs, told, off=held, likelier=True)


def with_a_likely_loss(subject: Subject, inputs: Inputs) -> Iterator[Reading]:
    """A network whose steps are not those of the method for the loss, which may be a measure of the success alone.

    That cannot be where it holds a penalty. What is no training of its own may mean the other cross entropy: the
    gradient p - y belongs to one for a softmax and to the other for a sigmoid.
    """
    way, made = subject.way, subject.made
    if way.loss_method is None or not isinstance(way, NetworkWay):
        return
    other: dict[str, Any] = {"loss_method": None, "loss_roles": {}, "many": False}
    if isinstance(made, Trained):
        if not made.penalised:
            yield Reading(replace(way, **other, likely=LIKELY[0]), inputs, ANOTHER_LOSS.format(made.train))
        return
    one = subject.copied()
    try:
        out = one.forward(inputs.x, inputs.y)
        value = one.value(out, None, inputs.x, inputs.y, inputs.axis, inputs.count)
        targets_like(np.asarray(out), inputs.y, 0 if inputs.axis else -1)
    except (SubjectError, ValueError):  # its targets are of another kind
        return
    softmax = np.allclose(np.sum(out, 0 if inputs.axis == -1 else -1), 1)
    meant, printed = ("cross entropy", "binary cross entropy")[:: 1 if softmax else -1]
    for mean in MEANS:
        loss = LikelyLoss(mean, printed)
        if np.isclose(loss.value(out, inputs.y, inputs.axis or 0, inputs.count), value):
            given = replace(way, **other, likely=LikelyLoss(mean, meant), known=True)
            yield Reading(given, inputs, OTHER_ENTROPY.format(given.likely, way.loss_method.name, loss))


def with_small_errors(subject: Subject, inputs: Inputs, seed: int) -> Iterator[Reading]:
    """Targets next to the outputs, where the source clips what is large, or scales it."""
    made = wrapped_in(subject.made)
    lines = [line for kind in kinds_of(type(made)) for line in source_of(kind).splitlines() if CLIPS.search(line)]
    if isinstance(subject.way, NetworkWay) and inputs.y is not None and lines:
        trial = Trial(subject.copied(), inputs, seed)
        keep_used(trial, np.random.default_rng(seed + 2))  # as the check itself does
        out = np.asarray(trial.out)
        if np.shape(inputs.y) == out.shape:
            y = out + 1e-3 * np.random.default_rng(0).standard_normal(out.shape)
            told = UNCLIPPED.format("the targets are close to the outputs", lines[0].strip())
            yield Reading(subject.way, replace(inputs, y=y, kind=CLOSE), told)
    if type(subject.way) is LayerWay and inputs.x.ndim > 2 and lines:
        told = UNCLIPPED.format("dy is small", lines[0].strip())
        yield Reading(SmallWay(**vars(subject.way)), inputs, told, likelier=True)


def given_its_output(subject: Subject, inputs: Inputs) -> Iterator[Reading]:
    """A loss whose backward is given its probabilities under the name of a gradient, as `backward(dvalues, y)`.

    And a function for a derivative that wants the output, as a * (1 - a).
    """
    way = subject.way
    if isinstance(way, DerivativeWay) and isinstance(subject.made, Pair):
        yield Reading(replace(way, backward_roles=dict.fromkeys(way.backward_roles, "out")), inputs, OF_OUTPUT)
    back = way.backward if type(way) is LayerWay and not subject.parameters else None
    (alone,) = back.needed if back is not None and len(back.needed) == 1 else (None,)
    if alone and isinstance(subject.made, Pair) and not is_linear(subject, inputs):
        fields = {**vars(way), "backward_roles": {alone.name: "out"}}
        yield Reading(DerivativeWay(**fields), inputs, OF_OUTPUT)
    if back and alone and is_multiplied(type(wrapped_in(subject.made)), back.name) and not is_linear(subject, inputs):
        both = [DerivativeWay(**{**vars(way), "backward_roles": {alone.name: role}}) for role in ("x", "out")]
        yield from (Reading(one, inputs) for one in both)
        yield Reading(both[1], inputs, instead=True)
    elif alone and alone.role == "out" and not is_linear(subject, inputs):
        fields = {**vars(way), "backward_roles": {alone.name: "out"}}
        yield Reading(JacobianWay(**fields), inputs)
        if inputs.axis is not None and inputs.count > 1:
            yield Reading(JacobianWay(**fields), inputs.sample(0), FOR_ONE_MATRIX)
        yield Reading(DerivativeWay(**fields), inputs, instead=True)
    if isinstance(way, LossWay) and way.backward is not None:
        given = {one.name: "kept" for one in way.backward.needed if one.role == "dy"}
        if given:
            yield Reading(replace(way, backward_roles={**way.backward_roles, **given}), inputs)


def is_linear(subject: Subject, inputs: Inputs) -> bool:
    """Whether twice what backward is given doubles what it returns, as it does with a gradient from above.

    Of large numbers, too: one that throws fractions away, as // does, is a wrong gradient, and no derivative.
    """
    one = subject.copied()
    out = one.forward(inputs.x, inputs.y)

    def returned(factor: float) -> Any:
        return np.asarray(one.backward(factor * out, inputs.x, inputs.y))

    large = 2.0**30  # what is thrown away of that does not count
    sizes = (1, large) if np.any(returned(large)) else (1,)
    return any(same_numbers(returned(2 * size), 2 * returned(size)) for size in sizes)


def with_its_loss(subject: Subject, inputs: Inputs, seed: int) -> Iterator[Reading]:
    """A layer that is right for the dy that its loss would give it."""
    if not isinstance(subject.way, LayerWay):
        return
    fields = vars(subject.way)
    inputs = next(iter(as_softmax_has_them(subject, inputs, seed)), inputs)
    out = subject.copied().forward(inputs.x, inputs.y)
    if inputs.axis is not None and inputs.count > 1 and np.all(out > 0) and np.isclose(out.sum(), 1):
        inputs = inputs.sample(0)  # the softmax is one over everything, so it takes one sample
        out = subject.copied().forward(inputs.x, inputs.y)
    axis = inputs.axis
    of_classes = 0 if axis == -1 else -1
    if out.ndim >= 1 and out.shape[of_classes] > 1 and np.all(out > 0) and np.allclose(out.sum(of_classes), 1):
        y = draw_y(np.random.default_rng(seed), inputs.count, out.shape[of_classes], axis, "onehot")
        if y.shape == out.shape:
            yield Reading(FusedWay(**fields), replace(inputs, y=y, kind="onehot"), FUSED, likelier=True)
    function = getattr(wrapped_in(subject.made), subject.way.backward.name, None) if subject.way.backward else None
    code = " ".join(ast.unparse(node) for node in nodes_of(function) if isinstance(node, ast.If | ast.Call))
    if inputs.count == 1 and re.search(r"argmax|nonzero|== 0:|!= 0:", code):  # it looks for that entry
        yield Reading(OneEntryWay(**fields), inputs, ONE_ENTRY, seeds=3)
