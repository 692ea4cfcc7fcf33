"""Words in titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from twinprop.report.words import network_words

OWN = {"data.name": "csv", "data.file": "tables/iris.csv", "optimizer.name": "sgd"}
FOLDER = {"data.name": "image_folder", "data.root": "photos/cats", "optimizer.name": "sgd"}


@pytest.mark.parametrize(
    ("flat", "varied", "words"),
    [
        ({"data.name": "mnist", "data.root": "data", "optimizer.name": "adam"}, [], "mnist, adam"),
        ({"data.name": "mnist", "data.root": "data", "optimizer.name": "adam"}, ["data.name"], "adam"),
        (OWN, [], "iris.csv, sgd"),
        (OWN, ["data.file"], "csv, sgd"),
        (OWN, ["optimizer.name"], "iris.csv"),
        (FOLDER, [], "cats, sgd"),
        ({**FOLDER, "data.root": "photos/cats/"}, [], "cats, sgd"),
        ({**OWN, "data.file": "a" * 40 + ".csv"}, [], "a" * 31 + "…, sgd"),
        ({"optimizer.name": "sgd"}, [], "sgd"),
    ],
)
def test_data_of_ones_own_are_called_by_their_file(flat: Mapping[str, Any], varied: Sequence[str], words: str) -> None:
    assert network_words(flat, varied) == words
