"""What a network takes an image file for is what it takes the same pixels for."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tests.kit.drawn import as_mnist, digit, digits, page

import twinprop
from twinprop.__main__ import main
from twinprop.commands import predict, predicted
from twinprop.data.digits import Digits


def trained(folder: Path, *words: str) -> twinprop.Run:
    return twinprop.train("train.epochs=5", *words, f"hydra.run.dir={folder}/run")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The first digits of the test split."""
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for number, x in enumerate(Digits(normalize=False).load().test.x[:6]):
        Image.fromarray((x.reshape(8, 8) * 255).round().astype(np.uint8)).save(folder / f"{number}.png")
        paths.append(str(folder / f"{number}.png"))
    return paths


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("words", [[], ["data.normalize=false"], ["model=cnn", "model.stages=[[8]]"]], ids=str)
def test_files_are_taken_for_what_their_pixels_are(
    words: list[str], backend: str, files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(tmp_path, f"model.backend={backend}", *words)
    test = Digits(normalize=run.config.data.normalize).load().test
    with torch.no_grad():
        expected = run.model(torch.from_numpy(test.x[: len(files)])).softmax(-1).numpy()
    # a sixteenth is no whole number of 255ths
    np.testing.assert_allclose(run.outputs(predict.samples(run, files)), expected, atol=0.01)
    capsys.readouterr()
    assert main(["predict", str(run.path), *files]) == 0
    head, names, *rows = capsys.readouterr().out.splitlines()
    assert (head, names.split()) == ("Probabilities", ["file", "class", *map(str, range(10))])
    found = [row.split() for row in rows]
    assert [row[:2] for row in found] == [[path, str(k)] for path, k in zip(files, expected.argmax(-1), strict=True)]
    assert all(abs(sum(map(float, row[2:])) - 1) < 0.001 for row in found)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> twinprop.Run:
    """A network that knows digits drawn with Pillow, light on dark, from a folder of files."""
    folder = tmp_path_factory.mktemp("drawn")
    for place, image in enumerate(digits()):
        (folder / "images" / str(place // 5)).mkdir(parents=True, exist_ok=True)
        Image.fromarray((image[0] * 255).round().astype(np.uint8)).save(
            folder / "images" / str(place // 5) / f"{place}.png"
        )
    words = ["data=image_folder", f"data.root={folder}/images", "data.grayscale=true", "data.val_fraction=0"]
    words += ["data.test_fraction=0.2", "model.backend=scratch", "train.epochs=60", "data.workers=0", "seed=1"]
    return twinprop.train(*words, f"hydra.run.dir={folder}/run")


PICTURES: dict[str, Callable[[int], Any]] = {
    "light on dark": lambda n: 255 * as_mnist(digit(n)),
    "ink on paper": lambda n: 255 - 255 * as_mnist(digit(n)),
    "somewhere on a page": lambda n: page(n, 30, 250),
    "on a board": lambda n: page(n, 240, 10),
    "wide": lambda n: 255 - np.pad(255 * as_mnist(digit(n)), ((0, 0), (28, 28))),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_digit_is_told_however_it_comes(name: str, drawn: twinprop.Run, tmp_path: Path) -> None:
    paths = []
    for number in range(10):
        paths.append(str(tmp_path / f"{number}.png"))
        Image.fromarray(PICTURES[name](number).round().astype(np.uint8)).save(paths[-1])
    found = drawn.outputs(predict.samples(drawn, paths)).argmax(-1)
    assert found.tolist() == list(range(10))


def test_what_was_done_and_seen_is_told(
    drawn: twinprop.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(tmp_path / folder / "a.png") for folder in ("one", "two")]
    for path, values in zip(paths, (page(7, 0, 255), np.zeros((28, 28))), strict=True):
        Path(path).parent.mkdir()
        Image.fromarray(values.round().astype(np.uint8)).save(path)
    seen = tmp_path / "seen"
    assert main(["predict", str(drawn.path), *paths, "--seen", str(seen)]) == 0
    assert main(["predict", str(drawn.path), paths[0], "--seen", str(seen), "--no-invert"]) == 0
    out = capsys.readouterr().out
    assert out.count(f"{paths[0]}: light and dark turned; the figure brought to where theirs are") == 1
    assert f"{paths[1]}: unlike the training images: nothing stands out from its ground; brightness 0.00" in out
    assert [path.name for path in sorted(seen.iterdir())] == ["a-2.png", "a-3.png", "a.png"]
    expected = predict.prepared(drawn, paths[:1])[0].pixels[0]
    np.testing.assert_allclose(np.asarray(Image.open(seen / "a.png")) / 255, expected, atol=1 / 255)
    assert main(["predict", str(drawn.path), paths[0], "--seen", paths[0]]) == 1
    assert "--seen" in capsys.readouterr().err


def test_the_user_may_say_what_is_light(files: list[str], tmp_path: Path) -> None:
    run = trained(tmp_path, "model.backend=scratch")
    dark = str(tmp_path / "dark.png")
    with Image.open(files[0]) as image:
        image.point(lambda value: 255 - value).save(dark)
    one = predict.samples(run, files[:1])
    for words in ([dark], [dark, True]):
        np.testing.assert_allclose(one, predict.samples(run, words[:1], *words[1:]), atol=1e-5)  # type: ignore[list-item]
    assert np.abs(one - predict.samples(run, [dark], False)).max() > 1
    assert np.abs(one - predict.samples(run, files[:1], True)).max() > 1


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_samples_may_lie_as_loaders_hand_them_out(backend: str, tmp_path: Path) -> None:
    run = trained(tmp_path, f"model.backend={backend}")
    x = Digits(normalize=True).load().test.x[:6]
    expected = run.outputs(x)
    assert expected.shape == (6, 10)
    for shape in ((6, 1, 8, 8), (6, 64), (6, 8, 8, 1)):
        np.testing.assert_allclose(run.outputs(x.reshape(shape)), expected, atol=1e-6)
    for shape in ((6, 32, 2), (3, 128), (6, 2, 32)):
        with pytest.raises(ValueError, match=r"expected samples \(n, 8, 8\), got \(\d+, "):
            run.outputs(x.reshape(shape))


def test_a_run_that_knows_nothing_of_its_images_says_so(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(tmp_path, "model.backend=scratch")
    summary = json.loads((run.path / "summary.json").read_text())
    before = predict.samples(run, files)
    for images, status in (
        (None, 0),
        ("missing", 0),
        ({"ground": [0]}, 1),
        ([], 1),
        ({**summary["images"], "a": 1}, 1),
    ):
        changed = {**summary, "images": images}
        if images == "missing":
            del changed["images"]
        (run.path / "summary.json").write_text(json.dumps(changed))
        capsys.readouterr()
        assert main(["predict", str(run.path), *files]) == status
        out, errors = capsys.readouterr()
        assert ("an earlier version trained it" in out) == (status == 0)
        assert ("what it says of the training images cannot be read" in errors) == (status == 1)
        assert "Traceback" not in errors
        if status == 0:
            np.testing.assert_allclose(predict.samples(twinprop.load(run.path), files), before, atol=1e-5)


def test_colours_are_kept_and_of_many_classes_the_likely_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    for name in range(12):
        (tmp_path / "images" / f"class{name}").mkdir(parents=True)
        for number in range(4):
            pixels = np.uint8(rng.integers(0, 20, (6, 5, 3)) + np.array([20 * name, 230 - 20 * name, 100]))
            Image.fromarray(pixels).save(tmp_path / "images" / f"class{name}" / f"{number}.png")
    run = trained(tmp_path, "data=image_folder", f"data.root={tmp_path}/images", "data.normalize=true", "loss=mse")
    path = tmp_path / "images" / "class3" / "1.png"
    raw = np.asarray(Image.open(path), np.float32).transpose(2, 0, 1) / 255
    data = run.saved["data"]
    expected = (raw - np.reshape(data["mean"], (3, 1, 1))) / np.reshape(data["std"], (3, 1, 1))
    np.testing.assert_allclose(predict.samples(run, [str(path)])[0], expected, atol=1e-5)
    rows = np.repeat(np.arange(12, dtype=np.uint8)[:, None, None] * 20, 10, axis=1).repeat(3, axis=2)
    Image.fromarray(rows).save(tmp_path / "large.png")
    assert predict.samples(run, [str(tmp_path / "large.png")]).std(axis=-1).max() < 1e-5, "rows stay rows"
    capsys.readouterr()
    assert main(["predict", str(run.path), str(path)]) == 0
    head, names, row = capsys.readouterr().out.splitlines()
    assert head == "Outputs of the network, which was trained on mse"
    assert names.split() == ["file", "class", "most", "likely"]
    assert row.count("class") == 2 + predicted.LISTED, "of the path, the first, and those listed"


def test_what_cannot_be_predicted_is_one_message(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moons = trained(tmp_path, "data=moons")
    (tmp_path / "text.png").write_text("no image")
    digits = twinprop.train("train.epochs=1", f"hydra.run.dir={tmp_path}/digits")
    for words, message in (
        ([moons.path, files[0]], "not on images; expected a run on images"),
        ([digits.path, tmp_path / "text.png"], "not an image that can be read"),
        ([digits.path, tmp_path / "none.png"], "not an image that can be read"),
        ([tmp_path / "none", files[0]], "no readable summary.json"),
    ):
        capsys.readouterr()
        assert main(["predict", *map(str, words)]) == 1
        out, errors = capsys.readouterr()
        assert (out, len(errors.splitlines())) == ("", 1)
        assert message in errors


def test_a_file_that_cannot_be_read_stops_no_other(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(tmp_path, "model.backend=scratch")
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, path in enumerate(files[:2]):
        (folder / f"{number}.png").write_bytes(Path(path).read_bytes())
    (folder / "bad.png").write_text("no image")
    words = [str(run.path), str(tmp_path / "none.png"), str(folder), files[2]]
    capsys.readouterr()
    assert main(["predict", *words, "--json"]) == 1
    out, errors = capsys.readouterr()
    found = json.loads(out)
    names = [str(folder / "0.png"), str(folder / "1.png"), files[2]]
    assert [each["file"] for each in found] == names
    expected = run.outputs(predict.samples(run, names))
    for each, values in zip(found, expected, strict=True):
        named = dict(zip(run.saved["data"]["classes"], values.tolist(), strict=True))
        assert each["outputs"] == pytest.approx(named, rel=1e-4)
        assert each["predicted"] == max(each["outputs"], key=each["outputs"].__getitem__) == next(iter(each["outputs"]))
    assert len(errors.splitlines()) == 2
    assert "none.png: not an image" in errors
    assert "bad.png: not an image" in errors
    assert main(["predict", *words, "--csv"]) == 1
    rows = list(csv.reader(capsys.readouterr().out.splitlines()))
    assert rows[0] == ["file", "row", "predicted", *run.saved["data"]["classes"]]
    np.testing.assert_allclose(np.array([row[3:] for row in rows[1:]], float), expected, rtol=1e-4)
    assert main(["predict", str(run.path), files[0], "--top", "3"]) == 0
    assert capsys.readouterr().out.splitlines()[2].count(",") == 2
    assert main(["predict", str(run.path), files[0], "--top", "0"]) == 1


def test_rows_of_numbers_are_as_the_data_set_has_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(tmp_path, "model.backend=scratch")
    raw, own = (Digits(normalize=each).load().test.x for each in (False, True))
    assert raw is not None
    assert own is not None
    np.save(tmp_path / "images.npy", raw[:4])
    np.save(tmp_path / "one.npy", raw[3])
    np.savetxt(tmp_path / "rows.csv", raw[:4].reshape(4, -1), delimiter=",")
    np.save(tmp_path / "other.npy", raw[:, :5])
    np.save(tmp_path / "objects.npy", np.array([{}]))
    np.save(tmp_path / "nan.npy", raw[:2] * np.nan)
    np.save(tmp_path / "sixteenths.npy", raw[:4] * 16)
    np.save(tmp_path / "bytes.npy", (raw[:4] * 255).astype(np.uint8))
    np.save(tmp_path / "large.npy", np.full((2, 64), 1e300))
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "words.csv").write_text("a,b\n")
    capsys.readouterr()
    for name, rows in {"images.npy": own[:4], "one.npy": own[3:4], "rows.csv": own[:4]}.items():
        assert main(["predict", str(run.path), str(tmp_path / name), "--csv"]) == 0
        found = list(csv.reader(capsys.readouterr().out.splitlines()))[1:]
        assert [row[:2] for row in found] == [[str(tmp_path / name), str(place + 1)] for place in range(len(rows))]
        np.testing.assert_allclose(np.array([row[3:] for row in found], float), run.outputs(rows), rtol=1e-4, atol=1e-6)
        assert [row[2] for row in found] == run.predict(rows).tolist()
    for name, why in {
        "other.npy": "expected samples (n, 8, 8), got",
        "objects.npy": "rows that cannot be used",
        "nan.npy": "not all of it are finite numbers",
        "sixteenths.npy": "values from 0 to 16, where those of images go from 0 to 1",
        "bytes.npy": "values from 0 to 255",
        "large.npy": "not all of it are finite numbers",
        "pipe.csv": "it is no file",
        "words.csv": "it holds no rows",
    }.items():
        assert main(["predict", str(run.path), str(tmp_path / name)]) == 1
        out, errors = capsys.readouterr()
        assert (out, len(errors.splitlines())) == ("", 1)
        assert f"{tmp_path / name}: rows that cannot be used" in errors
        assert why in errors
