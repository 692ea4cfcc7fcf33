"""Learners: what the training loop moves. For each twin one for a network, and one for several in lock step."""

from __future__ import annotations

from typing import NamedTuple


class Backend(NamedTuple):
    """Where the learners of a twin are, `module:attribute`: of one network, and of a stack."""

    learner: str
    stack: str


BACKENDS = {
    "scratch": Backend("twinprop.learners.scratch:ScratchLearner", "twinprop.learners.scratch_stack:ScratchStack"),
    "torch": Backend("twinprop.learners.torch:TorchLearner", "twinprop.learners.torch_stack:TorchStack"),
}
