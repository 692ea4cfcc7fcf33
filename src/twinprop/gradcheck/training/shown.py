"""A call as its author shows it: in a demo at the end of the file, in a function of it, or in a script around it.

So what no list of likely shapes foresees, as ratings of users and items, gets arguments that fit. For another batch
the numbers of each are put in another order, so that they are still those that it takes.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from twinprop.gradcheck.arrays.held import (
    Wrapper,
    arrays_of,
    attributes_of,
    canonical,
    is_float_array,
    is_number,
    stems,
)
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.calling.naming import FORWARD, LIKE, LOSS, held_by, named
from twinprop.gradcheck.objects.module_methods import Methods, as_methods
from twinprop.gradcheck.source.indexing import is_index
from twinprop.gradcheck.source.loading import others_that_name
from twinprop.gradcheck.source.roles import Method, method_of, role_of, word_of
from twinprop.gradcheck.source.sources import returned_name, returned_names, source_of
from twinprop.gradcheck.training.demos import HOLDERS, MOST_READ, Call, Calls, goes_back, run_until_shown
from twinprop.gradcheck.training.own_loss import LOSS_NAME, OwnLoss, RatedOwnLoss, data_of

ORDERED = 7
"""Numbers whose order says in which order those of a batch are."""


class Given(NamedTuple):
    """What an argument is: the argument of the step under a name."""

    name: str

    def value(self, made: Any, given: Mapping[str, Any], known: dict[int, Any]) -> Any:
        return given[self.name]


class Fixed(NamedTuple):
    """What an argument is: always the same."""

    held: Any

    def value(self, made: Any, given: Mapping[str, Any], known: dict[int, Any]) -> Any:
        return copy.deepcopy(self.held)


class Result(NamedTuple):
    """What an argument is: what another function returned, all of it or a part."""

    call: Call
    at: int | None
    sources: Mapping[str, Any]

    def value(self, made: Any, given: Mapping[str, Any], known: dict[int, Any]) -> Any:
        """What it returns now.

        Args:
            given: the arguments of the step.
            known: what was returned already, by the id of the call.
        """
        if id(self.call) not in known:
            args = {name: one.value(made, given, known) for name, one in self.sources.items()}
            known[id(self.call)] = getattr(made, self.call.function)(**args)
        return known[id(self.call)] if self.at is None else known[id(self.call)][self.at]


Source = Given | Fixed | Result


def sources_of(call: Call, step: Call, calls: Calls, of_class: bool) -> dict[str, Source]:
    """What the arguments of a call are, before a step: of the step's own arguments, what is computed from others."""
    names = {id(one): name for name, one in step.given.items() if isinstance(one, HOLDERS)}
    found: dict[str, Source] = {}
    for name, one in call.given.items():
        made, at, _ = calls.of_results.get(id(one), (None, None, None))
        if made is not None and made is not step and made is not call:
            result = Result(made, at, sources_of(made, step, calls, of_class))
            if of_class or any(not isinstance(source, Fixed) for source in result.sources.values()):
                found[name] = result
                continue
        found[name] = Given(names[id(one)]) if id(one) in names else Fixed(call.copies[name])
    return found


