"""What a network takes an image file for is what it takes the same pixels for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import twinprop
from twinprop.__main__ import main
from twinprop.commands import predict
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
    np.testing.assert_allclose(predict.outputs(run, predict.samples(run, files)), expected, atol=0.01)
    capsys.readouterr()
    assert main(["predict", str(run.path), *files]) == 0
    head, names, *rows = capsys.readouterr().out.splitlines()
    assert (head, names.split()) == ("Probabilities", ["image", "class", *map(str, range(10))])
    found = [row.split() for row in rows]
    assert [row[:2] for row in found] == [[path, str(k)] for path, k in zip(files, expected.argmax(-1), strict=True)]
    assert all(abs(sum(map(float, row[2:])) - 1) < 0.001 for row in found)


def test_dark_on_light_is_turned(files: list[str], tmp_path: Path) -> None:
    run = trained(tmp_path, "model.backend=scratch")
    dark = str(tmp_path / "dark.png")
    with Image.open(files[0]) as image:
        image.point(lambda value: 255 - value).save(dark)
    one, other = predict.samples(run, [files[0]]), predict.samples(run, [dark], invert=True)
    np.testing.assert_allclose(one, other, atol=1e-5)


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
    assert names.split() == ["image", "class", "most", "likely"]
    assert row.count("class") == 2 + predict.LISTED, "of the path, the first, and those listed"


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
