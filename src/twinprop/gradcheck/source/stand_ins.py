"""What is not there is stood in for: a module that is not installed, an object that a constructor asks for.

The names of a module can be imported, and its decorators leave a function as it is. What is computed with it fails, and
says that the module is missing. Only what a student's own file asks for is stood in for.

An object of ours, whatever its methods are called, does what its arguments tell: an activation remembers what it was
given and what it returned, so a derivative is that of tanh at its input, or 1 − a² where it is given its output.
"""

from __future__ import annotations

import copy
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import is_users
from twinprop.gradcheck.source.definitions import Student
from twinprop.gradcheck.source.unsaid import all_twice

BETWEEN_DEVICES = {"get_array_module": lambda *arrays: np, **dict.fromkeys(("asnumpy", "to_cpu", "to_gpu"), np.asarray)}
"""Functions of CuPy and Chainer that NumPy has not, where every array is one of NumPy's."""


NUMPY = ("np", "cp", "xp", "numpy", "cupy")
"""What a module of one's own hands on as NumPy: `from mylib import np`."""


class LikeNumpy(ModuleType):
    """CuPy, which has NumPy's own functions."""

    def __getattr__(self, name: str) -> Any:
        return BETWEEN_DEVICES[name] if name in BETWEEN_DEVICES else getattr(np, name)


LIKE_NUMPY = {"cupy": LikeNumpy("cupy")}
"""Modules in whose place NumPy will do."""


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy_error(y: Any, t: Any) -> Any:
    """As in the book Deep Learning from Scratch, of one-hot vectors or class numbers."""
    y, t = np.atleast_2d(y), np.atleast_2d(t) if np.ndim(y) == 1 else t
    t = t.argmax(axis=1) if np.size(t) == np.size(y) else t
    return -np.sum(np.log(y[np.arange(len(y)), t] + 1e-7)) / len(y)


@contextmanager
def nothing_held_back(space: dict[str, Any]) -> Iterator[None]:
    """Meanwhile a module's train_test_split, if it is scikit-learn's, gives all samples to train on."""
    its = space.get("train_test_split")
    library = isinstance(its, StandIn) or str(getattr(its, "__module__", "")).startswith("sklearn.")
    space.update({"train_test_split": all_twice} if library else {})
    try:
        yield
    finally:
        space.update({"train_test_split": its} if library else {})


USUAL: dict[str, Any] = {"tanh": np.tanh} | {f.__name__: f for f in (sigmoid, relu, softmax, cross_entropy_error)}
"""What a missing module of a course has under these names."""

MOST = 30
"""Missing modules in one file."""


class StandIn(ModuleType):
    """A module, or something in it, that is not there."""

    __path__: list[str] = []  # noqa: RUF012  a package, so that parts of it can be imported

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        known = np if name in NUMPY else BETWEEN_DEVICES.get(name)
        return known or StandIn(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if any(isinstance(one, np.ndarray) for one in args):
            self.used()
        if self.__name__.endswith(".Field"):  # of pydantic: what it is by default
            made = keywords["default_factory"]() if "default_factory" in keywords else inspect.Parameter.empty
            return args[0] if args and args[0] is not ... else keywords.get("default", made)
        return args[0] if len(args) == 1 and not keywords and callable(args[0]) else self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (Fields,) if self.__name__.rpartition(".")[2] == "BaseModel" else ()

    def used(self, *args: Any, **keywords: Any) -> Any:
        raise ModuleNotFoundError(f"{self.__name__} is not installed, and is needed here")

    def itself(self, *args: Any) -> Any:
        return self

    __getitem__ = __or__ = __ror__ = itself
    __array__ = __iter__ = __len__ = __bool__ = __float__ = __int__ = __index__ = __enter__ = used
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = used
    __matmul__ = __rmatmul__ = __pow__ = __neg__ = __lt__ = __gt__ = __le__ = __ge__ = used


class Fields:
    """As pydantic's models are made: each annotated name is an argument, and becomes an attribute."""

    def __init_subclass__(cls) -> None:
        kinds = {name: kind for one in cls.__mro__[::-1] for name, kind in vars(one).get("__annotations__", {}).items()}
        given = {name: getattr(cls, name, inspect.Parameter.empty) for name in kinds}
        fields = [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=value, annotation=kinds[name])
            for name, value in given.items()
        ]
        fields.sort(key=lambda one: one.default is not one.empty)
        cls.__signature__ = inspect.Signature(fields)  # type: ignore[attr-defined]

    def __init__(self, *values: Any, **fields: Any) -> None:
        known = inspect.signature(type(self)).parameters
        vars(self).update(dict(zip(known, values, strict=False)) | fields)


