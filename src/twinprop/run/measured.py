"""A trained network measured again: on any split of the samples that it was trained on, or of others like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twinprop.config.schema import Config
from twinprop.data.base import SPLIT, DataConfig, Dataset
from twinprop.data.samples import Samples
from twinprop.errors import TwinpropError
from twinprop.run.by_class import by_class
from twinprop.run.setup import Setup
from twinprop.task import SPLITS, Predicted
from twinprop.text import shortened
from twinprop.training.evaluation import evaluate
from twinprop.training.evaluation import whole as parts_as_one
from twinprop.training.plan import Plan


class Trained(Protocol):
    """What is asked of a run: its directory, what its model's file holds, and what follows from that."""

    path: Path
    summary: dict[str, Any]

    @property
    def saved(self) -> dict[str, Any]: ...

    @property
    def config(self) -> Config: ...

    @property
    def data(self) -> DataConfig: ...

    @property
    def sample_shape(self) -> tuple[int, ...]: ...


@dataclass
class Measured:
    """What came of it.

    Attributes:
        results: what the task measures, by name: `loss`, `accuracy`.
        true, predicted: the classes of all samples, or their numbers in the units of the data, (n,).
        classes: their names; none of numbers.
        margin: of two classes, by how much the output of the second is above that of the first, (n,).
        split: of which split they are, or `all`.
        notes: what is to be told of the samples.
    """

    results: dict[str, float]
    true: NDArray[Any]
    predicted: NDArray[Any]
    classes: Sequence[str]
    margin: NDArray[Any] | None = None
    split: str = "test"
    notes: list[str] = field(default_factory=list)

    @property
    def confusion(self) -> NDArray[Any]:
        """Samples by their true class, (rows), and their predicted one, (columns)."""
        count = len(self.classes)
        pairs: NDArray[Any] = np.bincount(self.true * count + self.predicted, minlength=count * count)
        return pairs.reshape(count, count)

    def by_class(self) -> dict[str, Any]:
        """What is right of each class, as in summary.json."""
        return by_class(self.true, Predicted(self.predicted, self.margin), self.classes)


def measure(run: Trained, config: Config | None = None, split: str | None = None, most: int | None = None) -> Measured:
    """Measure the network of a run.

    Args:
        run: the network's.
        config: what chooses other samples, by `data`, and the device; None for the run's own.
        split: `train`, `val` or `test`. None: the test split of its own samples; of others the test split that they
            come with, and all of them where they come with none.
        most: how many samples, a choice by `data.seed`; None for all of the split.

    Raises:
        TwinpropError: the samples cannot be read, or are none for this network.
    """
    if split not in (*SPLITS, None):
        raise TwinpropError(f"split={split}: must be one of {', '.join(SPLITS)}.")
    own, chosen = run.config, config or run.config
    data, about = run.data if config is None else config.data, run.saved["data"]
    same = data.source() == run.data.source()
    dataset = data.load_as(about, whole=split is None and not same)
    name = f"data={data.name}"
    dataset, notes = with_classes_of(about["classes"], dataset)
    if dataset.shape != run.sample_shape or dataset.outputs != (len(about["classes"]) or 1):
        kinds = [f"samples {tuple(shape)}, {len(classes) or 'no'} classes" for shape, classes in (
            (dataset.shape, dataset.classes), (about["shape"], about["classes"]))]  # fmt: skip
        raise TwinpropError(f"{name}: has {kinds[0]}; the network of {run.path} takes {kinds[1]}.")
    if same and not data.is_cut_as(run.data):
        notes.append("Its own samples, cut anew: some of these may be among those that it was trained on.")
    split = split or "test"
    samples: Samples = getattr(dataset, split)
    if not len(samples):
        raise TwinpropError(f"{name}: the {split} split is empty; choose another.")
    whole = len(samples) == sum(map(len, dataset[:3]))
    if most is not None and most < len(samples):
        samples = samples.take(np.sort(data.order(samples.y, SPLIT)[:most]))
    counts = list(run.summary["data"]["train"].values()) if about["classes"] else []
    loss = own.loss.bind(counts)
    setup = Setup(replace(own, data=data, device=chosen.device), dataset._replace(test=samples))
    learner = setup.learner([replace(own, data=data, loss=loss)], Plan(1, 1, 1))
    learner.load_parameters(run.saved["state_dict"])
    values, parts = evaluate(learner, setup.splits[SPLITS.index("test")], 1)
    results = {name: float(value[0]) for name, value in zip(dataset.task.measures(), values, strict=True)}
    found = parts_as_one(parts, 1)[0]
    true, predicted = (dataset.task.told(each) for each in (samples.y, found.values))
    return Measured(results, true, predicted, about["classes"], found.margin, "all" if whole else split, notes)


def with_classes_of(known: Sequence[str], dataset: Dataset) -> tuple[Dataset, list[str]]:
    """Samples with the classes that a network knows, by their names; or by their order, which is told."""
    names = dataset.classes
    if list(known) == names:
        return dataset, []
    if set(names) <= set(known):
        places = np.array([list(known).index(name) for name in names])
        train, val, test = (replace(samples, y=places[samples.y]) for samples in dataset[:3])
        return dataset._replace(train=train, val=val, test=test, classes=list(known)), []
    pairs = [f"{mine} for {its}" for mine, its in zip(known, names, strict=False)]
    return dataset, [f"Its classes stand for others, by their order: {shortened(pairs)}."]
