"""Shapes of x, numbers of classes, and inputs of these that a class may accept, the usual ones first."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import attributes_of, said, wrapped_in
from twinprop.gradcheck.arrays.inputs import Inputs, draw_x, draw_y, unused_size
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.calling.way import LossWay, NetworkWay
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.objects.fitting import Fitted
from twinprop.gradcheck.objects.functions import Functions
from twinprop.gradcheck.objects.lacking import SIZE_OF_INPUT
from twinprop.gradcheck.source.loading import parse_arguments
from twinprop.gradcheck.source.loops import goes_through, puts_one_beside
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import nodes_of, source_of

SAMPLES = 5
"""Samples in x; more where this is one of the other sizes, so that they can be told apart."""

EXPECTED = re.compile(r"expected \(([^()]+)\)")
"""What a layer says that refuses a shape: `expected (batch, 3, height, width), got (5, 4)`."""

AXES_BY_ARGUMENT = {
    "in_features": ("batch, {}",),
    "num_features": ("batch, {}", "batch, {}, height, width"),
    "in_channels": ("batch, {}, height, width",),
    "input_size": ("batch, time, {}",),
}
"""The axes of x by the name of a constructor's argument, as in torch.nn."""

LENGTH = re.compile(r"_?(n_?|num_?)?(seq|sequence|time|t)_?(len|length|size|steps?)|_?time_?steps|_?unroll\w*")
"""Names of attributes with the number of steps in a sequence."""

LONG = 40
"""More steps than that are not tried."""

IMAGES = (28, 1), (32, 1), (32, 3)
"""Sides and channels of MNIST, of MNIST with a border, as LeNet has it, and of CIFAR."""

LARGER = (1, 2, 4)
"""By how much sizes grow that a layer is free to choose, where it refuses them: an image has to hold the kernel."""


def whole_numbers(words: Sequence[str]) -> list[int]:
    """The sizes among the arguments of a constructor, those in lists too."""
    values = parse_arguments(words)[0]
    flat = [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]
    return [item for item in flat if isinstance(item, int) and not isinstance(item, bool) and item > 0]


def told_sizes(subject: Subject) -> list[int]:
    """The sizes of the inputs that an object keeps under names such as `input_size`."""
    held = attributes_of(wrapped_in(subject.made)).items()
    return [size for name, size in held if type(size) is int and SIZE_OF_INPUT.fullmatch(name.lower().strip("_"))]


def told_classes(subject: Subject) -> list[int]:
    """The whole numbers that a loss without weights holds: one may be that of its classes."""
    if isinstance(subject.made, Fitted):
        return []
    held = attributes_of(wrapped_in(subject.made)).values()
    return [size for size in held if type(size) is int and 1 < size < LONG]


def told_lengths(subject: Subject) -> list[int]:
    """The lengths of a sequence that an object keeps under names such as `seq_length`."""
    held = attributes_of(wrapped_in(subject.made)).items()
    return [size for name, size in held if type(size) is int and 1 < size < LONG and LENGTH.fullmatch(name.lower())]


def default_sizes(subject: Subject) -> list[int]:
    """The sizes that a constructor has by default, as `input_length=7`."""
    try:
        given = inspect.signature(type(wrapped_in(subject.made))).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.default for one in given if type(one.default) is int and 1 < one.default < LONG]


def matrix_sizes(subject: Subject) -> list[int]:
    """The sizes of the matrices among the parameters; of neurons, which hold vectors alone, those of the vectors."""
    held = [parameter.get() for parameter in (*subject.parameters, *subject.numbers)]
    sizes = [size for array in held if np.ndim(array) > 1 for size in array.shape]
    if sizes or isinstance(subject.made, Fitted):  # a vector there gets its size from x
        return sizes
    return list(dict.fromkeys(array.size for array in held if np.ndim(array) == 1))


