"""The summary says of each layer what PyTorch's own layers are and give, and loads no data."""

from __future__ import annotations

import pytest
import torch

from twinprop.__main__ import main
from twinprop.app.compose import compose
from twinprop.commands.summary import summary
from twinprop.data.base import DataConfig
from twinprop.learners.build import torch_network

NETWORKS = [
    (),
    ("data=moons", "model.depth=0"),
    ("data=mnist", "model.hidden=[30,20]", "model.dropout=0.1", "model.batch_norm=true", "optimizer=adam"),
    ("data=cifar10", "model=cnn", "model.stages=[[4],[6,8]]", "model.hidden=[7]"),
    ("data=palindrome", "model=rnn", "model.cell=gru", "model.num_layers=2", "model.dtype=float64"),
]


@pytest.mark.parametrize("words", NETWORKS)
def test_layers_are_those_of_pytorch(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    config = compose(words)
    monkeypatch.setattr(DataConfig, "load", None)
    rows = [line.split() for line in summary(config).splitlines()[3:-4]]
    shape, classes = config.data.dimensions()
    network = torch_network(config.model.layers(shape, classes), config.model, 0, "cpu").eval()
    x = torch.zeros(1, *shape, dtype=getattr(torch, config.model.dtype))
    for (name, module), (said, _, output, parameters, *_) in zip(network.named_children(), rows, strict=True):
        x = module(x)
        count = sum(parameter.numel() for parameter in module.parameters())
        assert (said, output, parameters) == (name, "×".join(map(str, x.shape[1:])), f"{count:,}")


def test_a_network_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "data=moons", "model.hidden=[300]", "optimizer=adam", "train.batch_size=50"]) == 0
    assert (
        capsys.readouterr().out
        == """\
mlp for moons: samples 2, 2 classes

layer        kind    output  parameters  multiply-adds   memory
linear1      linear  300            900            600   134 kB
activation1  relu    300              0              0   120 kB
output       linear  2              602            600  10.4 kB
in all                            1,502          1,200   265 kB

The parameters take 6.01 kB in float32. Multiply-adds are of a sample, forward; memory is of
training with adam and a batch of 50.
"""
    )


def test_data_whose_shape_is_not_known_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    config = compose(["data=moons"])
    monkeypatch.setattr(type(config.data), "dimensions", DataConfig.dimensions)
    assert "samples 2, 2 classes" in summary(config)


def test_what_does_not_fit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "data=moons", "model=cnn"]) == 1
    assert "model=cnn: needs images, not samples of shape (2,)" in capsys.readouterr().err
