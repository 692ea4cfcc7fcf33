"""Which keys tell nothing of what is learnt is said once, beside each; who compares runs leaves out kinds of them."""

from __future__ import annotations

from pathlib import Path

from twinprop.commands.report import configuration
from twinprop.config.schema import Config, uncompared_keys
from twinprop.data.image_folder import ImageFolder
from twinprop.run.names import short_name
from twinprop.run.saved import Run
from twinprop.run.tensorboard import comparable

SOURCE, READING = {"data.root", "data.download"}, {"data.workers", "data.resident"}


def test_each_key_says_what_it_is_for() -> None:
    assert uncompared_keys("source") == SOURCE
    assert uncompared_keys("reading") == READING
    assert uncompared_keys("label") == {"label"}
    assert uncompared_keys("source", "label") == {*SOURCE, "label"}


def test_hparams_keep_the_label() -> None:
    keys = set(comparable(Config(data=ImageFolder(), label="mine")))
    assert keys.isdisjoint(SOURCE | READING)
    assert {"label", "data.grayscale", "seed"} <= keys


def test_names_keep_how_samples_are_read() -> None:
    words = ["data.root=a", "data.download=false", "label=b", "data.workers=3", "data.resident=true", "hydra.verbose=1"]
    assert short_name(words, None) == "workers=3,resident=true"


def test_the_report_keeps_how_samples_are_read(tmp_path: Path) -> None:
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra" / "config.yaml").write_text("seed: 1\nlabel: b\ndata: {root: a, download: true, workers: 3}\n")
    assert configuration(Run(tmp_path, {})) == {"seed": 1, "data.workers": 3}
