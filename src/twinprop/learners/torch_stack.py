"""Many networks in PyTorch at once: parameters with an axis of networks in front, and one call for all of them.

Autograd differentiates the sum of the losses, in which no network sees another. The rules of update are
those of the hand-written twin, which work on any leading axes and equal torch.optim's; the learning
rates come from PyTorch's own schedulers, one for each network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from math import inf
from typing import Any

import numpy as np
import torch
import torch._dynamo  # the first schedule's optimizer would import it, in each process anew
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import ReduceLROnPlateau

from twinprop.arrays.namespace import Copies, send
from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.learners.build import initial_parameters
from twinprop.learners.rules import rules, runs
from twinprop.models.base import LayerSpec
from twinprop.pytorch.convert import to_arrays, to_tensors
from twinprop.scratch.layers import dropout_scale, noise
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan

Forward = Callable[[Tensor, bool], Tensor]
"""A layer for all networks: (networks or 1, batch, ...) to (networks, batch, ...), and whether it is training."""


class Schedule:
    """PyTorch's own schedule of one network, on an optimizer that has its numbers and nothing to update."""

    def __init__(self, config: Config, plan: Plan) -> None:
        arguments = {key: value for key, value in asdict(config.optimizer).items() if key != "name"}
        kind = registry.load(registry.OPTIMIZERS[config.optimizer.name].pytorch)
        self.optimizer: torch.optim.Optimizer = kind([nn.Parameter(torch.empty(0))], **arguments)
        bound = config.scheduler.bind(plan.intervals(config.scheduler.interval), config.optimizer.lr)
        self.scheduler = registry.load(registry.SCHEDULERS[bound.name].pytorch)(self.optimizer, bound)
        self.optimizer.step()  # it updates nothing, but PyTorch warns of a schedule that moves on before its optimizer
        self.interval = bound.interval
        self.watches_accuracy = getattr(bound, "mode", "min") == "max"
        self.watches = isinstance(self.scheduler, ReduceLROnPlateau)

    def advance(self, interval: str) -> bool:
        """Move on if the schedule counts these intervals; whether it did."""
        if self.watches or self.interval != interval:
            return False
        self.scheduler.step()
        return True

    def observe(self, loss: float, accuracy: float) -> None:
        if self.watches:
            self.scheduler.step(accuracy if self.watches_accuracy else loss)

    @property
    def lr(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])

    @property
    def momentum(self) -> float:
        """The momentum, or what Adam has in its place."""
        group = self.optimizer.param_groups[0]
        return float(group.get("momentum", group.get("betas", (0.0,))[0]))


