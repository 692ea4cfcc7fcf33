"""The list of slow tests names tests that are there."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import SLOW


def test_every_one_is_there() -> None:
    root = Path(__file__).parents[1]
    for name in SLOW.read_text("utf-8").splitlines():
        file, _, rest = name.partition("::")
        function = rest.partition("[")[0].rpartition("::")[2]
        assert f"def {function}(" in (root / file).read_text("utf-8"), f"{SLOW.name}: there is no {name}"
