"""What all tests of gradcheck have in common."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from twinprop.gradcheck.hints import repair


@pytest.fixture(autouse=True)
def _time_for_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hint that is found in seconds here is found on a slow machine, too."""
    monkeypatch.setattr(repair, "SECONDS", 60.0)


@pytest.fixture(autouse=True)
def _no_module_of_another_test() -> Iterator[None]:
    """A command has a process of its own; here, `import activations` would find that of another test's folder."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if Path(__file__).parent in Path(getattr(sys.modules[name], "__file__", None) or "/").parents:
            del sys.modules[name]
