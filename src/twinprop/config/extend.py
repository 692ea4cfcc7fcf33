"""Names that a user adds to the registry: a decorator for each kind of choice.

    @twinprop.activation("cube", torch=CubeModule)
    class Cube(Activation): ...

They stand in a file that the command line names, `plugins=mine.py`, or in a notebook's cell. What is wrong is told with
the file and the line of the decorator.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, TypeVar

from twinprop.config import registry
from twinprop.config.registry import Twin
from twinprop.errors import TwinpropError

Thing = TypeVar("Thing")


class Kind(NamedTuple):
    """A kind of choice: its table, the key that chooses it, the class that one derives from, whether it has twins."""

    table: dict[str, Any]
    key: str
    base: str = ""
    has_twins: bool = False


KINDS = {
    "activation": Kind(registry.ACTIVATIONS, "model.activation", "twinprop.scratch.activations:Activation", True),
    "layer": Kind(registry.LAYERS, "", "twinprop.scratch.layer:Layer", True),
    "loss": Kind(registry.LOSSES, "loss", "twinprop.scratch.losses:Loss", True),
    "optimizer": Kind(registry.OPTIMIZERS, "optimizer", "twinprop.scratch.optimizers:Optimizer", True),
    "scheduler": Kind(registry.SCHEDULERS, "scheduler", "twinprop.scratch.schedulers:Scheduler", True),
    "init": Kind(registry.INITS, "model.init"),
    "dataset": Kind(registry.DATA, "data", "twinprop.data.base:DataConfig"),
    "model": Kind(registry.MODELS, "model", "twinprop.models.base:ModelConfig"),
}
"""The decorators by their names."""

RULES = {"loss": "forward", "optimizer": "update", "scheduler": "lr"}
"""What the hand-written twin of a choice with keys defines; without it, its keys are those of its PyTorch twin."""

NAME = re.compile(r"[A-Za-z]\w*")


class Origin(NamedTuple):
    """Where a name was registered."""

    module: str
    file: str
    line: int

    def __str__(self) -> str:
        cell = self.module == "__main__" and "ipykernel" in self.file
        return f"cell, line {self.line}" if cell else f"{Path(self.file).name}:{self.line}"


ORIGINS: dict[tuple[str, str], Origin] = {}
"""Where the names of users come from, by kind and name."""


def decorator(kind: str) -> Callable[..., Callable[[Thing], Thing]]:
    """The decorator of a kind."""

    def named(name: str, *, torch: Any = None) -> Callable[[Thing], Thing]:
        origin = origin_of(sys._getframe(1))
        what = f"{origin}: @twinprop.{kind}"
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise TwinpropError(f'{what}: takes a name of letters, digits and _: @twinprop.{kind}("my_{kind}").')
        if torch is not None and not KINDS[kind].has_twins:
            raise TwinpropError(f'{what}("{name}", torch=...): both twins use the same {kind}; leave torch= out.')

        def decorate(thing: Thing) -> Thing:
            register(kind, name, thing, torch, origin)
            return thing

        return decorate

    named.__name__ = named.__qualname__ = kind
    named.__doc__ = f"Register what follows as the {kind} `name`; `torch` is its PyTorch twin. See docs/extending.md."
    return named


def origin_of(frame: FrameType) -> Origin:
    """Where a decorator stands."""
    return Origin(frame.f_globals.get("__name__", ""), frame.f_code.co_filename, frame.f_lineno)


def register(kind: str, name: str, thing: Any, torch: Any, origin: Origin) -> None:
    """Add a choice to the registry.

    Raises:
        TwinpropError: the name is taken, or the thing is of another kind.
    """
    what = f'{origin}: @twinprop.{kind}("{name}")'
    refuse_taken(kind, name, origin, what)
    entry: Any = thing
    if kind == "init":
        if not callable(thing) or isinstance(thing, type):
            raise TwinpropError(f"{what}: stands on {named(thing)}; expected a function of a generator and a shape.")
    elif is_module(thing) and kind in ("activation", "layer"):
        if torch is not None:
            raise TwinpropError(f"{what}: stands on a torch.nn.Module; put it on the hand-written class, torch=Module.")
        entry = Twin(None, thing)
    else:
        base = registry.load(KINDS[kind].base)
        if not isinstance(thing, type) or not issubclass(thing, base):
            raise TwinpropError(f"{what}: stands on {named(thing)}, which is no {kind}; {wanted(kind, thing)}.")
        if kind in registry.GROUPS or kind == "dataset":
            keys_of(thing, name, what)
        if KINDS[kind].has_twins:
            rule = RULES.get(kind)
            by_hand = rule is None or getattr(thing, rule) is not getattr(base, rule)
            if not by_hand and torch is None:
                raise TwinpropError(f"{what}: has neither `{rule}`, by hand, nor torch=, its PyTorch twin.")
            entry = Twin(thing, torch, by_hand)
    KINDS[kind].table[name] = entry
    ORIGINS[kind, name] = origin


def refuse_taken(kind: str, name: str, origin: Origin, what: str) -> None:
    """Refuse a name that is somebody else's; what a cell or a file has registered, it may register again."""
    kinds = ("activation", "layer") if kind in ("activation", "layer") else (kind,)
    tables = [(each, KINDS[each].table) for each in kinds]
    if kind in ("activation", "layer"):
        tables.append(("", registry.OUTPUT_ACTIVATIONS))
    for each, table in tables:
        earlier = ORIGINS.get((each, name))
        if name in table and (earlier is None or earlier.module != origin.module or each != kind):
            whose = "twinprop's own" if earlier is None else f"that of {earlier}"
            raise TwinpropError(f"{what}: the name is taken, by {whose}; choose another.")
        if earlier is not None and origin.module != "__main__":
            raise TwinpropError(f"{what}: the name is taken, by that of {earlier}; choose another.")


