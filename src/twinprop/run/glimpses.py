"""What TensorBoard shows of a network while it learns: its boundary or its fit, its first layer, the size of each
layer's outputs and gradients, what it remembers of a sequence.

Shown are the first evaluation, each that is at least a quarter later than the one before that was shown, for most
changes early, and the last. It takes a share of the time that `pace.SHOWN` says. What trains the
network is not asked: its state dict goes into a network by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.data.samples import Samples
from twinprop.errors import ConfigError
from twinprop.run import charts, insides
from twinprop.run.learnt_pictures import CLASS_COLOURS, Plane, tiles
from twinprop.run.pace import Pace
from twinprop.run.summary_values import image, scalars
from twinprop.scratch.network import Network
from twinprop.task import Classification, Regression
from twinprop.training.learner import Learner

LATER = 1.25
"""How many times the last epoch that was shown the next one is, at least."""

MOST_SAMPLES, MOST_DOTS, MOST_FILES = 128, 200, 16
"""Samples that sizes are measured on; in a picture; of those that are read from files one by one."""

OUTPUTS, GRADIENTS = "size_of_outputs", "size_of_gradients"
"""What the tags of sizes begin with; the name of a layer follows. TensorBoard opens the first two groups of tags, which
are then those of results as without them."""

REGIONS, FIT = "as_it_learns/regions", "as_it_learns/fit"
FIRST, POSITIONS = "as_it_learns/first_layer", "as_it_learns/accuracy_by_position"
"""The tags of pictures: the first group, which TensorBoard opens."""


class Glimpses:
    """When a network is looked at, and what is seen of it.

    Args:
        config: the run's.
        dataset: what it trains on.
        pace: how much time it may take.
        after: the epoch from which it is looked at.

    Attributes:
        after: the epoch from which it is looked at again.
    """

    def __init__(self, config: Config, dataset: Dataset, pace: Pace, after: float = 0.0) -> None:
        self.config, self.dataset, self.pace, self.after = config, dataset, pace, after
        self.specs = config.model.layers(dataset.shape, dataset.outputs)

    def due(self, epoch: int, ended: bool) -> bool:
        """Whether to look now."""
        return ended or (epoch >= self.after and self.pace.due())

    @contextmanager
    def taken(self, epoch: int) -> Iterator[None]:
        """A context in which the network is looked at."""
        with self.pace.measured():
            yield
        self.after = LATER * epoch

    def seen(self, learner: Learner, member: int) -> Iterator[tuple[str, Callable[[], list[Summary.Value]]]]:
        """What is seen, by what a message calls it."""
        state, gradients = learner.state_dict_of(learner.state(member)), learner.gradients(member)
        yield "the size of gradients", lambda: sizes(GRADIENTS, insides.gradient_sizes(gradients))
        weights = insides.first_weights(state, self.dataset.shape)
        if weights is not None and np.isfinite(weights).all():
            # weights are noise to whoever compresses: a lower level takes half the time, for as many bytes
            yield "the picture of the first layer", lambda: [image(FIRST, tiles(weights), level=4)]
        try:
            network = insides.by_hand(self.specs, state, self.config.model.dtype)
        except ConfigError:  # a layer of PyTorch's alone: what the others hand on is not known
            return
        yield "the size of activations", lambda: sizes(OUTPUTS, insides.activation_sizes(network, self.samples))
        if self.plane is not None:
            plane = self.plane
            yield "the picture of regions", lambda: [image(REGIONS, plane.picture(self.outputs(network, plane.points)))]
        if isinstance(self.dataset.task, Regression) and self.dataset.shape == (1,):
            yield "the picture of the fit", lambda: [image(FIT, self.fit(network))]
        if isinstance(self.dataset.task, Classification):
            found = insides.by_position(network, self.tested.x, self.tested.y) if self.tested.x is not None else None
            if found is not None:
                yield "the picture of positions", lambda: [image(POSITIONS, charts.positions(found))]

    def outputs(self, network: Network, x: Any) -> Any:
        """What the network gives, as probabilities."""
        return insides.as_probabilities(network.forward(x), self.config.loss.name)

    def fit(self, network: Network) -> Any:
        """The fitted curve among test samples."""
        assert self.tested.x is not None
        told, x = self.dataset.task.told, self.tested.x[:, 0]
        across = np.linspace(*charts.reach(x), 200)
        return charts.fit(x, told(self.tested.y), across, told(network.forward(across[:, None])[:, 0]))

    @cached_property
    def samples(self) -> Any:
        """Some training samples, (n, *shape)."""
        train = self.dataset.train
        if train.x is not None:
            return train.x[:MOST_SAMPLES]
        part = train.take(np.arange(min(MOST_FILES, len(train))))
        return np.stack([part.source[place] for place in range(len(part))])

    @cached_property
    def tested(self) -> Samples:
        """Some test samples."""
        return self.dataset.test.take(np.arange(min(MOST_DOTS, len(self.dataset.test))))

    @cached_property
    def plane(self) -> Plane | None:
        """The plane, where samples have two features and are of few classes."""
        x = self.tested.x
        few = self.dataset.shape == (2,) and 2 <= len(self.dataset.classes) <= len(CLASS_COLOURS)
        return Plane(x, self.tested.y) if few and x is not None else None


def sizes(what: str, found: dict[str, float]) -> list[Summary.Value]:
    """Sizes by layer, as curves; 0 has no place on a logarithmic axis, and stands for a layer that is dead."""
    return scalars({f"{what}/{layer}": value for layer, value in found.items()})
