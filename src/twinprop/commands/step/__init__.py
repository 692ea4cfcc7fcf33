"""`python -m twinprop step [KEY=VALUE ...]`: one update of a small network with each number on paper.

  python -m twinprop step                                          two points, 2-3-2 with tanh, SGD
  python -m twinprop step model.hidden=[2,2] optimizer=adam        any other MLP
  python -m twinprop step --md > step.md                           with formulas in Markdown; --latex for a document

Forward, the loss, every gradient with its formula, and the new weights. Weights and samples are rounded to --digits
first, so that they can be computed with on paper, and all is compared with PyTorch's autograd and optimizer.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twinprop.commands.step.forms import Line, Sections, latex, markdown, text
from twinprop.errors import TwinpropError

if TYPE_CHECKING:
    from twinprop.config.schema import Config

DEFAULTS = ("data=moons", "model.hidden=[3]", "model.activation=tanh", "train.batch_size=2")

LARGEST = 12
"""Numbers in a row on paper."""

AGREES = 1e-9
"""Relative difference from PyTorch that is rounding."""

DERIVATIVES = {
    "relu": r"\mathbb{1}[z > 0]",
    "leaky_relu": r"\mathbb{1}[z > 0] + s\,\mathbb{1}[z \le 0]",
    "tanh": r"1 - \tanh^2 z",
    "sigmoid": r"\sigma(z)(1 - \sigma(z))",
    "elu": r"\mathbb{1}[z > 0] + e^z\,\mathbb{1}[z \le 0]",
    "gelu": r"\Phi(z) + z\,\varphi(z)",
    "silu": r"\sigma(z) + z\,\sigma(z)(1 - \sigma(z))",
    "softplus": r"\sigma(z)",
    "identity": "1",
}

LOSSES = {
    "cross_entropy": (r"L = -\frac{1}{n}\sum_i \log \mathrm{softmax}(z_i)_{y_i}", r"(\mathrm{softmax}(Z) - Y) / n"),
    "mse": (r"L = \frac{1}{n m}\sum_{ij} (a_{ij} - y_{ij})^2", r"2 (A - Y) / (n m)"),
    "l1": (r"L = \frac{1}{n m}\sum_{ij} |a_{ij} - y_{ij}|", r"\mathrm{sign}(A - Y) / (n m)"),
    "huber": (
        r"L = \frac{1}{n m}\sum_{ij} h_\delta(a_{ij} - y_{ij})",
        r"\mathrm{clip}(A - Y, -\delta, \delta) / (n m)",
    ),
}

UPDATES = {
    "sgd": r"\theta - \eta\,g",
    "adam": r"\theta - \eta\,\hat m / (\sqrt{\hat v} + \epsilon),\ \hat m = g,\ \hat v = g^2",
    "adamw": r"(1 - \eta\lambda)\theta - \eta\,\hat m / (\sqrt{\hat v} + \epsilon),"
    r"\ \hat m = g,\ \hat v = g^2",
    "rmsprop": r"\theta - \eta\,g / (\sqrt{s} + \epsilon),\ s = (1 - \alpha) g^2",
    "adagrad": r"\theta - \eta\,g / (\sqrt{s} + \epsilon),\ s = s_0 + g^2",
}
"""Of the first update, before which all that an optimizer remembers is 0."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="keys of the network, as in training")
    parser.add_argument("--digits", type=int, default=2, metavar="N", help="of weights and samples after the point: 2")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="Markdown with formulas")
    form.add_argument("--latex", action="store_true", help="LaTeX, for a document with amsmath and amssymb")


def main(args: argparse.Namespace) -> int:
    from twinprop.app.compose import compose

    if not 0 <= args.digits <= 8:
        raise TwinpropError(f"--digits {args.digits}: must be a whole number from 0 to 8.")
    given = {word.partition("=")[0].lstrip("+") for word in args.overrides}
    words = [word for word in DEFAULTS if word.partition("=")[0] not in given]
    if {"model.depth", "model.width"} & given:
        words.remove("model.hidden=[3]")
    sections, difference = worked(compose([*words, *args.overrides]), args.digits)
    shown = latex if args.latex else markdown if args.md else text
    print(shown(sections, args.digits + 2))
    said = f"PyTorch's autograd and optimizer give the same: the largest relative difference is {difference:.1e}."
    print(f"\n{'% ' if args.latex else ''}{said}")
    return 0


