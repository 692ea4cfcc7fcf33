"""A folder of images as a data set: its splits, what is said of them, and that all bad files are told at once."""

from __future__ import annotations

import logging
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from twinprop.data.base import Dataset
from twinprop.data.image_folder import ImageFolder
from twinprop.data.streaming import NAMED, stream
from twinprop.errors import DataError


def fill(folder: Path, counts: dict[str, int], first: int = 0) -> Path:
    """So many images of each class, in each of which all pixels are its number."""
    number = first
    for name, count in counts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            Image.new("L", (2, 2), number).save(folder / name / f"{number:03}.png")
            number += 1
    return folder


def numbers(samples: Any) -> list[int]:
    return [round(255 * float(samples_x.flat[0])) for samples_x in samples.x]


def load(root: Path | str, **keys: Any) -> Dataset:
    return ImageFolder(**{"root": str(root), "grayscale": True, "workers": 0, "resident": True, **keys}).load()


def refused(root: Path | str, **keys: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(root, **keys)
    return str(caught.value)


# Splits


def test_splits_of_an_undivided_folder_have_of_each_class_its_share(tmp_path: Path) -> None:
    data = load(fill(tmp_path, {"a": 40, "b": 3}))
    assert data.counts() == {"train": {"a": 29, "b": 2}, "val": {"a": 3, "b": 0}, "test": {"a": 8, "b": 1}}
    data = load(fill(tmp_path, {"c": 20, "d": 20}, first=100), val_fraction=0.25)
    assert data.counts()["test"] == {"a": 8, "b": 1, "c": 4, "d": 4}
    assert data.counts()["val"] == {"a": 8, "b": 0, "c": 4, "d": 4}
    assert sorted(numbers(data.train) + numbers(data.val) + numbers(data.test)) == [*range(43), *range(100, 140)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8).filter(any), st.integers(0, 2**32 - 1), st.data())
def test_any_first_part_of_an_order_has_of_each_class_its_share(
    counts: list[int], seed: int, data: st.DataObject
) -> None:
    """As Webster's method distributes seats: no class would have the next one sooner than another has its last."""
    y = np.repeat(np.arange(len(counts)), counts)
    order = ImageFolder(seed=seed).order(y, 9)
    assert sorted(order) == list(range(len(y)))
    size = data.draw(st.integers(0, len(y)))
    taken = np.bincount(y[order[:size]], minlength=len(counts))
    here = np.array(counts) > 0
    last, following = (taken - 0.5)[here] / np.array(counts)[here], (taken + 0.5)[here] / np.array(counts)[here]
    assert last.max() <= following.min() + 1e-12
    assert order.tolist() == ImageFolder(seed=seed).order(y, 9).tolist()


def test_which_images_are_for_testing_depends_on_the_seed(tmp_path: Path) -> None:
    fill(tmp_path, {"a": 30, "b": 30})
    splits = [numbers(load(tmp_path, seed=seed).test) for seed in (0, 0, 1)]
    assert splits[0] == splits[1]
    assert set(splits[0]) != set(splits[2])
    assert [sum(number < 30 for number in split) for split in splits] == [6, 6, 6]


@pytest.mark.parametrize("resident", [True, False])
@pytest.mark.parametrize("limit", [None, 10])
@pytest.mark.parametrize("own", [["val"], ["test"], ["val", "test"]])
def test_splits_that_a_folder_has_are_kept(own: list[str], limit: int | None, resident: bool, tmp_path: Path) -> None:
    train = set(range(40))
    fill(tmp_path / "Train", {"a": 20, "b": 20})
    folders = {"val": ("Valid", 100), "test": ("TESTING", 200)}
    for split in own:
        folder, first = folders[split]
        fill(tmp_path / folder, {"a": 5, "b": 3}, first)
    data = load(tmp_path, limit=limit, resident=resident)
    for split in data[:3]:
        if split.x is None:
            split.x = np.stack([split.source[place] for place in range(len(split))])
    for split in own:
        found = getattr(data, split)
        first = folders[split][1]
        assert (numbers(found), found.y.tolist()) == (list(range(first, first + 8)), [0] * 5 + [1] * 3)
    sizes = {"val": {None: (36, 4), 10: (9, 1)}, "test": {None: (32, 8), 10: (10, 8)}, "": {None: (40,), 10: (10,)}}
    lacking = "".join({"val", "test"} - set(own))
    cut = [data.train, *([getattr(data, lacking)] if lacking else [])]
    assert tuple(map(len, cut)) == sizes[lacking][limit]
    together = [number for samples in cut for number in numbers(samples)]
    assert len(set(together)) == len(together)
    assert set(together) <= train
    assert all(
        (number >= 20) == label for samples in cut for number, label in zip(numbers(samples), samples.y, strict=True)
    )
    for samples in cut:
        assert abs(2 * samples.y.sum() - len(samples)) <= 1, "as many of one class as of the other"


def test_a_limit_grows_and_keeps_what_it_had(tmp_path: Path) -> None:
    fill(tmp_path / "train", {"a": 30, "b": 10})
    fill(tmp_path / "test", {"a": 1, "b": 1})
    chosen = [load(tmp_path, limit=limit, val_fraction=0) for limit in (4, 8, 20, 40)]
    assert [data.counts()["train"] for data in chosen] == [{"a": 3 * n, "b": n} for n in (1, 2, 5, 10)]
    assert all(set(numbers(few.train)) <= set(numbers(more.train)) for few, more in pairwise(chosen))


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(fill(tmp_path / "x" / "train", {"a": 5, "b": 5}))
    fill(tmp_path / "x" / "test", {"a": 1, "b": 2}, 50)
    data = load("~/x")
    assert (data.classes, numbers(data.test)) == (["a", "b"], [50, 51, 52])
    assert str(tmp_path / "y") in refused("~/y")
    assert not (tmp_path / "x" / "train" / "~").exists()


