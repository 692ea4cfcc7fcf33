"""The optimizers of torch.optim, without PyTorch's compiler, and with its kernels for whole updates.

Methods of theirs are wrapped so that `torch.compile` leaves them alone. What wraps them imports the whole compiler when
it is first called, which takes half as long as `import torch`.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import torch
from torch.optim import Optimizer

FUSED = {"cpu": ("sgd", "adam", "adamw", "adagrad"), "cuda": ("sgd", "adam", "adamw")}
"""For each kind of device, the optimizers of which PyTorch has one kernel for a whole update.

On the CPU it takes 0.25 (Adam, AdamW, Adagrad) to 0.6 (SGD) of the time of many small operations, for 784-50-50-10.
"""

WRAPPED = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")


@cache
def uncompiled(kind: type[Optimizer]) -> type[Optimizer]:
    """A class of torch.optim whose methods are those that PyTorch wraps: the same updates, to the bit."""
    methods: dict[str, Any] = {name: inspect.unwrap(getattr(kind, name)) for name in WRAPPED}
    step: Any = torch.no_grad()(inspect.unwrap(kind.step))
    step.hooked = True  # or an optimizer that is made would wrap it again
    return type(kind.__name__, (kind,), {**methods, "step": step})


def fused(name: str, device: str) -> dict[str, Any]:
    """The argument that has an optimizer use its kernel for whole updates; none where there is no such kernel."""
    return {"fused": True} if name in FUSED.get(torch.device(device).type, ()) else {}
