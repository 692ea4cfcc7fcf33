"""The object under test is made: of a class and its arguments, of several classes in a row, of plain functions."""

from __future__ import annotations

import copy
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, combinations, product
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, attributes_of, shown_argument
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, LOSS, named
from twinprop.gradcheck.calling.upkeep import REMEMBERS, PlainSteps, lend_optimizer, owners_in
from twinprop.gradcheck.faults import SubjectError, error_with_line, guarded_call, patient
from twinprop.gradcheck.making.settings import Untried, untried_settings
from twinprop.gradcheck.making.uses import given_in_uses, lend_data, made_as_used
from twinprop.gradcheck.objects.as_functions import with_functions
from twinprop.gradcheck.objects.autograd import Operations, boxes_of, computes_with_arrays, has_operations, with_boxes
from twinprop.gradcheck.objects.composing import composed
from twinprop.gradcheck.objects.functions import (
    Functions,
    looks_like_function_of_network,
    returns_loss,
)
from twinprop.gradcheck.objects.graph_nodes import as_graph_node
from twinprop.gradcheck.objects.guesses import HIDDEN, INPUTS, OUTPUTS, arguments_for, filled
from twinprop.gradcheck.objects.held_loss import with_held_loss
from twinprop.gradcheck.objects.in_a_row import chain as in_a_row
from twinprop.gradcheck.objects.joining import join_functions
from twinprop.gradcheck.objects.lacking import built, with_places
from twinprop.gradcheck.objects.numbers_in_lists import held_in_arrays
from twinprop.gradcheck.objects.several import with_several_inputs
from twinprop.gradcheck.objects.stacking import ADD, ADDER, Sizes, stacked
from twinprop.gradcheck.source.importing import told_of
from twinprop.gradcheck.source.lending import LIKED, module_of, modules_used, own_classes
from twinprop.gradcheck.source.loading import classes_and_functions, load_attributes, parse_arguments
from twinprop.gradcheck.source.pairs import plain_partner
from twinprop.gradcheck.source.roles import role_of
from twinprop.gradcheck.source.sources import returned_names
from twinprop.gradcheck.source.stand_ins import LentActivation
from twinprop.gradcheck.training.loops_around import is_called_as_usual, loops_around
from twinprop.gradcheck.training.own_loss import with_own_loss
from twinprop.gradcheck.training.recipes import bound
from twinprop.gradcheck.training.shown import as_shown
from twinprop.gradcheck.training.trained_by_method import begun, with_training

PLAIN_STEPS = re.compile(LIKED[-1])
"""Names of classes whose steps are plain."""

EMPTY = (
    "{}: holds no layers, and no file at hand has any that it takes. Check a function that makes a filled one, "
    "--layer FILE:made:\n    def made():\n        network = ...\n        return network"
)


class Made(NamedTuple):
    """An object ready to be called.

    Attributes:
        title: the class with its arguments.
        like: `, as in main.py:31`, where its author makes it so.
        untried: what it could also be made with.
    """

    made: Any
    title: str
    like: str = ""
    untried: Sequence[Untried] = ()


def make(
    spec: str, words: Sequence[str], square: bool = False, elsewhere: bool = False
) -> tuple[Iterator[Made], list[str]]:
    """What `FILE:Class`, `FILE:Class,Class` or `FILE:function,function` names.

    Args:
        square: whether it gets as many outputs as inputs.
        elsewhere: whether only the loops around it are asked for that train it, and the calls that are shown.

    Returns:
        ways to make it ready to be called, the likeliest first; and what was left out of its file.

    Raises:
        SubjectError: it cannot be found.
    """
    module, found = load_attributes(spec)
    ways = used_elsewhere(module, found, words) if elsewhere else ways_to_make(module, found, words, square)
    return ways, [*told_of(module), *(text for one in found.values() for text in lend_data(module, one))]


