"""A GPU that is not there: tensors in memory that behave as CUDA's in all that Python sees.

What mixes devices fails as it does on a GPU, and what would make the host wait for the device is written down. So a
machine without one can tell that code keeps to its device, and that an epoch does not wait. Numbers, times and
memory of a GPU it cannot tell.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from tests.kit.recorded_graph import RecordedGraph
from torch import Tensor
from torch._C import _group_tensors_by_device_and_dtype
from torch.optim.optimizer import _foreach_supported_types
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

CHECK = next(name for name in dir(torch.optim.Optimizer) if name.endswith("_graph_capture_health_check"))
"""Of an optimizer's, which asks the driver."""

GPU, CPU = torch.device("cuda:0"), torch.device("cpu")

MOVES = {"to", "cuda", "cpu"}
READS = {"item", "tolist", "__bool__", "__float__", "__int__", "__index__", "__contains__", "__repr__", "__format__"}
SHAPES = {"nonzero", "argwhere", "unique", "unique_consecutive", "masked_select", "bincount"}
WAITS = {*READS, *SHAPES, "equal", "allclose"}
"""Functions whose result the host needs, or the shape of their result."""


class CudaTensor(Tensor):
    """Memory of the CPU that counts as the GPU's."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return call(func, args, kwargs or {})

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("can't convert cuda:0 device type tensor to numpy")

    def __reduce_ex__(self, _: Any) -> Any:
        raise TypeError("a tensor of the GPU is pickled, which only a machine with one could read")


class Mode(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return call(func, args, kwargs or {})


waits: list[str] = []
"""Where the host waited: lines of this project's code, with what they called."""


def wait(name: str) -> None:
    frames = [each for each in traceback.extract_stack() if "/src/twinprop/" in each.filename]
    places = [f"{each.filename.rpartition('/twinprop/')[2]}:{each.lineno}" for each in frames[-2:]]
    waits.append(" > ".join([*places, name]))


def call(func: Any, args: Any, kwargs: Any) -> Any:
    """What torch's function gives, had it a GPU."""
    name = getattr(func, "__name__", str(func))
    owner = getattr(func, "__self__", None)
    given = [each for each in tree_flatten((args, kwargs))[0] if isinstance(each, Tensor)]
    there = any(isinstance(each, CudaTensor) for each in given)
    if name == "__get__" and owner is not None and args and isinstance(args[0], Tensor):
        if owner is Tensor.device:
            return GPU if there else CPU
        if owner is Tensor.is_cuda:
            return there
    if name in MOVES and args and isinstance(args[0], Tensor):
        return move(name, *args, **kwargs)
    device = kwargs.get("device")
    to_gpu = there if device is None else torch.device(device).type == "cuda"
    if device is not None:
        if to_gpu != there and (there or name in ("tensor", "as_tensor", "asarray")):
            wait(name)
        kwargs = {**kwargs, "device": CPU}
    if name == "pin_memory":
        return args[0].clone()
    if there:
        if name == "numpy":
            raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() first.")
        if name in WAITS or (name in ("__getitem__", "where") and masks(name, args)):
            wait(name)
        if name == "__setitem__" and masks(name, args) and isinstance(args[2], Tensor) and args[2].ndim:
            wait(name)
        if name == "_has_compatible_shallow_copy_type":
            return all(isinstance(each, CudaTensor) for each in given)
        refuse_mixed(name, given)
    with torch._C.DisableTorchFunctionSubclass():
        result = func(*args, **kwargs)
    return tree_map(on_gpu, result) if to_gpu else result


def masks(name: str, args: Any) -> bool:
    """Whether the shape of a result depends on values."""
    if name == "where":
        return len(args) == 1
    return any(isinstance(each, Tensor) and each.dtype == torch.bool for each in tree_flatten(args[1])[0])


def refuse_mixed(name: str, given: list[Tensor]) -> None:
    """What is not on the device may be a number, as in torch."""
    for each in given:
        if not isinstance(each, CudaTensor) and each.ndim:
            if name == "copy_":
                wait(name)
            else:
                raise RuntimeError(f"{name}: Expected all tensors to be on the same device, but found cuda:0 and cpu!")


def on_gpu(value: Any) -> Any:
    if isinstance(value, Tensor) and not isinstance(value, CudaTensor):
        with torch._C.DisableTorchFunctionSubclass():
            return value.as_subclass(CudaTensor)
    return value


def move(name: str, tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`Tensor.to` and its kin."""
    if name == "to" and args and isinstance(args[0], Tensor):
        args = (GPU if isinstance(args[0], CudaTensor) else CPU, args[0].dtype, *args[1:])
    device, dtype, lazy, _ = torch._C._nn._parse_to(*args, **kwargs) if name == "to" else (name, None, False, None)
    was = isinstance(tensor, CudaTensor)
    will = was if device is None else torch.device(device).type == "cuda"
    with torch._C.DisableTorchFunctionSubclass():
        result = tensor.to(dtype or tensor.dtype)
        if was == will:
            return on_gpu(result) if will else result
        if lazy and not will:
            raise RuntimeError(f"{name}: what is copied to the host without waiting may be read before it is there")
        if not lazy:
            wait(name)
        # a copy, for what happens to one of them is not seen in the other
        plain = result.as_subclass(Tensor)
        copied = plain.clone() if result.data_ptr() == tensor.data_ptr() else plain
        return copied.as_subclass(CudaTensor) if will else copied


def grouped(*args: Any) -> Any:
    """Tensors by device and dtype, as torch's C++ code gives them, which does not know of the pretence."""
    found = _group_tensors_by_device_and_dtype(*args)
    return {(GPU, dtype): tensors for (_, dtype), tensors in found.items()}


@contextmanager
def pretend_gpu() -> Iterator[list[str]]:
    """Have a GPU; gives the places where the host waited for it."""
    waits.clear()
    overwrites = torch.__future__.get_overwrite_module_params_on_conversion()
    there = {
        "is_available": lambda: True,
        "device_count": lambda: 1,
        "get_device_name": lambda *_: "a pretended GPU",
        "synchronize": lambda *_: wait("synchronize"),
        "mem_get_info": lambda *_: (2**30, 2**30),
        "max_memory_allocated": lambda *_: 2**20,
        "set_sync_debug_mode": lambda _: None,
    }
    _foreach_supported_types.append(CudaTensor)
    torch.__future__.set_overwrite_module_params_on_conversion(True)  # for a parameter's class to tell its device
    try:
        with (
            mock.patch.multiple(torch.cuda, **there),
            mock.patch("twinprop.learners.captured.CudaGraph", RecordedGraph),
            mock.patch("torch.backends.cudnn.is_acceptable", return_value=False),
            mock.patch(f"torch.optim.Optimizer.{CHECK}"),
            mock.patch("torch._C._group_tensors_by_device_and_dtype", grouped),
            Mode(),
        ):
            yield waits
    finally:
        torch.__future__.set_overwrite_module_params_on_conversion(overwrites)
        _foreach_supported_types.remove(CudaTensor)
