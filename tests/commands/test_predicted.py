"""Images, rows of numbers and tables, of classes and of numbers, are told in one shape."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from PIL import Image

from twinprop.__main__ import main
from twinprop.config.schema import Config
from twinprop.data.base import DataConfig
from twinprop.data.csv_file import CSV
from twinprop.data.digits import Digits
from twinprop.data.sklearn_tables import Diabetes, Iris
from twinprop.data.toy import Moons
from twinprop.errors import TwinpropError
from twinprop.models.mlp import MLP
from twinprop.run.saved import Run, load
from twinprop.run.single import execute
from twinprop.scratch.losses import CrossEntropyLoss, Loss, MSELoss
from twinprop.training.plan import TrainConfig

KINDS: dict[str, tuple[DataConfig, Loss]] = {
    "images": (Digits(limit=200), CrossEntropyLoss()),
    "points": (Moons(n_samples=100), CrossEntropyLoss()),
    "classes": (Iris(), CrossEntropyLoss()),
    "numbers": (Diabetes(), MSELoss()),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs, each in a folder of its kind, and files for them."""
    folder = tmp_path_factory.mktemp("runs")
    for name, (data, loss) in KINDS.items():
        config = Config(data=data, loss=loss, model=MLP(width=4), train=TrainConfig(epochs=1))
        execute(config, folder / name)
    (folder / "files").mkdir()
    x = Digits(normalize=False).load().test.x
    assert x is not None
    for place in range(3):
        Image.fromarray((x[place] * 255).astype(np.uint8)).save(folder / "files" / f"{place}.png")
    np.save(folder / "images.npy", x[:3])
    np.savetxt(folder / "points.csv", np.arange(6).reshape(3, 2) / 4, delimiter=",")
    (folder / "named.csv").write_text("\ufeffx;y\n0;0.25\n0.5;0.75\n1;1.25\n", "utf-8")
    for name, data in (("iris", Iris()), ("diabetes", Diabetes())):
        table = data.table().frame.iloc[[0, 70, 140]]
        table.to_csv(folder / f"{name}.csv", index=False)
        np.save(folder / f"{name}.npy", table.iloc[:, :-1].to_numpy(float))
    return folder


GIVEN = {
    "a folder of images": ("images", "files", False),
    "images as .npy": ("images", "images.npy", True),
    "rows as CSV": ("points", "points.csv", True),
    "rows below names": ("points", "named.csv", True),
    "a table": ("classes", "iris.csv", True),
    "a table as .npy": ("classes", "iris.npy", True),
    "a table, of numbers": ("numbers", "diabetes.csv", True),
    "a table as .npy, of numbers": ("numbers", "diabetes.npy", True),
}


