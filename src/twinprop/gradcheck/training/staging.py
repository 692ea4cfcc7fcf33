"""Where a round of a script is run: what stands before its loop is run first, as far as the loop needs it.

What a script reads from files, or gets from a library, is not read: small random data stand in for it.
"""

from __future__ import annotations

import ast
import builtins
import copy
import math
import random
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, attributes_of, is_number, is_numeric, may_hold_arrays
from twinprop.gradcheck.arrays.inputs import is_data
from twinprop.gradcheck.arrays.likely_shapes import BIAS, is_parameter
from twinprop.gradcheck.calling.upkeep import owners_in, rates_of
from twinprop.gradcheck.faults import is_users, writing_nothing
from twinprop.gradcheck.objects.guesses import INPUTS, OUTPUTS, number_for, usual
from twinprop.gradcheck.source.lending import module_of
from twinprop.gradcheck.source.loops import BATCH, STEPS, TREE
from twinprop.gradcheck.source.names_in_code import changed_in, names_of_values, root_of, stored
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.training.outputs import Site
from twinprop.gradcheck.training.recipes import SAMPLES, data_named, is_numpys
from twinprop.gradcheck.training.rounds import FUNCTION, HIDDEN_NAME, Loop
from twinprop.gradcheck.training.tracing import READING

KNOWN = ("numpy", "math", "random", "functools", "itertools", "copy", "collections", "types")
"""Modules beside the user's that a script may call before its loop."""

Defines = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom

SPLIT = re.compile("train(ing)?|test(ing)?|valid|val|orig|raw|all|full|batch|set|norm(ali[sz]ed)?|std|scaled")
"""Which of the data a name is for."""

OUR_OWN = "__import__('numpy')"
"""What an old call of float() was rewritten with (`reading`)."""

UNSAFE = ("open", "input", "exec", "eval", "exit", "quit", "__import__")


class NotFoundError(Exception):
    """A loop cannot be run with some data."""


