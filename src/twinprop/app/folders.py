"""Where configurations and studies are: beside the sources in a checkout, inside the package when installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def packaged(name: str) -> Path:
    """A folder that the wheel holds, and that stands at the top of a checkout."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parents[1] / name


def conf() -> Path:
    """The folder of configurations."""
    return packaged("conf")


def sweeps() -> Path:
    """The folder of studies."""
    return packaged("sweeps")
