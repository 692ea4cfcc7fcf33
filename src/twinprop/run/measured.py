"""A trained network measured again: on any split of the samples that it was trained on, or of others like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twinprop.config.schema import Config
from twinprop.errors import TwinpropError
from twinprop.run.by_class import by_class
from twinprop.run.setup import Setup
from twinprop.task import SPLITS, Predicted
from twinprop.training.evaluation import evaluate, whole
from twinprop.training.plan import Plan


class Trained(Protocol):
    """What is asked of a run: its directory, what its model's file holds, and what follows from that."""

    path: Path

    @property
    def saved(self) -> dict[str, Any]: ...

    @property
    def config(self) -> Config: ...

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
    """

    results: dict[str, float]
    true: NDArray[Any]
    predicted: NDArray[Any]
    classes: Sequence[str]
    margin: NDArray[Any] | None = None

    @property
    def confusion(self) -> NDArray[Any]:
        """Samples by their true class, (rows), and their predicted one, (columns)."""
        count = len(self.classes)
        pairs: NDArray[Any] = np.bincount(self.true * count + self.predicted, minlength=count * count)
        return pairs.reshape(count, count)

    def by_class(self) -> dict[str, Any]:
        """What is right of each class, as in summary.json."""
        return by_class(self.true, Predicted(self.predicted, self.margin), self.classes)


def measure(run: Trained, config: Config | None = None, split: str = "test") -> Measured:
    """Measure the network of a run.

    Args:
        run: the network's.
        config: what chooses other samples, by `data`, and the device; None for the run's own.
        split: `train`, `val` or `test`.

    Raises:
        TwinpropError: the samples cannot be read, or are none for this network.
    """
    if split not in SPLITS:
        raise TwinpropError(f"split={split}: must be one of {', '.join(SPLITS)}.")
    own, chosen = run.config, config or run.config
    about = run.saved["data"]
    dataset = chosen.data.load_as(about)
    name = f"data={chosen.data.name}"
    if dataset.shape != run.sample_shape or dataset.outputs != (len(about["classes"]) or 1):
        kinds = [f"samples {tuple(shape)}, {len(classes) or 'no'} classes" for shape, classes in (
            (dataset.shape, dataset.classes), (about["shape"], about["classes"]))]  # fmt: skip
        raise TwinpropError(f"{name}: has {kinds[0]}; the network of {run.path} takes {kinds[1]}.")
    if not len(getattr(dataset, split)):
        raise TwinpropError(f"{name}: the {split} split is empty; choose another.")
    setup = Setup(replace(own, data=chosen.data, device=chosen.device), dataset)
    learner = setup.learner([replace(own, data=chosen.data)], Plan(1, 1, 1))
    learner.load_parameters(run.saved["state_dict"])
    samples = setup.splits[SPLITS.index(split)]
    values, parts = evaluate(learner, samples, 1)
    results = {name: float(value[0]) for name, value in zip(dataset.task.measures(), values, strict=True)}
    found = whole(parts, 1)[0]
    true, predicted = (dataset.task.told(each) for each in (samples.samples.y, found.values))
    return Measured(results, true, predicted, about["classes"], found.margin)
