"""MNIST and its kin, and CIFAR-10; torchvision downloads them on first use."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from twinprop.data.base import Raw, Samples
from twinprop.data.images import ImageConfig
from twinprop.errors import DataError


@dataclass
class Vision(ImageConfig):
    """A data set of torchvision, with its own training and test split; pixels scaled to [0, 1]."""

    torchvision_name: ClassVar[str]
    shape: ClassVar[tuple[int, ...]] = (28, 28)
    folder: ClassVar[str]

    def size(self) -> tuple[int, int | None]:
        return 60_000, 10_000

    def read(self) -> Raw:
        train, test = self.part(train=True), self.part(train=False)
        return Raw(self.samples(train), self.samples(test), self.shape, [str(name) for name in train.classes])

    def part(self, train: bool) -> Any:
        """One of torchvision's two parts."""
        from torchvision import datasets

        wanted = self.root_path.absolute() / self.folder
        there = {path for path in (wanted, *wanted.parents) if path.is_dir()}
        try:
            part = getattr(datasets, self.torchvision_name)(str(self.root_path), train=train, download=self.download)
        except (RuntimeError, OSError, ValueError, AssertionError, EOFError, KeyError) as error:
            root = self.root_path.absolute()
            for made in (wanted, *wanted.parents):
                if made not in there and made.is_dir() and not any(made.iterdir()):
                    made.rmdir()  # torchvision makes folders before it knows that it can fill them
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            doing = "could not be read or downloaded (offline?)" if self.download else "is not there or cannot be read"
            raise DataError(
                f"data={self.name}: {self.torchvision_name} {doing}.\n"
                f"  where:    {root / self.folder}\n"
                f"  reason:   {reason}\n"
                f"  expected: the files as torchvision lays them out under {root}\n"
                "  to do:    delete files that are damaged; set data.root or the environment variable TWINPROP_DATA\n"
                "            to a folder that has them, or go online with data.download=true, or use data=digits,\n"
                "            which needs no download."
            ) from error
        expected = self.size()[0 if train else 1]
        if len(part) != expected or len(part.targets) != expected:
            raise DataError(
                f"data={self.name}: {self.root_path / self.folder} holds {len(part)} samples and {len(part.targets)} "
                f"labels, but {expected} were expected; delete the folder and let it be downloaded again."
            )
        return part

    def samples(self, part: Any) -> Samples:
        pixels = np.asarray(part.data)
        if len(self.shape) == 3:
            pixels = pixels.transpose(0, 3, 1, 2)
        y = np.asarray(part.targets, dtype=np.int64)
        if y.min() < 0 or y.max() >= len(part.classes):
            raise DataError(
                f"data={self.name}: a label in {self.root_path / self.folder} is not one of {len(part.classes)} "
                "classes: the file is damaged; delete it and let it be downloaded again."
            )
        return Samples(y, np.divide(pixels, 255, dtype=np.float32))


@dataclass
class Idx(Vision):
    """A data set in MNIST's own files, read here where they are complete: importing torchvision takes ten times longer.

    torchvision downloads them, and says what is wrong with them.
    """

    classes: ClassVar[tuple[str, ...]]

    def read(self) -> Raw:
        train, test = self.split("train", 60_000), self.split("t10k", 10_000)
        return super().read() if train is None or test is None else Raw(train, test, self.shape, list(self.classes))

    def split(self, name: str, count: int) -> Samples | None:
        """One of the two splits; None where its files are not exactly what they should be."""
        folder = self.root_path / self.folder
        images = idx(folder / f"{name}-images-idx3-ubyte", (count, *self.shape))
        labels = idx(folder / f"{name}-labels-idx1-ubyte", (count,))
        if images is None or labels is None or labels.max() >= len(self.classes):
            return None
        return Samples(labels.astype(np.int64), np.divide(images, 255, dtype=np.float32))


def idx(path: Path, shape: tuple[int, ...]) -> Any:
    """The bytes of an IDX file (LeCun), as an array of this shape; None where the file is another one, or none."""
    header = np.array([0x0800 + len(shape), *shape], ">u4").tobytes()
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if not data.startswith(header) or len(data) != len(header) + prod(shape):
        return None
    return np.frombuffer(data, np.uint8, offset=len(header)).reshape(shape)


@dataclass
class MNIST(Idx):
    """Handwritten digits, 28×28  (LeCun et al. 1998)."""

    name: str = "mnist"
    torchvision_name = "MNIST"
    folder = "MNIST/raw"
    classes = (
        *("0 - zero", "1 - one", "2 - two", "3 - three", "4 - four"),
        *("5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine"),
    )


@dataclass
class FashionMNIST(Idx):
    """Articles of clothing, 28×28  (Xiao et al. 2017)."""

    name: str = "fashion_mnist"
    torchvision_name = "FashionMNIST"
    folder = "FashionMNIST/raw"
    classes = (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    )


@dataclass
class KMNIST(Idx):
    """Cursive Japanese characters, 28×28  (Clanuwat et al. 2018)."""

    name: str = "kmnist"
    torchvision_name = "KMNIST"
    folder = "KMNIST/raw"
    classes = "o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"


@dataclass
class CIFAR10(Vision):
    """Colour photographs of ten kinds of things, 3×32×32  (Krizhevsky 2009)."""

    name: str = "cifar10"
    torchvision_name = "CIFAR10"
    folder = "cifar-10-batches-py"
    shape = (3, 32, 32)

    def size(self) -> tuple[int, int | None]:
        return 50_000, 10_000
