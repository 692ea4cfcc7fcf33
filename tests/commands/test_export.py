"""A network in other formats gives the outputs that it gave, whichever twin trained it, for any number of samples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import torch
from safetensors import safe_open

from twinprop.__main__ import main
from twinprop.commands import export
from twinprop.config.schema import Config
from twinprop.data.csv_file import CSV
from twinprop.data.digits import Digits
from twinprop.errors import ConfigError, OutputError, TwinpropError
from twinprop.models.base import ModelConfig
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.models.rnn import RNN
from twinprop.run.saved import Run, load
from twinprop.run.single import execute
from twinprop.scratch.losses import CrossEntropyLoss, HuberLoss
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
    table = mixed(folder)
    for name, target in (("table", "kind"), ("numbers", "price")):
        data = CSV(file=str(table), target=target, drop=[{"kind": "price", "price": "kind"}[target]], missing="median")
        loss = CrossEntropyLoss() if target == "kind" else HuberLoss()
        execute(Config(data=data, loss=loss, model=MLP(width=8), train=TrainConfig(epochs=1)), folder / name)
    return {name: load(folder / name) for name in [*MODELS, "table", "numbers"]}


def mixed(folder: Path) -> Path:
    """A table of numbers, words and dates, some of which are missing, with a class and a number to learn."""
    rng = np.random.default_rng(0)
    table = pandas.DataFrame({"size": rng.normal(5, 2, 60), "colour": rng.choice(["red", "blue", "grün"], 60)})
    table["when"] = pandas.date_range("2026-01-01", periods=60).strftime("%Y-%m-%d")
    table["price"], table["kind"] = 1.5 * table["size"], np.where(table["colour"] == "red", "a", "b")
    table.loc[::9, "size"], table.loc[::11, "colour"] = np.nan, None
    table.to_csv(folder / "mixed.csv", index=False)
    return folder / "mixed.csv"


def as_told(note: dict[str, Any], table: pandas.DataFrame) -> Any:
    """The rows of a table as metadata say that a network takes them: whoever has the file alone does this."""
    parts = []
    for column in note["table"]["columns"]:
        cells = table[column["name"]]
        if column["kind"] == "category":
            words = cells.fillna(column["fill"])
            parts += [(words == word).to_numpy(float) for word in column["categories"]]
            continue
        numbers = cells.to_numpy(float) if column["kind"] == "number" else days(cells)
        numbers = np.where(np.isnan(numbers), np.nan if column["fill"] is None else column["fill"], numbers)
        parts.append((numbers - column["mean"]) / column["scale"])
    return np.stack(parts, axis=1).astype(note["dtype"])


def days(cells: pandas.Series) -> Any:
    """Dates as days since 1970."""
    return (pandas.to_datetime(cells) - pandas.Timestamp(0)).dt.days.to_numpy(float)


def told_outputs(note: dict[str, Any], outputs: Any) -> Any:
    """Names of classes, or numbers in the units of the table, as metadata tell."""
    if note["classes"]:
        return np.array(note["classes"])[outputs.argmax(-1)]
    return note["task"]["origin"] + note["task"]["unit"] * outputs[:, 0]


def check_predictions(run: Run, note: dict[str, Any], network: Callable[[Any], Any]) -> None:
    """A file predicts for raw rows what the run does, by its metadata alone."""
    raw = pandas.read_csv(run.path.parent / "mixed.csv")
    found, expected = told_outputs(note, network(as_told(note, raw))), run.predict(raw)
    assert found.tolist() == (expected.tolist() if note["classes"] else pytest.approx(expected, rel=1e-4))


@pytest.mark.parametrize("name", ["table", "numbers"])
def test_a_file_says_how_a_table_is_prepared(
    name: str, runs: dict[str, Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, state = runs[name], {key: torch.from_numpy(each) for key, each in runs[name].saved["state_dict"].items()}
    for format_ in ("torchscript", "safetensors", "npz"):
        assert main(["export", str(run.path), "--to", format_, "--output", str(tmp_path / format_)]) == 0
        told = capsys.readouterr().out
        assert "takes samples (n, 5) of float32" in told
        assert "2-4    colour  1 for 'blue', 'grün', 'red', else 0; where missing, '" in told
        assert "(days since 1970-01-01 - 204" in told
        assert ("outputs are of the classes a, b; softmax" in told) == (name == "table")
        assert (f"price is {run.saved['data'].get('task', {}).get('origin', 0):.6g} + " in told) == (name == "numbers")
    read = torch.jit.load(tmp_path / "torchscript", _extra_files=(extra := {export.NOTE: ""}))
    check_predictions(run, json.loads(extra[export.NOTE]), lambda x: read(torch.from_numpy(x)).detach().numpy())
    bare = export.bare(run)
    with safe_open(tmp_path / "safetensors", "pt") as file:
        bare.load_state_dict({key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
        check_predictions(
            run, json.loads(file.metadata()[export.NOTE]), lambda x: bare(torch.from_numpy(x)).detach().numpy()
        )
    with np.load(tmp_path / "npz", allow_pickle=False) as archive:
        assert all(np.array_equal(archive[key], each) for key, each in state.items())


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
@pytest.mark.parametrize("name", [*MODELS, "table", "numbers"])
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
    note = json.loads(session.get_modelmeta().custom_metadata_map[export.NOTE])
    assert note["shape"] == list(run.sample_shape)
    if "table" in note:
        check_predictions(run, note, lambda x: session.run(None, {"samples": x})[0])


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


def test_a_class_for_pytorch_alone_is_compared_with_pytorch(
    runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load(runs["mlp"].path)

    def lacking(*_: Any) -> None:
        raise ConfigError(["its layer mine: is given in PyTorch alone."])

    monkeypatch.setattr("twinprop.learners.build.scratch_network", lacking)
    assert "are those of the network in PyTorch within" in export.export(run, "torchscript", tmp_path / "out")