class TorchStack(Learner):
    """Networks that differ in numbers, activations and rules of update.

    Args:
        configs: one configuration for each network.
        shape: of a sample, without the batch axis.
        classes: number of classes.
        plan: the length of the training.
        device: a torch device.
    """

    def __init__(
        self, configs: Sequence[Config], shape: tuple[int, ...], classes: int, plan: Plan, device: str = "cpu"
    ) -> None:
        self.configs, self.device, self.copies = list(configs), device, Copies()
        model = self.configs[0].model
        self.dtype = getattr(torch, model.dtype)
        descriptions = [config.model.layers(shape, classes) for config in self.configs]
        initial = [
            initial_parameters(layers, config.model, config.seed)
            for layers, config in zip(descriptions, self.configs, strict=True)
        ]
        # (networks, ...) each, and not views of one vector: so the weights of a layer are one matrix for all networks
        self.parameters = {
            name: torch.tensor(np.stack([each[name] for each in initial]), dtype=self.dtype, device=device)
            for name in initial[0]
        }
        for value in self.parameters.values():
            value.requires_grad_()
        self.buffers: dict[str, Tensor] = {}
        self.layers = [self.layer(list(layers)) for layers in zip(*descriptions, strict=True)]
        self.loss = registry.load(registry.LOSSES[self.configs[0].loss].pytorch)(reduction="none")
        norms = [inf if c.train.max_grad_norm is None else c.train.max_grad_norm for c in self.configs]
        self.max_grad_norm = None if min(norms) == inf else self.tensor(norms)
        # networks that agree in rate and schedule share one, unless it follows what each of them achieves
        shared: dict[str, Schedule] = {}
        self.schedules = []
        for config in self.configs:
            key = f"{config.scheduler} {config.optimizer}"
            if key not in shared or shared[key].watches:
                shared[key] = Schedule(config, plan)
            self.schedules.append(shared[key])
        self.distinct = list(dict.fromkeys(self.schedules))
        self.rules = rules(self.configs, self.per_member)
        self.stale = True
        self.set_numbers()
        for rule in self.rules:
            for slot in rule.optimizer.slots():
                rule.memory[slot] = {name: torch.zeros_like(v[rule.part]) for name, v in self.rows().items()}
        # a network without momentum among others has room for it, which its state leaves out
        self.own_slots = [
            None if config.scheduler.moves_momentum() else config.optimizer.slots() for config in self.configs
        ]

    def tensor(self, values: Any) -> Tensor:
        sent: Tensor = send(torch.as_tensor(np.asarray(values), dtype=self.dtype), torch.device(self.device))
        return sent

    def per_member(self, values: Sequence[Any], axes: int) -> Any:
        """A value as it is where all networks share it, else a tensor with `axes` more axes of length 1."""
        if all(value == values[0] for value in values):
            return values[0]
        return self.tensor(np.reshape(np.array(values, float), (-1,) + (1,) * axes))

    def rows(self) -> dict[str, Tensor]:
        """The parameters by name, (networks, numbers) each, to be updated in place."""
        return {name: value.detach().view(len(value), -1) for name, value in self.parameters.items()}

    def layer(self, layers: list[LayerSpec]) -> Forward:
        """The forward function of a layer, given its description in each network."""
        first = layers[0]
        own = {
            name.rpartition(".")[2]: value
            for name, value in self.parameters.items()
            if name.rpartition(".")[0] == first.name
        }
        if first.kind in STACKED:
            return STACKED[first.kind](self, layers, own)
        parts = runs([(layer.kind, layer.arguments) for layer in layers])
        modules = [
            registry.load(registry.layer_twin(layers[p.start].kind).pytorch)(**layers[p.start].arguments) for p in parts
        ]
        if len(parts) == 1:
            return lambda x, training: modules[0](x)
        return lambda x, training: torch.cat([module(x[p]) for module, p in zip(modules, parts, strict=True)])

    def forward(self, x: Tensor, training: bool) -> Tensor:
        for layer in self.layers:
            x = layer(x, training)
        return x

    def step(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        self.copies.forget()
        if y.ndim == 1:
            x, y = x[None], y[None]
        outputs = self.forward(x, training=True)
        losses = self.losses(outputs, y)
        self.grads = torch.autograd.grad(losses.sum(), list(self.parameters.values()))
        if self.max_grad_norm is not None:
            self.clip()
        self.set_numbers()
        self.steps += 1
        with torch.no_grad():
            rows = self.rows()
            for rule in self.rules:
                for (name, value), grad in zip(rows.items(), self.grads, strict=True):
                    memory = {slot: tensors[name] for slot, tensors in rule.memory.items()}
                    g = grad.reshape(value.shape)[rule.part]
                    rule.optimizer.update(value[rule.part], g, memory, self.steps)
        self.used_rates = self.rates
        self.advance("step")
        return losses.detach(), (outputs.detach().argmax(-1) == y).sum(-1)

    def losses(self, outputs: Tensor, y: Tensor) -> Tensor:
        """The mean loss of each network, (networks,)."""
        y = y.expand(outputs.shape[:-1])
        found: Tensor = self.loss(outputs.flatten(0, 1), y.flatten())
        return found.view(len(outputs), -1).mean(-1)

    def clip(self) -> None:
        """Scale each network's gradient as clip_grad_norm_ does."""
        assert self.max_grad_norm is not None
        self.norm = self.gradient_norm()
        scale = (self.max_grad_norm / (self.norm + 1e-6)).clamp(max=1)
        for grad in self.grads:
            grad.mul_(scale.view(-1, *(1,) * (grad.ndim - 1)))

    def gradient_norm(self) -> Tensor:
        return torch.stack([(g * g).flatten(1).sum(-1) for g in self.grads]).sum(0).sqrt()

    def set_numbers(self) -> None:
        """Give the rules the learning rates and momenta of the next update."""
        if not self.stale:
            return
        self.stale = False
        numbers = {schedule: (schedule.lr, schedule.momentum) for schedule in self.distinct}
        momenta: NDArray[Any]
        self.rates: NDArray[Any]
        self.rates, momenta = np.array([numbers[schedule] for schedule in self.schedules]).T
        on_device = self.tensor(np.stack([self.rates, momenta])[..., None])
        for rule in self.rules:
            optimizer: Any = rule.optimizer
            optimizer.lr = rule.numbers(self.rates, on_device[0])
            momentum = rule.numbers(momenta, on_device[1])
            if hasattr(optimizer, "betas"):
                optimizer.betas = (momentum, optimizer.betas[1])
            elif hasattr(optimizer, "momentum"):
                optimizer.momentum = momentum

    def advance(self, interval: str) -> None:
        for schedule in self.distinct:
            self.stale |= schedule.advance(interval)

    def end_epoch(self) -> None:
        self.advance("epoch")

    def observe(self, loss: NDArray[Any], accuracy: NDArray[Any]) -> None:
        for member, schedule in enumerate(self.schedules):
            schedule.observe(float(loss[member]), float(accuracy[member]))
        self.stale = True

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        return self.forward(x[None], training=False)

    @torch.no_grad()
    def evaluate(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        outputs = self.predict(x)
        return self.losses(outputs, y[None]), outputs.argmax(-1)

    def fetch(self, values: list[Tensor]) -> NDArray[Any]:
        array: NDArray[Any] = torch.stack(values).cpu().numpy().astype(np.float64)
        return array.reshape(len(values), -1)

    def lr(self) -> NDArray[Any]:
        return self.used_rates

    def grad_norm(self) -> NDArray[Any]:
        return self.fetch([self.norm if self.max_grad_norm is not None else self.gradient_norm()]).ravel()

    def state_dict_of(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        return dict(state["parameters"])

    def gradients(self, member: int) -> dict[str, NDArray[Any]]:
        return {name: self.copies.of(g)[member] for name, g in zip(self.parameters, self.grads, strict=True)}

    def state(self, member: int) -> dict[str, Any]:
        """As TorchLearner's: torch.optim's own state, as if the network had an optimizer to itself."""
        schedule, slots = self.schedules[member], self.own_slots[member]
        rule = next(rule for rule in self.rules if rule.holds(member))
        place = member - rule.part.start if rule.part is not ... else 0
        state: dict[int, dict[str, Any]] = {}
        for index, (name, value) in enumerate(self.parameters.items() if self.steps else ()):
            own = {
                slot: self.copies.of(tensors[name])[place].reshape(value.shape[1:]).copy()
                for slot, tensors in rule.memory.items()
                if slots is None or slot in slots
            }
            if rule.optimizer.name != "sgd":
                own = {"step": np.array(self.steps, np.float32), **own}
            if own:
                state[index] = own
        groups = to_arrays(schedule.optimizer.state_dict()["param_groups"])
        groups[0]["params"] = list(range(len(self.parameters)))
        return {
            "parameters": self.state_dict(member),
            "optimizer": {"state": state, "param_groups": groups},
            "scheduler": to_arrays(schedule.scheduler.state_dict()),
            "steps": self.steps,
        }

    def state_dict(self, member: int) -> dict[str, NDArray[Any]]:
        """As the network alone has it: the parameters and running averages of a layer side by side."""
        tensors = self.parameters | self.buffers
        found = {name: self.copies.of(value)[member].copy() for name, value in tensors.items()}
        found |= {
            name.replace("running_var", "num_batches_tracked"): np.array(self.steps)
            for name in self.buffers
            if name.endswith("running_var")
        }
        order = {layer: place for place, layer in enumerate(dict.fromkeys(name.rpartition(".")[0] for name in found))}
        return dict(sorted(found.items(), key=lambda item: order[item[0].rpartition(".")[0]]))

    def load_state(self, states: list[dict[str, Any]]) -> None:
        self.copies.forget()
        with torch.no_grad():
            for name, value in (self.parameters | self.buffers).items():
                value.copy_(self.tensor(np.stack([state["parameters"][name] for state in states])))
        for rule in self.rules:
            own = states if rule.part is ... else states[rule.part]
            for slot, tensors in rule.memory.items():
                for index, value in enumerate(tensors.values()):
                    zeros = np.zeros(value.shape[1:])
                    kept = [state["optimizer"]["state"].get(index, {}).get(slot, zeros) for state in own]
                    value.copy_(self.tensor(np.stack([np.reshape(each, -1) for each in kept])))
        for schedule, state in zip(self.schedules, states, strict=True):
            group = dict(to_tensors(state["optimizer"]["param_groups"])[0])
            schedule.optimizer.param_groups[0].update({k: v for k, v in group.items() if k != "params"})
            schedule.scheduler.load_state_dict(to_arrays(state["scheduler"]))
        self.steps, self.stale = states[0]["steps"], True

    def synchronize(self) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize(self.device)


def linear(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """y = x Wᵀ + b with W (networks, out, in); where all networks read the same x, it is one matrix product."""
    weight, bias = own["weight"], own["bias"]
    count, out, features = weight.shape

    def forward(x: Tensor, training: bool) -> Tensor:
        if len(x) == 1 < count:
            y = x[0] @ weight.view(count * out, features).T + bias.view(-1)
            return y.view(len(y), count, out).transpose(0, 1)
        return torch.baddbmm(bias[:, None], x, weight.mT)

    return forward


def dropout(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Dropout with the masks that each network would draw alone."""
    p = stack.per_member([layer.arguments["p"] for layer in layers], 2)
    seeds, index = tuple(config.seed for config in stack.configs), layers[0].arguments["index"]
    return lambda x, training: x * dropout_scale(x, p, seeds, stack.steps, index) if training else x


def normal_noise(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Noise as each network would have it alone."""
    std = stack.per_member([layer.arguments["std"] for layer in layers], 2)
    seeds, index = tuple(config.seed for config in stack.configs), layers[0].arguments["index"]
    return lambda x, training: x + noise(x, std, seeds, stack.steps, index) if training else x


def channels(x: Tensor) -> Tensor:
    """(networks, batch, channels, ...) as (batch, networks · channels, ...): the networks as groups of channels."""
    return x.transpose(0, 1).flatten(1, 2)


def conv2d(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Every network convolves its own channels; where all read the same images, it is one convolution."""
    weight, bias, padding = own["weight"], own["bias"], layers[0].arguments["padding"]
    count = len(weight)

    def forward(x: Tensor, training: bool) -> Tensor:
        shared = len(x) == 1 < count
        groups = 1 if shared else count
        y = functional.conv2d(channels(x), weight.flatten(0, 1), bias.flatten(), padding=padding, groups=groups)
        return y.view(len(y), count, -1, *y.shape[2:]).transpose(0, 1)

    return forward


def max_pool2d(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """nn.MaxPool2d, which takes one axis before the channels."""
    module = nn.MaxPool2d(**layers[0].arguments)
    return lambda x, training: torch.unflatten(module(x.flatten(0, 1)), 0, x.shape[:2])


def batch_norm(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Every feature of every network has its own statistics, as the features of one wide network have."""
    weight, bias = own["weight"], own["bias"]
    shape = weight.shape
    mean, variance = torch.zeros_like(weight).detach(), torch.ones_like(weight).detach()
    stack.buffers |= {f"{layers[0].name}.running_mean": mean, f"{layers[0].name}.running_var": variance}

    def forward(x: Tensor, training: bool) -> Tensor:
        running = mean.view(-1), variance.view(-1)
        y = functional.batch_norm(channels(x), *running, weight.flatten(), bias.flatten(), training)
        return y.view(len(y), *shape, *y.shape[2:]).transpose(0, 1)

    return forward


def recurrent(stack: TorchStack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """A cell for all networks, one step after the other, with the formulas in PyTorch's documentation of it."""
    kind = layers[0].kind
    w_in, w_state, b_in, b_state = (own[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))

    def forward(x: Tensor, training: bool) -> Tensor:
        x = x.expand(len(w_in), *x.shape[1:])
        inputs = (x @ w_in.mT[:, None] + b_in[:, None, None]).unbind(2)
        h = x.new_zeros(*x.shape[:2], w_state.shape[-1])
        c, outputs = h, []
        for a in inputs:
            b = torch.baddbmm(b_state[:, None], h, w_state.mT)
            if kind == "rnn":
                h = torch.tanh(a + b)
            elif kind == "lstm":
                i, f, g, o = (a + b).chunk(4, -1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
            else:
                (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
                z = (a_z + b_z).sigmoid()
                h = (1 - z) * torch.tanh(a_n + (a_r + b_r).sigmoid() * b_n) + z * h
            outputs.append(h)
        return torch.stack(outputs, 2)

    return forward


STACKED: dict[str, Callable[[TorchStack, list[LayerSpec], dict[str, Tensor]], Forward]] = {
    "linear": linear,
    "dropout": dropout,
    "noise": normal_noise,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "batch_norm1d": batch_norm,
    "batch_norm2d": batch_norm,
    "rnn": recurrent,
    "lstm": recurrent,
    "gru": recurrent,
}
"""Layers that see the axis of networks; all others work on any leading axes as they are."""