@pytest.mark.parametrize("top", [None, 1, 20])
@pytest.mark.parametrize("given", GIVEN)
def test_every_kind_of_file_has_the_same_shape(
    given: str, top: int | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, name, rows = GIVEN[given]
    run, path = load(folder / kind), folder / name
    classes = run.saved["data"]["classes"]
    words = ["predict", str(run.path), str(path), *([] if top is None else ["--top", str(top)])]
    capsys.readouterr()
    if not classes and top is not None:
        assert main(words) == 1
        assert "lists classes, and the network of" in capsys.readouterr().err
        return
    found = printed(words, json.loads, capsys, "--json")
    assert [list(each) for each in found] == [["file", "row", "predicted", "outputs", "notes"]] * 3
    files = [str(path)] * 3 if rows else [str(path / f"{place}.png") for place in range(3)]
    assert [(each["file"], each["row"]) for each in found] == list(
        zip(files, (1, 2, 3) if rows else (None,) * 3, strict=True)
    )
    head, *lines = printed(words, lambda text: list(csv.reader(text.splitlines())), capsys, "--csv")
    kept = len(classes) if top is None else min(top, len(classes))
    columns = classes
    if top is not None:
        columns = [f"{what} {place}" for place in range(1, kept + 1) for what in ("class", "output")]
    assert head == ["file", "row", "predicted", *columns]
    for each, line in zip(found, lines, strict=True):
        assert line[:3] == [each["file"], str(each["row"] or ""), str(each["predicted"])]
        if not classes:
            assert each["outputs"] is None
            assert isinstance(each["predicted"], float)
            continue
        assert len(each["outputs"]) == kept
        assert each["predicted"] == next(iter(each["outputs"]))
        if top is None:
            assert [float(cell) for cell in line[3:]] == [each["outputs"][name] for name in classes]
        else:
            assert line[3:] == [str(cell) for pair in each["outputs"].items() for cell in pair]
    text = printed(words, str, capsys).splitlines()
    assert text[bool(classes)].split()[: 1 + (not rows)] == (["row"] if rows else ["file", "class"])
    assert [str(each["predicted"])[:5] in line for each, line in zip(found, text[1 + bool(classes) :], strict=False)]


def printed(words: list[str], read: Callable[[str], Any], capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    """What a command prints, as `read` reads it."""
    assert main([*words, *more]) == 0
    return read(capsys.readouterr().out)


@pytest.mark.parametrize(("name", "kind"), [("iris", "classes"), ("diabetes", "numbers")])
def test_a_pandas_table_is_predicted_as_its_file(
    name: str, kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = load(folder / kind)
    capsys.readouterr()
    found = printed(["predict", str(run.path), str(folder / f"{name}.csv")], json.loads, capsys, "--json")
    frame = pandas.read_csv(folder / f"{name}.csv").iloc[:, ::-1]  # columns in any order, and typed
    assert run.predict(frame).tolist() == pytest.approx([each["predicted"] for each in found])


@pytest.fixture
def coloured(tmp_path: Path) -> Run:
    """A run on a table with a column of words."""
    rows = [("red", 1.0, "a"), ("blue", 2.0, "b")] * 20
    (tmp_path / "t.csv").write_text("colour:size:class\n" + "".join(f"{c}:{s}:{y}\n" for c, s, y in rows))
    data = CSV(file=str(tmp_path / "t.csv"), target="class", separator=":")
    execute(Config(data=data, model=MLP(width=4), train=TrainConfig(epochs=1)), tmp_path / "run")
    return load(tmp_path / "run")


def test_what_is_to_be_told_of_rows_stands_with_them(
    coloured: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new.csv").write_text("colour:size\nred:1\npink:1\ngrey:2\npink:3\n")
    words, unknown = ["predict", str(coloured.path), str(tmp_path / "new.csv")], "is none of its categories in training"
    capsys.readouterr()
    found = printed(words, json.loads, capsys, "--json")
    assert [each["notes"] for each in found][:2] == [[], [f"colour: 'pink' {unknown}, and taken for none"]]
    assert f"row 2, row 4: colour: 'pink' {unknown}" in printed(words, str, capsys)
    assert main([*words, "--csv"]) == 0
    out, errors = capsys.readouterr()
    assert len(out.splitlines()) == 5
    assert f"row 3: colour: 'grey' {unknown}" in errors


def test_what_is_no_file_for_a_table_is_told(
    coloured: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "two.npy", np.zeros((3, 2)))
    (tmp_path / "empty").mkdir()
    capsys.readouterr()
    for run, name, message in (
        (coloured, "two.npy", "two.npy: holds numbers alone, and the columns colour are words"),
        (coloured, "none.csv", "none.csv: is not there; expected a CSV or Parquet file."),
        (coloured, "empty", "empty: holds no files."),
        (load(folder / "classes"), "two.npy", "expected rows of the 4 numbers sepal length (cm), sepal width (cm)"),
        (load(folder / "classes"), folder / "files" / "0.png", "0.png: is no text; expected a CSV file"),
        (load(folder / "points"), folder / "files" / "0.png", "not on images; expected a run on images"),
    ):
        assert main(["predict", str(run.path), str(tmp_path / name), "--json"]) == 1
        out, errors = capsys.readouterr()
        assert message in errors
        assert out.strip() in ("", "[]")
    with pytest.raises(TwinpropError, match="was trained on no table"):
        load(folder / "points").predict(pandas.DataFrame({"x": [1.0], "y": [2.0]}))
