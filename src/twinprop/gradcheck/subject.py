"""A class that somebody else wrote: how it is found, called, and where its parameters and gradients are.

What is asked of it is small, so that a student's code meets it with little change; `docs/gradcheck.md`
says it in full. Whatever goes wrong inside the class is told with the line of that class, not of ours.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from twinprop.errors import TwinpropError
from twinprop.text import nearest

Float = np.ndarray[Any, np.dtype[np.float64]]

GRADIENT_NAMES = ("d{}", "{}_grad", "grad_{}", "d_{}", "{}grad", "grad{}")
"""How the gradient of `W` may be called, beside `grads["W"]` and `grads["dW"]`."""

GRADIENT_DICTS = ("grads", "gradients", "grad")

UPSTREAM = ("d", "grad", "up", "g")
"""First letters of a parameter of `backward` that wants the gradient of the loss itself, which is 1."""

OURS = str(Path(__file__).parents[1])


class SubjectError(TwinpropError):
    """The class under test breaks the contract, or raised an exception.

    Attributes:
        fits: whether another shape of input may help.
    """

    def __init__(self, message: str, fits: bool = True) -> None:
        super().__init__(message)
        self.fits = fits


def located(error: BaseException) -> str:
    """`net.py:12: z = x @ self.W: ValueError: ...`: the last line of the user's own code, and the error."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, SyntaxError) and error.filename:
        code = (error.text or "").strip()
        return f"{shown(error.filename)}:{error.lineno}: {code}: {type(error).__name__}: {error.msg}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        inside = frame.filename.startswith((OURS, "<")) or "importlib" in frame.filename
        if not inside and "site-packages" not in frame.filename:
            return f"{shown(frame.filename)}:{frame.lineno}: {frame.line}: {what}"
    return what


def shown(file: str) -> str:
    """A path as short as it can be."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def called(what: str, f: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """f(...), with an exception told as a message that begins with `what`.

    Raises:
        SubjectError: `f` raised.
    """
    try:
        return f(*args, **keywords)
    except (Exception, SystemExit) as error:
        fits = isinstance(error, ValueError | IndexError)
        raise SubjectError(f"{what} raised an error.\n  {located(error)}", fits) from error


def find(spec: str) -> Any:
    """What `module:Class` or `path/to/file.py:Class` names, looked for from the current directory.

    Raises:
        SubjectError: it cannot be found or imported.
    """
    source, _, name = spec.rpartition(":")
    if not source or not name:
        raise SubjectError(f"--layer {spec}: write module:Class, or path/to/file.py:Class.")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    module = from_file(spec, Path(source)) if source.endswith(".py") else from_name(spec, source)
    if not hasattr(module, name):
        classes = [key for key, value in vars(module).items() if isinstance(value, type) and hasattr(value, "backward")]
        there = f"it has {', '.join(classes)}" if classes else "it has no class with a backward"
        raise SubjectError(f"--layer {spec}: {source} has no {name}; {there}.{nearest(name, classes)}")
    return getattr(module, name)


def from_file(spec: str, path: Path) -> ModuleType:
    if not path.is_file():
        raise SubjectError(f"--layer {spec}: there is no file {path}; the path is taken from {Path.cwd()}.")
    sys.path.insert(0, str(path.parent.absolute()))  # for modules beside it
    found = importlib.util.spec_from_file_location(path.stem, path.absolute())
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[path.stem] = module
    called(f"Importing {path}", found.loader.exec_module, module)
    return module


def from_name(spec: str, name: str) -> ModuleType:
    def load() -> ModuleType | None:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name and (name == error.name or name.startswith(f"{error.name}.")):
                return None
            raise

    module: ModuleType | None = called(f"Importing {name}", load)
    if module is None:
        near = nearest(name, (path.stem for path in Path.cwd().glob("*.py")))
        raise SubjectError(f"--layer {spec}: there is no module {name}; it is looked for from {Path.cwd()}.{near}")
    return module


def argument(word: str) -> Any:
    """`4`, `0.1`, `True` or `[4,3]` as Python reads it; anything else is text."""
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return word


def arguments(words: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments from `4 3 p=0.5`."""
    pairs = [word.split("=", 1) for word in words if "=" in word and word.partition("=")[0].isidentifier()]
    keywords = {key: argument(value) for key, value in pairs}
    return [argument(word) for word in words if word.partition("=")[0] not in keywords], keywords