class Stage:
    """Where a round is run: the names of a script, and what is put there before each run.

    Args:
        space: the names of its module, in which its functions look.
        file: of the script.
        given: values for arguments that nobody gives, as the object under test.

    Attributes:
        derived: names of what is computed from data.
        data: names of X and y in the script; `like` is what they are there, which may be lists.
        columns: whether samples are columns.
        following: the names, and the code, of what is made of X and y before the loop.
        targets: some for which the output is seen at `site`.
        last: by the names that are assigned or changed before the loop, which statement is the last to do so.
    """

    def __init__(self, loop: Loop, space: dict[str, Any], file: str, given: Callable[[str], Any]) -> None:
        self.loop, self.space, self.file, self.given = loop, space, file, given
        self.derived: set[str] = set()
        self.count = SAMPLES
        self.data = "", ""
        self.like: tuple[Any, Any] = None, None
        self.columns, self.targets = False, None
        self.site: Site | None = None
        self.ran: list[CodeType] = []
        self.following: list[tuple[set[str], CodeType]] = []
        self.of_data: list[str] | None = None
        self.first = dict(space)
        self.compile_round()
        self.steps = [(one, compile(ast.Module([one], []), file, "exec")) for one in loop.before]
        run = [(at, one) for at, one in enumerate(loop.before) if not isinstance(one, Defines)]
        self.last = {name: at for at, one in run for name in stored([one]) | changed_in(one)}

    def __deepcopy__(self, memo: Any) -> Stage:
        return self

    def compile_round(self) -> None:
        tree = self.loop.definition()
        code = compile(ast.fix_missing_locations(ast.Module([tree], [])), self.file, "exec")
        self.round = FunctionType(next(one for one in code.co_consts if isinstance(one, CodeType)), self.space)
        setattr(self.round, TREE, tree)

    def one_round(self) -> None:
        """Run a round; data that an object holds are in it meanwhile, and are no parameters."""
        made = self.space.get("self")
        before = self.attributes_of_data(made) if self.loop.data else {}
        try:
            with in_order():
                self.round()
        finally:
            for name, value in before.items():
                setattr(made, name, value)

    def attributes_of_data(self, made: Any) -> dict[str, Any]:
        """Put into an object what is made of other data before the loop; what was there instead.

        That is whatever is another for other numbers.
        """
        data = {name: self.space[name] for name in self.loop.data if name in self.space}
        fresh = attributes_of(self.made_of(data))
        if self.of_data is None:
            other = attributes_of(self.made_of({name: others(one) for name, one in data.items()}))
            self.of_data = [name for name, value in fresh.items() if not alike(value, other.get(name))]
        before = {name: getattr(made, name, None) for name in self.of_data}
        for name in self.of_data:
            setattr(made, name, fresh[name])
        return before

    def made_of(self, data: Mapping[str, Any]) -> Any:
        """The object that is made of data, as it is before the loop, with the same random numbers each time."""
        states = np.random.get_state(), random.getstate()
        np.random.seed(0)
        random.seed(0)
        space = {**self.space, **data, "self": copy.deepcopy(self.space.get("self"))}
        try:
            for code in self.ran:
                exec(code, space)
        finally:
            np.random.set_state(states[0])
            random.setstate(states[1])
        return space["self"]

    def keep_rates(self) -> None:
        """Leave out of a round what gives a learning rate another value that had one before: a round is the first."""
        rates = {ref.name for ref in rates_of(SimpleNamespace(**self.held()))}
        falls = [
            one for one in self.loop.body if isinstance(one, ast.Assign) and {*map(ast.unparse, one.targets)} <= rates
        ]
        if falls and len(falls) < len(self.loop.body):
            self.loop = copy.copy(self.loop)
            self.loop.body = [one for one in self.loop.body if one not in falls]
            self.compile_round()

    def end_before(self, error: BaseException) -> bool:
        """Leave out what follows the statement of a round that has raised an error, with it; whether that is some."""
        frames = traceback.extract_tb(error.__traceback__)
        first = next((one.lineno or 0 for one in frames if (one.name, one.filename) == (FUNCTION, self.file)), 0)
        at = next((at for at, one in enumerate(self.loop.body) if first <= (one.end_lineno or 0)), 0)
        if at:
            self.loop = copy.copy(self.loop)
            self.loop.body = self.loop.body[:at]
            self.compile_round()
        return bool(at)

    def set_up(self, data: Mapping[str, Any], count: int = SAMPLES) -> None:
        """Run what stands before the loop; whatever is called as in `data` becomes that, when it is assigned last.

        Args:
            count: of samples, which are one batch.
        """
        self.space.clear()
        self.space.update({name: one for name, one in self.first.items() if name not in self.loop.local})
        self.derived, self.count, self.ran, self.of_data = set(data), count, [], None
        np.random.seed(0)
        random.seed(0)
        for owner, name in self.loop.free:
            self.space.pop(name, None)
            self.stand_for(name, owner)
        origins = {*data}
        for one, _ in reversed(self.steps):
            origins |= names_of_values(one) if stored([one]) & origins and not isinstance(one, Defines) else set()
        origins -= {*data}
        begun = [name for name in data if name not in self.last or name in self.loop.data]
        self.space.update({name: copy.deepcopy(data[name]) for name in begun})
        for at, (statement, code) in enumerate(self.steps):
            names = stored([statement])
            if isinstance(statement, Defines) and names <= set(self.space):
                continue
            self.run(statement, code, names)
            self.space.update(dict.fromkeys(batches_in(self.space, names), count))
            for name in (name for name in data if self.last.get(name) == at):
                self.match_origins(self.space.get(name), data[name], origins)
                self.space[name] = copy.deepcopy(data[name])
        for owner in owners_in(self.held()):
            vars(owner).update(dict.fromkeys(batches_in(vars(owner), vars(owner)), count))
        self.space.update(self.loop.counted)
        self.derived |= {name for name in origins if is_data(self.space.get(name))}
        first = max((self.last[name] for name in data if name in self.last), default=len(self.steps))
        self.following = [
            (stored([one]), code)
            for one, code in self.steps[first + 1 :]
            if isinstance(one, ast.Assign) and code in self.ran and names_of_values(one) & self.derived
        ]

    def match_origins(self, made: Any, new: Any, origins: Iterable[str]) -> None:
        """Give as many samples to what X or y was made of, which a round may count, as these get in its place."""
        before, now = np.shape(made), np.shape(new)
        for origin, name in ((self.space.get(name), name) for name in origins if len(before) == len(now)):
            if isinstance(origin, np.ndarray) and origin.ndim and before and len(origin) in (before[0], before[-1]):
                count = now[0 if len(origin) == before[0] else -1]
                self.space[name] = np.resize(origin, (count, *origin.shape[1:]))

    def run(self, statement: ast.stmt, code: CodeType, names: set[str]) -> None:
        """Run a statement before the loop, which gives some names a value; if it lacks its data, these stand in."""
        try:
            if not isinstance(statement, Defines):
                refuse_foreign(statement, self.space)
            with writing_nothing():
                exec(code, self.space)
            self.ran += [] if isinstance(statement, Defines) else [code]
        except (Exception, SystemExit):  # it lacks its data
            if self.labels_for(statement):
                self.run(statement, code, names)
                return
            for name in names:
                self.space.pop(name, None)
        for name in names:
            role = data_role(name)
            if is_empty(self.space.get(name, ())) and (name not in self.space or role in ("x", "y")):
                self.stand_for(name, None)
            if role in ("x", "y", "out") and is_data(self.space.get(name)):
                self.derived.add(name)
        if names_of_values(statement) & self.derived:
            self.derived |= names

    def labels_for(self, statement: ast.stmt) -> bool:
        """Put class numbers in the place of one-hot targets that stand for an argument; whether there are such."""
        read = names_of_values(statement)
        names = [name for _, name in self.loop.free if not name.startswith(HIDDEN_NAME)]
        given = [name for name in names if name in read and data_role(name) == "y"]
        some = [name for name in given if np.ndim(self.space.get(name, 0)) == 2]
        for name in some:
            self.space[name] = np.argmax(self.space[name], 1)
        return bool(some)

    def stand_for(self, name: str, owner: ast.FunctionDef | None) -> None:
        """Give a name of data, or an argument, a likely value."""
        place, name = name, name.removeprefix(HIDDEN_NAME)
        word, role = word_of(name), data_role(name)
        value = self.given(name) if owner is not None else None
        if value is None and role in ("x", "y"):
            value = data_named(name, role, self.count)
        elif value is None and (role == "rate" or STEPS.fullmatch(word) or BATCH.fullmatch(word)):
            value = 0.1 if role == "rate" else 1 if STEPS.fullmatch(word) else self.count
        elif value is None and owner is not None:
            names = [one.arg for one in owner.args.args]
            function = self.space.get(self.loop.owner if owner.name == "__init__" else owner.name)
            at = names.index(name) if name in names else 0
            value = number_for(name) if not callable(function) else usual(name, at, len(names), function, OUTPUTS, None)
            if not np.ndim(value) and is_parameter(name) and not BIAS.fullmatch(name.lower()):
                value = np.random.standard_normal(INPUTS) / 2
        if value is not None:
            self.space[place] = value
            self.derived |= {place} if role in ("x", "y") else set()

    def held(self) -> dict[str, Any]:
        """The values of the names that a round reads, but for functions, classes and modules."""
        names = self.loop.reached & set(self.space)
        found = {name: self.space[name] for name in sorted(names) if not name.startswith("__")}
        return {
            name: one
            for name, one in found.items()
            if not isinstance(one, type | ModuleType) and not (callable(one) and not may_hold_arrays(one))
        }


