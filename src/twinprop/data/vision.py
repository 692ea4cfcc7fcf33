"""MNIST and its kin, and CIFAR-10, through torchvision, which downloads them on first use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from twinprop.data.base import DataConfig, Raw, Samples
from twinprop.errors import DataError


@dataclass
class Vision(DataConfig):
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

        wanted = Path(self.root).absolute() / self.folder
        there = {path for path in (wanted, *wanted.parents) if path.is_dir()}
        try:
            part = getattr(datasets, self.torchvision_name)(self.root, train=train, download=self.download)
        except (RuntimeError, OSError, ValueError, AssertionError, EOFError, KeyError) as error:
            root = Path(self.root).absolute()
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
                f"data={self.name}: {self.root}/{self.folder} holds {len(part)} samples and {len(part.targets)} "
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
                f"data={self.name}: a label in {self.root}/{self.folder} is not one of {len(part.classes)} classes: "
                "the file is damaged; delete it and let it be downloaded again."
            )
        return Samples(y, np.divide(pixels, 255, dtype=np.float32))


@dataclass
class MNIST(Vision):
    """Handwritten digits, 28×28  (LeCun et al. 1998)."""

    name: str = "mnist"
    torchvision_name = "MNIST"
    folder = "MNIST/raw"


@dataclass
class FashionMNIST(Vision):
    """Articles of clothing, 28×28  (Xiao et al. 2017)."""

    name: str = "fashion_mnist"
    torchvision_name = "FashionMNIST"
    folder = "FashionMNIST/raw"


@dataclass
class KMNIST(Vision):
    """Cursive Japanese characters, 28×28  (Clanuwat et al. 2018)."""

    name: str = "kmnist"
    torchvision_name = "KMNIST"
    folder = "KMNIST/raw"


@dataclass
class CIFAR10(Vision):
    """Colour photographs of ten kinds of things, 3×32×32  (Krizhevsky 2009)."""

    name: str = "cifar10"
    torchvision_name = "CIFAR10"
    folder = "cifar-10-batches-py"
    shape = (3, 32, 32)

    def size(self) -> tuple[int, int | None]:
        return 50_000, 10_000