class Place(NamedTuple):
    """Where an array is kept: an attribute, or an entry of the lists and dicts in one."""

    name: str
    owner: Any
    attribute: str
    keys: tuple[Any, ...] = ()

    @property
    def own(self) -> Any:
        """What its owner calls it: the last key, or the attribute."""
        return self.keys[-1] if self.keys else self.attribute

    def get(self) -> Any:
        return reached(getattr(self.owner, self.attribute, None), self.keys)

    def set(self, value: Any) -> None:
        if not self.keys:
            setattr(self.owner, self.attribute, value)
        elif (holder := reached(getattr(self.owner, self.attribute, None), self.keys[:-1])) is not None:
            # the class itself may have thrown a work array out of its list
            with suppress(IndexError, TypeError):
                holder[self.keys[-1]] = value

    def candidates(self) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The attributes and keys where its gradient may be."""
        for pattern in GRADIENT_NAMES:
            yield pattern.format(self.attribute), self.keys
        if isinstance(self.own, str) and self.keys:
            for pattern in GRADIENT_NAMES:
                yield self.attribute, (*self.keys[:-1], pattern.format(self.own))
        for name in GRADIENT_DICTS:
            for keys in self.dict_keys():
                yield name, keys

    def dict_keys(self) -> list[tuple[Any, ...]]:
        """Its keys in a dict or a list of gradients."""
        path = self.keys or (self.attribute,)
        return [path, (*path[:-1], f"d{self.own}")] if isinstance(self.own, str) else [path]

    def gradient(self) -> tuple[str, Any] | None:
        """The gradient and its name; None where there is none."""
        prefix = self.name.removesuffix(spelled_keys(self.attribute, self.keys))
        for attribute, keys in self.candidates():
            found = reached(getattr(self.owner, attribute, None), keys)
            if found is not None:
                return prefix + spelled_keys(attribute, keys), found
        return None


def spelled_keys(name: str, keys: tuple[Any, ...]) -> str:
    """`grads['W']`."""
    return name + "".join(f"[{key!r}]" for key in keys)


def reached(held: Any, keys: Iterable[Any]) -> Any:
    """What lies under the keys; None where there is nothing."""
    for key in keys:
        try:
            held = held[key]
        except (KeyError, IndexError, TypeError):
            return None
    return held


def is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.floating) and not isinstance(value, bool)


def attributes_of(subject: Any) -> dict[str, Any]:
    """The attributes of an object, those in `__slots__` too."""
    slots = [getattr(kind, "__slots__", ()) for kind in type(subject).__mro__]
    names = [name for some in slots for name in ([some] if isinstance(some, str) else some)]
    return {name: getattr(subject, name) for name in names if hasattr(subject, name)} | getattr(subject, "__dict__", {})


def arrays_of(
    subject: Any, wanted: Callable[[Any], bool] = is_float_array, prefix: str = "", seen: set[int] | None = None
) -> Iterator[Place]:
    """Every float array that an object holds, in lists, dicts and objects of its own too; each once."""
    seen = set() if seen is None else seen
    if id(subject) not in seen:
        seen.add(id(subject))
        for attribute, value in list(attributes_of(subject).items()):
            yield from within(value, Place(f"{prefix}{attribute}", subject, attribute), wanted, seen)


def within(value: Any, place: Place, wanted: Callable[[Any], bool], seen: set[int]) -> Iterator[Place]:
    """Every float array in the value of an attribute or of an entry."""
    if wanted(value):
        if not isinstance(value, np.ndarray) or id(value) not in seen:
            seen.add(id(value))
            yield place
    elif isinstance(value, list | tuple | dict):
        if id(value) not in seen:
            seen.add(id(value))
            for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
                if not (isinstance(value, tuple) and wanted(item)):  # what a tuple holds cannot be replaced
                    inner = place._replace(name=f"{place.name}[{key!r}]", keys=(*place.keys, key))
                    yield from within(item, inner, wanted, seen)
    elif has_parts(value):
        yield from arrays_of(value, wanted, f"{place.name}.", seen)


def has_parts(value: Any) -> bool:
    """Whether an object is one of the user's own, which may hold parameters."""
    plain = isinstance(value, type | ModuleType) or inspect.isroutine(value)
    parts = hasattr(value, "__dict__") or hasattr(type(value), "__slots__")
    return parts and not plain and not type(value).__module__.startswith("numpy")


