"""The PyTorch twin: one update as any PyTorch script does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.lr_scheduler import ReduceLROnPlateau

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.learners.build import torch_network
from twinprop.learners.losses import torch_loss
from twinprop.pytorch.convert import to_arrays, to_tensors
from twinprop.pytorch.modules import Random
from twinprop.pytorch.optimizers import fused, uncompiled
from twinprop.task import CLASSIFICATION, Task
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan


class TorchLearner(Learner):
    """One torch.nn network with its torch.optim optimizer and schedule.

    Args:
        configs: the configuration of the network, in a list of one.
        shape: of a sample, without the batch axis.
        outputs: how many there are: one for each class.
        plan: the length of the training.
        device: a torch device.
        task: what is learnt.
    """

    def __init__(
        self,
        configs: list[Config],
        shape: tuple[int, ...],
        outputs: int,
        plan: Plan,
        device: str = "cpu",
        task: Task = CLASSIFICATION,
    ) -> None:
        (config,) = configs
        self.device = device
        self.network = torch_network(config.model.layers(shape, outputs), config.model, config.seed, device)
        if device == "cpu":
            # convolutions are a third faster there where the channels of a pixel lie side by side
            self.network.to(memory_format=torch.channels_last)
        self.parameters = list(self.network.parameters())
        self.task = task
        self.loss = torch_loss(config.loss, self.parameters[0].detach())
        self.class_weights = getattr(self.loss, "weight", None)
        arguments = {key: value for key, value in asdict(config.optimizer).items() if key != "name"}
        kind = uncompiled(registry.load(registry.OPTIMIZERS[config.optimizer.name].pytorch))
        self.fused = fused(config.optimizer.name, device)
        self.optimizer: torch.optim.Optimizer = kind(self.parameters, **arguments, **self.fused)
        schedule = config.scheduler.bind(plan.intervals(config.scheduler.interval), config.optimizer.lr)
        self.scheduler = registry.load(registry.SCHEDULERS[schedule.name].pytorch)(self.optimizer, schedule)
        self.interval = schedule.interval
        self.watches_score = getattr(schedule, "mode", "min") == "max"
        self.max_grad_norm = config.train.max_grad_norm
        self.random = [module for module in self.network.modules() if isinstance(module, Random)]
        self.network.train()

    def release(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    def compute(self, x: Tensor, y: Tensor) -> tuple[Any, tuple[Any, ...], Any]:
        for module in self.random:
            module.step = self.steps
        outputs = self.network(x)
        loss: Tensor = self.loss(outputs, y)
        gradients = laid_out(torch.autograd.grad(loss, self.parameters, allow_unused=True), self.parameters)
        norm = None
        if self.max_grad_norm is not None:
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter.grad = gradient
            norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.max_grad_norm)
        return loss.detach(), self.task.sums(outputs.detach(), y), (norm, gradients)

    def update(self, found: Any) -> None:
        self.norm, gradients = found
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient
        self.optimizer_step()
        self.steps += 1
        self.rate = self.optimizer.param_groups[0]["lr"]
        if self.interval == "step" and not isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step()

    def optimizer_step(self) -> None:
        """Let the optimizer step. One so large that no float holds it makes every parameter NaN.

        PyTorch raises an error there, for its factors are Python's numbers; in a stack they are tensors, and become
        infinite. Either way the network diverges.
        """
        try:
            self.optimizer.step()
        except RuntimeError as error:
            if "without overflow" not in str(error):
                raise
            with torch.no_grad():
                for parameter in self.parameters:
                    parameter.fill_(torch.nan)

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        self.network.eval()
        outputs: Tensor = self.network(x)
        self.network.train()
        return outputs

    @torch.no_grad()
    def evaluate(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        outputs = self.predict(x)
        return self.loss(outputs, y), outputs

    def fetch(self, values: list[Tensor]) -> NDArray[Any]:
        array: NDArray[Any] = torch.stack(values).cpu().numpy().astype(np.float64)
        return array.reshape(len(values), 1)

    def end_epoch(self) -> None:
        if self.interval == "epoch" and not isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step()

    def observe(self, loss: NDArray[Any], score: NDArray[Any]) -> None:
        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(float((score if self.watches_score else loss)[0]))

    def lr(self) -> NDArray[Any]:
        return np.array([float(self.rate)])

    def grad_norm(self) -> NDArray[Any]:
        if self.max_grad_norm is not None:
            return self.fetch([self.norm]).ravel()
        gradients = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
        return self.fetch([torch.nn.utils.get_total_norm(gradients)]).ravel()

    def state_dict_of(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        return dict(state["parameters"])

    def gradients(self, member: int = 0) -> dict[str, NDArray[Any]]:
        return {
            name: value.grad.cpu().numpy() for name, value in self.network.named_parameters() if value.grad is not None
        }

    def state(self, member: int = 0) -> dict[str, Any]:
        optimizer = to_arrays(self.optimizer.state_dict())
        # by which kernels it was updated is no part of where a network is: others may go on with it
        optimizer["param_groups"][0].update(dict.fromkeys(self.fused))
        return {
            "parameters": to_arrays(dict(self.network.state_dict())),
            "optimizer": optimizer,
            "scheduler": to_arrays(self.scheduler.state_dict()),
            "steps": self.steps,
        }

    def load_state(self, states: list[dict[str, Any]]) -> None:
        (state,) = states
        self.load_parameters(state["parameters"])
        optimizer = to_tensors(state["optimizer"])
        optimizer["param_groups"][0].update(self.fused)
        self.optimizer.load_state_dict(optimizer)
        for parameter, remembered in self.optimizer.state.items():
            for name, value in remembered.items():
                if value.shape == parameter.shape:
                    # a kernel for a whole update reads both in the order in which they lie, and does not check it
                    remembered[name] = torch.empty_like(parameter).copy_(value)
        self.scheduler.load_state_dict(to_arrays(state["scheduler"]))
        self.steps = state["steps"]

    def load_parameters(self, parameters: dict[str, Any]) -> None:
        """Take over parameters by name."""
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in parameters.items()})

    def synchronize(self) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize(self.device)


def laid_out(gradients: Sequence[Tensor | None], parameters: Sequence[Tensor]) -> list[Tensor | None]:
    """Gradients that lie in memory as their parameters do, which kernels for a whole update rely on, and apart."""
    found: list[Tensor | None] = []
    taken: set[int] = set()
    for gradient, parameter in zip(gradients, parameters, strict=True):
        own = gradient
        if gradient is not None and (gradient.stride() != parameter.stride() or gradient.data_ptr() in taken):
            own = torch.empty_like(parameter).copy_(gradient)
        found.append(own)
        if own is not None:
            taken.add(own.data_ptr())
    return found
