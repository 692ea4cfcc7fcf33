"""A layer that there is in PyTorch alone, as the rest of the framework wants to know it: shapes and first values.

Shapes come from the module itself, which is tried on one sample; its parameters start as it starts them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from twinprop.scratch.init import Float, Initializer
from twinprop.scratch.layer import Layer


class Described(Layer):
    """Stands for a module, and computes nothing.

    Args:
        module: makes the module.
        arguments: of it.
    """

    def __init__(self, module: Any, arguments: dict[str, Any]) -> None:
        self.make, self.arguments = module, arguments
        made = self.made(0)
        self.shapes = {name: tuple(value.shape) for name, value in made.named_parameters()}
        self.buffers = {name: value.numpy() for name, value in made.named_buffers() if value.is_floating_point()}

    def made(self, seed: int) -> nn.Module:
        """The module, with the first values that it draws itself."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            found: nn.Module = self.make(**self.arguments)
        return found

    def initial_parameters(self, rng: np.random.Generator, init: Initializer | None = None) -> dict[str, Float]:
        made = self.made(int(rng.integers(2**62)))
        return {name: value.detach().double().numpy() for name, value in made.named_parameters()}

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        with torch.no_grad():
            return tuple(self.made(0).eval()(torch.zeros(1, *shape)).shape[1:])
