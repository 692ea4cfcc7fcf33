"""Whoever learns something else is named, and an epoch is compared round by round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NETWORK = "784-50-50-10"


@pytest.fixture
def took(peers: Any) -> Callable[..., Any]:
    def each(*epochs: float, accuracy: float | None = 0.95) -> list[Any]:
        taken = peers.processes.Taken("", seconds=20.0, processors=30.0, peak=2e9)
        return [peers.Measured(taken, epoch, accuracy) for epoch in epochs]

    return each


def test_who_learns_something_else_is_named(peers: Any, took: Callable[..., Any]) -> None:
    found = {"eager": took(1.0), "Keras": took(2.0, accuracy=0.96), "products": took(0.1, accuracy=None)}
    assert peers.apart(NETWORK, found) == []
    wrong = peers.apart(NETWORK, found | {"skorch": took(1.0, accuracy=0.92), "numpy": took(1.0)})
    assert len(wrong) == 1
    assert wrong[0].startswith(f"{NETWORK}: skorch comes to 0.9200")


def test_a_ratio_is_of_times_in_one_round(peers: Any, took: Callable[..., Any]) -> None:
    found = {"Keras": took(3.0, 30.0, 4.0), peers.CHIEF: took(1.0, 10.0, 1.0)}
    assert peers.ratio(found, "Keras", peers.CHIEF) == "3.00"
    assert peers.ratio(found, "Keras", "products") == ""
    (row,) = [line for line in peers.table(NETWORK, found, {"Keras": 2}, 3) if line.startswith("| Keras")]
    assert [cell.strip() for cell in row.split("|")[1:-1]] == [
        *("Keras", "2", "4.00", "8.0", "30.0", "2000", "0.9500", "3.00", "", "")
    ]