def usual_shapes(
    subject: Subject, words: Sequence[str], given: Sequence[int] | None
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Shapes of x to try, with the axis of the samples; what reads like the constructor's arguments first."""
    numbers, sizes = whole_numbers(words), matrix_sizes(subject)
    if given:
        columns = len(given) == 2 and numbers[:1] == [given[0]] != [given[1]]
        yield from [(tuple(given), -1), (tuple(given), 0)] if columns else [(tuple(given), 0), (tuple(given), -1)]
        return
    if "x" in (wanted := said(subject.made, "wanted", {})):
        yield wanted["x"], -1 if wanted["x"][1:] == (1,) else 0
    count = unused_size(SAMPLES, {*numbers, *sizes})
    held = told_classes(subject) if not sizes and subject.way.is_loss else []
    # a row of a matrix may be the bias
    beside = [size - 1 for size in sizes[:2] if size > 1] if puts_one_beside(wrapped_in(subject.made)) else []
    features = [*numbers[:1], *told_sizes(subject), *held, *sizes[:2], *beside, 4]
    features = sorted(dict.fromkeys(features), key=lambda size: size == 1)
    yield from (((count, width), 0) for width in features)
    if subject.way.is_loss and not subject.parameters:
        yield (count, 1), 0
    if subject.way.is_loss and (not subject.parameters or isinstance(subject.made, Functions)):
        yield (count,), 0
    yield from (((width, count), -1) for width in features)
    if isinstance(subject.way, LossWay) and not subject.parameters:
        yield (1, count), -1


def rare_shapes(subject: Subject, words: Sequence[str]) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Shapes that are tried last: one sample as a vector or a column, sequences, images."""
    numbers, sizes = whole_numbers(words), matrix_sizes(subject)
    features = list(dict.fromkeys([*numbers[:1], *told_sizes(subject), *sizes, 4]))
    used = {*numbers, *sizes}
    held = [
        value
        for name, value in attributes_of(subject.made).items()
        if isinstance(value, tuple) and re.fullmatch("in.*shape", name.lower().strip("_"))
    ]
    for value in [*parse_arguments(words)[0], *held]:
        if isinstance(value, list | tuple) and all(isinstance(size, int) and size > 0 for size in value) and value:
            yield (unused_size(SAMPLES, {*used, *value}), *value), 0
            yield tuple(value), None
    time, count = unused_size(3, used), unused_size(SAMPLES, used)
    usual = {shape for shape, _ in usual_shapes(subject, words, None)}
    for width in dict.fromkeys([*features, *(size - 1 for size in sizes[:2] if size > 1)]):  # a row may be the bias
        for shape, axis in (((count, width), 0), ((width, count), -1)):
            if shape not in usual:
                yield shape, axis
    if isinstance(subject.way, NetworkWay) and loops_over_input(subject):  # a sequence, of which there is one answer
        yield from (((time, width), None) for width in features)
    sizes_by_default = default_sizes(subject)
    more = list(dict.fromkeys([*features, *sizes_by_default]))
    for width in more:
        yield (width,), None
        yield (width, 1), -1
        yield (1, width), 0
    for length, width in product(told_lengths(subject), features):
        yield from (((length, 1, width), 0), ((length, width, 1), 0))
    for width in more:
        yield (2, count, width), 1
        yield (count, time, width), 0
        yield (time, count, width), 1
        yield (width, count, time), -2
        yield (count, width, 1), 0
        yield (1, width, 1), 0
        yield (time, width, 1), -1
        yield (time, 1, width), 1
        yield (time, width, count), -1
    for channels in dict.fromkeys([*features[:4], *sizes_by_default[:2]]):
        yield (2, channels, 6, 7), 0
        yield (2, 6, 7, channels), 0
        yield (channels, 6, 7), None
        yield (6, 7, channels, 2), -1
        yield (2, channels, 8, 8), 0
        yield (channels, 8, 8), None
    for channels in features[:2]:  # what divides the sides of an image divides these
        yield (2, 12, 12, channels), 0
        yield (2, channels, 12, 12), 0
    yield (6, 7), None
    yield (3, 4, 6), None
    if any(np.ndim(one.get()) == 4 for one in subject.parameters):  # a network may be made for one size alone
        for side, channels in IMAGES:
            yield (2, side, side, channels), 0
            yield (2, channels, side, side), 0


def loops_over_input(subject: Subject) -> bool:
    """Whether forward goes through what it is given, as through the words of a sentence."""
    names = [name for name, role in subject.way.forward_roles.items() if role == "x"]
    function = getattr(wrapped_in(subject.made), subject.way.forward.name, None)
    return goes_through(getattr(function, "__func__", function), names)


def suggested_shapes(
    subject: Subject, words: Sequence[str], refusals: Sequence[str]
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Shapes of x that a class asks for, with samples along axis 0: in words, or by the names of its arguments.

    Args:
        words: arguments of its constructor.
        refusals: what it has said of other shapes.
    """
    asked = [found[1] for text in refusals for found in EXPECTED.finditer(text)]
    asked += [axes.format(size) for name, size in constructor_sizes(subject, words) for axes in AXES_BY_ARGUMENT[name]]
    used = {*whole_numbers(words), *matrix_sizes(subject)}
    for axes in dict.fromkeys(asked):
        for larger in LARGER:
            shape = shape_of(axes, used, larger)
            if shape:
                yield shape, 0


def constructor_sizes(subject: Subject, words: Sequence[str]) -> list[tuple[str, int]]:
    """The constructor's arguments whose names tell an axis of x."""
    args, keywords = parse_arguments(words)
    try:
        given = inspect.signature(type(subject.made)).bind(*args, **keywords).arguments
    except (TypeError, ValueError):  # made by a function, whose arguments are other ones
        return []
    return [(name, size) for name, size in given.items() if name in AXES_BY_ARGUMENT and isinstance(size, int)]


def shape_of(axes: str, used: set[int], larger: int) -> tuple[int, ...]:
    """`batch, 3, height, width` as a shape: each name is a size of its own; empty where it cannot be read."""
    names = [axis.strip() for axis in axes.split(",") if axis.strip() not in ("", "...")]
    used, shape = set(used) | {int(axis) for axis in names if axis.isdecimal()}, []
    for position, axis in enumerate(names):
        if not axis.isdecimal() and not axis.isidentifier():
            return ()
        size = int(axis) if axis.isdecimal() else unused_size(3 * larger if position else SAMPLES, used)
        used.add(size)
        shape.append(size)
    return tuple(shape)


SIZE_OF_OUTPUT = re.compile("out|class|label")
"""What is in the name of an attribute that says how many outputs there are."""

ONE_NUMBER = re.compile(r"\b(\w*(cost|loss)\w*|j|return) ?=? .*(\[0\]\[0\]|\[0, ?0\]|\.item\(|squeeze|float\()")
"""How the loss is taken out of a matrix of one number, which is that of a single output."""


def class_counts(
    subject: Subject, words: Sequence[str], x: tuple[int, ...], axis: int | None, given: int | None
) -> list[int]:
    """Numbers of classes to try."""
    if given:
        return [given]
    own = x[0] if axis == -1 else 1 if len(x) == 1 and axis == 0 else x[-1]
    held = subject.parameters or [one for one in subject.numbers if np.ndim(one.get()) > 1]
    if not held:
        return [own] if own > 1 else [own, 2]  # of one column, labels are 0 and 1
    sizes = [size for parameter in reversed(held) for size in reversed(parameter.get().shape) if size]
    wanted = said(subject.made, "wanted", {}).get("y", ())
    first: list[int] = []
    if not sizes and isinstance(subject.made, Fitted) and any(is_parameter(one.attribute) for one in held):
        kind: Any = type(wrapped_in(subject.made))  # its weights may have any shape
        told = attributes_of(wrapped_in(subject.made)).items()
        first = [1] if ONE_NUMBER.search(source_of(kind).lower()) else []
        first = first or [value for name, value in told if type(value) is int and SIZE_OF_OUTPUT.search(name)]
    counts = dict.fromkeys([*list(dict.fromkeys(sizes))[:4], own])
    # a column of targets broadcasts with any output
    last = sorted(counts, key=lambda size: size == 1)
    return list(dict.fromkeys([*first, *wanted[-1:], *whole_numbers(words)[-1:], *last]))


def numbers_of_output(subject: Subject, x: tuple[int, ...], axis: int | None) -> int:
    """How many numbers a network gives for one sample as a vector; 0 where that is not asked, or not known.

    Where neurons are objects in lists, no shape of a parameter says it.
    """
    if axis is not None or len(x) > 1 or "y" in subject.way.forward_roles.values() or isinstance(subject.made, Fitted):
        return 0
    try:
        return int(np.size(subject.copied().forward(np.ones(x), None)))
    except SubjectError:
        return 0


FITTED = "as many as come out"
"""One-hot targets for functions whose weights have got their shapes by x alone."""


def outputs_fitted(subject: Subject, x: tuple[int, ...], axis: int | None) -> list[int]:
    """How many numbers such functions give for each sample of a batch; nothing where they have no such weights."""
    if not isinstance(subject.made, Fitted) or axis is None or "y" in subject.way.forward_roles.values():
        return []
    one, inputs = subject.copied(), Inputs(np.ones(x), None, axis, "", "normal")
    try:
        one.settle(inputs)
        shape = np.shape(one.forward(inputs.x, None))
    except SubjectError:
        return []
    return [shape[0 if axis == -1 else -1]] if len(shape) == 2 and x[axis] == shape[axis] else []


def turns_targets(subject: Subject) -> bool:
    """Whether a function that goes back transposes its targets, which are no class numbers then: `A2 - y.T`."""
    back = said(subject.made, "_parts", {}).get("back")
    turned = [ast.unparse(one.value) for one in nodes_of(back) if isinstance(one, ast.Attribute) and one.attr == "T"]
    return any(role_of(name) == "y" for name in turned)


def candidates(
    subject: Subject,
    words: Sequence[str],
    shapes: Sequence[tuple[tuple[int, ...], int | None]],
    targets: str | None,
    classes: int | None,
    seed: int,
) -> Iterator[Inputs]:
    """What to try in shapes of x with the axis of their samples, in the order of how usual it is.

    Class numbers come last, since they broadcast with anything.
    """
    kinds = [targets] if targets else ["onehot", "binary", FITTED, *(() if turns_targets(subject) else ("labels",))]
    for values in ("normal", "probabilities" if subject.way.is_loss else "positive"):
        if not subject.way.takes_y:
            for size, axis in shapes:
                yield Inputs(draw_x(np.random.default_rng(seed), size, axis, values), None, axis, "", values)
            continue
        for kind, (size, axis) in product(kinds, shapes):
            if kind == FITTED:
                kind, counts = "onehot", outputs_fitted(subject, size, axis)
            else:
                counts = class_counts(subject, words, size, axis, classes or numbers_of_output(subject, size, axis))
            for number in [1] if kind == "binary" else counts:
                rng = np.random.default_rng(seed)
                x = draw_x(rng, size, axis, values)
                same = not subject.parameters and x.ndim > 2 and kind not in ("labels", "binary")
                count = 1 if axis is None else size[axis]
                y = rng.standard_normal(size) if same else draw_y(rng, count, number, axis, kind)
                yield Inputs(x, y, axis, "real" if same else kind, values)
                if kind == "labels" and x.ndim == 3 and axis == 0 and number > 1:  # of each step of a sequence
                    yield Inputs(x, rng.integers(0, number, size[:2]), axis, kind, values)


def index_inputs(subject: Subject, words: Sequence[str], given: Sequence[int] | None, seed: int) -> Iterator[Inputs]:
    """Whole numbers for x, smaller than every size of a parameter."""
    sizes = [size for parameter in subject.parameters for size in np.shape(parameter.get()) if size > 1]
    most = max(2, min(sizes, default=2))
    told = told_lengths(subject)
    for shape in [tuple(given)] if given else [*((length,) for length in told), (5,), (5, 3), (1,)]:
        x = draw_x(np.random.default_rng(seed), shape, 0, "indices", most)
        counts = class_counts(subject, words, (*shape, 1), 0, None) if subject.way.takes_y else [0]
        axes = (0, None) if len(shape) == 1 and subject.way.takes_y else (0,)
        for axis, number, kind in product(axes, counts, ("onehot", "labels") if subject.way.takes_y else ("",)):
            y = draw_y(np.random.default_rng(seed), shape[0], number, axis, kind) if number else None
            yield Inputs(x, y, axis, kind, "indices", steady=shape[0] in told)
