"""What a data set says of its samples before it is loaded is what it then gives."""

from __future__ import annotations

import pytest

from twinprop.config import registry
from twinprop.config.schema import choice_class
from twinprop.data.vision import Vision

KNOWN = [
    (name, values)
    for name in registry.DATA
    if not issubclass(kind := choice_class("data", name), Vision) and kind().dimensions() is not None
    for values in ({}, {"n_samples": 20, "n_features": 3, "centers": 30} if name == "blobs" else None)
    if values is not None
]


@pytest.mark.parametrize(("name", "values"), KNOWN)
def test_dimensions_are_those_of_the_samples(name: str, values: dict[str, int]) -> None:
    data = choice_class("data", name)(**values)
    raw = data.read()
    assert data.dimensions() == (raw.shape, len(raw.classes))
    assert raw.train.x is not None
    assert raw.train.x.shape[1:] == raw.shape


@pytest.mark.parametrize("name", [name for name in registry.DATA if issubclass(choice_class("data", name), Vision)])
def test_torchvisions_have_ten_classes(name: str) -> None:
    kind = choice_class("data", name)
    assert kind().dimensions() == (kind.shape, len(getattr(kind, "classes", range(10))))
