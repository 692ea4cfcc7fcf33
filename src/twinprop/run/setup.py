"""What a run trains with: the device, the samples on it, how long, and the learner."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from twinprop.config import registry
from twinprop.config.problems import data_size_problems, task_problems
from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.data.batches import EVALUATION_BATCH, Batches
from twinprop.errors import ConfigError
from twinprop.learners import BACKENDS
from twinprop.learners.footprint import footprint
from twinprop.run.device import compute_exactly, resolve
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan


def placement(config: Config, device: str) -> tuple[str, str, bool]:
    """Precision, device, and whether arrays are NumPy's: what a network trains with, as `Batches` takes it."""
    return config.model.dtype, device, config.model.backend == "scratch" and device == "cpu"


class Setup:
    """What runs on the same data have in common: the samples, on the device that trains.

    Attributes:
        device: `cpu`, `cuda:N` or `mps`.
        dataset: the samples as they were loaded, their shape and their classes.
        splits: training, validation and test samples on the device; those to train on are augmented.

    Args:
        config: of one of them.
        dataset: the samples, where they are loaded already.

    Raises:
        TwinpropError: the data or the device is not usable.
    """

    def __init__(self, config: Config, dataset: Dataset | None = None) -> None:
        self.device = resolve(config.device)
        compute_exactly(self.device)
        self.data = config.data
        self.dataset = config.data.load() if dataset is None else dataset
        train, val, test = self.dataset[:3]
        augment = config.data.augment(self.dataset)
        placed = placement(config, self.device)
        workers = getattr(config.data, "workers", 0)
        self.splits = (
            Batches(train, *placed, augment, workers),
            Batches(val, *placed, workers=workers),
            Batches(test, *placed, workers=workers),
        )

    @cached_property
    def checksums(self) -> dict[str, int]:
        """Of the samples of each split."""
        return self.dataset.checksums()

    def plan(self, config: Config) -> Plan:
        """How long a run trains.

        Raises:
            ConfigError: its batches or its schedule do not fit the data.
        """
        found = [*task_problems(config, type(self.dataset.task))]
        found += data_size_problems(config, len(self.dataset.train))
        try:
            config.loss.bind(self.dataset.class_counts(self.dataset.train))
        except ConfigError as error:
            found += error.problems
        if found:
            raise ConfigError(found)
        return Plan.of(config.train, len(self.dataset.train))

    def learner(self, configs: list[Config], plan: Plan) -> Learner:
        """The learner of one network, or of several that can be stacked."""
        shape, outputs = self.dataset.shape, self.dataset.outputs
        counts = self.dataset.class_counts(self.dataset.train)
        configs = [replace(config, loss=config.loss.bind(counts)) for config in configs]
        backend = BACKENDS[configs[0].model.backend]
        kind = registry.load(backend.learner if len(configs) == 1 else backend.stack)
        learner: Learner = kind(configs, shape, outputs, plan, self.device, self.dataset.task)
        need = footprint(configs[0].model.layers(shape, outputs), shape)
        if self.device.startswith("cuda"):
            from twinprop.learners.captured import Captured

            learner.captured = Captured(self.device)
        elif self.device == "cpu" and configs[0].model.backend == "torch":
            from twinprop.learners.recorded import Recorded, worth_recording

            kinds = {layer.kind for config in configs for layer in config.model.layers(shape, outputs)}
            if worth_recording(kinds, configs[0].loss):
                learner.captured = Recorded(self.device)
        learner.evaluation_batch = need.evaluated_at_once(EVALUATION_BATCH)
        return learner
