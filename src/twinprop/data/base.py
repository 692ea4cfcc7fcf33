"""What every data set has in common: its keys, its splits, and the samples that it hands out.

A data set loads its samples and says which of them are for testing. Everything after that is done
here, once for all: the validation split, the limit, and normalisation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.random import generator
from twinprop.data.samples import Samples, numbers_of, portions
from twinprop.errors import DataError
from twinprop.fields import described, number, path, uncompared
from twinprop.task import CLASSIFICATION, Classification, Regression, Task
from twinprop.text import at_home, spelled

if TYPE_CHECKING:
    from twinprop.data.augment import Augment

SPLIT = 2
"""Stream of `data.seed`: the order from which splits are cut. (0 and 1 are the run's own streams.)"""

NORMALIZE_WORDS = "true, false, or [mean, std] with a std greater than 0, as [0.5, 0.5] for pixels from -1 to 1"

BY_CHANNEL = {1: (1, -1), 2: (1, 1, 1), 3: (1, -1, 1, 1)}
"""By the dimensions of a sample, how a number for each channel or feature lies beside a batch."""


CUT = ("seed", "val_fraction", "test_fraction", "limit", "normalize")
"""Keys that change nothing of what the samples are, but how they are cut and prepared."""


class Dataset(NamedTuple):
    """Three splits, ready to train on."""

    train: Samples
    val: Samples
    test: Samples
    shape: tuple[int, ...]
    classes: list[str]
    mean: list[float] | None
    std: list[float] | None
    aspect: tuple[float, float] | None = None
    """Lowest and highest width over height of training files that were stretched to one size."""

    traits: dict[str, Any] | None = None
    """What training images have in common; None of samples that are no images."""

    task: Task = CLASSIFICATION
    table: dict[str, Any] | None = None
    """How the columns of a table were prepared; None of what is no table."""

    @property
    def outputs(self) -> int:
        """Outputs of a network: one for each class, or one for a number."""
        return len(self.classes) or 1

    def preparation(self) -> dict[str, Any]:
        """What samples must look like, and how they were prepared, as plain values: saved with the model."""
        found = {"shape": list(self.shape), "classes": self.classes, "mean": self.mean, "std": self.std}
        if isinstance(self.task, Regression):
            found["task"] = {"name": self.task.name, **asdict(self.task)}
        if self.table is not None:
            found["table"] = self.table
        return found

    def checksums(self) -> dict[str, int]:
        """Of each split, what changes when any of its samples does."""
        return {name: getattr(self, name).checksum() for name in ("train", "val", "test")}

    def counts(self) -> dict[str, dict[str, float]]:
        """What there is in each split: of each class the samples, `{"train": {"cat": 40, ...}, ...}`, or of numbers."""
        splits = {"train": self.train, "val": self.val, "test": self.test}
        if isinstance(self.task, Regression):
            return {name: numbers_of(self.task.told(samples.y)) for name, samples in splits.items()}
        return {
            name: dict(zip(self.classes, self.class_counts(samples), strict=True)) for name, samples in splits.items()
        }

    def class_counts(self, samples: Samples) -> list[int]:
        """The samples of each class in a split; nothing of numbers."""
        return np.bincount(samples.y, minlength=len(self.classes)).tolist() if self.classes else []


class Raw(NamedTuple):
    """What a data set loads: splits of its own, or None where they are to be cut from `train`."""

    train: Samples
    test: Samples | None
    shape: tuple[int, ...]
    classes: Sequence[str]
    val: Samples | None = None
    aspect: tuple[float, float] | None = None


@dataclass
class DataConfig:
    """The keys that all data sets share."""

    name: str = "digits"
    root: str = path("data")
    download: bool = uncompared("source", True)
    seed: int = number(0, ge=0, lt=2**32)
    val_fraction: float = number(0.1, ge=0, lt=1)
    test_fraction: float = number(0.2, gt=0, lt=1)
    limit: int | None = number(None, ge=1)
    normalize: Any = described(False, NORMALIZE_WORDS)

    @property
    def title(self) -> str:
        """What messages call the samples."""
        return self.name

    @property
    def root_path(self) -> Path:
        """The folder that `root` names."""
        return Path(at_home(self.root))

    def read(self) -> Raw:
        """Load the samples."""
        raise NotImplementedError(f"{type(self).__name__} reads nothing")

    def order(self, y: NDArray[Any], stream: int) -> NDArray[Any]:
        """The positions of samples of the classes `y` in the order from which splits are cut."""
        return generator(self.seed, stream).permutation(len(y))

    def learns(self) -> type[Task] | None:
        """What is learnt from it; None where that is not known before loading."""
        return Classification

    def size(self) -> tuple[int, int | None] | None:
        """(samples, test samples), where they are known before loading; the second is None without a test split."""
        return None

    def dimensions(self) -> tuple[tuple[int, ...], int] | None:
        """The shape of a sample and the number of outputs, where they are known before loading."""
        return None

    def augment(self, dataset: Dataset) -> Augment | None:
        """What happens to the samples of `dataset` as they are trained on; None for nothing."""
        return None

    def problems(self) -> Iterator[str]:
        """Mistakes that a range, or a list of names, does not tell."""
        if not isinstance(self.normalize, bool) and not is_mean_and_deviation(self.normalize):
            yield f"data.normalize={spelled(self.normalize)}: must be {NORMALIZE_WORDS}."

    def split_sizes(self) -> tuple[int, int, int] | None:
        """Sizes of the training, validation and test split, where they are known before loading."""
        size = self.size()
        return None if size is None else self.cut(*size)

    def cut(self, samples: int, test_samples: int | None) -> tuple[int, int, int]:
        """Sizes of the splits of `samples` samples."""
        test = round(samples * self.test_fraction) if test_samples is None else test_samples
        rest = samples - test if test_samples is None else samples
        rest = min(rest, self.limit or rest)
        val = round(rest * self.val_fraction)
        return rest - val, val, test

    def load(self) -> Dataset:
        """Read the samples and cut them into splits that depend on `seed` alone.

        Raises:
            DataError: the data is absent, unreadable, or leaves a split empty.
        """
        raw = self.read()
        train, val, test = self.divide(raw)
        more = {"training": "use smaller fractions, or more samples", "test": "use a larger data.test_fraction"}
        for split, samples in {"training": train, "test": test}.items():
            if not len(samples):
                raise DataError(f"data={self.name}: the {split} split is empty; {more[split]}.")
        mean = std = None
        if self.normalize is True:
            mean, std = self.standardize([train, val, test], raw.shape)
        elif self.normalize:
            channels = 1 if len(raw.shape) == 2 else raw.shape[0]
            mean, std = ([float(number)] * channels for number in self.normalize)
            self.scale_as([train, val, test], raw.shape, mean, std)
        return Dataset(train, val, test, raw.shape, list(raw.classes), mean, std, raw.aspect)

    def load_as(self, preparation: Mapping[str, Any], whole: bool = False) -> Dataset:
        """The samples for a network that was trained on others: prepared as those were.

        Args:
            preparation: what `Dataset.preparation` said of them.
            whole: whether all samples are for testing, and none for anything else, where no test split is given.

        Raises:
            DataError: the data is absent or unreadable.
        """
        own = replace(self, normalize=False)
        raw = own.read()
        splits = everything(raw) if whole and raw.test is None else own.divide(raw)
        dataset = Dataset(*splits, raw.shape, list(raw.classes), None, None)
        mean, std = preparation["mean"], preparation["std"]
        if mean is None:
            return dataset
        if np.size(mean) not in (1, dataset.shape[0]):
            return dataset  # whoever asked tells that the shape is another
        self.scale_as(list(splits), dataset.shape, mean, std)
        return dataset._replace(mean=mean, std=std)

    def source(self) -> dict[str, Any]:
        """The keys that say which samples there are, however they are cut; paths are whole."""
        left_out = {*CUT, *(item.name for item in fields(self) if "uncompared" in item.metadata)}
        kept = {key: value for key, value in vars(self).items() if key not in left_out}
        return {**kept, **self.paths()}

    def paths(self) -> dict[str, str]:
        """The keys that are paths and are given, whole."""
        found = {item.name: getattr(self, item.name) for item in fields(self) if item.metadata.get("path")}
        return {key: os.path.abspath(at_home(value)) for key, value in found.items() if value is not None}

    def is_cut_as(self, other: DataConfig) -> bool:
        """Whether the same samples are cut into the same splits."""
        left_out = {item.name for item in fields(self) if item.metadata.keys() & {"path", "uncompared"}}
        mine, its = ({key: vars(each)[key] for key in vars(each).keys() - left_out} for each in (self, other))
        return mine == its

    def divide(self, raw: Raw) -> tuple[Samples, Samples, Samples]:
        """The training, validation and test split."""
        pool, val, test = raw.train, raw.val, raw.test
        if test is None:
            order = self.order(pool.y, SPLIT)
            count = self.cut(len(pool), None)[2]
            pool, test = pool.take(order[count:]), pool.take(order[:count])
        if self.limit is not None and self.limit < len(pool):
            pool = pool.take(np.arange(self.limit))
        if val is not None:
            return pool, val, test
        val_count = round(len(pool) * self.val_fraction)
        val_order = self.order(pool.y, SPLIT + 1)
        val = pool.take(np.sort(val_order[:val_count]))
        train = pool.take(np.sort(val_order[val_count:])) if val_count else pool
        return train, val, test

    def in_memory(self, samples: Samples) -> None:
        """Raises:
        DataError: samples are read one by one, and cannot be normalised.
        """
        if samples.x is None:
            raise DataError(
                f"data={self.name}: data.normalize={spelled(self.normalize)} needs the samples in memory; set "
                "data.resident=true, or data.normalize=false."
            )

    def scale(self, splits: list[Samples], mean: NDArray[Any], std: NDArray[Any]) -> None:
        """Shift and scale each channel or feature by these numbers, in place."""
        for samples in splits:
            self.in_memory(samples)
            assert samples.x is not None
            samples.x = np.concatenate([((part - mean) / std).astype(np.float32) for part in portions(samples.x)])

    def scale_as(self, splits: list[Samples], shape: tuple[int, ...], mean: list[float], std: list[float]) -> None:
        """`scale`, by a number for each channel or feature, or one for all."""
        by_channel = BY_CHANNEL[len(shape)]
        self.scale(splits, np.reshape(mean, by_channel), np.reshape(std, by_channel))

    def standardize(self, splits: list[Samples], shape: tuple[int, ...]) -> tuple[list[float], list[float]]:
        """Shift and scale each channel or feature to mean 0 and deviation 1 on the training split."""
        train = splits[0]
        self.in_memory(train)
        assert train.x is not None
        axes = {1: (0,), 2: (0, 1, 2), 3: (0, 2, 3)}[len(shape)]
        mean = train.x.mean(axis=axes, dtype=np.float64, keepdims=True)
        squares = [((part - mean) ** 2).sum(axis=axes, keepdims=True) for part in portions(train.x)]
        std = np.sqrt(sum(squares) * mean.size / train.x.size)
        std[std == 0] = 1
        self.scale(splits, mean, std)
        return mean.ravel().tolist(), std.ravel().tolist()


def everything(raw: Raw) -> tuple[Samples, Samples, Samples]:
    """All that was loaded as a test split, and nothing in the others."""
    pool = raw.train if raw.val is None else raw.train.and_(raw.val)
    nothing = pool.take(np.arange(0))
    return nothing, nothing, pool


def is_mean_and_deviation(value: Any) -> bool:
    """Whether this is two numbers, the second above 0."""
    listed = isinstance(value, list | tuple) and len(value) == 2 and all(type(each) in (int, float) for each in value)
    return listed and all(abs(each) < 3.4e38 for each in value) and value[1] > 0
