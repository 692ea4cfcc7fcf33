"""A module that is not installed, as one for plots or data, need not keep a layer from being checked.

It is stood in for: its names can be imported, and its decorators leave a function as it is. What is computed with it
fails, and says that the module is missing. Only what a student's own file asks for is stood in for.
"""

from __future__ import annotations

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
from twinprop.gradcheck.reading import Reader

LIKE_NUMPY = {"cupy": np}
"""Modules with NumPy's own functions, in whose place NumPy will do."""


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
        return StandIn(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        if any(isinstance(one, np.ndarray) for one in args):
            self.used()
        return args[0] if len(args) == 1 and not keywords and callable(args[0]) else self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def used(self, *args: Any, **keywords: Any) -> Any:
        raise ModuleNotFoundError(f"{self.__name__} is not installed, and is needed here")

    def itself(self, *args: Any) -> Any:
        return self

    __getitem__ = __or__ = __ror__ = itself
    __array__ = __iter__ = __len__ = __bool__ = __float__ = __int__ = __index__ = __enter__ = used
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = used
    __matmul__ = __rmatmul__ = __pow__ = __neg__ = __lt__ = __gt__ = __le__ = __ge__ = used


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

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self.lent: list[tuple[ModuleType, str]] = []

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        if any(f"{name}.".startswith(f"{lacking}.") for lacking in self.missing) and asked_by_user():
            return ModuleSpec(name, StandInLoader(), is_package=True)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin and Path(spec.origin).parts[-2:] == (name, f"{name}.py"):
            # a file in a folder of its own name: the folder is meant
            return PathFinder.find_spec(name, [str(Path(spec.origin).parents[1])], target)
        if spec is not None and spec.origin and spec.origin.endswith(".py") and is_users(spec.origin):
            spec.loader = Reader(name, spec.origin)
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
def forgiving() -> Iterator[Callable[[Callable[[], None]], list[str]]]:
    """Gives a function that imports by another, over again while a module is missing; it returns what is missing."""
    finder = Finder()

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
        if name in finder.missing or top in sys.stdlib_module_names or is_own(sys.modules.get(top)):
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


def is_own(module: ModuleType | None) -> bool:
    """Whether a module is a student's."""
    file = getattr(module, "__file__", None)
    return module is not None and (file is None or is_users(file)) and not isinstance(module, StandIn)
