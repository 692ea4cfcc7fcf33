"""Summaries of a sweep, in less memory."""

from __future__ import annotations

import json
from typing import Any

from twinprop.config.schema import Config, flatten
from twinprop.data.digits import Digits
from twinprop.models.mlp import MLP
from twinprop.population.sharing import Sharing


def summary(loss: float) -> Any:
    """One as it comes from another machine."""
    classes = {str(name): {"recall": loss / (name + 1)} for name in range(3)}
    found = {
        "val": {"loss": loss}, "best": {"epoch": 1, "classes": classes}, "classes": classes,
        "environment": {"cpu": "a", "blas": ["b"]}, "images": {"extent": [1.0]}, "data": {"train": {"0": 3}},
    }  # fmt: skip
    return json.loads(json.dumps(found))


def test_what_is_the_same_is_kept_once_and_all_is_as_it_was() -> None:
    sharing = Sharing()
    one, other = sharing(summary(0.5)), sharing(summary(0.25))
    assert json.dumps([one, other]) == json.dumps([summary(0.5), summary(0.25)])
    for part in ("environment", "images", "data"):
        assert one[part] is other[part]
    assert one["classes"] is one["best"]["classes"]
    assert one["val"] != other["val"]
    assert [*map(id, one["val"])] == [*map(id, other["val"])], "keys are the same objects"
    other.pop("val")
    assert "val" in one


def test_the_keys_of_flat_configurations_are_the_same_objects() -> None:
    one, other = (flatten(Config(data=Digits(), model=MLP())) for _ in range(2))
    assert [*map(id, one)] == [*map(id, other)]
