"""A network in other formats gives the outputs that it gave, whichever twin trained it, for any number of samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from twinprop.__main__ import main
from twinprop.commands import export
from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.errors import OutputError, TwinpropError
from twinprop.models.base import ModelConfig
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.models.rnn import RNN
from twinprop.run.saved import Run, load
from twinprop.run.single import execute
from twinprop.training.plan import TrainConfig

MODELS: dict[str, ModelConfig] = {
    "mlp": MLP(width=8, batch_norm=True, dropout=0.2, activation="gelu"),
    "float64": MLP(width=8, dtype="float64"),
    "cnn": CNN(stages=[[4], [8]], backend="torch"),
    "lstm": RNN(hidden_size=8, cell="lstm"),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("runs")
    for name, model in MODELS.items():
        execute(Config(data=Digits(limit=100), model=model, train=TrainConfig(epochs=1)), folder / name)
    return {name: load(folder / name) for name in MODELS}


def outputs(run: Run, x: Any) -> Any:
    with torch.no_grad():
        return run.model(torch.from_numpy(x)).numpy()


@pytest.mark.parametrize("name", MODELS)
def test_torchscript(name: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run, path = runs[name], tmp_path / "network.pt"
    assert export.export(run, "torchscript", path).startswith("read back; its outputs for 7 samples are those")
    x = export.samples_for(run, 3)
    np.testing.assert_allclose(
        torch.jit.load(path)(torch.from_numpy(x)).detach(), outputs(run, x), rtol=1e-4, atol=1e-5
    )


@pytest.mark.slow  # PyTorch's exporter takes seconds to import
@pytest.mark.parametrize("name", MODELS)
def test_onnx(name: str, runs: dict[str, Run], tmp_path: Path) -> None:
    import onnxruntime

    run, path = runs[name], tmp_path / "network.onnx"
    assert export.export(run, "onnx", path).startswith("read back; its outputs for 7 samples are those")
    session = onnxruntime.InferenceSession(str(path))
    for count in (1, 5):
        x = export.samples_for(run, count)
        (found,) = session.run(None, {"samples": x})
        np.testing.assert_allclose(found, outputs(run, x), rtol=1e-4, atol=1e-5)
    assert [each.name for each in tmp_path.iterdir()] == ["network.onnx"]


def test_the_parameters_alone(runs: dict[str, Run], capsys: pytest.CaptureFixture[str]) -> None:
    run = runs["mlp"]
    for format_ in ("npz", "safetensors"):
        assert main(["export", str(run.path), "--to", format_]) == 0
        assert f"export.{format_}: {len(run.saved['state_dict'])} arrays, read back equal" in capsys.readouterr().out
    with np.load(run.path / "export.npz", allow_pickle=False) as archive:
        found = {name: torch.from_numpy(archive[name]) for name in archive}
    export.bare(run).load_state_dict(found)
    assert main(["export", str(run.path), "--to", "npz"]) == 1
    assert "is there already, and stays" in capsys.readouterr().err


@pytest.mark.parametrize("format_", ["npz", "torchscript"])
def test_what_reads_back_as_another_network_is_not_exported(
    format_: str, runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load(runs["float64"].path)
    other = {name: value * 1.01 for name, value in run.saved["state_dict"].items()}
    if format_ == "npz":
        monkeypatch.setattr(np, "savez", lambda file, **_: np.savez_compressed(file, **other))
    else:
        _ = run.network  # by which it is checked
        run.saved["state_dict"] = other
    with pytest.raises(TwinpropError, match=r"not exported|nothing is exported"):
        export.export(run, format_, tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format_", ["npz", "safetensors", "torchscript"])
def test_a_folder_that_is_not_there_is_told(format_: str, runs: dict[str, Run], tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere/out: cannot be written \(No such file or directory\)"):
        export.export(runs["mlp"], format_, tmp_path / "nowhere" / "out")


def test_a_library_that_is_not_there_is_named(
    runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    with pytest.raises(TwinpropError, match=r'needs onnx, onnxruntime, onnxscript; pip install "twinprop\[export\]"'):
        export.export(runs["mlp"], "onnx", tmp_path / "out")