def parameters_of(subject: Any) -> list[Place]:
    """The float arrays that are there before `forward`, but for those that hold gradients."""
    found = list(arrays_of(subject))
    lists = {(id(place.owner), pattern.format(place.attribute)) for place in found for pattern in GRADIENT_NAMES}
    holders = {(id(place.owner), *candidate) for place in found for candidate in place.candidates()}
    return [
        place
        for place in found
        if (id(place.owner), place.attribute) not in lists
        and (id(place.owner), place.attribute, place.keys) not in holders
        and place.attribute not in GRADIENT_DICTS
    ]


def stems(name: str) -> list[str]:
    """What an attribute may be the gradient of, by its name."""
    ends = [pattern.split("{}") for pattern in GRADIENT_NAMES]
    fit = [(head, tail) for head, tail in ends if name.startswith(head) and name.endswith(tail)]
    return [name[len(head) : len(name) - len(tail)] for head, tail in fit if len(name) > len(head + tail)]


def held_by(made: Any) -> list[tuple[str, str, Any]]:
    """The attributes of an object and of those that it holds: the owner with a dot, the name and the value."""
    owners = {"": made}
    for place in arrays_of(made, lambda value: is_float_array(value) or is_number(value)):
        owners[place.name.removesuffix(spelled_keys(place.attribute, place.keys))] = place.owner
    return [(owner, name, value) for owner, held in owners.items() for name, value in attributes_of(held).items()]