def ways_to_make(module: ModuleType, found: dict[str, Any], words: Sequence[str], square: bool) -> Iterator[Made]:
    """As its author makes it, in small; by guesses; by guesses with a single output; as its author does, as large.

    Raises:
        SubjectError: it cannot be made.
    """
    kind = next(iter(found.values())) if len(found) == 1 else None
    if kind is not None:
        for box in boxes_of(module) if has_operations(kind) else ():
            own = box.kind is kind and box.scalar != computes_with_arrays(kind)
            if own and (each := Operations(box)).some:
                yield Made(each, f"{next(iter(found))}, each operation")
    if (node := as_graph_node(kind, module)) is not None:
        yield Made(node, next(iter(found)))
    typed, settings = parse_arguments(words)
    free = not typed and not square
    titles: set[str] = set()
    for large in (False, True):
        used = made_as_used(module, kind, large, settings) if free and inspect.isclass(kind) else ()
        for made, title, like, given in used:
            titles.add(title)
            left = [*untried_settings(kind, given, [] if settings else [*given_in_uses(module, kind)])]
            yield from (Made(one, title, like, left) for one in ready(made, module, (INPUTS, HIDDEN, OUTPUTS), True))
        if large:
            continue
        first, last = ((), (False, True)) if is_called_as_usual(found) else ((False,), (True,))
        for in_methods in first if free else ():
            yield from looped(module, found, words, in_methods)
        failure: SubjectError | None = None
        try:
            yield from guessed(module, found, words, square, titles) if found else ()
        except SubjectError as error:  # it may be the loop itself
            failure = error
        for in_methods in last if free else ():
            yield from looped(module, found, words, in_methods)
        yield from shown(module, found, words) if free and (found or not classes_and_functions(module)) else ()
        if failure is not None:
            raise failure


def shown(module: ModuleType, found: dict[str, Any], words: Sequence[str]) -> Iterator[Made]:
    """As a demo of its author calls it."""
    yield from (Made(one, title) for one, title in (as_shown(module, found) if not words else ()))


def used_elsewhere(module: ModuleType, found: dict[str, Any], words: Sequence[str]) -> Iterator[Made]:
    """The loops around it that train it, and the calls that are shown."""
    yield from looped(module, found, words, False)
    yield from shown(module, found, words)


def looped(module: ModuleType, found: dict[str, Any], words: Sequence[str], in_methods: bool) -> Iterator[Made]:
    """The loops that train it: in its own methods, or in scripts and functions around it, which make it themselves."""

    def make(kind: type) -> Any:
        made = make_one(kind.__name__, kind, words, OUTPUTS)[0]
        nothing = is_empty_container(made) or not arrays_of(made)
        filled = made_as_used(module, kind, False, {}) if nothing else ()
        return next((one for one, *_ in filled), made)

    if in_methods or not words:
        yield from (Made(one, title) for one, title in loops_around(module, found, make, in_methods))


def guessed(
    module: ModuleType, found: dict[str, Any], words: Sequence[str], square: bool, titles: set[str]
) -> Iterator[Made]:
    """The object of usual arguments, but for titles that were made already.

    Raises:
        SubjectError: it cannot be made.
    """
    for outputs in (INPUTS,) if square else (OUTPUTS, 1):
        sizes = (INPUTS, HIDDEN, outputs)
        made, title, untried = made_of(module, found, words, outputs)
        if title in titles and not isinstance(made, Functions):
            continue  # the number of outputs is given
        titles.add(title)
        if len(found) > 1:
            yield Made(made, title, "", untried)
            continue
        if is_empty_container(made) and not any(True for _ in stacked(made, sizes, arguments_for)):
            raise SubjectError(EMPTY.format(title), False)
        several = [made, *made.in_other_words()] if isinstance(made, Functions) else [made]
        yield from (Made(other, title, "", untried) for one in several for other in ready(one, module, sizes))


def ready(made: Any, module: ModuleType, sizes: Sizes, whole: bool = False) -> Iterator[Any]:
    """An object as it is, as one with several inputs, after its sizes are known.

    Args:
        whole: whether it has its layers, if it has any.
    """
    in_arrays = held_in_arrays(made)
    yield from ready_as_it_is(made, module, sizes, whole)
    if in_arrays is not None:
        yield from ready_as_it_is(in_arrays, module, sizes, whole)


