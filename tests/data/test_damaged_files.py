"""Samples that are damaged or do not fit are told with their place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.kit.attempts import pickled

from twinprop.data.image_folder import ImageFolder
from twinprop.data.vision import CIFAR10, MNIST
from twinprop.errors import DataError


@pytest.fixture
def mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MNIST's four files, with noise in them."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    random = np.random.default_rng(0)
    for part, count in {"train": 60_000, "t10k": 10_000}.items():
        images, labels = random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count, np.uint8)
        for name, values, magic in (("images-idx3", images, 2051), ("labels-idx1", labels, 2049)):
            header = np.array([magic, *values.shape], ">i4").tobytes()
            (raw / f"{part}-{name}-ubyte").write_bytes(header + values.tobytes())
    return raw


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def flip(position: int) -> Any:
    def damage(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[position] ^= 0xF0
        path.write_bytes(bytes(data))

    return damage


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("train-images-idx3-ubyte", truncate),
        ("train-images-idx3-ubyte", flip(0)),
        ("train-images-idx3-ubyte", flip(2)),
        ("train-images-idx3-ubyte", flip(3)),
        ("train-images-idx3-ubyte", flip(6)),
        ("t10k-images-idx3-ubyte", flip(11)),
        ("train-labels-idx1-ubyte", flip(5000)),
        ("t10k-labels-idx1-ubyte", truncate),
        ("t10k-labels-idx1-ubyte", Path.unlink),
        ("train-labels-idx1-ubyte", lambda path: path.write_bytes(b"")),
        ("train-labels-idx1-ubyte", lambda path: path.write_text("not a data file, but long enough to be read")),
    ],
)
def test_a_damaged_file_is_told_with_its_place(file: str, damage: Any, mnist: Path) -> None:
    damage(mnist / file)
    with pytest.raises(DataError) as caught:
        MNIST(root=str(mnist.parents[1]), download=False).load()
    assert str(mnist if damage == Path.unlink else mnist / file) in str(caught.value)


def floats(path: Path) -> None:
    count = int.from_bytes(path.read_bytes()[4:8], "big")
    path.write_bytes(np.array([0x0D01, count], ">u4").tobytes() + np.zeros(count, ">f4").tobytes())


def huge(path: Path) -> None:
    with open(path, "ab") as file:
        file.truncate(10**13)  # a hole, which takes no space


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


WRONG: dict[str, tuple[Any, str]] = {
    "floats": (floats, "holds floats, and bytes are expected."),
    "a pipe": (pipe, "is no file."),
    "a folder": (folder, "is no file."),
    "a label": (flip(5000), "has a label"),
    "the number of axes": (flip(3), "holds 241 axes, 10000, and 10000 is expected."),
    "lengths": (flip(6), "holds 1 axes, 55056, and 10000 is expected."),
    "another file": (lambda path: path.write_bytes(b"\x1f\x8b" + bytes(100)), "is no IDX file of 10000 bytes."),
    "cut": (truncate, "has 1,000 bytes, and 10,008 are expected."),
    "cut within the first bytes": (lambda path: path.write_bytes(b"\0\0\x08"), "is no IDX file of 10000 bytes."),
    "huge": (huge, "has 10,000,000,000,000 bytes, and 10,008 are expected."),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_wrong_with_a_file_is_told(how: str, mnist: Path) -> None:
    damage, message = WRONG[how]
    path = mnist / "t10k-labels-idx1-ubyte"
    damage(path)
    with pytest.raises(DataError, match="delete what is named") as caught:
        MNIST(root=str(mnist.parents[1]), download=False).load()
    assert f"{path}: {message}" in str(caught.value)


def test_all_files_that_are_wrong_are_told_at_once(mnist: Path) -> None:
    for name in ("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        truncate(mnist / name)
    with pytest.raises(DataError, match="2 files are not as") as caught:
        MNIST(root=str(mnist.parents[1]), download=False).load()
    assert all(f"{mnist / name}: has 1,000 bytes" in str(caught.value) for name in ("train-images-idx3-ubyte",))


def test_a_damaged_batch_of_cifar_is_named_and_not_unpickled(tmp_path: Path) -> None:
    batch = tmp_path / CIFAR10.folder / "data_batch_1"
    batch.parent.mkdir()
    batch.write_bytes(pickled())
    with pytest.raises(DataError, match="cannot be read") as caught:
        CIFAR10(root=str(tmp_path), download=False).load()
    assert f"damaged:  {batch}" in str(caught.value)
    assert not Path("marker").exists()
    batch.unlink()
    os.mkfifo(batch)
    with pytest.raises(DataError, match="is no file") as caught:
        CIFAR10(root=str(tmp_path), download=False).load()
    assert str(batch) in str(caught.value)


def test_sound_files_load(mnist: Path) -> None:
    dataset = MNIST(root=str(mnist.parents[1]), download=False, limit=100).load()
    assert (len(dataset.train), len(dataset.test)) == (90, 10_000)


def picture(path: Path, size: tuple[int, int] = (6, 6)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (200, 100, len(path.name))).save(path)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in "ab":
        for number in range(10):
            picture(tmp_path / name / f"{number}.png")
    return tmp_path


def spoil(pictures: Path, how: str) -> None:
    """Damage a folder of images in one way."""
    match how:
        case "no class folder":
            shutil.rmtree(pictures / "a")
            shutil.rmtree(pictures / "b")
        case "one class":
            shutil.rmtree(pictures / "b")
        case "no image in b/":
            shutil.rmtree(pictures / "b")
            (pictures / "b").mkdir()
        case "not an image":
            (pictures / "a" / "3.png").write_text("a text")
        case "not an image (cut)":
            data = (pictures / "a" / "3.png").read_bytes()
            (pictures / "a" / "3.png").write_bytes(data[:50])
        case "9×6 pixels":
            picture(pictures / "b" / "3.png", (9, 6))
        case "train/ beside a/, b/":
            picture(pictures / "train" / "a" / "1.png")
        case "the classes":
            picture(pictures / "train" / "a" / "1.png")
            picture(pictures / "train" / "b" / "1.png")
            picture(pictures / "test" / "a" / "1.png")
            picture(pictures / "test" / "c" / "1.png")


def decode_all(config: ImageFolder) -> None:
    for samples in config.load()[:3]:
        if samples.x is None:
            assert [samples.source[position] for position in range(len(samples))]


@pytest.mark.parametrize(
    "how",
    [
        "no class folder",
        "one class",
        "no image in b/",
        "not an image",
        "not an image (cut)",
        "9×6 pixels",
        "train/ beside a/, b/",
        "the classes",
    ],
)
@pytest.mark.parametrize("resident", [True, False])
def test_a_folder_of_images_that_does_not_fit(how: str, resident: bool, pictures: Path) -> None:
    spoil(pictures, how)
    wanted = how.partition(" (")[0]
    with pytest.raises(DataError) as caught:
        decode_all(ImageFolder(root=str(pictures), resident=resident))
    assert wanted in str(caught.value)
    assert str(pictures) in str(caught.value)


def test_a_worker_tells_a_damaged_image_without_its_traceback(pictures: Path) -> None:
    from twinprop.data.streaming import stream

    spoil(pictures, "not an image")
    train = ImageFolder(root=str(pictures), resident=False, val_fraction=0, test_fraction=0.1).load().train
    with pytest.raises(DataError) as caught:
        list(stream(train.source, [np.arange(len(train))], workers=1))
    assert str(caught.value).startswith(str(pictures / "a" / "3.png"))
    assert "Traceback" not in str(caught.value)
