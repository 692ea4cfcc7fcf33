"""Odd files of runs, made by a program: each is told in one message, and none is executed or fills the memory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from tests.kit.odd_files import model, odd_configs, odd_fields, odd_metrics, odd_models, odd_summaries

import twinprop
from twinprop.__main__ import main
from twinprop.config.schema import Config
from twinprop.data.csv_file import CSV
from twinprop.errors import TwinpropError
from twinprop.models.mlp import MLP
from twinprop.run.directory import MOST_BYTES
from twinprop.run.model_file import MODEL, read_model
from twinprop.run.single import execute
from twinprop.training.plan import TrainConfig

WORDS = ["model.batch_norm=true", "model.width=8", "train.epochs=3", "data.limit=100"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twins in `scratch` and `torch`."""
    folder = tmp_path_factory.mktemp("odd")
    for backend in ("scratch", "torch"):
        twinprop.train(*WORDS, f"model.backend={backend}", f"hydra.run.dir={folder}/{backend}")
    return folder


def told(text: str, path: Path) -> None:
    """That a message is one, and names the file."""
    assert str(path) in text, text
    assert "Traceback" not in text
    assert len(text) < 1000


def test_odd_models_end_in_one_message(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder / "torch", tmp_path / "run")
    path, tried = tmp_path / "run" / MODEL, 0
    for name, content in odd_models(folder / "torch" / MODEL):
        tried += 1
        path.write_bytes(content)
        run = twinprop.load(tmp_path / "run")
        assert run.summary["status"] == "completed"
        for what in ("saved", "model", "network", "config"):
            try:
                taken = getattr(run, what)
            except TwinpropError as error:
                told(str(error), path)
            else:
                pytest.fail(f"{name}: {what} is taken: {taken!s:.100}")
    assert tried >= 90
    assert not (tmp_path / "marker").exists()


def test_predict_tells_an_odd_model_in_one_message(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder / "torch", tmp_path / "run")
    path = tmp_path / "run" / MODEL
    for _, content in list(odd_models(folder / "torch" / MODEL))[::9]:
        path.write_bytes(content)
        assert main(["predict", str(tmp_path / "run"), "image.png"]) == 1
        told(capsys.readouterr().err, path)


def test_a_model_that_is_not_there_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "torch", tmp_path / "run")
    path = tmp_path / "run" / MODEL
    path.unlink()
    with pytest.raises(TwinpropError, match=r"has no model\.safetensors; its status is completed"):
        twinprop.load(tmp_path / "run").model  # noqa: B018
    (tmp_path / "run" / "model.pt").touch()
    with pytest.raises(TwinpropError, match=r"An earlier version wrote its model\.pt.*: train it again"):
        twinprop.load(tmp_path / "run").model  # noqa: B018
    path.mkdir()
    with pytest.raises(TwinpropError, match=r"model\.safetensors: is no file"):
        twinprop.load(tmp_path / "run").model  # noqa: B018


def reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What the report prints, and what it tells on the side."""
    assert main(["report", str(folder)]) == 0
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return captured.out, captured.err


ODD = {"summary.json": odd_summaries, ".hydra/config.yaml": odd_configs, "metrics.csv": odd_metrics}


@pytest.mark.parametrize("file", ODD)
def test_the_report_names_the_odd_ones_and_goes_on(
    file: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (folder / "torch" / file).read_text()
    odd = list(ODD[file](json.loads(good) if file == "summary.json" else good))  # type: ignore[operator]
    shutil.copytree(folder / "scratch", tmp_path / "good")
    paths = {}
    for number, (name, content) in enumerate(odd):
        run = tmp_path / f"odd{number}"
        shutil.copytree(folder / "torch", run, ignore=shutil.ignore_patterns("events*", MODEL))
        (run / file).write_bytes(content)
        paths[name] = run / file
    _, err = reported(tmp_path, capsys)
    unnamed = [name for name, path in paths.items() if f"{path}:" not in err]
    # without a result there is nothing to report, which is no fault
    assert unnamed == (["without test, with test"] if file == "summary.json" else [])
    assert len(err.splitlines()) == len(odd) - len(unnamed)
    assert f"{tmp_path}/good" in (tmp_path / "results.csv").read_text()
    assert not (tmp_path / "marker").exists()


def test_odd_files_are_a_hundred_and_more(folder: Path) -> None:
    found = [json.loads((folder / "torch" / "summary.json").read_text())]
    texts = [(folder / "torch" / file).read_text() for file in (".hydra/config.yaml", "metrics.csv")]
    assert len([*odd_summaries(*found), *odd_configs(texts[0]), *odd_metrics(texts[1])]) >= 100


def test_load_tells_an_odd_summary(folder: Path, tmp_path: Path) -> None:
    for name, content in odd_summaries(json.loads((folder / "torch" / "summary.json").read_text())):
        (tmp_path / "summary.json").write_bytes(content)
        if name != "without test, with test":
            with pytest.raises(TwinpropError) as error:
                twinprop.load(tmp_path)
            told(str(error.value), tmp_path / "summary.json")


def test_odd_metrics_are_told_when_they_are_asked_for(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "torch", tmp_path / "run")
    path = tmp_path / "run" / "metrics.csv"
    for _, content in odd_metrics((folder / "torch" / "metrics.csv").read_text()):
        path.write_bytes(content)
        with pytest.raises(TwinpropError) as error:
            twinprop.load(tmp_path / "run").metrics  # noqa: B018
        told(str(error.value), path)


@pytest.mark.parametrize("name", ["summary.json", "metrics.csv", ".hydra/config.yaml", MODEL])
@pytest.mark.parametrize("kind", ["pipe", "folder", "loop", "device", "large"])
def test_what_is_no_ordinary_file_is_told_at_once(name: str, kind: str, folder: Path, tmp_path: Path) -> None:
    import os

    run = tmp_path / "run"
    shutil.copytree(folder / "torch", run)
    path = run / name
    path.unlink()
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "large":
            with open(path, "wb") as file:
                file.truncate(MOST_BYTES * 100)  # a hole, which takes no space
    read = {"metrics.csv": "metrics", ".hydra/config.yaml": "keys", MODEL: "saved", "summary.json": "summary"}
    with pytest.raises(TwinpropError, match=str(run)):
        getattr(twinprop.load(run), read[name])


@pytest.mark.slow
def test_names_and_values_from_runs_do_not_move_the_cursor(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[2J\x07\u202e\x9b"
    for number, label in enumerate(["plain", f"evil{evil}"]):
        run = tmp_path / f"{number}{evil}"
        shutil.copytree(folder / "torch", run)
        path = run / ".hydra" / "config.yaml"
        text = path.read_text().replace("label: null", f"label: null\nmine: {json.dumps(label)}")
        path.write_text(text)
    out, err = reported(tmp_path, capsys)
    assert r"\x1b[2J\x07\u202e\x9b" in out
    (run / "summary.json").write_text("")
    out, err = reported(tmp_path, capsys)
    assert r"\x1b[2J" in err
    assert all(each.isprintable() or each == "\n" for each in out + err)


@pytest.mark.slow
def test_a_run_without_hydras_folder_is_reported_by_its_model(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for backend in ("scratch", "torch"):
        shutil.copytree(folder / backend, tmp_path / backend)
    before, _ = reported(tmp_path, capsys)
    shutil.rmtree(tmp_path / "torch" / ".hydra")
    assert reported(tmp_path, capsys) == (before, "")
    config = tmp_path / "scratch" / ".hydra" / "config.yaml"
    config.write_text(config.read_text().replace("label: null", "label: ${nobody.knows:x}"))
    out, err = reported(tmp_path, capsys)
    assert (out.splitlines()[0].split(), err) == (before.splitlines()[0].split(), "")


def test_where_all_are_odd_that_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "summary.json").write_text("{")
    assert main(["report", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "no finished run is there; 1 could not be read" in err


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a table."""
    folder = tmp_path_factory.mktemp("table")
    rows = [f"{i % 7}.5,{'uvwx'[i % 4]},2024-01-{i % 28 + 1:02d},{'no' if i % 2 else 'yes'}" for i in range(60)]
    (folder / "t.csv").write_text("\n".join(["a,b,day,y", *rows, ""]))
    data = CSV(file=str(folder / "t.csv"), target="y", max_categories=3)
    execute(Config(data=data, model=MLP(width=4, backend="scratch"), train=TrainConfig(epochs=1)), folder / "run")
    return folder / "run"


@pytest.mark.parametrize("part", ["data", "config", "images"])
@pytest.mark.parametrize("every", [101, pytest.param(7, marks=pytest.mark.slow)])
def test_a_field_of_another_type_is_told_or_harmless(
    part: str, every: int, folder: Path, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(table if part != "images" else folder / "scratch", run)
    Image.new("L", (20, 20)).save(tmp_path / "image.png")
    file = str(tmp_path / "image.png" if part == "images" else table.parent / "t.csv")
    whole, summary = read_model(run / MODEL), json.loads((run / "summary.json").read_text())
    odd = list(odd_fields(summary["images"] if part == "images" else whole[part]))
    told_of = 0
    for name, value in odd[::every]:
        if part == "images":
            (run / "summary.json").write_text(json.dumps({**summary, "images": value}))
        else:
            (run / MODEL).write_bytes(model({**whole, part: value}))
        for words in (["predict", str(run), file], ["evaluate", str(run)], ["export", str(run), "--to", "npz"]):
            status = main(words)
            said = capsys.readouterr()
            assert status == 0 or said.err, name
            told_of += bool(status) and words[0] == "predict"
            assert "Traceback" not in said.err
        (run / "export.npz").unlink(missing_ok=True)
    assert told_of > len(odd[::every]) / 4


def test_numbers_that_have_no_buffer_end_in_one_message(tmp_path: Path) -> None:
    """NumPy knows bfloat16 as soon as something has imported ml_dtypes, as ONNX does; its arrays have no buffer."""
    pytest.importorskip("ml_dtypes")
    arrays = {"w": torch.zeros(3, dtype=torch.bfloat16), "b": torch.zeros((), dtype=torch.bfloat16)}
    save_file(arrays, tmp_path / MODEL, {"format": "pt"})
    with pytest.raises(TwinpropError):
        read_model(tmp_path / MODEL)
