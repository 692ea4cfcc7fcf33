"""The configured network: the hand-written gradients against autograd, and against central differences.

Both twins do one update on the same few samples, in float64, by the code that trains. Every entry is
compared with autograd; some entries of each parameter are compared with difference quotients too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array
from twinprop.config.extend import lacking
from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.errors import TwinpropError
from twinprop.gradcheck.arrays.comparison import (
    Comparison,
    Index,
    compare,
    largest,
    measure_slopes,
    relative_error,
    sample_entries,
)
from twinprop.gradcheck.arrays.held import FloatArray
from twinprop.models.base import LayerSpec
from twinprop.scratch.optimizers import SGD, State
from twinprop.scratch.schedulers import Constant
from twinprop.training.plan import Plan, TrainConfig

SAMPLES = 8
"""Samples in the batch: few, so that a check is quick; more than one, so that a sum over the batch matters."""

ENTRIES = 50
"""Entries of a parameter that are compared with difference quotients."""

ALL_ENTRIES = 400
"""Entries of all parameters together; of more than 8 parameters, fewer than ENTRIES each are compared."""

AUTOGRAD_TOLERANCE = 1e-9
"""Two float64 computations of one formula differ by about 1e-13 at most."""


@dataclass
class NoUpdate(SGD):
    """An optimizer that changes nothing, so that a gradient can be asked for again and again."""

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        pass


@dataclass
class Row:
    """What was found about one parameter; without a PyTorch twin, nothing of `autograd` and `theirs`."""

    name: str
    shape: Index
    numeric: Comparison
    autograd: float = 0.0
    autograd_worst: Index = ()
    theirs: FloatArray | None = None

    @property
    def passed(self) -> bool:
        # where every quotient is in doubt, autograd decides
        return self.autograd <= AUTOGRAD_TOLERANCE and self.numeric.wrong == 0


@dataclass
class Result:
    """What was found about a network.

    Attributes:
        title: what was checked.
        loss: of the hand-written network.
        their_loss: of its PyTorch twin; None where there is none, for a class of a user's is by hand alone.
        rows: one for each parameter, from the first layer to the last.
        layers: names of the layers, in their order.
    """

    title: str
    loss: float
    their_loss: float | None
    rows: list[Row]
    layers: list[str]

    @property
    def passed(self) -> bool:
        return all(row.passed for row in self.rows) and self.losses_agree

    @property
    def losses_agree(self) -> bool:
        if self.their_loss is None:
            return True
        return bool(relative_error(self.loss, self.their_loss, abs(self.loss)) <= AUTOGRAD_TOLERANCE)


def few_samples(config: Config, dataset: Dataset) -> tuple[Any, Any]:
    """The first samples of the first batch, float64 NumPy arrays."""
    from twinprop.data.batches import Batches, epoch_order

    order = epoch_order([config.seed], 0, len(dataset.train))[:SAMPLES]
    x, y = next(iter(Batches(dataset.train.take(order), config.model.dtype).chunks()))
    return x, y


def frozen(config: Config) -> Config:
    """The same network in float64 on the CPU, with an optimizer that leaves it as it is."""
    model = replace(config.model, backend="scratch", dtype="float64")
    train = TrainConfig(batch_size=SAMPLES, steps=1)
    return replace(config, model=model, optimizer=NoUpdate(lr=1.0), scheduler=Constant(), train=train, device="cpu")


def check_network(config: Config) -> Result:
    """Check every parameter's gradient of the network that `config` describes.

    Raises:
        TwinpropError: the data cannot be loaded, or the loss is not finite.
    """
    from twinprop.run.device import threads_for, use_threads

    own = frozen(config)
    dataset = own.data.load()
    use_threads(threads_for(own, dataset.shape, SAMPLES), "torch")
    x, y = few_samples(own, dataset)
    return check_on(own, dataset, x, y)


def check_on(config: Config, dataset: Dataset, x: Any, y: Any) -> Result:
    """Check on the samples x (n, ...) with the classes y (n,); `config` is one that `frozen` made."""
    import torch

    from twinprop.learners.scratch import ScratchLearner
    from twinprop.learners.torch import TorchLearner
    from twinprop.run.describe import describe_network

    layers = config.model.layers(dataset.shape, dataset.outputs)
    config = replace(config, loss=config.loss.bind(dataset.class_counts(dataset.train)))
    made = [config], dataset.shape, dataset.outputs, Plan.of(config.train, len(y)), "cpu", dataset.task
    hand = ScratchLearner(*made)
    torch_ = None if lacking_twin(config, layers) else TorchLearner(*made)
    start = hand.state_dict_of(hand.state(0))
    start |= without_zeros({name: start[name] for name in hand.network.shapes}, config.seed)
    hand.load_parameters(start)
    if torch_ is not None:
        torch_.load_parameters(start)

    network, reached = hand.network, [x]
    number_of = {layer.name: number for number, layer in enumerate(layers)}

    def loss(first: int = 0) -> float:
        """The loss, from the layer on whose parameters are changed: what comes before it stays the same."""
        del reached[first + 1 :]
        for random in network.random:
            random.step = 0  # the dropout masks of the first update, again and again
        for layer in network.layers[first:]:
            reached.append(layer.forward(reached[-1].copy(), True))
        return float(hand.loss.forward(reached[-1], hand.targets(y)))

    with np.errstate(all="ignore"):
        value = float(hand.fetch([hand.step(x, y)[0]])[0, 0])
        their_value = None if torch_ is None else float(torch_.step(torch.as_tensor(x), torch.as_tensor(y))[0])
        if not np.isfinite(value):
            raise TwinpropError(f"The loss of the untrained network is {value}, so it has no gradient to check.")
        mine = {name: gradient.copy() for name, gradient in hand.gradients(0).items()}
        theirs = None if torch_ is None else torch_.gradients(0)
        scale = largest((mine if theirs is None else theirs).values())
        entries = max(10, min(ENTRIES, ALL_ENTRIES // len(network.shapes)))
        rows = []
        loss()
        for name, shape in with_progress(network.shapes.items()):
            errors = np.zeros(shape) if theirs is None else relative_error(mine[name], theirs[name], scale)
            worst = index_of_largest(errors)
            view = network.find(name)
            first = [worst, index_of_largest(np.abs(np.nan_to_num(mine[name])))]
            changed = partial(loss, number_of[name.rpartition(".")[0]])
            measured = {
                where: measure_slopes(changed, view, where, value, abs(value))
                for where in sample_entries(shape, entries, config.seed, first)
            }
            changed()
            compared = compare(mine[name], measured, scale)
            their = None if theirs is None else theirs[name]
            rows.append(Row(name, shape, compared, float(errors.max(initial=0)), worst, their))
    title = (
        f"{describe_network(config, dataset)}, {config.loss.name}, on {len(y)} samples of {config.data.name}, float64"
    )
    return Result(title, value, their_value, rows, [layer.name for layer in layers])


def lacking_twin(config: Config, layers: Sequence[LayerSpec]) -> bool:
    """Whether a class of a user's is by hand alone, so that there is no autograd to compare with."""
    kinds = [(kind, spec.kind) for spec in layers for kind in ("layer", "activation")]
    return any(lacking(kind, name, "torch") for kind, name in [*kinds, ("loss", config.loss.name)])


def with_progress(parameters: Iterable[Any]) -> Iterator[Any]:
    """Each parameter in turn, with a bar on a terminal."""
    from rich.progress import track

    from twinprop.run.console import errors

    parameters = list(parameters)
    return iter(track(parameters, "Differences", console=errors, transient=True, disable=not errors.is_terminal))


def index_of_largest(values: FloatArray) -> Index:
    return tuple(int(i) for i in np.unravel_index(int(values.argmax()), values.shape))


def without_zeros(parameters: dict[str, FloatArray], seed: int) -> dict[str, FloatArray]:
    """The parameters with small numbers in place of zeros, which would put units exactly on ReLU's kink."""
    rng = np.random.default_rng(seed)
    return {
        name: np.where(value == 0, 0.01 * rng.standard_normal(value.shape), value) for name, value in parameters.items()
    }
