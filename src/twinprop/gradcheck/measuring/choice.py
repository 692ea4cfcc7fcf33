"""The inputs are chosen: the first in any way of calling with which all goes well, else those that are accepted.

Where the shapes of the parameters do not say which axis of x is that of the samples, more columns or a softmax tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, objects_of, wrapped_in
from twinprop.gradcheck.arrays.inputs import LIKELY, Inputs, draw_x, draw_y
from twinprop.gradcheck.calling.way import DerivativeWay, JacobianWay, NetworkWay
from twinprop.gradcheck.faults import SECONDS, Clock, SubjectError
from twinprop.gradcheck.measuring.searching import Search, Wanted
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.objects.fitting import Fitted
from twinprop.gradcheck.objects.several import Several
from twinprop.gradcheck.report import Report
from twinprop.gradcheck.source.sources import own_attributes
from twinprop.gradcheck.source.stand_ins import Lent

SHOWN = 8
"""Shapes that are named where none was accepted."""


def choose_inputs(
    subject: Subject, wanted: Wanted, clock: Clock, known: tuple[bool, bool, Inputs | None] = (False, False, None)
) -> tuple[Inputs | None, list[Search]]:
    """The first inputs with which all goes well, and the way of calling; and what was tried in each way.

    NumPy's broadcasting lets `forward` take targets of a wrong shape, as (n, 1) for an output (n,). Then `backward`
    raises, or leaves gradients of a wrong shape. So what gives gradients of the right shape is preferred, in every way
    and every shape.

    Args:
        known: of other objects: whether a gradient of a batch is wrong, so that one sample is no way out; whether
            backward raised an error for a batch in one of the same kind; and inputs that suited, but hid a weight.

    Raises:
        SubjectError: no other input can help.
    """
    searches = []
    for way in subject.ways:
        subject.way = way
        search = Search(subject, way, clock)
        search.mistaken, search.failed_before, search.hidden = known
        searches.append(search)
        try:
            chosen = search.chosen(wanted)
        except SubjectError as error:
            search.failure = search.failure or error
            if len(subject.ways) == 1:
                raise
            continue
        if chosen is not None:
            chosen = samples_in_columns(subject, chosen) or chosen
            if subject.way.takes_y:
                turned = as_softmax_has_them(subject, chosen, wanted.seed)
                chosen = next((one for one in turned if search.suits(one)), chosen)
            subject.settle(chosen)
            return chosen, searches
    return None, searches


def accepted_in_part(subject: Subject, searches: Sequence[Search]) -> Inputs | None:
    """What `backward` accepts at least, or `forward`; None where there is nothing."""
    for level in ("accepted_by_both", "accepted_by_forward", "accepted_rare"):
        for search in searches:
            if (chosen := cast(Inputs | None, getattr(search, level))) is not None:
                subject.way = search.way
                subject.settle(chosen)
                return chosen
    return None


def nothing_accepted(subject: Subject, searches: Sequence[Search], wanted: Wanted) -> SubjectError:
    """What is said where no inputs are accepted: what was wrong with the first, and what was tried."""
    subject.way, search = searches[0].way, searches[0]
    if search.failure is None:
        methods = " and ".join(str(one) for one in (subject.way.forward, subject.way.backward) if one is not None)
        return SubjectError(NO_FIT.format(subject.title, methods))
    shapes = list(dict.fromkeys(search.tried))
    tried = ", ".join(shapes[:SHOWN]) + (f" and {len(shapes) - SHOWN} more" if len(shapes) > SHOWN else "")
    more = (
        ""
        if wanted.shape or not search.failure.input_matters
        else f"\n  Inputs of shape {tried} were tried; give it by --input N M."
    )
    late = f" The search was ended after {SECONDS:g} seconds." if search.clock.over else ""
    asks = subject.way.is_loss and search.failure.input_matters and not wanted.targets
    targets_too = "" if not asks else " Say what the targets are by --targets."
    return SubjectError(f"{search.failure}{more}{late}{targets_too}")


NO_FIT = (
    "{}: {} can be called, and what is left then does not look like gradients: each has the shape of what it is of, as "
    "self.dW that of self.W, and dx that of x."
)


def known_before(subject: Subject, tried: Sequence[tuple[Subject, list[Search]]]) -> tuple[bool, bool, Inputs | None]:
    """What is known from objects that no inputs suited, as `choose_inputs` wants it."""
    before = [one for _, some in tried for one in some]
    alike = [one for other, some in tried if type(other.made) is type(subject.made) for one in some]
    hidden = next((one.hidden for one in before if one.hidden is not None), None)
    return any(one.mistaken for one in before), any(one.failed_backward for one in alike), hidden


def how_far(subject: Subject, searches: Sequence[Search]) -> tuple[bool, bool, tuple[int, int]]:
    """How far an object came that no inputs suited; one in whose place a list goes in comes last."""
    both = any(search.accepted_by_both is not None for search in searches)
    return not isinstance(subject.made, Several), both, max(search.came for search in searches)


def failures_before(subject: Subject, inputs: Inputs, searches: Sequence[Search]) -> list[SubjectError]:
    """What backward raised of objects that were tried before, in the same way and with inputs of the same kind."""
    failed = [(search.way, *search.failed_backward) for search in searches if search.failed_backward]
    kind = (subject.way.backward_roles, inputs.kind, inputs.axis, inputs.x.ndim)
    return [error for way, error, one in failed if (way.backward_roles, one.kind, one.axis, one.x.ndim) == kind]


def refuse_way_around(subject: Subject, inputs: Inputs, searches: Sequence[Search]) -> None:
    """What backward raises of an object as its author makes it is no less wrong where another goes around it.

    Raises:
        SubjectError: that error.
    """
    used = [search for search in searches if search.subject.like not in ("", subject.like)]
    for error in failures_before(subject, inputs, used):
        raise error


def refuse_unusual(subject: Subject, inputs: Inputs, searches: Sequence[Search], report: Report) -> None:
    """Where a mistake raises an error, what it does for an unusual input that it lets through means nothing.

    Raises:
        SubjectError: that error.
    """
    free = inputs.count > 1 and not subject.parameters  # it takes any shape
    unusual = [one.failed_backward[0] for one in searches[-1:] if free and one.rare and one.failed_backward]
    before = [one for one in searches if one.subject is not searches[-1].subject]
    others = [] if any(one.passed for one in report.gradients) else failures_before(subject, inputs, before)
    for error in (*unusual, *others):
        raise error


WHOLE = (
    "right for one sample alone: the softmax is taken over the whole array. Of a batch, each sample has its own: "
    "np.exp(z) / np.exp(z).sum(axis, keepdims=True), with the axis of the classes."
)


def samples_in_columns(subject: Subject, chosen: Inputs) -> Inputs | None:
    """The same inputs with their samples in columns, if a layer that makes its weights for the first x says so.

    After that, more columns are all the same to it, and more rows are not. Functions whose weights are fitted to each x
    take both; of them an output that keeps the number of columns alone says so, as W @ x does.
    """
    if chosen.axis != 0 or chosen.x.ndim != 2 or chosen.count == 1 or subject.way.takes_y:
        return None
    turned = replace(chosen, axis=-1)
    if isinstance(subject.made, Fitted):
        fitted = subject.copied()
        fitted.settle(chosen)
        shape = np.shape(fitted.forward(chosen.x, None))
        columns = len(shape) == 2 and shape[0] != chosen.x.shape[0] and shape[1] == chosen.x.shape[1]
        return turned if columns else None
    taken = []
    for other in (chosen.another(chosen.count + 2, 1), turned.another(turned.count + 2, 1)):
        rehearsal = subject.copied()
        try:
            rehearsal.forward(chosen.x, None)
            rehearsal.forward(other.x, None)
        except SubjectError:
            taken.append(False)
        else:
            taken.append(True)
    return turned if taken == [False, True] else None


def as_softmax_has_them(subject: Subject, chosen: Inputs, seed: int) -> list[Inputs]:
    """Inputs whose samples lie as those of a softmax, that is taken down the columns, or over the whole array.

    What has no parameters takes any shape, and does not say by that which axis is that of the samples.
    """
    if subject.parameters or chosen.axis != 0 or chosen.x.ndim != 2 or chosen.count == 1 or chosen.values == "indices":
        return []
    rehearsal = subject.copied()
    try:
        by_row, by_column, whole = softmax_axes(rehearsal, chosen)
    except SubjectError:
        return []
    if by_row:
        return []
    if by_column:
        return [drawn_again(chosen, chosen.x.T.shape, -1, seed)]
    shapes = [((1, chosen.x.shape[1]), 0), ((chosen.x.shape[1], 1), -1)] if whole else []
    return [replace(drawn_again(chosen, shape, axis, seed), alone=WHOLE) for shape, axis in shapes]


def softmax_axes(subject: Subject, inputs: Inputs) -> tuple[bool, bool, bool]:
    """Whether there is a softmax along the rows, down the columns, over everything.

    Its outputs add up to 1; and a loss does not change where all that goes into one softmax is shifted.
    """
    x, y = inputs.x, inputs.y
    out = np.asarray(subject.forward(x, y))
    if out.shape == x.shape:
        sums = (out.sum(1), out.sum(0), out.sum()) if bool((out > 0).all()) else ()
        row, column, whole = (bool(np.allclose(one, 1)) for one in sums) if sums else (False, False, False)
        return row, column, whole
    ones = np.zeros((3, *x.shape))
    ones[0, 0], ones[1, :, 0], ones[2] = 1, 1, 1
    row, column, whole = (bool(np.allclose(subject.forward(x + one, y), out, rtol=1e-9, atol=0)) for one in ones)
    return (row, column, whole) if subject.way.is_loss else (False, False, False)


def drawn_again(inputs: Inputs, shape: tuple[int, int], axis: int, seed: int) -> Inputs:
    """Inputs of the same kind in another shape."""
    rng = np.random.default_rng(seed)
    x = draw_x(rng, shape, axis, inputs.values)
    kind = inputs.kind
    y = None if inputs.y is None else draw_y(rng, shape[axis], shape[0 if axis else 1], axis, kind)
    return replace(inputs, x=x, y=y, axis=axis)


def refuse_lent(subject: Subject, report: Report) -> None:
    """No verdict on a class with an object of ours, whose methods may mean something else there.

    Raises:
        SubjectError: there is one, and not all gradients are right with it.
    """
    lent = {type(one).__name__: one for one in objects_of(subject.made, Lent)}
    if lent and not report.right:
        shown = " and ".join(f"{one.__name__}" for one in lent.values())
        raise SubjectError(
            f"{subject.title}: its constructor asks for an object that no file at hand has. With one of ours in its "
            f"place ({shown}), not all gradients are right, which may be due to that. Check a function that makes it "
            "with your own:\n    def made():\n        return ...",
            False,
        )


def refuse_local(subject: Subject, report: Report) -> None:
    """No verdict on a layer with parameters that is given no gradient from above, which something else puts to it.

    Raises:
        SubjectError: it is one, and not all is right.
    """
    way = subject.way
    alone = isinstance(way, DerivativeWay | JacobianWay) and not way.backward_roles and report.gradients[1:]
    if way.backward is not None and (alone or reads_no_weights(subject, report)):
        raise SubjectError(LOCAL.format(subject.title, way.backward.name), False)


def reads_no_weights(subject: Subject, report: Report) -> bool:
    """Whether backward is given one thing, leaves no gradient of any weight, and looks at no array of its object."""
    own = [one for one in report.gradients if one.of != "x"]
    back = subject.way.backward
    if back is None or len(back.needed) != 1 or not any(one.value is None for one in own):
        return False
    arrays = {ref.attribute for ref in arrays_of(wrapped_in(subject.made))}
    function = getattr(getattr(subject.made, back.name, None), "__func__", None)
    read = {one.attr for one in own_attributes(function)}
    methods = {name for name in read if callable(getattr(subject.made, name, None))}
    words = {name for name in read - arrays if isinstance(getattr(subject.made, name, ""), str)}
    return bool(read) and read <= methods | words


LOCAL = (
    "{0}: {1} is given no gradient from above, so it returns derivatives of this layer alone, and what multiplies "
    "them with that gradient stands elsewhere. Check that: --layer FILE:Class of the network; or give the class a "
    "method that does it:\n"
    "    def backward(self, dy): ...  # returns dx, and leaves the gradients as self.dW, self.db"
)


def sizes_of(subject: Subject) -> list[tuple[int, ...]]:
    """The shapes of its parameters."""
    return [np.shape(one.get()) for one in subject.parameters]


def guesses_beside_its_own(subject: Subject) -> bool:
    """Whether the sizes of a network are guessed, and its own loss takes them not, so that a likely one is tried."""
    own = any(way.loss_method is not None for way in subject.ways)
    return own and not subject.like and isinstance(subject.way, NetworkWay) and subject.way.guesses is LIKELY
