"""What all tests of gradcheck have in common."""

from __future__ import annotations

import pytest

from twinprop.gradcheck.hints import repair


@pytest.fixture(autouse=True)
def _time_for_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hint that is found in seconds here is found on a slow machine, too."""
    monkeypatch.setattr(repair, "SECONDS", 60.0)
