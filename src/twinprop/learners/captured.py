"""The work of an update as a CUDA graph, which a GPU repeats without being told each kernel anew.

A small network's update is some dozens of kernels of microseconds each, and to launch them from Python takes many times
as long as they run. So forward, loss, backward and clipping are captured once batches of one shape come in, and
replayed from then on: the same kernels on the same memory, hence the same bits. The rule of update and the schedules
stay outside, in the learner, where every optimizer works as it always does.
https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from twinprop.arrays.counters import Counters
from twinprop.errors import first_line
from twinprop.training.learner import Learner

log = logging.getLogger("twinprop")

WARM_UP = 3
"""Batches of one shape in a row, at the last of which an update is captured: by then all kernels are chosen."""

LARGEST = 2**26
"""Bytes of a batch above which nothing is captured: to copy it to where it was captured takes as long as to launch."""

Work = Callable[[], tuple[Tensor, tuple[Tensor, ...], Any]]
"""What is captured: it returns tensors, which each replay fills anew."""


class CudaGraph:
    """PyTorch's graph of work on one device, on a stream of its own."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.stream, self.graph = device, torch.cuda.Stream(device), torch.cuda.CUDAGraph()  # type: ignore[no-untyped-call]
        self.replay = self.graph.replay

    def warm_up(self, work: Work) -> Any:
        """Do the work where it will be captured."""
        usual = torch.cuda.current_stream(self.device)
        self.stream.wait_stream(usual)
        with torch.cuda.stream(self.stream):
            found = work()
        usual.wait_stream(self.stream)
        return found

    def capture(self, work: Work) -> Any:
        """Capture the work, which is not done; other threads may meanwhile ask the driver what they like."""
        captured = torch.cuda.graph(self.graph, stream=self.stream, capture_error_mode="thread_local")
        with torch.cuda.device(self.device), captured:
            return work()


class Captured:
    """`Learner.compute`, replayed for batches of the shape that was captured, and computed as ever for others.

    Args:
        device: a CUDA device.
    """

    largest = LARGEST

    def __init__(self, device: str) -> None:
        self.device = torch.device(device)
        self.graph: CudaGraph | None = None
        self.captured_form: Any = None
        self.seen, self.in_a_row, self.failed = None, 0, False
        self.begun: Any = None

    def __call__(self, learner: Learner, x: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, ...], Any]:
        form = self.form(x, y)
        if form == self.captured_form:
            self.in_a_row = 0
            return self.replay(learner, x, y)
        self.in_a_row = self.in_a_row + 1 if form == self.seen else 1
        self.seen = form
        too_early = self.in_a_row < WARM_UP and form != self.begun
        if too_early or self.failed or x.numel() * x.element_size() > self.largest:
            return learner.compute(x, y)
        return self.capture(learner, x, y)

    def form(self, x: Tensor, y: Tensor) -> Any:
        """What batches have in common that one captured update computes."""
        return x.shape, y.shape

    def capture(self, learner: Learner, x: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, ...], Any]:
        """Compute this update, and capture it for those that follow."""
        self.captured_form = self.graph = None
        graph, counters, batch = CudaGraph(self.device), Counters(self.device), (x.clone(), y.clone())
        with counters.hold():
            found: tuple[Tensor, tuple[Tensor, ...], Any] = graph.warm_up(lambda: learner.compute(x, y))
            counters.move(learner.steps)
            try:
                self.outputs = graph.capture(lambda: learner.compute(*batch))
            except Exception as error:
                # nothing of it was done, so the learner is where it was
                self.failed = True
                tell(first_line(error))
                return found
        self.graph, self.counters, self.batch, self.captured_form = graph, counters, batch, self.form(x, y)
        return found

    def replay(self, learner: Learner, x: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, ...], Any]:
        """Compute an update by repeating what was captured."""
        assert self.graph is not None
        self.batch[0].copy_(x)
        self.batch[1].copy_(y)
        self.counters.move(learner.steps)
        self.graph.replay()
        loss, sums, found = self.outputs
        # copies, for whoever asked keeps them until the epoch is over
        return loss.clone(), tuple(each.clone() for each in sums), found


@cache
def tell(why: str) -> None:
    """Say once in the log that updates are not captured."""
    log.warning(f"Updates on the GPU cannot be captured ({why}), so each is launched anew, which takes longer.")