def positional(f: Callable[..., Any]) -> tuple[list[str], float]:
    """Names of the parameters that must be given, and how many can be."""
    kinds = inspect.Parameter
    given = inspect.signature(f).parameters.values()
    ordinary = [p for p in given if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    most = float("inf") if any(p.kind == kinds.VAR_POSITIONAL for p in given) else len(ordinary)
    return [p.name for p in ordinary if p.default is kinds.empty], most


class Subject:
    """An object with `forward` and `backward`, and how it wants to be called.

    Args:
        made: the object.
        title: as the report calls it.
        seed: for numbers that it draws from NumPy's global generator; the same before every forward.

    Raises:
        SubjectError: it has no `forward` or `backward`, or they take the wrong arguments.
    """

    def __init__(self, made: Any, title: str, seed: int) -> None:
        self.made, self.title, self.seed = made, title, seed
        for name in ("forward", "backward"):
            if not callable(getattr(made, name, None)):
                raise SubjectError(
                    f"{title}: has no {name}. A layer has forward(x) and backward(dy); a loss or a network "
                    "has forward(x, y) and backward()."
                )
        needed, most = positional(made.forward)
        self.back_needed, back_most = positional(made.backward)
        self.is_loss = len(needed) == 2 or (most >= 2 and back_most == 0) or (most == 1 and back_most == 0)
        self.takes_y = most >= 2
        if not 1 <= max(len(needed), min(most, 1)) <= 2 or len(self.back_needed) > (2 if self.is_loss else 1):
            raise SubjectError(
                f"{title}: forward({', '.join(needed)}) and backward({', '.join(self.back_needed)}) do not fit. "
                "A layer has forward(x) and backward(dy); a loss or a network has forward(x, y) and backward()."
            )
        self.parameters = parameters_of(made)
        self.numbers = list(arrays_of(made, is_number))
        self.constructed = {owner + name for owner, name, _ in held_by(made)}
        for place in self.parameters:
            if place.get().dtype != np.float64:
                place.set(place.get().astype(np.float64))

    @classmethod
    def make(cls, spec: str, words: Sequence[str], seed: int) -> Subject:
        """The object that a command line asks for.

        Raises:
            SubjectError: it cannot be made.
        """
        found = find(spec)
        args, keywords = arguments(words)
        name = spec.rpartition(":")[2]
        title = f"{name}({', '.join([*map(repr, args), *(f'{key}={value!r}' for key, value in keywords.items())])})"
        if not callable(found):
            return cls(found, name, seed)
        np.random.seed(seed)
        random.seed(seed)
        try:
            made = called(title, found, *args, **keywords)
        except SubjectError as error:
            if isinstance(error.__cause__, TypeError) and not words:
                raise SubjectError(f"{error}\n  Give the arguments of its constructor: --args 4 3.") from error
            raise
        return cls(made, title, seed)

    def forward(self, x: Float, y: Any) -> Any:
        """The loss as a number, or the output of a layer, for a copy of x.

        Raises:
            SubjectError: forward raised, or what it returned is not what was asked for.
        """
        np.random.seed(self.seed)
        random.seed(self.seed)
        inputs = (x.copy(), y.copy()) if self.is_loss and self.takes_y else (x.copy(),)
        shapes = " and y ".join(str(value.shape) for value in inputs)
        out = called(f"{self.title}.forward, given x {shapes},", self.made.forward, *inputs)
        return self.loss_of(out) if self.is_loss else self.output_of(out)

    def loss_of(self, out: Any) -> Any:
        wanted = "return one number, the loss."
        if out is None:
            raise SubjectError(f"{self.title}.forward returned nothing; {wanted}", False)
        if not isinstance(out, int | float | np.ndarray | np.generic):
            raise SubjectError(f"{self.title}.forward returned a {type(out).__name__}; {wanted}", False)
        array = np.asarray(out)
        if array.size != 1:
            raise SubjectError(
                f"{self.title}.forward returned an array of shape {array.shape}; {wanted} Take the mean over samples.",
                False,
            )
        self.precise(array)
        return array.reshape(())[()]

    def output_of(self, out: Any) -> Any:
        if not isinstance(out, np.ndarray):
            what = "nothing" if out is None else f"a {type(out).__name__}"
            raise SubjectError(f"{self.title}.forward returned {what}; a layer returns its output, an array.", False)
        self.precise(out)
        return out

    def precise(self, out: Float) -> None:
        if out.dtype in (np.float32, np.float16):
            raise SubjectError(
                f"{self.title}.forward returned {out.dtype} for a float64 input, which is too coarse to check; "
                "leave out the cast.",
                False,
            )

    def backward(self, dy: Any, x: Float, y: Any) -> Any:
        """What `backward` returns; gradients that a `zero_grad` would clear are cleared before.

        Raises:
            SubjectError: it raised.
        """
        if callable(getattr(self.made, "zero_grad", None)):
            called(f"{self.title}.zero_grad", self.made.zero_grad)
        inputs: tuple[Any, ...] = ()
        if not self.is_loss:
            inputs = (dy.copy(),)
        elif len(self.back_needed) == 2:
            inputs = (x.copy(), y.copy())
        elif len(self.back_needed) == 1:
            inputs = (1.0,) if self.back_needed[0].lower().startswith(UPSTREAM) else (y.copy(),)
        try:
            return called(f"{self.title}.backward", self.made.backward, *inputs)
        except SubjectError as error:
            if any(word in str(error.__cause__) for word in ("matmul", "not aligned", "dot:")):
                raise SubjectError(f"{error}\n  Is a matrix the wrong way round, as W where W.T belongs?") from error
            raise