class ShownLoss(OwnLoss):
    """A step with the arguments of the call that was shown.

    Args:
        shown: the arguments, by their names, but for those that are results.
        place: of the call.
        results: the arguments that other functions compute; of_cost, what those of `cost` are, if it was called.
        before: a call that goes forward, for what it keeps; None where there is none.
    """

    def __init__(
        self,
        made: Any,
        step: Method,
        cost: Method | None,
        shown: Mapping[str, Any],
        place: str,
        results: Mapping[str, Result],
        of_cost: Mapping[str, Source],
        before: Result | None,
    ) -> None:
        Wrapper.__init__(self, made)
        self._results, self._of_cost, self._before = results, of_cost, before
        self._step, self._cost, self._samples = step, cost, 0
        self._alone = returned_name(getattr(made, step.name))
        names = returned_names(getattr(made, step.name))
        self.returned_names = [name for name in names if not LOSS_NAME.fullmatch(word_of(name))]
        self._own_inputs = Inputs(np.arange(ORDERED), None, None, "", "words")  # type: ignore[arg-type]
        self._held = held_of(made, shown, self.returned_names)
        for name in self._held:
            setattr(self, name, in_floats(shown[name]))
        # weights of a module, which a function may be given as well
        weights = {name: np.shape(one) for name, one in attributes_of(made).items() if is_float_array(one)}
        lent = shown if isinstance(made, Methods) else {}
        self._lent = [name for name, one in lent.items() if name in weights and shape_of(one) == weights[name]]
        data = {name: value for name, value in shown.items() if name not in self._held}
        self._shown = {name: drawn_like(value) if is_input(made, step, name) else value for name, value in data.items()}
        self._steady: set[str] = set()  # whose numbers stay in their order
        sizes = [f"{name} {shape or ''}".strip() for name, one in shown.items() if (shape := shape_of(one)) is not None]
        self.given = ", ".join(sizes) or "what it holds"
        whose = (cost.name, "returns") if cost is not None else (step.name, "computes")
        source = "".join(source_of(getattr(made, one.name)) for one in (step, cost) if one is not None)
        known = {name: getattr(type(made), name, None) for name in dir(made) if not name.startswith("__")}
        left = [name for name, one in known.items() if inspect.isfunction(one) and f"{name}(" not in source]
        left = [name for name in left if goes_back(name, known[name]) and not isinstance(made, Methods)]
        self._has_others = bool(left)
        self.told = [f"called as in {place}; the loss is what {' '.join(whose)}."]
        self.told += [f"not checked: {', '.join(left)}."] if left else []
        self._data = data_of(type(made))

    def may_lack(self, name: str) -> bool:
        """Whether something needs no gradient: what the step is given, or what another one may leave that of."""
        if any(canonical(one) in stems(self._step.name) for one in self._held):
            return canonical(name) not in stems(self._step.name)
        return name in self._held or self._has_others or super().may_lack(name)

    def runs(self) -> bool:
        if not super().runs():
            self._steady = {name for name, value in self._shown.items() if is_whole(value)}  # sizes have an order
        return super().runs()

    def _hand_to(self, made: Any, method: Method, x: Any, rate: float) -> Any:
        given = {name: getattr(self, name) for name in self._held}
        given = given if method is self._step and made is self._user else copy.deepcopy(given)  # a step may change them
        ordered = not np.any(np.diff(x) < 0)
        for name, value in self._shown.items():
            if name in self._lent:
                given[name] = attributes_of(made)[name]
            elif ordered or name in self._steady:
                given[name] = copy.deepcopy(value)
            else:
                given[name] = in_order(value, [*x, *name.encode()])
        known: dict[int, Any] = {}
        if self._before is not None:
            self._before.value(made, given, known)
        own = given | {name: one.value(made, given, known) for name, one in self._results.items()}
        asked = self._of_cost if method is self._cost else {}
        given = own | {name: one.value(made, own, known) for name, one in asked.items()}
        roles = {one.name: one.name for one in method.arguments if one.name in given and one.role != "rate"}
        return method.call(made, roles, {**given, "rate": rate})

    def _back(self, rate: float) -> Any:
        """What the step returns, but for weights after an update, under their own names: these are put in place."""
        returned = super()._back(rate)
        parts = returned if isinstance(returned, tuple) else (returned,)
        own = {name: self if name in self._held else self._user for name in (*self._held, *self._lent)}
        if not self._step.has("rate") or len(parts) != len(self.returned_names) or not {*self.returned_names} <= {*own}:
            return returned
        for name, part in zip(self.returned_names, parts, strict=True):
            setattr(own[name], name, part)
        return ()

    def _whole(self, rows: Sequence[Any]) -> dict[str, Any]:
        """The gradients of what is measured, where one of each was returned, in the same order."""
        named = [name for name in self._held if canonical(name) in stems(self._step.name)]  # W1_grad(x, y, W1, W2)
        if len(rows) == len(named) == 1:
            return {f"d{named[0]}": rows[0]}
        if self.returned_names and {*self.returned_names} <= {*self._held}:
            return {}  # they are weights after an update
        held = [getattr(self, name) for name in self._held]
        alike = [
            isinstance(one, np.ndarray) and np.shape(one) == np.shape(row) for one, row in zip(held, rows, strict=False)
        ]
        fit = len(rows) == len(held) and all(alike)
        return {f"d{name}": row for name, row in zip(self._held, rows, strict=True)} if fit else {}