def ready_as_it_is(made: Any, module: ModuleType, sizes: Sizes, whole: bool) -> Iterator[Any]:
    """`ready`, with numbers in lists where they are."""
    if is_empty_container(made) and not (whole and arrays_of(made)):
        # a network without layers is right, and says nothing
        some = (other for one in stacked(made, sizes, arguments_for) for other in (one, *built(one)))
        yield from map(in_training, some)
        return
    for one in map(in_training, begun(made)):  # first, for in all other ways it lacks its weights
        yield one
        yield from with_several_inputs(one)
    for one in map(in_training, (made, *filled_up(made, () if whole else (sizes,)))):
        yield from with_held_loss(one)
        yield one
        yield from composed(one, named(one, FORWARD))
        yield from with_several_inputs(one)
        methods = named(one, FORWARD), named(one, BACKWARD), named(one, LOSS)
        yield from with_places(one, *methods)
        yield from with_training(one)
        yield from with_own_loss(one)
        yield from with_functions(one, sizes[-1])
    yield from with_boxes(made, sys.modules.get(type(made).__module__, module))


def in_training(made: Any) -> Any:
    """An object after it, and those in it, are told that they are trained, by plain steps."""
    for owner in owners_in(made):
        for name, value in list(vars(owner).items()):
            if value is False and role_of(name) == "training":
                setattr(owner, name, True)
            elif role_of(name) == "optimizer" and REMEMBERS.search(type(value).__name__.lower()):
                setattr(owner, name, PlainSteps())
    return made


def is_empty_container(made: Any) -> bool:
    """Whether an object has a method that adds layers, and no layer."""
    by_name = any(ADDER.fullmatch(name.lower()) for name in dir(made))
    held = {name.lower(): value for name, value in attributes_of(made).items() if type(value) is list and not value}
    alike = [name for name in held if by_name or re.search("layer|module|block|row|net|model|step|node", name)]
    return bool(alike) and (by_name or bool(named(made, ADD)))


def made_of(
    module: ModuleType, found: dict[str, Any], words: Sequence[str], outputs: int
) -> tuple[Any, str, list[Untried]]:
    """One class, one function of its arguments, classes in a row, or the functions of a network."""
    plain = {name: one for name, one in found.items() if inspect.isfunction(one)}
    there = {name: one for name, one in vars(module).items() if inspect.isfunction(one)}
    if any(
        looks_like_function_of_network(name) or returns_loss(one) or plain_partner(there, name)
        for name, one in plain.items()
    ):
        return *join_functions(vars(module), found, words, outputs), []
    if len(found) == 1:
        ((name, one),) = found.items()
        return make_one(name, one, words, outputs)
    made = [
        make_one(name, one, words if callable(one) and inspect.signature(one).parameters else (), outputs)
        for name, one in found.items()
    ]
    untried = [one for *_, some in made for one in some]
    return in_a_row([one for one, _, _ in made], ", ".join(found)), ", ".join(title for _, title, _ in made), untried


def filled_up(made: Any, sizes: Sequence[Sizes]) -> Iterator[Any]:
    """Copies of an object with what it lacks: its layers, of one of some sizes, its own sizes, its optimizer."""
    for one in (one for some in sizes for one in stacked(made, some, arguments_for)):
        yield one
        yield from built(one)
    yield from built(made)
    try:
        one = copy.deepcopy(made)
    except Exception:  # it cannot be copied
        return
    if lend_optimizer(one):
        yield one
        yield from built(one)


def make_one(
    name: str, found: Callable[..., Any], words: Sequence[str], outputs: int
) -> tuple[Any, str, list[Untried]]:
    """An object of a class, or what a function makes, with its title, and what it could also be made with."""
    if not callable(found):
        return found, name, []
    typed, keywords = parse_arguments(words)
    usual, lists = filled(found, len(typed), outputs, tuple(keywords))
    args = [*typed, *usual]
    keywords |= lists if not typed else {}

    def title(args: Sequence[Any]) -> str:
        shown = [*map(shown_argument, args), *(f"{key}={shown_argument(value)}" for key, value in keywords.items())]
        return f"{name}({', '.join(shown)})"

    try:
        made, used = constructed(title, found, args, keywords, len(typed), outputs)
    except SubjectError as error:
        if isinstance(error.__cause__, TypeError):
            raise SubjectError(
                f"{error}\n  Give the arguments of its constructor: --args 4 3; an array by its shape: --args 4x3 3x."
            ) from error
        raise
    made = Closures.of(found, made) or made
    return made, title(used), list(untried_settings(found, bound(found, used, keywords)))


