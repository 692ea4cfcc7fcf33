"""Networks from a model's description, for either twin, with the same initial weights."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from twinprop.arrays.random import INIT, generator
from twinprop.config import registry
from twinprop.models.base import LayerSpec, ModelConfig
from twinprop.pytorch.modules import Random
from twinprop.scratch.init import Float, Initialiser, recurrent


def initial_parameters(layers: list[LayerSpec], model: ModelConfig, seed: int) -> dict[str, Float]:
    """Every parameter of a network by its name in the state dict, in the order of the layers."""
    rng = generator(seed, INIT)
    initialise: Initialiser = registry.load(registry.INITS[model.init])
    parameters: dict[str, Float] = {}
    for layer in layers:
        shapes = registry.load(registry.layer_twin(layer.kind).scratch)(**layer.arguments).shapes
        if layer.kind in ("linear", "conv2d"):
            weight, bias = initialise(rng, shapes["weight"], model)
            own = {"weight": weight, "bias": bias}
        elif layer.kind in ("batch_norm1d", "batch_norm2d"):
            own = {"weight": np.ones(shapes["weight"]), "bias": np.zeros(shapes["bias"])}
        else:
            own = recurrent(rng, shapes, model, initialise) if shapes else {}
        parameters |= {f"{layer.name}.{name}": value for name, value in own.items()}
    return parameters


def torch_network(layers: list[LayerSpec], model: ModelConfig, seed: int, device: str) -> nn.Sequential:
    """The network on its device, with the initial parameters that belong to `seed`."""
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    # torch's own initial values are drawn for nothing: to go without, on its meta device, takes longer to import
    with torch.random.fork_rng(devices=[]):
        for layer in layers:
            modules[layer.name] = registry.load(registry.layer_twin(layer.kind).pytorch)(**layer.arguments)
    network = nn.Sequential(modules).to(device, getattr(torch, model.dtype))
    initial = {name: torch.from_numpy(value) for name, value in initial_parameters(layers, model, seed).items()}
    network.load_state_dict(network.state_dict() | initial)
    for module in network.modules():
        if isinstance(module, Random):
            module.seed = seed
    return network
