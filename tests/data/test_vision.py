"""torchvision's data: complete where it is there, a clear message and no trace where it is not."""

import os
from pathlib import Path

import numpy as np
import pytest

from twinprop.data.vision import CIFAR10, KMNIST, MNIST, FashionMNIST
from twinprop.errors import DataError

ROOT = os.environ.get("TWINPROP_DATA", "")
needs_mnist = pytest.mark.skipif(
    not (Path(ROOT) / "MNIST" / "raw").is_dir() or not ROOT, reason="TWINPROP_DATA names no folder with MNIST"
)


@needs_mnist
def test_mnist_is_the_known_data_set():
    dataset = MNIST(root=ROOT, download=False, val_fraction=0.0).load()
    assert dataset.train.x.shape == (60_000, 28, 28)
    assert dataset.test.x.shape == (10_000, 28, 28)
    assert (dataset.train.x.min(), dataset.train.x.max()) == (0, 1)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    np.testing.assert_array_equal(np.bincount(dataset.train.y), counts)
    assert dataset.train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert dataset.train.x.mean() == pytest.approx(0.1307, abs=1e-4)


@needs_mnist
def test_limit_keeps_the_first_images():
    whole = MNIST(root=ROOT, download=False, val_fraction=0.0).load()
    part = MNIST(root=ROOT, download=False, val_fraction=0.0, limit=50_000).load()
    np.testing.assert_array_equal(part.train.y, whole.train.y[:50_000])


@pytest.mark.parametrize("kind", [MNIST, FashionMNIST, KMNIST, CIFAR10])
@pytest.mark.parametrize("download", [True, False])
def test_without_data_there_is_one_message_and_no_trace(kind, download, tmp_path, monkeypatch):
    def offline(*_args, **_kwargs):
        raise OSError("no network")

    monkeypatch.setattr("torchvision.datasets.mnist.download_and_extract_archive", offline)
    monkeypatch.setattr("torchvision.datasets.cifar.download_and_extract_archive", offline)
    root = tmp_path / "not" / "there"
    with pytest.raises(DataError) as caught:
        kind(root=str(root), download=download).load()
    for part in (str(root), "TWINPROP_DATA", "data=digits"):
        assert part in str(caught.value)
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize("kind", [MNIST, CIFAR10])
@pytest.mark.parametrize("download", [True, False])
def test_a_tilde_is_the_home_folder(kind, download, tmp_path, monkeypatch):
    asked = []

    def torchvision(root, **_):
        asked.append(root)
        raise OSError("none")

    monkeypatch.setattr(f"torchvision.datasets.{kind.torchvision_name}", torchvision)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DataError) as caught:
        kind(root="~/data", download=download).load()
    assert asked == [str(tmp_path / "data")]
    assert str(tmp_path / "data" / kind.folder) in str(caught.value)


def write_idx(folder):
    """Random images and labels in MNIST's files."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for name, count in (("train", 60_000), ("t10k", 10_000)):
        images, labels = rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count, np.uint8)
        for values, what in ((images, "images-idx3"), (labels, "labels-idx1")):
            header = np.array([0x0800 + values.ndim, *values.shape], ">u4").tobytes()
            (folder / f"{name}-{what}-ubyte").write_bytes(header + values.tobytes())


def test_files_in_the_home_folder_are_read(tmp_path, monkeypatch):
    write_idx(tmp_path / "data" / MNIST.folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delattr("torchvision.datasets.MNIST")
    assert len(MNIST(root="~/data", download=False).read().test) == 10_000


@pytest.mark.parametrize("kind", [MNIST, FashionMNIST, KMNIST])
def test_files_are_read_as_torchvision_reads_them(kind, tmp_path):
    from torchvision import datasets

    folder = tmp_path / kind.folder
    write_idx(folder)
    ours = kind(root=str(tmp_path), download=False).read()
    for samples, train in ((ours.train, True), (ours.test, False)):
        theirs = getattr(datasets, kind.torchvision_name)(str(tmp_path), train=train)
        np.testing.assert_array_equal(samples.x * 255, theirs.data.numpy())
        np.testing.assert_array_equal(samples.y, theirs.targets.numpy())
        assert ours.classes == list(theirs.classes)
    path = folder / "t10k-labels-idx1-ubyte"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:8] + b"\xff" + whole[9:], whole[:7] + b"\x11" + whole[8:]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="delete"):
            kind(root=str(tmp_path), download=False).read()
