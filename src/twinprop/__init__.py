"""twinprop: small neural networks trained twice, by hand and with PyTorch, from one configuration.

`train` and `load` are for notebooks; they are imported when they are first used, so that the command
line starts without them.
"""

from typing import TYPE_CHECKING, Any

from twinprop.version import __version__

if TYPE_CHECKING:
    from twinprop.app.notebook import train
    from twinprop.run.saved import Run, load

__all__ = ["Run", "__version__", "load", "train"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from twinprop.app import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'twinprop' has no attribute '{name}'")
