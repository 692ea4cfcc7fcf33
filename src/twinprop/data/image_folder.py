"""A folder of images, one folder for each class: ROOT/CLASS/*.png, or ROOT/{train,val,test}/CLASS/*.png."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.base import Dataset, Raw
from twinprop.data.images import ImageConfig
from twinprop.data.samples import Samples
from twinprop.errors import DataError
from twinprop.fields import number, uncompared

if TYPE_CHECKING:
    from twinprop.data.image_tree import ImageTree

log = logging.getLogger("twinprop")

SHUFFLE = 4
"""Stream of `data.seed`: the order of the images, before any limit."""

READ = 100
"""Images that a worker hands over at once."""

LISTED = 20
"""Classes whose images are counted one by one before training."""

MEASURED = 50
"""Files whose proportions are looked at, about; they are those of all, where images are stretched to one size."""

MOST_PIXELS = 4096
"""Of an image in each direction: one of them takes 200 MB then."""

MOST_WORKERS = 64
"""Processes that decode, of some 200 MB each."""

WORDS = {"train": "training", "val": "validation", "test": "test"}
"""The splits in words."""


class Images:
    """Decodes image i to float32 in [0, 1], (channels, height, width); DataLoader workers receive a copy.

    Args:
        paths: the files.
        grayscale: one channel in place of three.
        size: pixels in each direction; None keeps those of the file.
        shape: what all images must have; None where that is not known yet.
    """

    def __init__(self, paths: list[str], grayscale: bool, size: int | None, shape: tuple[int, ...] | None) -> None:
        self.paths, self.grayscale, self.size, self.shape = paths, grayscale, size, shape

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Any:
        from twinprop.data.image_files import read_image

        size = None if self.size is None else (self.size, self.size)
        pixels = read_image(self.paths[index], self.grayscale, size)
        if self.shape is not None and pixels.shape != self.shape:
            raise DataError(
                f"{self.paths[index]}: is {pixels.shape[2]}×{pixels.shape[1]} pixels, but the first image is "
                f"{self.shape[2]}×{self.shape[1]}; set data.image_size to resize them all."
            )
        return pixels

    def first_shape(self) -> tuple[int, ...]:
        """The shape of the first image that can be read, in alphabetical order.

        Raises:
            DataError: none can.
        """
        from twinprop.data.streaming import told

        problems = []
        for index in sorted(range(len(self)), key=self.paths.__getitem__):
            try:
                shape: tuple[int, ...] = self[index].shape
                return shape
            except DataError as error:
                problems.append(str(error))
        raise DataError(told(problems, len(self)))


@dataclass
class ImageFolder(ImageConfig):
    """Images in folders, decoded by `workers` processes: once, where they fit in memory (`resident=auto`)."""

    name: str = "image_folder"
    grayscale: bool = False
    image_size: int | None = number(None, ge=1, le=MOST_PIXELS)
    resident: bool | str = uncompared("reading", number("auto", words=("auto",)))
    workers: int = uncompared("reading", number(2, ge=0, le=MOST_WORKERS))

    @property
    def title(self) -> str:
        return self.root

    def load(self) -> Dataset:
        dataset = super().load()
        from twinprop.data.image_tree import slashed

        log.info(f"{self.root_path}: {counted(dataset)}")
        for split, meaning in {"train": "it cannot be learned", "test": "test accuracy says nothing of it"}.items():
            lacking = [name for name, count in dataset.counts()[split].items() if not count]
            if lacking:
                log.warning(f"{self.root_path}: no {WORDS[split]} image of {slashed(lacking)}: {meaning}")
        return dataset

    def read(self) -> Raw:
        from twinprop.data.image_tree import ImageTree

        tree = ImageTree(self.root_path)
        self.tell(tree)
        paths: list[str] = []
        labels: dict[str, NDArray[Any]] = {}
        for split, classes in tree.images.items():
            own = [path for files in classes.values() for path in files.values()]
            y = np.repeat([tree.names.index(name) for name in classes], [len(files) for files in classes.values()])
            if split == "train":
                # folders come class by class: without this, a limit would keep the first classes only
                order = self.order(y, SHUFFLE)
                if "test" in tree.images:
                    order = order[: self.limit]  # none of them is for testing, so the others need not be read
                own, y = [own[position] for position in order], y[order]
            paths += own
            labels[split] = y
        whole, shape = self.samples(paths, np.concatenate(list(labels.values())))
        places = np.split(np.arange(len(paths)), np.cumsum([len(y) for y in labels.values()])[:-1])
        parts = {split: whole.take(where) for split, where in zip(labels, places, strict=True)}
        aspect = None if self.image_size is None else proportions(paths)
        return Raw(parts["train"], parts.get("test"), shape, tree.names, parts.get("val"), aspect)

    def order(self, y: NDArray[Any], stream: int) -> NDArray[Any]:
        """An order of images of the classes `y` that is random, but has of each class its share in any first part.

        The k-th image of n in a class comes at (k - 1/2) / n, by which Webster's method distributes seats.
        """
        order = super().order(y, stream)
        y = y[order]
        counts = np.bincount(y)
        by_class = np.argsort(y, kind="stable")
        before = np.empty(len(y), np.int64)
        before[by_class] = np.arange(len(y)) - np.repeat(np.cumsum(counts) - counts, counts)
        return order[np.argsort((before + 0.5) / counts[y], kind="stable")]

    def tell(self, tree: ImageTree) -> None:
        """What is taken for what, and what is not taken."""
        if tree.folders["train"] != tree.root:
            uses = [f"{folder.name}/ as {WORDS[split]} split" for split, folder in tree.folders.items()]
            lacking = [WORDS[split] for split in WORDS if split not in tree.folders]
            cut = f"; {' and '.join(lacking)} images are cut from {tree.folders['train'].name}/" if lacking else ""
            log.info(f"{tree.root}: {', '.join(uses)}{cut}")
        if tree.passed.total():
            log.info(f"{tree.root}: {tree.told()}")
        for line in tree.twice():
            log.warning(f"{tree.root}: {line}")

    def samples(self, paths: list[str], y: NDArray[Any]) -> tuple[Samples, tuple[int, ...]]:
        """The images of files, kept in memory where they fit, and the shape of each."""
        shape = Images(paths, self.grayscale, self.image_size, None).first_shape()
        images = Images(paths, self.grayscale, self.image_size, shape)
        if not self.fits(len(images), shape):
            return Samples(y, None, images), shape
        from rich.progress import track

        from twinprop.data.streaming import stream

        x = np.empty((len(images), *shape), np.float32)
        batches = np.split(np.arange(len(images)), range(READ, len(images), READ))
        decoded = stream(images, batches, self.workers)
        shown = track(decoded, "reading images", len(batches), transient=True, disable=not sys.stdout.isatty())
        for batch, pixels in zip(batches, shown, strict=True):
            x[batch] = pixels.numpy()
        return Samples(y, x), shape

    def fits(self, count: int, shape: tuple[int, ...]) -> bool:
        """Whether all images as float32 take less than half of the free memory."""
        if isinstance(self.resident, bool):
            return self.resident
        import psutil

        return bool(2 * count * 4 * np.prod(shape) < psutil.virtual_memory().available)


def proportions(paths: list[str]) -> tuple[float, float] | None:
    """Lowest and highest width over height of some image files; None where none of them can be read."""
    from twinprop.data.image_files import file_size

    found = []
    for path in paths[:: -(-len(paths) // MEASURED)]:
        with suppress(DataError):  # which is told when it is decoded
            height, width = file_size(path)
            found.append(width / height)
    return (min(found), max(found)) if found else None


def counted(dataset: Dataset) -> str:
    """How many images there are of each class in each split; of many classes, from how many to how many."""
    counts = [list(of_class.values()) for of_class in dataset.counts().values()]
    total = "/".join(f"{sum(numbers):,}" for numbers in counts)
    if len(dataset.classes) > LISTED:
        ranges = [f"{min(numbers)}-{max(numbers)}" for numbers in counts]
        each = f"{'/'.join(ranges)} of each"
    else:
        rows = zip(dataset.classes, *counts, strict=True)
        each = ", ".join(f"{name} {'/'.join(map(str, numbers))}" for name, *numbers in rows)
    return f"{'/'.join(WORDS.values())} images {total} in {len(dataset.classes)} classes: {each}"