class RatedShownLoss(ShownLoss, RatedOwnLoss):
    """The same with a step that is given a learning rate."""


def held_of(made: Any, shown: Mapping[str, Any], returned: Sequence[str]) -> list[str]:
    """The arguments that are measured: weights, and those that have a gradient by its name; else all arrays."""
    floats = [name for name, one in shown.items() if next(iter(arrays_of(SimpleNamespace(held=one))), None) is not None]
    named = {stem for name in returned for stem in stems(name)}
    holders = [name for name in floats if not isinstance(shown[name], np.ndarray) and role_of(name) not in ("x", "y")]
    weights = [name for name in floats if name in holders or canonical(name) in named or is_parameter(name)]
    if next(iter(arrays_of(made)), None) is not None:
        return [name for name in floats if canonical(name) in named]
    return weights or [name for name in floats if role_of(name) != "y"]


def is_input(made: Any, step: Method, name: str) -> bool:
    """Whether an argument holds numbers to compute with, and no places, as those of words."""
    return role_of(name) == "x" and not is_index(made, step.name, name)


def drawn_like(value: Any) -> Any:
    """Random numbers in the form of an input, which may be 0 and 1 in a demo."""
    if isinstance(value, list | tuple) and value and all(map(is_number, value)):
        return type(value)(np.random.default_rng(len(value)).standard_normal(len(value)).tolist())
    whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
    return np.random.default_rng(value.size).standard_normal(value.shape) if whole else value


