"""twinprop: small neural networks trained twice, by hand and with PyTorch, from one configuration.

`train`, `sweep` and `load` are for notebooks, the decorators for classes of your own (docs/extending.md). All are
imported when they are first used, so that the command line starts without them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twinprop.version import __version__

if TYPE_CHECKING:
    from twinprop.app.notebook import Run, Sweep, load, sweep, train
    from twinprop.config.extend import activation, dataset, init, layer, loss, model, optimizer, scheduler

__all__ = [
    "Run",
    "Sweep",
    "__version__",
    "activation",
    "dataset",
    "init",
    "layer",
    "load",
    "loss",
    "model",
    "optimizer",
    "scheduler",
    "sweep",
    "train",
]

_NOTEBOOK = ("Run", "Sweep", "load", "sweep", "train")


def __getattr__(name: str) -> Any:
    if name in __all__:
        home = "twinprop.app.notebook" if name in _NOTEBOOK else "twinprop.config.extend"
        return getattr(import_module(home), name)
    raise AttributeError(f"module 'twinprop' has no attribute '{name}'")


def __dir__() -> list[str]:
    """What is public, though it is not imported yet."""
    return __all__
