"""Many networks in PyTorch at once: parameters with an axis of networks in front, and one call for all of them.

Autograd differentiates the sum of the losses, in which no network sees another. The rules of update are
those of the hand-written twin, which work on any leading axes and equal torch.optim's; the learning
rates come from PyTorch's own schedulers, one for each network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from twinprop.arrays.namespace import HostCopies, like
from twinprop.config.schema import Config
from twinprop.learners.build import initial_parameters, refuse_lacking, torch_layer
from twinprop.learners.losses import scratch_loss, torch_loss
from twinprop.learners.parameter_groups import ParameterGroups
from twinprop.learners.per_member import clip_norms, consecutive, per_member
from twinprop.learners.torch_schedule import Schedule
from twinprop.learners.torch_stack_layers import STACKED, Forward, vectorized
from twinprop.models.base import LayerSpec
from twinprop.pytorch.convert import to_arrays, to_tensors
from twinprop.scratch.network import layer_by_layer
from twinprop.task import CLASSIFICATION, Task
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan


class TorchStack(Learner):
    """Networks that differ in numbers, activations and rules of update.

    Args:
        configs: one configuration for each network.
        shape: of a sample, without the batch axis.
        outputs: how many there are: one for each class.
        plan: the length of the training.
        device: a torch device.
        task: what is learnt.
    """

    def __init__(
        self,
        configs: Sequence[Config],
        shape: tuple[int, ...],
        outputs: int,
        plan: Plan,
        device: str = "cpu",
        task: Task = CLASSIFICATION,
    ) -> None:
        self.configs, self.device, self.copies = list(configs), device, HostCopies()
        model = self.configs[0].model
        self.dtype = getattr(torch, model.dtype)
        descriptions = [config.model.layers(shape, outputs) for config in self.configs]
        for layers in descriptions:
            refuse_lacking(layers, "torch")
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
        self.reference = next(iter(self.parameters.values())).detach()
        self.layers = [self.layer(list(layers)) for layers in zip(*descriptions, strict=True)]
        self.task = task
        losses = [config.loss for config in self.configs]
        self.loss_parts = [
            (part, torch_loss(losses[part.start], self.reference, "none")) for part in consecutive(losses)
        ]
        weight = getattr(scratch_loss(losses, self.reference), "weight", None)
        if weight is not None:
            self.class_weights = weight[:, 0] if weight.ndim > 1 else weight
        self.max_grad_norm = clip_norms(self.configs, self.reference)
        # networks that agree in rate and schedule share one, unless it follows what each of them achieves
        shared: dict[str, Schedule] = {}
        self.schedules = []
        for config in self.configs:
            key = f"{config.scheduler} {config.optimizer}"
            if key not in shared or shared[key].watches:
                shared[key] = Schedule(config, plan)
            self.schedules.append(shared[key])
        self.distinct = list(dict.fromkeys(self.schedules))
        self.groups = ParameterGroups(self.configs, self.reference)
        self.outdated = True
        self.set_rates()
        self.groups.init_state(self.rows())

    def rows(self) -> list[Tensor]:
        """The parameters in their order, (networks, numbers) each, to be updated in place."""
        return [value.detach().view(len(value), -1) for value in self.parameters.values()]

    def numbers(self, layers: list[LayerSpec], argument: str) -> Any:
        """An argument of a layer: one number, or (networks, 1, 1) where the networks have different ones."""
        return per_member([layer.arguments[argument] for layer in layers], 2, self.reference)

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
        if own:
            return vectorized(torch_layer(first), own)
        parts = consecutive([(layer.kind, layer.arguments) for layer in layers])
        modules = [torch_layer(layers[part.start]) for part in parts]
        if len(parts) == 1:
            return lambda x, training: modules[0](x)
        return lambda x, training: torch.cat([module(x[p]) for module, p in zip(modules, parts, strict=True)])

    def forward(self, x: Tensor, training: bool) -> Tensor:
        for layer in self.layers:
            x = layer(x, training)
        return x

    def release(self) -> None:
        self.grads: Sequence[Tensor] = ()

    def compute(self, x: Tensor, y: Tensor) -> tuple[Any, tuple[Any, ...], Any]:
        if y.ndim == 1:
            x, y = x[None], y[None]
        outputs = self.forward(x, training=True)
        losses = self.losses(outputs, y)
        gradients = torch.autograd.grad(losses.sum(), list(self.parameters.values()))
        norm = None if self.max_grad_norm is None else clip(gradients, self.max_grad_norm)
        return losses.detach(), self.task.sums(outputs.detach(), y), (norm, gradients)

    def update(self, found: Any) -> None:
        self.copies.clear()
        self.norm, self.grads = found
        self.set_rates()
        self.steps += 1
        with torch.no_grad():
            rows = self.rows()
            gradients = [grad.reshape(value.shape) for grad, value in zip(self.grads, rows, strict=True)]
            self.groups.update(rows, gradients, self.steps)
        self.used_rates = self.rates
        self.advance("step")

    def losses(self, outputs: Tensor, y: Tensor) -> Tensor:
        """The mean loss of each network, (networks,)."""
        y = y.expand(outputs.shape[:-1])
        found = [
            loss(outputs[part].flatten(0, 1), y[part].flatten()).reshape(part.stop - part.start, -1)
            for part, loss in self.loss_parts
        ]
        each = found[0] if len(found) == 1 else torch.cat(found)
        if self.class_weights is None:
            return each.mean(-1)
        weights: Tensor = self.class_weights.expand(len(y), -1).gather(-1, y)
        return each.sum(-1) / weights.sum(-1)

    def set_rates(self) -> None:
        """Give the optimizers the learning rates and momenta of the next update."""
        if not self.outdated:
            return
        self.outdated = False
        now = {schedule: (schedule.lr, schedule.momentum) for schedule in self.distinct}
        momenta: NDArray[Any]
        self.rates: NDArray[Any]
        self.rates, momenta = np.array([now[schedule] for schedule in self.schedules]).T
        self.groups.set_rates(self.rates, momenta, like(np.stack([self.rates, momenta])[..., None], self.reference))

    def advance(self, interval: str) -> None:
        for schedule in self.distinct:
            self.outdated |= schedule.advance(interval)

    def end_epoch(self) -> None:
        self.advance("epoch")

    def observe(self, loss: NDArray[Any], score: NDArray[Any]) -> None:
        for member, schedule in enumerate(self.schedules):
            schedule.observe(float(loss[member]), float(score[member]))
        self.outdated = True

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        return self.forward(x[None], training=False)

    @torch.no_grad()
    def evaluate(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        outputs = self.predict(x)
        return self.losses(outputs, y[None]), outputs

    def fetch(self, values: list[Tensor]) -> NDArray[Any]:
        array: NDArray[Any] = torch.stack(values).cpu().numpy().astype(np.float64)
        return array.reshape(len(values), -1)

    def lr(self) -> NDArray[Any]:
        return self.used_rates

    def grad_norm(self) -> NDArray[Any]:
        return self.fetch([self.norm if self.max_grad_norm is not None else gradient_norm(self.grads)]).ravel()

    def state_dict_of(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        return dict(state["parameters"])

    def gradients(self, member: int) -> dict[str, NDArray[Any]]:
        return {name: self.copies.get(g)[member] for name, g in zip(self.parameters, self.grads, strict=True)}

    def state(self, member: int) -> dict[str, Any]:
        """As TorchLearner's: torch.optim's own state, as if the network had an optimizer to itself."""
        schedule, (group, place, names) = self.schedules[member], self.groups.of(member)
        state: dict[int, dict[str, Any]] = {}
        for index, value in enumerate(self.parameters.values() if self.steps else ()):
            own = {
                name: self.copies.get(group.state[name][index])[place].reshape(value.shape[1:]).copy() for name in names
            }
            if group.optimizer.name != "sgd":
                own = {"step": np.array(self.steps, np.float32), **own}
            if own:
                state[index] = own
        groups = to_arrays(schedule.optimizer.state_dict()["param_groups"])
        groups[0]["params"] = list(range(len(self.parameters)))
        return {
            "parameters": self.member_state_dict(member),
            "optimizer": {"state": state, "param_groups": groups},
            "scheduler": to_arrays(schedule.scheduler.state_dict()),
            "steps": self.steps,
        }

    def member_state_dict(self, member: int) -> dict[str, NDArray[Any]]:
        """As the network alone has it: the parameters and running averages of a layer side by side."""
        tensors = self.parameters | self.buffers
        return layer_by_layer({n: self.copies.get(value)[member].copy() for n, value in tensors.items()}, self.steps)

    def load_state(self, states: list[dict[str, Any]]) -> None:
        self.copies.clear()
        with torch.no_grad():
            for name, value in (self.parameters | self.buffers).items():
                value.copy_(like(np.stack([state["parameters"][name] for state in states]), self.reference))
        for group in self.groups.groups:
            for name, tensors in group.state.items():
                for index, value in enumerate(tensors):
                    zeros = np.zeros(value.shape[1:])
                    kept = [
                        state["optimizer"]["state"].get(index, {}).get(name, zeros) for state in states[group.networks]
                    ]
                    value.copy_(like(np.stack([np.reshape(each, -1) for each in kept]), self.reference))
        for schedule, state in zip(self.schedules, states, strict=True):
            numbers = dict(to_tensors(state["optimizer"]["param_groups"])[0])
            schedule.optimizer.param_groups[0].update({k: v for k, v in numbers.items() if k != "params"})
            schedule.scheduler.load_state_dict(to_arrays(state["scheduler"]))
        self.steps, self.outdated = states[0]["steps"], True

    def load_parameters(self, parameters: dict[str, Any]) -> None:
        """Take over parameters, and running averages, by name, each for all networks."""
        self.copies.clear()
        with torch.no_grad():
            for name, value in (self.parameters | self.buffers).items():
                value.copy_(like(np.asarray(parameters[name]), self.reference))

    def synchronize(self) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize(self.device)


def clip(gradients: Sequence[Tensor], most: Any) -> Tensor:
    """Scale each network's gradient as clip_grad_norm_ does; the norms before, (networks,)."""
    norm = gradient_norm(gradients)
    scale = (most / (norm + 1e-6)).clamp(max=1)
    for each in gradients:
        each.mul_(scale.view(-1, *(1,) * (each.ndim - 1)))
    return norm


def gradient_norm(gradients: Sequence[Tensor]) -> Tensor:
    """The norm of each network's gradient, (networks,), from those of its parameters (networks, ...)."""
    return torch.stack([(g * g).flatten(1).sum(-1) for g in gradients]).sum(0).sqrt()
