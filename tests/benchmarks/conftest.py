"""The scripts in benchmarks/, which are not part of the package."""

from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def peers(monkeypatch):
    """The program that compares one run with other libraries."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import peers

    return peers


@pytest.fixture
def reproduction(monkeypatch):
    """The package that writes docs/reproduction.md."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import reproduction

    return reproduction


@pytest.fixture
def reproduce(reproduction):
    """The command that trains every system."""
    import reproduce

    return reproduce