def worked(config: Config, digits: int) -> tuple[Sections, float]:
    """One update of the network that a configuration describes, and how far it is from PyTorch's.

    Args:
        config: of an MLP without dropout, noise and batch normalization.
        digits: after the point, of weights and samples.

    Raises:
        TwinpropError: the network is no such one, too large for paper, or PyTorch finds something else.
    """
    from dataclasses import replace

    from twinprop.learners.build import scratch_network
    from twinprop.scratch.activations import Activation
    from twinprop.scratch.layers import Linear

    config = replace(config, model=replace(config.model, dtype="float64"))
    dataset = config.data.load()
    specs = config.model.layers(dataset.shape, dataset.outputs)
    specs = [spec for spec in specs if spec.kind != "flatten"]
    network = scratch_network(specs, config.model, config.seed)
    odd = [spec.kind for spec in specs if not isinstance(network.named[spec.name], Linear | Activation)]
    widths = [dataset.outputs, *(layer.in_features for layer in network.layers if isinstance(layer, Linear))]
    count = config.train.samples_of(len(dataset.train))
    if config.train.max_grad_norm is not None or config.scheduler.name != "constant":
        raise TwinpropError("step: works without schedules and clipping; leave out scheduler and train.max_grad_norm.")
    if odd or dataset.train.x is None:
        raise TwinpropError(
            f"step: {odd[0] if odd else config.data.name} is not worked out on paper; expected an MLP without dropout, "
            "noise and batch normalization, such as data=moons model.hidden=[3]."
        )
    if max(*widths, count) > LARGEST:
        raise TwinpropError(
            f"step: {max(*widths, count)} numbers in a row are too many for paper, where at most {LARGEST} are; choose "
            "smaller data, model.hidden and train.batch_size, such as data=moons model.hidden=[3] train.batch_size=2."
        )
    network.parameters[...] = network.parameters.round(digits)
    x = dataset.train.x[:count].reshape(count, -1).astype(np.float64).round(digits)
    y = dataset.train.y[:count]
    before = {name: np.array(value) for name, value in network.state_dict().items()}
    loss = config.loss.bind([int((dataset.train.y == each).sum()) for each in range(len(dataset.classes))])
    sections, gradients, value = computed(config, network, loss, x, y)
    config.optimizer.step(network)
    after = {name: np.array(value) for name, value in network.state_dict().items()}
    rate = Line(r"\eta", "", config.optimizer.lr)
    new = [
        Line(rf"{symbol(name)}^\text{{new}}", rule_of(config.optimizer, symbol(name)), after[name]) for name in before
    ]
    sections.append((f"The new weights: {config.optimizer.name}", [rate, *new]))
    return sections, compared_with_torch(config, specs, before, (x, y), loss, (value, gradients, after))


def rule_of(optimizer: Any, own: str) -> str:
    """The first update of a parameter, with the penalty on weights and Nesterov's look ahead in g."""
    rule = UPDATES.get(optimizer.name, rf"\text{{{optimizer.name}}}(\theta, g)").replace(r"\theta", own)
    g = rf"\partial L/\partial {own}"
    if getattr(optimizer, "weight_decay", 0) and optimizer.name != "adamw":
        g = rf"{g} + \lambda {own}"
    return rf"{rule},\ g = " + (rf"(1 + \mu)({g})" if getattr(optimizer, "nesterov", False) else g)


def symbol(name: str) -> str:
    """A parameter as on paper: `W_{1}`; the last layer's has the name of its output."""
    layer, _, key = name.rpartition(".")
    number = layer.removeprefix("linear") if layer != "output" else r"\text{out}"
    return f"{'W' if key == 'weight' else 'b'}_{{{number}}}"


