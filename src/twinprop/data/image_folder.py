"""A folder of images, one folder for each class: ROOT/CLASS/*.jpg, or ROOT/{train,test}/CLASS/*.jpg."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twinprop.arrays.random import generator
from twinprop.data.base import Raw, Samples
from twinprop.data.images import ImageConfig
from twinprop.errors import DataError
from twinprop.fields import number, uncompared

SHUFFLE = 4
"""Stream of `data.seed`: the order of the images, before any limit."""

READ = 100
"""Images that a worker hands over at once."""


class Images:
    """Decodes image i to float32 in [0, 1], (channels, height, width); DataLoader workers receive a copy."""

    def __init__(self, paths: list[str], grayscale: bool, size: int | None) -> None:
        self.paths, self.grayscale, self.size = paths, grayscale, size

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Any:
        size = None if self.size is None else (self.size, self.size)
        return read_image(self.paths[index], self.grayscale, size)


def read_image(path: str, grayscale: bool, size: tuple[int, int] | None) -> np.ndarray[Any, Any]:
    """An image file as float32 in [0, 1], (channels, height, width), brought to a size (height, width) if any.

    Raises:
        DataError: it cannot be read.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as file:
            image = file.convert("L" if grayscale else "RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{path}: not an image that can be read ({error}); mend or delete it.") from error
    if size is not None:
        image = image.resize(size[::-1], Image.Resampling.BILINEAR)
    pixels = np.asarray(image, dtype=np.float32) / 255
    return pixels[None] if grayscale else pixels.transpose(2, 0, 1).copy()


@dataclass
class ImageFolder(ImageConfig):
    """Images in folders, decoded by `workers` processes: once, where they fit in memory (`resident=auto`)."""

    name: str = "image_folder"
    grayscale: bool = False
    image_size: int | None = number(None, ge=1)
    resident: bool | str = uncompared("reading", number("auto", words=("auto",)))
    workers: int = uncompared("reading", number(2, ge=0))

    def read(self) -> Raw:
        root = Path(self.root)
        if (root / "train").is_dir() != (root / "test").is_dir():
            raise DataError(f"data=image_folder: {root} has one of train/ and test/; it needs both, or neither.")
        split = (root / "train").is_dir()
        paths, y, classes = self.find(root / "train" if split else root)
        # folders come class by class: without this, a limit would keep the first classes only
        order = generator(self.seed, SHUFFLE).permutation(len(paths))
        if split:
            order = order[: self.limit]  # none of them is for testing, so the others need not be read
        paths, y = [paths[position] for position in order], y[order]
        images = Images(paths, self.grayscale, self.image_size)
        shape = self.shape(images)
        resident = self.fits(len(images), shape)
        train = self.samples(images, y, shape, resident)
        if not split:
            return Raw(train, None, shape, classes)
        test_paths, test_y, test_classes = self.find(root / "test")
        if test_classes != classes:
            raise DataError(
                f"data=image_folder: {root}/train has the classes {', '.join(classes)}, but {root}/test has "
                f"{', '.join(test_classes)}; both need the same folders."
            )
        test = self.samples(Images(test_paths, self.grayscale, self.image_size), test_y, shape, resident)
        return Raw(train, test, shape, classes)

    def find(self, root: Path) -> tuple[list[str], Any, list[str]]:
        """Paths, classes and class names of the images under `root`, in alphabetical order."""
        from torchvision.datasets import ImageFolder as TorchvisionFolder
        from torchvision.datasets.folder import default_loader

        try:
            folder = TorchvisionFolder(str(root), loader=default_loader)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise DataError(
                f"data=image_folder: {str(error).splitlines()[0]}\n"
                f"  where:    data.root={self.root}\n"
                "  expected: ROOT/CLASS/*.jpg, or ROOT/train/CLASS/*.jpg and ROOT/test/CLASS/*.jpg\n"
                "  to do:    set data.root to such a folder."
            ) from error
        if len(folder.classes) < 2:
            raise DataError(
                f"data=image_folder: {root} has one class, {folder.classes[0]}; it needs two folders or more."
            )
        return [path for path, _ in folder.samples], np.array(folder.targets, np.int64), folder.classes

    def shape(self, images: Images) -> tuple[int, ...]:
        """The shape of the first image, which all others must have."""
        first: tuple[int, ...] = images[0].shape
        return first

    def fits(self, count: int, shape: tuple[int, ...]) -> bool:
        """Whether all images as float32 take less than half of the free memory."""
        if isinstance(self.resident, bool):
            return self.resident
        import psutil

        return bool(2 * count * 4 * np.prod(shape) < psutil.virtual_memory().available)

    def samples(self, images: Images, y: Any, shape: tuple[int, ...], resident: bool) -> Samples:
        checked = SameShape(images, shape)
        if not resident:
            return Samples(y, None, checked)
        from rich.progress import track

        from twinprop.data.streaming import stream

        x = np.empty((len(images), *shape), np.float32)
        batches = np.split(np.arange(len(images)), range(READ, len(images), READ))
        decoded = stream(checked, batches, self.workers)
        shown = track(decoded, "reading images", len(batches), transient=True, disable=not sys.stdout.isatty())
        for batch, pixels in zip(batches, shown, strict=True):
            x[batch] = pixels.numpy()
        return Samples(y, x)


class SameShape:
    """Images that must all have one shape."""

    def __init__(self, images: Images, shape: tuple[int, ...]) -> None:
        self.images, self.shape = images, shape

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Any:
        pixels = self.images[index]
        if pixels.shape != self.shape:
            raise DataError(
                f"{self.images.paths[index]}: is {pixels.shape[2]}×{pixels.shape[1]} pixels, but the first image is "
                f"{self.shape[2]}×{self.shape[1]}; set data.image_size to resize them all."
            )
        return pixels