def keys_of(thing: type[Any], name: str, what: str) -> None:
    """Make a dataclass of keys of a class, where it is none yet, and have its name be the one that chooses it.

    Raises:
        TwinpropError: its keys are not of types that a configuration knows.
    """
    from omegaconf import OmegaConf

    if "__dataclass_fields__" not in vars(thing):
        thing.__annotations__ = {**vars(thing).get("__annotations__", {}), "name": "str"}
        thing.name = name
        dataclass(kw_only=True)(thing)
    own = {item.name: item.default for item in fields(thing)} if is_dataclass(thing) else {}
    if own.get("name") != name:
        raise TwinpropError(f'{what}: its keys must say so: name: str = "{name}".')
    try:
        OmegaConf.structured(thing)
    except Exception as error:
        why = str(error).strip().splitlines()[0]
        raise TwinpropError(
            f"{what}: its keys cannot be those of a configuration ({why}); they are numbers, texts, true or false, "
            "and lists of them, with a default each."
        ) from error


def is_module(thing: Any) -> bool:
    """Whether this is a class of PyTorch's layers."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(thing, type) and issubclass(thing, torch.nn.Module)


def named(thing: Any) -> str:
    """What a decorator stands on, in words."""
    return getattr(thing, "__name__", type(thing).__name__)


def wanted(kind: str, thing: Any) -> str:
    """What a decorator expects, or which one is the right one."""
    for other, (_, _, base, _) in KINDS.items():
        exact = other not in ("layer", kind) and base and isinstance(thing, type)
        if exact and issubclass(thing, registry.load(base)):
            return f"it is one for @twinprop.{other}"
    module, _, name = KINDS[kind].base.partition(":")
    or_torch = ", or a torch.nn.Module for PyTorch alone" if kind in ("activation", "layer") else ""
    return f"expected a class that derives from {name} of {module}{or_torch}"


def forget(module: str) -> None:
    """Take away what a module has registered."""
    for (kind, name), origin in list(ORIGINS.items()):
        if origin.module == module:
            del ORIGINS[kind, name], KINDS[kind].table[name]


def registered_by(module: str) -> dict[str, list[str]]:
    """The names that a module has registered, by kind."""
    found: dict[str, list[str]] = {}
    for (kind, name), origin in ORIGINS.items():
        if origin.module == module:
            found.setdefault(kind, []).append(name)
    return found


def lacking(kind: str, name: str, backend: str) -> str | None:
    """Why a twin has no such choice, and what to do; None where it has it."""
    entry = KINDS[kind].table.get(name)
    if not isinstance(entry, Twin) or entry.has(backend):
        return None
    given, missing = ("by hand", "in PyTorch") if backend == "torch" else ("in PyTorch", "by hand")
    other = "scratch" if backend == "torch" else "torch"
    how = f'torch=... in @twinprop.{kind}("{name}")' if backend == "torch" else "a class with forward and backward"
    if backend == "scratch" and kind in RULES:
        how = f"`{RULES[kind]}` in its class"
    where = ORIGINS[kind, name]
    return f"{where} gives it {given} alone; to have it {missing}, give {how}, or use model.backend={other}."


activation, layer, loss = decorator("activation"), decorator("layer"), decorator("loss")
optimizer, scheduler, init = decorator("optimizer"), decorator("scheduler"), decorator("init")
dataset, model = decorator("dataset"), decorator("model")