class Closures:
    """What a function returns that holds functions, as `return forward, backward, params`: each is an attribute."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        vars(self).update(held)

    @classmethod
    def of(cls, function: Any, made: Any) -> Closures | None:
        """None where it returned something else."""
        if isinstance(made, tuple | list):
            names = returned_names(function)
            made = {name or f"part{at}": one for at, (name, one) in enumerate(zip(names, made, strict=False))}
        functions = [one for one in made.values() if inspect.isfunction(one)] if isinstance(made, dict) else []
        own = inspect.isfunction(function) and any(one.__closure__ for one in functions)
        return cls({str(name): one for name, one in made.items()}) if own else None

    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("what its functions share is not copied with them")


MOST = 300
"""Arguments that are tried."""


def others(value: Any, outputs: int) -> list[Any]:
    """What an argument may be that is not what was taken for it."""
    if not isinstance(value, int | float | str | list | tuple | np.ndarray) or isinstance(value, bool):
        return []
    some = [
        [INPUTS, HIDDEN, outputs],
        [HIDDEN],
        (INPUTS, outputs),
        (2, 6, 7),
        INPUTS,
        0.5 * np.random.randn(INPUTS, outputs),
        0.5 * np.random.randn(outputs),
        np.tanh,
        LentActivation(),
        "relu",
        None,
    ]
    return [one for one in some if type(one) is not type(value) or np.shape(one) != np.shape(value)]


def constructed(
    title: Callable[[Sequence[Any]], str],
    found: Callable[..., Any],
    args: Sequence[Any],
    keywords: dict[str, Any],
    given: int,
    outputs: int,
) -> tuple[Any, Sequence[Any]]:
    """An object, and the arguments with which it was made.

    Args:
        title: what is being called with some arguments.
        args: usual ones, of which the first `given` are as they were typed.

    Raises:
        SubjectError: the constructor raised, of the usual arguments.
    """
    try:
        with patient():
            return guarded_call(title(args), found, *args, **keywords), args
    except SubjectError as error:
        for tried in chain(with_own_optimizer(found, args), variants(found, args, given, outputs, error)):
            try:
                return found(*tried, **keywords), tried
            except Exception:  # not that
                continue
        raise


def with_own_optimizer(found: Callable[..., Any], args: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The arguments with a plain optimizer of the author's in the place of ours, which a constructor may refuse."""
    module = module_of(found)
    near = [*own_classes(module), *chain.from_iterable(map(own_classes, modules_used(module)))] if module else []
    for at, one in enumerate(args):
        plain = [kind for kind in near if PLAIN_STEPS.search(kind.__name__.lower())]
        for kind in plain if isinstance(one, PlainSteps) else ():
            with suppress(Exception):  # it wants something else
                yield [*args[:at], kind(*arguments_for(kind)), *args[at + 1 :]]


def variants(
    found: Callable[..., Any], args: Sequence[Any], given: int, outputs: int, error: SubjectError
) -> Iterator[Sequence[Any]]:
    """The arguments with one or two of them changed: those first that stand in the line of the error."""
    names = list(inspect.signature(found).parameters)[: len(args)]
    line = error_with_line(error.__cause__) if error.__cause__ is not None else ""
    free = sorted(range(given, len(args)), key=lambda at: at >= len(names) or names[at] not in line)
    count = 0
    for several in (*combinations(free, 1), *combinations(free, 2)):
        for values in product(*(others(args[at], outputs) for at in several)):
            count += 1
            if count > MOST:
                return
            changed = dict(zip(several, values, strict=True))
            yield [changed.get(at, value) for at, value in enumerate(args)]