class StandInLoader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        found: ModuleType = LIKE_NUMPY.get(spec.name) or StandIn(spec.name)
        if isinstance(found, StandIn):
            vars(found).update(USUAL)
        return found

    def exec_module(self, module: ModuleType) -> None:
        pass


class Finder(MetaPathFinder):
    """Reads a student's own modules, and stands in for those that are known to be missing."""

    def __init__(self, told: list[str] | None = None) -> None:
        self.missing: set[str] = set()
        self.told = [] if told is None else told
        self.lent: list[tuple[ModuleType, str]] = []

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        if any(f"{name}.".startswith(f"{lacking}.") for lacking in self.missing) and asked_by_user():
            return ModuleSpec(name, StandInLoader(), is_package=True)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin and Path(spec.origin).parts[-2:] == (name, f"{name}.py"):
            # a file in a folder of its own name: the folder is meant
            return PathFinder.find_spec(name, [str(Path(spec.origin).parents[1])], target)
        if spec is not None and spec.origin and spec.origin.endswith(".py") and is_users(spec.origin):
            spec.loader = Student(name, spec.origin, self.told)
            return spec
        return None


def asked_by_user() -> bool:
    """Whether an import under way stands in a student's file."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file != __file__ and "importlib" not in file:
            return is_users(file)
        frame = frame.f_back  # type: ignore[assignment]
    return False


@contextmanager
def forgiving(told: list[str] | None = None) -> Iterator[Callable[[Callable[[], None]], list[str]]]:
    """Gives a function that imports by another, over again while a module is missing; it returns what is missing.

    Args:
        told: gets what was left out of files beside.
    """
    finder = Finder(told)

    def imported(load: Callable[[], None]) -> list[str]:
        for _ in range(MOST):
            try:
                load()
            except ImportError as error:
                if not stood_in(error, finder):
                    raise
            else:
                break
        return sorted(finder.missing)

    sys.meta_path.insert(0, finder)
    try:
        yield imported
    finally:
        sys.meta_path.remove(finder)
        gone = [name for name, module in sys.modules.items() if isinstance(module, StandIn)]
        for name in [*gone, *(name for name in LIKE_NUMPY if name in finder.missing)]:
            sys.modules.pop(name, None)
        for module, name in finder.lent:
            delattr(module, name)


def stood_in(error: ImportError, finder: Finder) -> bool:
    """Whether what an import lacks can be stood in for from now on."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        name = error.name if top in sys.modules else top
        if name in finder.missing:  # by a library, as Keras without what it computes with: that is of no use either
            name = top = importer_of(error)
        if not name or name in finder.missing or top in sys.stdlib_module_names or is_own(sys.modules.get(top)):
            return False
        finder.missing.add(name)
        return True
    lacking = re.match(r"cannot import name '(\w+)' from '([\w.]+)' \(", str(error))
    module = sys.modules.get(lacking[2]) if lacking else None
    if lacking is None or module is None or is_own(module):
        return False
    setattr(module, lacking[1], StandIn(f"{lacking[2]}.{lacking[1]}"))
    finder.lent.append((module, lacking[1]))
    finder.missing.add(f"{lacking[2]}.{lacking[1]}")
    return True


def importer_of(error: ImportError) -> str:
    """The library that a student's file imports, and that fails as it imports another; empty if there is none."""
    found, traceback, by_user = "", error.__traceback__, False
    while traceback is not None:
        frame = traceback.tb_frame
        if is_users(frame.f_code.co_filename):
            found, by_user = "", True
        elif by_user and not found and "importlib" not in frame.f_code.co_filename:
            found = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        traceback = traceback.tb_next
    return found


def is_own(module: ModuleType | None) -> bool:
    """Whether a module is a student's."""
    file = getattr(module, "__file__", None)
    return module is not None and (file is None or is_users(file)) and not isinstance(module, StandIn)


BACK = re.compile(
    r".*(back|bprop|prime|deriv|grad|delta|diff|jacob).*|d_?(f|fn|x|z|a|act|activate|activation|loss|cost)?"
)
"""Names of methods that give a derivative."""


