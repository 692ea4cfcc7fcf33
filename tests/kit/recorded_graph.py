"""A CUDA graph that is not there: what PyTorch does on the CPU, recorded operation by operation, and repeated.

As a graph does, it repeats operations with the numbers that they had and on the tensors that they had, asks no Python
in between, and has done nothing when it was captured. So a test sees what would be frozen in one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from twinprop.learners.recorded import aliases, tensors


class RecordedGraph:
    """In the place of `learners.captured.CudaGraph`."""

    captured = replayed = 0
    """By all of them, for a test to count."""

    def __init__(self, device: torch.device) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def warm_up(self, work: Callable[[], Any]) -> Any:
        return work()

    def capture(self, work: Callable[[], Any]) -> Any:
        with Recording() as recording:
            result = work()
        self.calls = recording.calls
        RecordedGraph.captured += 1
        return result

    def replay(self) -> None:
        RecordedGraph.replayed += 1
        with torch._C.DisableTorchFunctionSubclass():
            for derives, function, args, kwargs, results in self.calls:
                with torch.set_grad_enabled(derives):  # some keep more where a gradient will be wanted
                    again = function(*aliases(args), **aliases(kwargs))
                for old, new in zip(results, tensors(again), strict=True):
                    if old.data_ptr() != new.data_ptr():
                        old.copy_(new)


class Recording(TorchDispatchMode):
    """Writes down each operation, and what was in tensors that it changed."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []
        self.made: set[int] = set()
        self.before: dict[int, tuple[Tensor, Tensor]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in WAITING:
            raise RuntimeError("operation not permitted when stream is capturing")
        for argument, given in zip(func._schema.arguments, args, strict=False):
            self.keep(argument, given)
        for argument in func._schema.arguments:
            self.keep(argument, kwargs.get(argument.name))
        kept = aliases(args), aliases(kwargs)
        result = func(*args, **kwargs)
        results = tensors(aliases(result))
        given = {each.untyped_storage().data_ptr() for each in tensors((args, kwargs))}
        self.made |= {each.untyped_storage().data_ptr() for each in results} - given
        self.calls.append((torch.is_grad_enabled(), func, *kept, results))
        return result

    def keep(self, argument: Any, given: Any) -> None:
        """Keep what is in a tensor from outside that is about to change."""
        written = argument.alias_info is not None and argument.alias_info.is_write
        # batch normalization changes its running averages and does not say so
        if not written and not argument.name.startswith("running_"):
            return
        for each in tensors(given):
            storage = each.untyped_storage().data_ptr()
            if storage not in self.made and storage not in self.before:
                whole = torch.empty(0, dtype=each.dtype).set_(each.untyped_storage())
                self.before[storage] = whole, whole.clone()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for whole, before in self.before.values():
            whole.copy_(before)


WAITING = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default}