def in_floats(value: Any) -> Any:
    """A copy of an array, or of what holds some, in double precision."""
    return np.array(value, float) if isinstance(value, np.ndarray) else copy.deepcopy(value)


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Of an array, a number, or numbers in lists; None for anything else."""
    if not isinstance(value, list | tuple | np.ndarray | np.generic) and not is_number(value):
        return None
    try:
        return np.shape(np.asarray(value, float))
    except (ValueError, TypeError):  # of several shapes, or no numbers
        return None


def is_whole(value: Any) -> bool:
    """Whether something holds whole numbers alone, which may be sizes."""
    if isinstance(value, np.ndarray):
        return value.size > 0 and value.dtype.kind in "iu"
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(is_whole(one) if np.ndim(one) else is_size(one) for one in value)
    return False


def is_size(value: Any) -> bool:
    return isinstance(value, int | np.integer)


def in_order(value: Any, seed: Sequence[int]) -> Any:
    """A copy of an argument, with its numbers in another order along each of its axes."""
    if isinstance(value, list | tuple) and len(value) > 1:
        flat = all(isinstance(one, int | float | np.generic) for one in value)
        array = np.asarray(value) if flat else None
    else:
        array = value if isinstance(value, np.ndarray) else None
    if array is None or array.dtype.kind not in "fiub":
        return copy.deepcopy(value)
    rng = np.random.default_rng(seed)
    for axis, length in enumerate(array.shape):
        array = array.take(rng.permutation(length), axis)
    return type(value)(array.tolist()) if isinstance(value, list | tuple) else array


def as_shown(module: ModuleType, found: Mapping[str, Any]) -> Iterator[tuple[ShownLoss, str]]:
    """A class or functions as their author calls them, with titles: in their file first, then in those around it."""
    own = Path(getattr(module, "__file__", None) or "none").absolute()
    if not own.is_file() or not all(map(callable, found.values())):
        return
    files = dict.fromkeys([own, *(other for name in found for other in others_that_name(own, name))])
    for path in [*files][:MOST_READ]:
        calls, before = Calls([name for name, one in found.items() if inspect.isfunction(one)]), dict(vars(module))
        try:
            place = run_until_shown(path, own, module, found, calls)
        finally:
            vars(module).clear()
            vars(module).update(before)
        if place:
            yield from losses_of(module, found, calls, place)


def losses_of(
    module: ModuleType, found: Mapping[str, Any], calls: Calls, place: str
) -> Iterator[tuple[ShownLoss, str]]:
    """Each loss that the step which was called may be of."""
    own = [one for one in vars(module).values() if inspect.isfunction(one) and one.__module__ == module.__name__]
    made = calls.made.get(calls.step) or as_methods([*own, *calls.closures.values()])
    step = method_of(made, calls.step)
    of_class = calls.step in calls.made
    called = {name: sources_of(call, calls.last[step.name], calls, of_class) for name, call in calls.last.items()}
    results = {name: one for name, one in called[step.name].items() if isinstance(one, Result) and not calls.first}
    for cost in costs_of(made, step, calls):
        before, shown = made, calls.first or calls.values[step.name]
        if cost is not None and not step.needed:  # it goes back from what the other has kept
            before, shown = calls.made.get(cost.name, made), shown | calls.values.get(cost.name, {})
        kind = RatedShownLoss if step.has("rate") else ShownLoss
        given = {name: one for name, one in with_defaults(made, step, shown).items() if name not in results}
        of_cost: Mapping[str, Source] = {}
        goes = None
        if cost is not None and step.needed:
            of_cost, front = called.get(cost.name, by_place(cost, step)), named(made, FORWARD) if of_class else ""
            if front in calls.last and front not in (step.name, cost.name):
                goes = Result(calls.last[front], None, called[front])
        one = kind(copy.deepcopy(before), step, cost, given, place, results, of_cost, goes)
        if one.runs():
            yield one, ", ".join(found)


def by_place(cost: Method, step: Method) -> dict[str, Source]:
    """The arguments of a loss as those of a step, if it has as many, and some names are in the same place."""
    pairs = [(own.name, other.name) for own, other in zip(cost.needed, step.needed, strict=False)]
    fits = len(cost.needed) == len(step.needed) and any(own == other for own, other in pairs)
    return {own: Given(other) for own, other in pairs if own != other} if fits else {}


def with_defaults(made: Any, step: Method, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, with the weights that stand as defaults of others."""
    given = inspect.signature(getattr(made, step.name)).parameters
    return {name: one.default for name, one in given.items() if is_float_array(one.default)} | {**shown}


def costs_of(made: Any, step: Method, calls: Calls) -> Iterator[Method | None]:
    """The methods that may return the loss of a step, the likeliest first; None for the step itself."""
    known = calls.values[step.name]
    names = [name for name in dir(made) if not name.startswith("__") and name != step.name]
    costs = [name for name in names if word_of(name) in LOSS.split() or LIKE[LOSS].fullmatch(word_of(name))]
    costs += [name for name in calls.values if name not in (*costs, step.name) and not step.needed]
    methods = [method_of(made, name) for name in costs if callable(held_by(made, name))]
    if not step.needed:
        fit = [one for one in methods if one.name in calls.values]
    else:
        fit = [
            one
            for one in methods
            if one.needed
            and ({a.name for a in one.needed} <= {*known} or one.name in calls.last or by_place(one, step))
        ]
    yield from sorted(fit, key=lambda one: -len({*one.name.split("_")} & {*step.name.split("_")}))
    if step.needed:
        yield None
