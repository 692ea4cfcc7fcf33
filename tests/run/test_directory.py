"""Files are written whole or not at all, into a directory that holds nothing yet."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from twinprop.errors import OutputError
from twinprop.run.directory import claim, write_atomically


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


def test_a_directory_is_taken_once(tmp_path: Path) -> None:
    claim(tmp_path / "new", "hydra.run.dir")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [".hydra"]
    with pytest.raises(OutputError, match=r"hydra.run.dir=.*already holds results \(.hydra\), which stay"):
        claim(tmp_path / "new", "hydra.run.dir")
    claim(tmp_path / "sweep", "hydra.sweep.dir", "a: 1\n")
    assert (tmp_path / "sweep" / "multirun.yaml").read_text() == "a: 1\n"
    with pytest.raises(OutputError, match=r"already holds results \(multirun.yaml\)"):
        claim(tmp_path / "sweep", "hydra.sweep.dir", "a: 2\n")


@pytest.mark.parametrize("name", ["metrics.csv", "summary.json", "model.safetensors"])
def test_a_directory_with_results_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(OutputError, match="already holds results"):
        claim(tmp_path, "hydra.run.dir")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be made"):
        claim(tmp_path / "file" / "run", "hydra.run.dir")


def test_of_many_that_want_a_directory_at_once_one_gets_it(tmp_path: Path) -> None:
    got = []

    def want(number: int) -> None:
        with suppress(OutputError):
            claim(tmp_path / "new", "hydra.run.dir")
            got.append(number)

    threads = [Thread(target=want, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


@pytest.mark.parametrize(("held", "multirun"), [("metrics.csv", "x: 1"), ("multirun.yaml", None), ("sweep.csv", None)])
def test_a_run_and_a_sweep_take_no_directory_of_each_other(held: str, multirun: str | None, tmp_path: Path) -> None:
    (tmp_path / held).write_text("")
    with pytest.raises(OutputError, match="already holds results"):
        claim(tmp_path, "hydra.sweep.dir" if multirun else "hydra.run.dir", multirun)
    assert [path.name for path in tmp_path.iterdir()] == [held]


def test_many_may_write_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "plugins.json"
    texts = [bytes([65 + number]) * 100_000 for number in range(8)]
    threads = [Thread(target=lambda text=text: [write_atomically(path, text) for _ in range(5)]) for text in texts]
    failed: list[object] = []
    hook, threading.excepthook = threading.excepthook, failed.append
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    threading.excepthook = hook
    assert not failed
    assert path.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", tmp_path, Path(".")):
        with pytest.raises(OutputError, match=r"is there, and is no file; choose another name"):
            write_atomically(path, b"text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]