# What is said before training


def said(caplog: pytest.LogCaptureFixture, root: Path, **keys: Any) -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.INFO, "twinprop"):
        load(root, **keys)
    lines = [record.getMessage() for record in caplog.records]
    assert all(line.startswith(f"{root}: ") for line in lines)
    levels = [record.levelname for record in caplog.records]
    return [f"{level}: {line.removeprefix(f'{root}: ')}" for level, line in zip(levels, lines, strict=True)]


def test_classes_counts_and_splits_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path / "Train", {"a": 10, "b": 20})
    counts = "INFO: training/validation/test images"
    assert said(caplog, tmp_path / "Train") == [f"{counts} 22/2/6 in 2 classes: a 7/1/2, b 15/1/4"]
    both = "validation and test images are cut from Train/"
    assert said(caplog, tmp_path)[0] == f"INFO: Train/ as training split; {both}"
    fill(tmp_path / "dev", {"a": 3, "b": 4})
    (tmp_path / "dev" / "notes.txt").write_text("some")
    assert said(caplog, tmp_path) == [
        "INFO: Train/ as training split, dev/ as validation split; test images are cut from Train/",
        "INFO: passed over: 1 outside of the classes",
        f"{counts} 24/7/6 in 2 classes: a 8/3/2, b 16/4/4",
    ]
    fill(tmp_path / "TEST", {"b": 2})
    assert said(caplog, tmp_path)[2:] == [
        f"{counts} 30/7/2 in 2 classes: a 10/3/0, b 20/4/2",
        "WARNING: no test image of a/: test accuracy says nothing of it",
    ]


def test_many_classes_are_not_said_one_by_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path, {f"class {number:02}": 3 + number % 2 for number in range(30)})
    counted, *lacking = said(caplog, tmp_path)
    assert counted == "INFO: training/validation/test images 76/8/21 in 30 classes: 2-3/0-1/0-1 of each"
    assert len(lacking) == 1
    assert lacking[0].startswith("WARNING: no test image of class ")


def test_classes_of_one_image(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path, {"a": 1, "b": 1})
    assert refused(tmp_path) == "data=image_folder: the test split is empty; use a larger data.test_fraction."
    *_, untrained, untested = said(caplog, tmp_path, test_fraction=0.5)
    assert untrained[-len("a/: it cannot be learned") + 1 :] == "/: it cannot be learned"
    assert {untrained.split()[5], untested.split()[5]} == {"a/:", "b/:"}


def test_an_image_in_two_splits_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path / "train", {"a": 5, "b": 5})
    (tmp_path / "test").symlink_to("train")
    assert "WARNING: 10 images in both train/, test/, by links" in said(caplog, tmp_path)


# Bad files


def spoil(root: Path, count: int) -> list[str]:
    """Damage so many images after the first, each in one of four ways; their paths in order."""
    paths = sorted(root.rglob("*.png"))[1 : count + 1]
    for number, path in enumerate(paths):
        match number % 4:
            case 0:
                path.write_text("a text")
            case 1:
                path.write_bytes(path.read_bytes()[:45])
            case 2:
                path.write_bytes(b"")
            case 3:
                Image.new("L", (3, 5)).save(path)
    return [str(path) for path in paths]


def read_all(root: Path, **keys: Any) -> None:
    for samples in load(root, **keys)[:3]:
        list(stream(samples.source, [np.arange(len(samples))], keys["workers"]))


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("divided", [True, False])
@pytest.mark.parametrize("resident", [True, False])
@pytest.mark.parametrize("count", [2, 7, 25])
def test_all_bad_files_are_told_at_once(
    count: int, resident: bool, divided: bool, workers: int, tmp_path: Path
) -> None:
    if divided:
        fill(tmp_path / "test", {"a": 10, "b": 5})
        fill(tmp_path / "train", {"a": 20, "b": 20}, 100)
    else:
        fill(tmp_path, {"a": 30, "b": 25})
    bad = spoil(tmp_path, count)
    with pytest.raises(DataError) as caught:
        read_all(tmp_path, resident=resident, workers=workers)
    head, *lines = str(caught.value).splitlines()
    assert head == f"{count} of 55 files cannot be used:"
    assert [line.partition(": ")[0].strip() for line in lines[:NAMED]] == bad[:NAMED]
    assert lines[NAMED:] == ([f"  and {count - NAMED} more."] if count > NAMED else [])
    reasons = ["in no format", "truncated", "in no format", "is 3×5 pixels, but the first image is 2×2"]
    assert all(what in line for what, line in zip(reasons, lines, strict=False))


def test_where_no_file_can_be_read_all_are_told(tmp_path: Path) -> None:
    fill(tmp_path, {"a": 3, "b": 3})
    for path in tmp_path.rglob("*.png"):
        path.write_text("a text")
    assert refused(tmp_path).splitlines()[0] == "6 of 6 files cannot be used:"


def test_a_single_bad_file_is_told_in_one_line(tmp_path: Path) -> None:
    fill(tmp_path, {"a": 10, "b": 10})
    (bad,) = spoil(tmp_path, 1)
    told = "not an image that can be read (in no format that is known); mend or delete it."
    assert refused(tmp_path) == f"{bad}: {told}"
