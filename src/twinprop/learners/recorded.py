"""The work of an update on the CPU as the row of PyTorch's operations that it comes to, recorded and done again.

Most of a small network's update is Python and autograd finding out what to do, and it comes to the same operations each
time. So once batches of one form come in, the operations are recorded, twice, and if both records are the same, they
are done from then on by one function that holds nothing else: the same operations on the same memory, hence the same
bits. What differs, such as a number that moves from update to update, is computed as ever.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from operator import getitem
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.fx import Graph, GraphModule, Node
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from twinprop.arrays.counters import Counters
from twinprop.config import registry
from twinprop.learners.captured import Captured
from twinprop.scratch.losses import Loss
from twinprop.training.learner import Learner

READ_BY_PYTHON = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default}

TURN = torch.ops.aten.transpose_.default
"""The one operation of torch.nn that changes the shape of the tensor that it is given."""

KNOWN = ("torch", "twinprop")
"""Packages whose modules decide nothing in Python that could be otherwise in a later update."""

LARGEST = 2**21
"""Bytes of a batch above which operations take so long that less than a twentieth would be gained."""


def worth_recording(layers: Iterable[str], loss: Loss) -> bool:
    """Whether a record of a network of such kinds of layers could never differ from its code, and is faster.

    Of the classes of others nobody knows what they decide in Python. Recurrent layers go through time in C++ already:
    their record, an operation for each step of time, takes 1.1 of the time.
    """
    paths = [registry.LOSSES[loss.name].pytorch, *(registry.layer_twin(kind).pytorch for kind in layers)]
    if not all(isinstance(path, str) and path.partition(".")[0] in KNOWN for path in paths):
        return False
    kinds = [registry.load(path) for path in paths]
    return not any(isinstance(kind, type) and issubclass(kind, nn.RNNBase) for kind in kinds)


class Recorded(Captured):
    """`Learner.compute`, done from its record for batches of the form that was recorded, and as ever for others."""

    largest = LARGEST
    again: Callable[[Tensor, Tensor], tuple[Tensor, tuple[Tensor, ...], Any]]
    first: Record | None

    def form(self, x: Tensor, y: Tensor) -> Any:
        return x.shape, x.stride(), y.shape, y.stride()

    def capture(self, learner: Learner, x: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, ...], Any]:
        """Compute this update: the first tells which layers draw random numbers, the next two are recorded."""
        if self.begun != self.form(x, y):
            self.begun, self.captured_form = self.form(x, y), None
            self.counters, self.first = Counters(self.device), None
            with self.counters.hold():
                return learner.compute(x, y)
        self.counters.move(learner.steps)
        with self.counters.hold(), Recording() as recording:
            found = learner.compute(x, y)
        record, first = recording.record((x, y), found), self.first
        if record is None or (first is not None and not record.same(first)):
            self.begun, self.first, self.failed = None, None, True
        elif first is None:
            self.first = record
        else:
            self.begun, self.first, self.captured_form = None, None, self.form(x, y)
            self.again = record.function()
        return found

    def replay(self, learner: Learner, x: Tensor, y: Tensor) -> tuple[Tensor, tuple[Tensor, ...], Any]:
        self.counters.move(learner.steps)
        with torch.no_grad():
            return self.again(x, y)


class Call(NamedTuple):
    """An operation, what it got and gave, and whether somebody could have wanted its gradient."""

    operation: Any
    args: Any
    kwargs: dict[str, Any]
    result: Any
    derives: bool


class Recording(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps each operation below autograd, and all tensors: so no two of them lie at one place in memory."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[Call] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given, named = aliases((args, kwargs or {}))
        result = func(*args, **(kwargs or {}))
        self.calls.append(Call(func, given, named, aliases(result), torch.is_grad_enabled()))
        return result

    def record(self, inputs: tuple[Tensor, ...], outputs: Any) -> Record | None:
        """The operations as a function of the inputs that gives the outputs; None where they are more than that."""
        operations = {call.operation for call in self.calls}
        turns = {each for each in operations if torch.Tag.inplace_view in each.tags}
        every = tensors((outputs, [call[1:4] for call in self.calls]))
        unusual = any(type(each) is not Tensor or each.layout is not torch.strided for each in every)
        if operations & READ_BY_PYTHON or turns - {TURN} or unusual:
            return None
        return Record(self.calls, inputs, outputs)


# what PyTorch wraps it with imports the whole compiler
Recording.__torch_dispatch__ = inspect.unwrap(Recording.__torch_dispatch__)  # type: ignore[method-assign]


class Record:
    """Operations as a graph of PyTorch's, whose arguments are tensors from outside of the update and then its inputs.

    A tensor is known by its place in memory, for autograd hands on what was computed as objects of its own.
    """

    def __init__(self, calls: list[Call], inputs: tuple[Tensor, ...], outputs: Any) -> None:
        self.graph, self.outside = Graph(), list[Tensor]()
        self.nodes = {place(each): self.graph.placeholder(f"x{number}") for number, each in enumerate(inputs)}
        self.input = next(iter(self.nodes.values()))
        self.from_outside: set[Node] = set()
        self.derives = False
        for call in calls:
            self.add(call)
        self.graph.output(self.node(outputs))
        self.text = str(self.graph)

    def add(self, call: Call) -> None:
        """Append an operation, unless it only looks anew at memory that is known, or at what never moves."""
        given, made = tensors((call.args, call.kwargs)), tensors(call.result)
        if call.operation.is_view:
            if all(place(each) in self.nodes for each in made):
                return
            if all(self.node(each) in self.from_outside for each in given):
                for each in made:
                    self.take(each)
                return
        args, kwargs = self.node((call.args, call.kwargs))
        if call.operation is TURN:
            # in place, and what it was before may be asked for again
            args = self.graph.call_function(torch.ops.aten.alias.default, args[:1]), *args[1:]
        if call.derives != self.derives:
            # some operations keep more for a gradient that may be wanted
            self.graph.call_function(torch._C._set_grad_enabled, (call.derives,))
            self.derives = call.derives
        node = self.graph.call_function(call.operation, args, kwargs)
        if isinstance(call.result, Tensor):
            self.nodes.setdefault(place(call.result), node)
            return
        for number, each in enumerate(call.result or ()):
            if isinstance(each, Tensor) and place(each) not in self.nodes:
                self.nodes[place(each)] = self.graph.call_function(getitem, (node, number))

    def node(self, values: Any) -> Any:
        """The same values with nodes in place of tensors."""
        return tree_map_only(Tensor, lambda each: self.nodes.get(place(each)) or self.take(each), values)

    def take(self, tensor: Tensor) -> Node:
        """A new argument: a parameter, a running average, a constant."""
        with self.graph.inserting_before(self.input):
            node = self.nodes[place(tensor)] = self.graph.placeholder(f"outside{len(self.outside)}")
        self.from_outside.add(node)
        self.outside.append(tensor.detach())
        return node

    def same(self, other: Record) -> bool:
        """Whether both do the same operations with the same numbers on the same memory."""
        return self.text == other.text and list(map(place, self.outside)) == list(map(place, other.outside))

    def function(self) -> Callable[..., Any]:
        """What does it all again, given the inputs."""
        return partial(GraphModule({}, self.graph).forward, *self.outside)


def tensors(values: Any) -> list[Tensor]:
    return [each for each in tree_leaves(values) if isinstance(each, Tensor)]


def aliases(values: Any) -> Any:
    """The same memory in tensors of their own, whose shapes stay when an operation changes those of the others."""
    return tree_map_only(Tensor, Tensor.detach, values)


def place(tensor: Tensor) -> Any:
    """What a tensor shows of which memory."""
    memory = tensor.untyped_storage().data_ptr(), tensor.storage_offset(), tensor.dtype
    return *memory, tensor.shape, tensor.stride(), tensor.is_conj(), tensor.is_neg()
