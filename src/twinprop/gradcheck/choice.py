"""The inputs are chosen: the first in any way of calling with which all goes well, else those that are accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from twinprop.gradcheck.clock import SECONDS, Clock
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.inputs import Inputs
from twinprop.gradcheck.orientation import as_softmax_has_them, samples_in_columns
from twinprop.gradcheck.searching import Search, Wanted
from twinprop.gradcheck.subject import Subject

SHOWN = 8
"""Shapes that are named where none was accepted."""


def choose_inputs(
    subject: Subject, wanted: Wanted, clock: Clock, mistaken: bool = False
) -> tuple[Inputs | None, list[Search]]:
    """The first inputs with which all goes well, and the way of calling; and what was tried in each way.

    NumPy's broadcasting lets `forward` take targets of a wrong shape, as (n, 1) for an output (n,). Then `backward`
    raises, or leaves gradients of a wrong shape. So what gives gradients of the right shape is preferred, in every way
    and every shape.

    Args:
        mistaken: whether a gradient of a batch is known to be wrong, so that one sample is no way out.

    Raises:
        SubjectError: no other input can help.
    """
    searches = []
    for way in subject.ways:
        subject.way = way
        search = Search(subject, way, clock)
        search.mistaken = mistaken
        searches.append(search)
        try:
            chosen = search.chosen(wanted)
        except SubjectError as error:
            search.failure = search.failure or error
            if len(subject.ways) == 1 or error.final:
                raise
            continue
        if chosen is not None:
            chosen = samples_in_columns(subject, chosen) or chosen
            if subject.takes_y:
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
        return SubjectError(f"{subject.title}: the gradients that {subject.way.title}'s backward leaves do not fit.")
    shapes = list(dict.fromkeys(search.tried))
    tried = ", ".join(shapes[:SHOWN]) + (f" and {len(shapes) - SHOWN} more" if len(shapes) > SHOWN else "")
    more = (
        ""
        if wanted.shape or not search.failure.input_matters
        else f"\n  Inputs of shape {tried} were tried; give it by --input N M."
    )
    late = f" The search was ended after {SECONDS:g} seconds." if search.clock.over else ""
    asks = subject.is_loss and search.failure.input_matters and not wanted.targets
    targets_too = "" if not asks else " Say what the targets are by --targets."
    return SubjectError(f"{search.failure}{more}{late}{targets_too}")