def computed(config: Config, network: Any, loss: Any, x: NDArray[Any], y: NDArray[Any]) -> tuple[Sections, Any, float]:
    """Forward, loss and backward, layer by layer, with the gradients by name."""
    from twinprop.scratch.layers import Linear
    from twinprop.scratch.losses import one_hot

    start = [Line("X", "", x), Line("y", "", y)]
    weights = [Line(symbol(name), "", np.array(value)) for name, value in network.state_dict().items()]
    forward: list[Line] = []
    names, a, name_of_a = [], x, "X"
    for name, layer in network.named.items():
        number = name.removeprefix("linear") if name != "output" else r"\text{out}"
        if isinstance(layer, Linear):
            formula, made = (
                rf"{name_of_a} {symbol(name + '.weight')}^\top + {symbol(name + '.bias')}",
                f"Z_{{{number}}}",
            )
        else:
            number = name.removeprefix("activation") if name.startswith("activation") else r"\text{out}"
            formula, made = rf"f({name_of_a}),\ f = \text{{{type(layer).__name__}}}", f"A_{{{number}}}"
        a = layer.forward(a)
        forward.append(Line(made, formula, np.array(a)))
        names.append((name, layer, name_of_a, made))
        name_of_a = made
    value = float(loss.forward(a, y))
    what, slope = LOSSES.get(config.loss.name, ("L", r"\partial L"))
    of_loss = [Line("Y", "", np.array(one_hot(y, a))), Line("L", what.removeprefix("L = "), value)]
    d = loss.backward()
    backward, gradients = [Line(rf"\partial L/\partial {name_of_a}", slope, np.array(d))], {}
    for name, layer, taken, made in reversed(names):
        d = layer.backward(d)
        if isinstance(layer, Linear):
            for key, formula in {
                "weight": rf"(\partial L/\partial {made})^\top {taken}",
                "bias": rf"\sum_i (\partial L/\partial {made})_i",
            }.items():
                gradients[f"{name}.{key}"] = np.array(getattr(layer, f"{key}_grad"))
                own = symbol(f"{name}.{key}")
                backward.append(Line(rf"\partial L/\partial {own}", formula, gradients[f"{name}.{key}"]))
            formula = rf"(\partial L/\partial {made})\, {symbol(name + '.weight')}"
        else:
            rule = DERIVATIVES.get(config.model.activation, "f'(z)") if name.startswith("activation") else "f'(z)"
            formula = rf"\partial L/\partial {made} \odot f'({taken}),\ f'(z) = {rule}"
        if taken != "X":
            backward.append(Line(rf"\partial L/\partial {taken}", formula, np.array(d)))
    sections = [
        ("Samples and weights", [*start, *weights]),
        ("Forward", forward),
        ("The loss", of_loss),
        ("Backward", backward),
    ]
    return sections, dict(reversed(gradients.items())), value


def compared_with_torch(
    config: Config, specs: Any, before: Any, samples: Any, loss: Any, found: tuple[float, Any, Any]
) -> float:
    """The largest relative difference of loss, gradients and new weights from PyTorch's.

    Raises:
        TwinpropError: it is more than rounding.
    """
    from dataclasses import asdict

    import torch

    from twinprop.config import registry
    from twinprop.learners.build import torch_network
    from twinprop.learners.losses import torch_loss

    value, gradients, after = found
    twin = torch_network(specs, config.model, config.seed, "cpu")
    twin.load_state_dict({name: torch.from_numpy(each) for name, each in before.items()})
    named = dict(twin.named_parameters())
    x, y = map(torch.from_numpy, samples)
    theirs = torch_loss(loss, next(twin.parameters()).detach())(twin(x), y)
    arguments = {key: each for key, each in asdict(config.optimizer).items() if key != "name"}
    optimizer = registry.load(registry.OPTIMIZERS[config.optimizer.name].pytorch)(twin.parameters(), **arguments)
    gradients_of = dict(zip(gradients, torch.autograd.grad(theirs, [named[name] for name in gradients]), strict=True))
    for name, parameter in named.items():
        parameter.grad = gradients_of[name]
    optimizer.step()
    pairs = [(np.asarray(value), theirs.detach().numpy())]
    pairs += [(gradients[name], each.numpy()) for name, each in gradients_of.items()]
    pairs += [(after[name], each.detach().numpy()) for name, each in named.items()]
    largest = max(float(np.abs(one - other).max() / max(np.abs(other).max(), 1e-12)) for one, other in pairs)
    if not largest <= AGREES:
        raise TwinpropError(
            f"step: PyTorch finds another result, by {largest:.1e}: one of the two is wrong; report it."
        )
    return largest
