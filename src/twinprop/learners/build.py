"""Networks from a model's description, for either twin, with the same initial weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from twinprop.arrays.namespace import Array
from twinprop.config import registry
from twinprop.config.extend import lacking
from twinprop.errors import ConfigError
from twinprop.models.base import LayerSpec, ModelConfig
from twinprop.scratch.init import Float, Initializer
from twinprop.scratch.layer import Layer
from twinprop.scratch.network import Network
from twinprop.scratch.network import initial_parameters as drawn

if TYPE_CHECKING:
    from torch import nn

INIT_KEYS = {"normal": {"std": "init_std"}}
"""Arguments of an initialisation, and the keys of the model that give them."""


def scratch_layer(spec: LayerSpec) -> Layer:
    """A hand-written layer, whose parameters have shapes and no values yet; of PyTorch's alone, what stands for it."""
    twin = registry.layer_twin(spec.kind)
    if twin.scratch is None:
        from twinprop.pytorch.described import Described

        return Described(registry.load(twin.pytorch), spec.arguments)
    layer: Layer = registry.load(twin.scratch)(**spec.arguments)
    return layer


def scratch_layers(specs: Sequence[LayerSpec]) -> dict[str, Layer]:
    """The hand-written layers of a network by their names."""
    return {spec.name: scratch_layer(spec) for spec in specs}


def torch_layer(spec: LayerSpec) -> Any:
    """A layer in PyTorch."""
    return registry.load(registry.layer_twin(spec.kind).pytorch)(**spec.arguments)


def refuse_lacking(specs: Sequence[LayerSpec], backend: str) -> None:
    """Refuse a network with layers that only the other twin has.

    Raises:
        ConfigError: it has some.
    """
    kinds = {spec.kind for spec in specs}
    found = {kind: lacking("layer", kind, backend) or lacking("activation", kind, backend) for kind in kinds}
    problems = [f"model.backend={backend}: its layer {kind}: {lack}" for kind, lack in found.items() if lack]
    if problems:
        raise ConfigError(problems)


def initializer(model: ModelConfig) -> Initializer | None:
    """How a model's weights are drawn; None is each layer's own way, which is PyTorch's."""
    path = registry.INITS[model.init]
    if path is None:
        return None
    keys = {name: getattr(model, key) for name, key in INIT_KEYS.get(model.init, {}).items()}
    return partial(registry.load(path), **keys)


def initial_parameters(specs: Sequence[LayerSpec], model: ModelConfig, seed: int) -> dict[str, Float]:
    """Every parameter of a network by its name in the state dict, in the order of the layers."""
    return drawn(scratch_layers(specs), seed, initializer(model))


def initial_vector(specs: Sequence[LayerSpec], model: ModelConfig, seed: int) -> Float:
    """The same as one vector (P,)."""
    return np.concatenate([value.ravel() for value in initial_parameters(specs, model, seed).values()])


def scratch_network(specs: Sequence[LayerSpec], model: ModelConfig, seed: int, device: str = "cpu") -> Network:
    """The hand-written network, of NumPy arrays on the device `cpu`, else of torch tensors."""
    refuse_lacking(specs, "scratch")
    layers = scratch_layers(specs)
    if device == "cpu":
        return Network(layers, seed, initializer(model), model.dtype)
    start = initial_vector(specs, model, seed).astype(model.dtype)
    return Network(layers, seed, parameters=to_torch(start, device))


def torch_network(specs: Sequence[LayerSpec], model: ModelConfig, seed: int, device: str) -> nn.Sequential:
    """The PyTorch network on its device."""
    from collections import OrderedDict

    import torch
    from torch import nn

    from twinprop.pytorch.modules import Random

    refuse_lacking(specs, "torch")
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    # torch's own initial values are drawn for nothing: to go without, on its meta device, takes longer to import
    with torch.random.fork_rng(devices=[]):
        for spec in specs:
            modules[spec.name] = torch_layer(spec)
    network = nn.Sequential(modules).to(device, getattr(torch, model.dtype))
    initial = {name: torch.from_numpy(value) for name, value in initial_parameters(specs, model, seed).items()}
    network.load_state_dict(network.state_dict() | initial)
    for module in network.modules():
        if isinstance(module, Random):
            module.seed = seed
    return network


def to_torch(values: Any, device: str) -> Array:
    """A torch tensor on a device."""
    import torch

    return torch.as_tensor(values, device=device)
