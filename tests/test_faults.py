"""What goes wrong outside the program: full disks, killed processes, damaged files. Nothing already written is lost."""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from twinprop.data.image_folder import ImageFolder
from twinprop.data.vision import MNIST
from twinprop.errors import DataError, OutputError
from twinprop.run.directory import check_unused, make_writable, write_atomically

TRAIN = str(Path(__file__).parents[1] / "train.py")
ENDLESS = ["train.epochs=1000000", "data=moons", "model.width=4", "hydra.run.dir=run"]
SWEEP = [
    "-m",
    *ENDLESS[:-1],
    "model.backend=scratch",
    "seed=1,2",
    "hydra.sweep.dir=run",
    "hydra.sweep.subdir=${hydra.job.num}",
]


def start(folder: Path, *words: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, TRAIN, *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def wait_for_rows(metrics: Path, process: subprocess.Popen[str], rows: int = 3) -> None:
    """Wait until a run has recorded some evaluations."""
    deadline = time.monotonic() + 60
    while not metrics.exists() or metrics.read_text().count("\n") <= rows:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def rows_of(run: Path) -> list[dict[str, str]]:
    with open(run / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_killed_at_once_a_run_keeps_every_row(tmp_path: Path) -> None:
    process = start(tmp_path, *ENDLESS, "data.n_samples=30000")
    wait_for_rows(tmp_path / "run" / "metrics.csv", process, rows=1)
    process.kill()
    process.communicate()
    rows = rows_of(tmp_path / "run")
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert (tmp_path / "run" / "metrics.csv").read_text().endswith("\n")
    assert len(rows) < 30, "rows are written one by one, not when a buffer of some fifty is full"
    assert not (tmp_path / "run" / "summary.json").exists(), "only a run that ended sums itself up"
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    EventAccumulator(str(tmp_path / "run")).Reload()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_training(number: signal.Signals, tmp_path: Path) -> None:
    process = start(tmp_path, *ENDLESS, "model.backend=scratch")
    wait_for_rows(tmp_path / "run" / "metrics.csv", process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["status"] == "interrupted"
    assert number.name in summary["reason"]
    assert (tmp_path / "run" / "model.pt").exists()
    assert (tmp_path / "run" / "checkpoints" / "interrupted.pt").exists()


def test_interrupted_before_training(tmp_path: Path) -> None:
    process = start(tmp_path, *ENDLESS)
    while not (tmp_path / "run" / "metrics.csv").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)  # torch is being imported
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "interrupted"


def test_an_interrupt_ends_the_whole_sweep(tmp_path: Path) -> None:
    process = start(tmp_path, *SWEEP)
    wait_for_rows(tmp_path / "run" / "0" / "metrics.csv", process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "Interrupted.\n")
    summaries = [json.loads((tmp_path / "run" / number / "summary.json").read_text()) for number in "01"]
    assert [summary["status"] for summary in summaries] == ["interrupted"] * 2
    assert summaries[0]["steps"] > 0


def test_a_full_disk_keeps_what_was_written(tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    process = start(tmp_path, *ENDLESS, preexec_fn=small_files)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 1, (out, err)
    assert "Traceback" not in err
    assert "File too large" in err
    rows = rows_of(tmp_path / "run")
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "failed"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "summary.json"
    write_atomically(path, b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"summary\.json: cannot be written \(No space left on device\)"):
        write_atomically(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_is_free_and_writable_or_refused(tmp_path: Path) -> None:
    check_unused(tmp_path / "new", "hydra.run.dir", ("metrics.csv",))
    make_writable(tmp_path / "new", "hydra.run.dir")
    (tmp_path / "new" / "metrics.csv").touch()
    with pytest.raises(OutputError, match="already holds results"):
        check_unused(tmp_path / "new", "hydra.run.dir", ("metrics.csv",))
    with pytest.raises(OutputError, match="cannot be made"):
        make_writable(tmp_path / "new" / "metrics.csv" / "run", "hydra.run.dir")


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
    with pytest.raises(DataError, match=str(mnist)):
        MNIST(root=str(mnist.parents[1]), download=False).load()


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
        case "no valid file":
            shutil.rmtree(pictures / "b")
            (pictures / "b").mkdir()
        case "not an image":
            (pictures / "a" / "3.png").write_text("a text")
        case "not an image (cut)":
            data = (pictures / "a" / "3.png").read_bytes()
            (pictures / "a" / "3.png").write_bytes(data[:50])
        case "9×6 pixels":
            picture(pictures / "b" / "3.png", (9, 6))
        case "one of train/ and test/":
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
        "no valid file",
        "not an image",
        "not an image (cut)",
        "9×6 pixels",
        "one of train/ and test/",
        "the classes",
    ],
)
@pytest.mark.parametrize("resident", [True, False])
def test_a_folder_of_images_that_does_not_fit(how: str, resident: bool, pictures: Path) -> None:
    spoil(pictures, how)
    wanted = {"no class folder": "any class folder"}.get(how, how.partition(" (")[0])
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