class Lent:
    """Answers to every name: what looks like a derivative is one, all else is the function."""

    names = ""

    def __init__(self, name: str = "") -> None:
        """One for an argument of that name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._derivative if BACK.fullmatch(name.lower().strip("_")) else self


class LentActivation(Lent):
    """tanh, under any name; the softmax where its name says that it is the last one.

    Given outputs and targets of 0 and 1, its derivative is a − y, that of a softmax together with its loss.
    """

    names = r".*(activ|nonlin|transfer|squash|softmax|sigmoid).*|act|act_?f(n|unc)?|phi|sigma|g|f"

    def __init__(self, name: str = "") -> None:
        self._runs: list[tuple[Any, Any]] = []
        self.__name__ = "softmax" if re.search("out|last|final|softmax", name.lower()) else "tanh"

    def __call__(self, x: Any, *flags: Any, **keywords: Any) -> Any:
        if any(flag is True for flag in [*flags, *keywords.values()]):
            return self._derivative(x)
        out = softmax(x) if self.__name__ == "softmax" else np.tanh(x)
        self._runs = [*self._runs[-20:], (np.copy(x), out)]
        return out

    def _derivative(self, *args: Any, **keywords: Any) -> Any:
        given: list[Any] = [one for one in [*args, *keywords.values()] if isinstance(one, np.ndarray | float)]
        for run in self._runs[::-1]:
            for one in given:
                at = next((at for at, part in enumerate(run) if np.array_equal(one, part)), None)
                if at is None:
                    continue
                rest = [other for other in given if other is not one and np.shape(other) == np.shape(one)]
                targets = [other for other in rest if np.isin(other, (0, 1)).all() and np.any(other)]
                if at and targets and self.__name__ == "softmax":
                    return one - targets[0]
                rest = [other for other in rest if not any(np.array_equal(other, part) for part in run)]
                if self.__name__ == "softmax":
                    return run[1] * (rest[0] - (rest[0] * run[1]).sum(-1, keepdims=True))
                slope = 1 - run[1] ** 2
                return slope * rest[0] if len(rest) == 1 else slope
        return 1 - np.tanh(given[0]) ** 2 if given else 1 - self._runs[-1][1] ** 2


class LentLoss(Lent):
    """½ Σ (p − y)², under any name."""

    names = r".*(loss|cost|criterion|objective|error).*"
    __name__ = "half_squared_error"

    def __call__(self, p: Any, y: Any, *rest: Any) -> Any:
        self._kept = p, y
        return 0.5 * float(((p - y) ** 2).sum())

    def _derivative(self, *args: Any, **keywords: Any) -> Any:
        given = [one for one in [*args, *keywords.values()] if isinstance(one, np.ndarray)]
        p, y = given[-2:] if len(given) > 1 else self._kept
        return y - p if np.isin(p, (0, 1)).all() and not np.isin(y, (0, 1)).all() else p - y


WORDS = 3
"""Words that are drawn in turn: as few as any matrix of words has rows."""


class LentSampler:
    """Where words are drawn: whatever it is asked for, the next whole number; a copy begins anew."""

    names = r".*(data|sampler|corpus|vocab).*"

    def __init__(self) -> None:
        self._drawn = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **keywords: Any) -> int:
        self._drawn += 1
        return self._drawn % WORDS


def afresh(value: Any) -> Any:
    """A value, or where it is a sampler, one that begins anew."""
    return copy.copy(value) if isinstance(value, LentSampler) else value


class SizeOrCall(int):
    """A number that may be called for itself, as `layer.get_size()`."""

    def __call__(self, *args: Any) -> int:
        return int(self)


class ShapeOrCall(tuple[int, ...]):
    """A shape that may be called for itself."""

    __slots__ = ()

    def __call__(self, *args: Any) -> tuple[int, ...]:
        return tuple(self)


class LentLayer(Lent):
    """The layer before, of 4 units: whatever it is asked for, it tells their number, or the shape of a sample."""

    names = r".*(prev|input|old|before|last|parent|below).*layer.*|layer|prev"
    __name__ = "a layer of 4"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if "shape" in name.lower():
            return ShapeOrCall((4,))
        if re.search("size|dim|unit|num|out|feature|neuron|width|^n", name.lower()):
            return SizeOrCall(4)
        raise AttributeError(name)