def refuse_foreign(statement: ast.stmt, space: Mapping[str, Any]) -> None:
    """Make sure that a statement gets nothing from outside.

    Raises:
        NotFoundError: it may do so.
    """
    turns = [part for part in ast.walk(statement) if isinstance(part, ast.comprehension)]
    bound = {one.id for part in turns for one in ast.walk(part.target) if isinstance(one, ast.Name)}
    harmless = all(computes_alone(part.iter, space) for part in turns)  # what such a name may hold
    for call in (part for part in ast.walk(statement) if isinstance(part, ast.Call)):
        if ast.unparse(call).startswith(OUR_OWN):
            continue
        root = root_of(call.func)
        name = ast.unparse(call.func).rpartition(".")[2]
        value = space.get(root, getattr(builtins, root, None))
        plain = value is not None and not callable(value) and not isinstance(value, ModuleType)
        plain = plain or (not root and computes_alone(call.func, space))
        plain = plain or (root in bound and harmless and isinstance(call.func, ast.Attribute))
        reads = READING.search(name.lower()) and not (is_own(value, space) and isinstance(value, type))
        if reads or root in UNSAFE or not (plain or is_own(value, space) or is_known(value)):
            raise NotFoundError(name)


def is_own(value: Any, space: Mapping[str, Any]) -> bool:
    """Whether something is of the script itself, or of a module of its author's."""
    module = home_of(value)
    return is_users(getattr(module, "__file__", None) or "<") or getattr(module, "__dict__", None) is space


