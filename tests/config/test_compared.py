"""Which keys tell nothing of what is learnt is said once, beside each; whoever compares runs asks the same function."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from twinprop.app.compose import compose
from twinprop.config.compared import compared, identity
from twinprop.config.schema import Config, flatten, path_keys, uncompared_keys
from twinprop.data.image_folder import ImageFolder
from twinprop.run.names import short_name
from twinprop.run.tensorboard import comparable

UNCOMPARED = {"data.download", "data.workers", "data.resident", "metric"}


def test_each_key_says_what_it_is_for() -> None:
    assert uncompared_keys("source") == {"data.download"}
    assert uncompared_keys("reading") == {"data.workers", "data.resident"}
    assert uncompared_keys("telling") == {"metric"}
    assert uncompared_keys("label") == {"label"}
    assert uncompared_keys("source", "label") == {"data.download", "label"}
    assert path_keys() == {"data.root", "data.file", "data.test_file", "init_from"}


def test_hparams_keep_the_label_and_where_samples_lie() -> None:
    keys = comparable(Config(data=ImageFolder(root="a"), label="mine"))
    assert UNCOMPARED.isdisjoint(keys)
    assert {"label", "data.grayscale", "seed"} <= set(keys)
    assert keys["data.root"] == os.path.abspath("a") != comparable(Config(data=ImageFolder(root="b")))["data.root"]


def test_names_keep_how_samples_are_read() -> None:
    words = ["data.root=a", "data.download=false", "label=b", "data.workers=3", "data.resident=true", "hydra.verbose=1"]
    assert short_name(words, None) == "workers-3_resident-true"


def flat(*words: str) -> dict[str, Any]:
    return flatten(compose(words))


SAME = [
    ["model.depth=3 model.hidden=[40,40]", "model.width=9 model.hidden=[40,40]", "model.depth=2 model.width=40"],
    ["model.depth=0 model.width=9", "model.depth=0", "model.hidden=[]"],
    ["train.steps=9", "train.steps=9 train.epochs=3", "train.epochs=7 train.steps=9 metric=test_loss label=mine"],
    ["model.negative_slope=0.1", "model.init_std=3", "data.download=false", ""],
    ["data=image_folder data.root=a", "data=image_folder data.root=./b/../a data.workers=0 data.resident=true"],
    ["data=image_folder data.root=b"],
    ["model.activation=leaky_relu"],
    ["model.activation=leaky_relu model.negative_slope=0.1"],
    ["model.init=normal"],
    ["model.init=normal model.init_std=3"],
    ["seed=1"],
    ["train.epochs=3"],
    ["model.width=9"],
    ["optimizer=adam"],
]


def test_what_trains_alike_is_the_same_and_nothing_else_is() -> None:
    identities = [{identity(flat(*line.split())) for line in lines} for lines in SAME]
    assert [len(found) for found in identities] == [1] * len(SAME)
    assert all(one.isdisjoint(other) for one, other in combinations(identities, 2))


@pytest.mark.parametrize("key", ["model.depth", "model.width"])
def test_a_key_beside_one_that_overrules_it_is_not_compared(key: str) -> None:
    assert key in compared(flat())
    assert key not in compared(flat("model.hidden=[20]"))
    assert key not in comparable(compose(["model.hidden=[20]"]))


def test_the_home_folder_is_one_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert compared({"data.root": "~/a"}) == {"data.root": f"{tmp_path}/a"}
