"""MNIST and its kin, and CIFAR-10; torchvision downloads them on first use."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twinprop.data.base import Raw
from twinprop.data.images import ImageConfig
from twinprop.data.samples import Samples
from twinprop.errors import DataError

BYTES = 0x08
TYPES = {
    BYTES: "bytes",
    0x09: "signed bytes",
    0x0B: "whole numbers of 16 bits",
    0x0C: "whole numbers of 32 bits",
    0x0D: "floats",
    0x0E: "floats of 64 bits",
}
"""What a file in the format IDX may hold, by its third byte."""


@dataclass
class Vision(ImageConfig):
    """A data set of torchvision, with its own training and test split; pixels scaled to [0, 1]."""

    torchvision_name: ClassVar[str]
    shape: ClassVar[tuple[int, ...]] = (28, 28)
    folder: ClassVar[str]

    def size(self) -> tuple[int, int]:
        return 60_000, 10_000

    def dimensions(self) -> tuple[tuple[int, ...], int]:
        return self.shape, 10

    def read(self) -> Raw:
        train, test = self.part(train=True), self.part(train=False)
        return Raw(self.samples(train), self.samples(test), self.shape, [str(name) for name in train.classes])

    def part(self, train: bool) -> Any:
        """One of torchvision's two parts."""
        from torchvision import datasets

        self.refuse(irregular(self.root_path / self.folder))
        wanted = self.root_path.absolute() / self.folder
        there = {path for path in (wanted, *wanted.parents) if path.is_dir()}
        try:
            part = getattr(datasets, self.torchvision_name)(str(self.root_path), train=train, download=self.download)
        except (RuntimeError, OSError, ValueError, AssertionError, EOFError, KeyError, TypeError) as error:
            root = self.root_path.absolute()
            for made in (wanted, *wanted.parents):
                if made not in there and made.is_dir() and not any(made.iterdir()):
                    made.rmdir()  # torchvision makes folders before it knows that it can fill them
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            doing = "could not be read or downloaded (offline?)" if self.download else "is not there or cannot be read"
            damaged = "".join(f"\n  damaged:  {path}" for path in self.damaged())
            raise DataError(
                f"data={self.name}: {self.torchvision_name} {doing}.\n"
                f"  where:    {root / self.folder}\n"
                f"  reason:   {reason}{damaged}\n"
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

    def damaged(self) -> list[Path]:
        """The files that are there and are not what they should be, where that can be told."""
        return []

    def refuse(self, problems: list[str]) -> None:
        """Raise a DataError that names each file that is not as it should be, if there is any."""
        if problems:
            lines = "".join(f"\n  {problem}" for problem in problems)
            what = "a file is" if len(problems) == 1 else f"{len(problems)} files are"
            raise DataError(
                f"data={self.name}: {what} not as it should be:{lines}\n"
                "  to do:    delete what is named, and let it be downloaded again (data.download=true)."
            )

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
    """A data set in MNIST's own files, read here where all are there: importing torchvision takes ten times longer.

    torchvision downloads those that are not.
    """

    classes: ClassVar[tuple[str, ...]]

    def read(self) -> Raw:
        folder = self.root_path / self.folder
        parts = [
            Part(folder / f"{name}-{kind}-ubyte", (count, *more), highest)
            for name, count in zip(("train", "t10k"), self.size(), strict=True)
            for kind, more, highest in (("images-idx3", self.shape, 255), ("labels-idx1", (), len(self.classes) - 1))
        ]
        self.refuse([problem for part in parts if (problem := part.problem()) is not None])
        if not all(part.path.exists() for part in parts):
            return super().read()
        images, labels, test_images, test_labels = (part.values() for part in parts)
        train, test = as_samples(images, labels), as_samples(test_images, test_labels)
        return Raw(train, test, self.shape, list(self.classes))


def as_samples(images: NDArray[Any], labels: NDArray[Any]) -> Samples:
    """Samples from bytes."""
    return Samples(labels.astype(np.int64), np.divide(images, 255, dtype=np.float32))


class Part(NamedTuple):
    """One file in the format IDX (LeCun), of bytes.

    Attributes:
        path: where it is.
        shape: what it should hold.
        highest: the highest value that it may hold.
    """

    path: Path
    shape: tuple[int, ...]
    highest: int

    @property
    def header(self) -> bytes:
        """What it should begin with: the type of its values, the number of axes, the length of each."""
        return np.array([BYTES << 8 | len(self.shape), *self.shape], ">u4").tobytes()

    def problem(self) -> str | None:
        """What is wrong with the file, in a line that names it; None where nothing is, or where it is not there."""
        if not self.path.exists():
            return None
        if not self.path.is_file():
            return f"{self.path}: is no file."
        size, expected = self.path.stat().st_size, len(self.header) + prod(self.shape)
        try:
            with open(self.path, "rb") as file:
                begin = file.read(len(self.header))
        except OSError as error:
            return f"{self.path}: cannot be read ({error.strerror})."
        if begin != self.header:
            return f"{self.path}: {self.wrong_header(begin)}."
        if size != expected:
            return f"{self.path}: has {size:,} bytes, and {expected:,} are expected."
        if self.highest < 255 and (highest := self.values().max()) > self.highest:
            return f"{self.path}: has a label {highest}, and {self.highest} is the highest."
        return None

    def wrong_header(self, begin: bytes) -> str:
        """What the beginning of the file says that it is, which is not what it should be."""
        shape = "×".join(map(str, self.shape))
        if len(begin) < 4 or begin[:2] != b"\0\0" or begin[2] not in TYPES:
            return f"is no IDX file of {shape} bytes"
        if begin[2] != BYTES:
            return f"holds {TYPES[begin[2]]}, and bytes are expected"
        lengths = np.frombuffer(begin[4 : 4 + len(begin) // 4 * 4 - 4], ">u4").tolist()[: begin[3]]
        return f"holds {begin[3]} axes, {'×'.join(map(str, lengths))}, and {shape} is expected"

    def values(self) -> NDArray[Any]:
        """The bytes as an array, of a file that has no problem."""
        return np.fromfile(self.path, np.uint8, offset=len(self.header)).reshape(self.shape)


def irregular(folder: Path) -> list[str]:
    """What in a folder is neither file nor folder: to open a named pipe would wait for who writes into it."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [f"{path}: is no file." for path in entries if path.exists() and not (path.is_file() or path.is_dir())]


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

    def damaged(self) -> list[Path]:
        from torchvision.datasets import cifar
        from torchvision.datasets.utils import check_integrity

        known = cifar.CIFAR10
        files = dict([*known.train_list, *known.test_list, [known.meta["filename"], known.meta["md5"]]])
        paths = {self.root_path / self.folder / name: md5 for name, md5 in files.items()}
        return [path for path, md5 in paths.items() if path.is_file() and not check_integrity(path, md5)]

    def size(self) -> tuple[int, int]:
        return 50_000, 10_000