def is_known(value: Any) -> bool:
    """Whether something is of a module for numbers, or of Python itself."""
    return getattr(home_of(value), "__name__", "").partition(".")[0] in (*KNOWN, "builtins") or is_numpys(value)


def home_of(value: Any) -> ModuleType | None:
    """A module itself, else the one where something is defined."""
    return value if isinstance(value, ModuleType) else module_of(value)


def computes_alone(node: ast.expr, space: Mapping[str, Any]) -> bool:
    """Whether an expression, as `(x > 0)` of `(x > 0).astype`, names nothing of a library but of those for numbers."""
    named = [space.get(part.id) for part in ast.walk(node) if isinstance(part, ast.Name)]
    foreign = [one for one in named if isinstance(one, ModuleType) or callable(one)]
    return all(is_known(one) or is_own(one, space) for one in foreign)


def others(value: Any) -> Any:
    """Other numbers of the same kind, for data; the rest as it is."""
    if not is_data(value):
        return value
    array = np.asarray(value)
    other = 1.5 * array + 0.1 if array.dtype.kind == "f" else np.roll(array, 1, 0)
    return list(other) if isinstance(value, list) else other


def alike(value: Any, other: Any) -> bool:
    """Whether two attributes hold the same numbers."""
    held = [[ref.get() for ref in arrays_of(SimpleNamespace(held=one), is_numeric)] for one in (value, other)]
    return len(held[0]) == len(held[1]) and all(map(np.array_equal, *held))


@contextmanager
def in_order() -> Iterator[None]:
    """Samples are not shuffled meanwhile."""
    before = {name: getattr(np.random, name) for name in ("shuffle", "permutation", "choice", "randint")}
    shuffle, at = random.shuffle, 0

    def drawn(some: Any, size: Any) -> Any:
        nonlocal at
        pool = np.arange(some) if np.ndim(some) == 0 else np.asarray(some)
        if size is None:  # what draws until another one comes, ends
            at += 1
            return pool[(at - 1) % len(pool)]
        count = math.prod(np.atleast_1d(size))
        found = pool[np.arange(count) % len(pool)]
        return found.reshape(size)

    np.random.shuffle = random.shuffle = lambda some: None  # type: ignore[assignment]
    np.random.permutation = lambda some: np.arange(some) if np.ndim(some) == 0 else np.asarray(some)
    np.random.choice = lambda some, size=None, replace=True, p=None: drawn(some, size)
    np.random.randint = lambda low, high=None, size=None, dtype=int: drawn(
        low if high is None else np.arange(low, high), size
    )
    try:
        yield
    finally:
        for name, one in before.items():
            setattr(np.random, name, one)
        random.shuffle = shuffle


def batches_in(space: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The names of numbers that are the size of a batch."""
    return [name for name in names if BATCH.fullmatch(word_of(name)) and is_number(space.get(name))]


def data_role(name: str) -> str:
    """What a name is for, be it of all data, or of those to train on."""
    name = name.removeprefix(HIDDEN_NAME)
    rest = SPLIT.sub("", name)
    return role_of(name) or (role_of(rest) if rest.strip("_") else "")


def is_empty(value: Any) -> bool:
    """Whether a value is a collection of nothing; lists may hold arrays of several shapes."""
    return value.size == 0 if isinstance(value, np.ndarray) else isinstance(value, list | tuple) and not value
