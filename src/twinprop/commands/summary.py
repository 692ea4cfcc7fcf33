"""`python -m twinprop summary [KEY=VALUE ...]`: the layers of a network, which is not trained.

  python -m twinprop summary                            of the default run
  python -m twinprop summary data=cifar10 model=cnn     of any other, as in training

Of each layer the shape of its output for a sample, its parameters, its multiply-adds for a sample on the way forward,
and its memory in training: parameters, their gradient, what the optimizer keeps of them, and the outputs of a batch
with their gradient. Where the shape of the samples is known, no data is loaded.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from twinprop.config.schema import Config
from twinprop.learners.footprint import Footprint, by_layer, footprint
from twinprop.text import size


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="keys of the network, as in training")


def main(args: argparse.Namespace) -> int:
    from twinprop.app.compose import compose

    print(summary(compose(args.overrides)))
    return 0


def summary(config: Config) -> str:
    """The layers of the network that a configuration trains, and what they come to.

    Raises:
        TwinpropError: the data has to be loaded and cannot, or does not fit the model.
    """
    shape, outputs, samples = dimensions(config)
    batch = config.train.samples_of(samples)
    specs = config.model.layers(shape, outputs)
    layers = by_layer(specs, shape)
    rows = [("layer", "kind", "output", "parameters", "multiply-adds", "memory")]
    for spec, (output, need) in zip(specs, layers.values(), strict=True):
        rows.append((spec.name, spec.kind, in_words(output), *numbers(need, config, batch)))
    whole = footprint(specs, shape)
    rows.append(("in all", "", "", *numbers(whole, config, batch)))
    item = size(whole.parameters * (8 if config.model.dtype == "float64" else 4))
    what = f"{outputs} classes" if outputs > 1 else "a number"
    lines = [
        f"{config.model.name} for {config.data.name}: samples {in_words(shape)}, {what}",
        "",
        *table(rows),
        "",
        f"The parameters take {item} in {config.model.dtype}. Multiply-adds are of a sample, forward; memory is of",
        f"training with {config.optimizer.name} and a batch of {batch:,}.",
    ]
    return "\n".join(lines)


def dimensions(config: Config) -> tuple[tuple[int, ...], int, int]:
    """The shape of a sample, the number of outputs, and that of samples to train on; loaded where it is not known."""
    known, sizes = config.data.dimensions(), config.data.split_sizes()
    if known is not None and sizes is not None:
        return *known, sizes[0]
    dataset = config.data.load()
    return dataset.shape, dataset.outputs, len(dataset.train)


def in_words(shape: Sequence[int]) -> str:
    """`3×32×32`"""
    return "×".join(map(str, shape))


def numbers(need: Footprint, config: Config, batch: int) -> tuple[str, str, str]:
    """What a layer or a network needs, for people."""
    return f"{need.parameters:,}", f"{need.multiply_adds:,}", size(need.training_bytes(config, batch))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of columns, the last three of numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = [[*map(str.ljust, row[:3], widths[:3]), *map(str.rjust, row[3:], widths[3:])] for row in rows]
    return ["  ".join(row) for row in cells]
