"""What every layer is: `forward`, `backward`, and parameters that it has alone or that a network lends it.

`forward` keeps what `backward` will need. `backward` takes ∂L/∂y, writes the gradients of the layer's own
parameters, and returns ∂L/∂x. Axes before (batch, features) are independent networks; no layer asks what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import Array
from twinprop.arrays.random import INIT, generator
from twinprop.scratch.init import Initializer, fans

Float = NDArray[np.float64]


class Layer:
    """A layer. One with parameters names them in `shapes`, and finds them as attributes: `weight`, `weight_grad`.

    Attributes:
        shapes: shape of each parameter by its name, in the layout of torch.nn.
        buffers: what it keeps beside parameters while training (running averages), with its first values.
    """

    shapes: Mapping[str, tuple[int, ...]] = MappingProxyType({})
    buffers: Mapping[str, Float] = MappingProxyType({})

    def forward(self, x: Array, training: bool = False) -> Array:
        """y, from x (..., batch, features); `training` is False when the network is evaluated."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, dy: Array, need_dx: bool = True) -> Array:
        """∂L/∂x from ∂L/∂y, or nothing if nobody needs it; gradients of parameters are written into `NAME_grad`."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample of shape `shape`."""
        return shape

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for one sample of shape `shape`: as many as its matrices have entries."""
        return sum(prod(own) for own in self.shapes.values() if len(own) > 1)

    def fan_in(self) -> int:
        """Inputs of one unit, which the first matrix tells."""
        return fans(next(shape for shape in self.shapes.values() if len(shape) > 1))[0]

    def initial_parameters(self, rng: np.random.Generator, init: Initializer | None = None) -> dict[str, Float]:
        """Values to start from: matrices from `init` and biases 0, or as torch.nn has it: all uniform within 1/√fan_in.

        Raises:
            TypeError: a parameter is neither a matrix nor a bias, so that its layer must say how it starts.
        """
        found = {}
        for name, shape in self.shapes.items():
            if len(shape) < 2 and not name.startswith("bias"):
                raise TypeError(
                    f"{type(self).__name__}: {name} {shape} is neither a matrix nor a bias, so no initialisation knows "
                    "how it starts; define initial_parameters(rng, init), which returns a value for each parameter."
                )
            if init is None:
                bound = 1 / sqrt(self.fan_in())
                found[name] = rng.uniform(-bound, bound, shape)
            else:
                found[name] = init(rng, shape) if len(shape) > 1 else np.zeros(shape)
        return found

    def reset_parameters(self, seed: int = 0, init: Initializer | None = None) -> None:
        """Draw the parameters anew, in place, and set their gradients to 0 and the buffers to their first values."""
        values = self.initial_parameters(generator(seed, INIT), init) | dict(self.buffers)
        for name, value in values.items():
            getattr(self, name)[...] = value
        for name in self.shapes:
            getattr(self, f"{name}_grad")[...] = 0

    def __getattr__(self, name: str) -> Any:
        # asked only for what is not there: a layer outside of a network gets parameters of its own at their first use
        if name.removesuffix("_grad") not in self.shapes and name not in self.buffers:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        own = self.__dict__  # where what somebody has set by hand stays
        for key, value in (self.initial_parameters(generator(0, INIT)) | dict(self.buffers)).items():
            own.setdefault(key, np.array(value))
        for key in self.shapes:
            own.setdefault(f"{key}_grad", np.zeros_like(own[key]))
        return own[name]

    def refuse(self, expected: str, x: Array) -> None:
        """Raise a ValueError that names the shape that was expected."""
        raise ValueError(f"{type(self).__name__}: expected {expected}, got {tuple(x.shape)}")
