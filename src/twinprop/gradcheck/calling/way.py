"""The known ways to call what a student wrote: each says what goes forward, what comes back, and what is measured.

A layer, a loss, a network whose targets come with backward, one method that returns the loss with its gradients, an
activation with its derivative. `ways_of` lists those that the methods of an object allow, the likeliest first.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from twinprop.gradcheck.arrays.held import is_number, said
from twinprop.gradcheck.arrays.inputs import LIKELY, REDUCTIONS, Reduction
from twinprop.gradcheck.calling.returned import array_in, is_many, last_of, loss_in, refuse_coarse
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.source.roles import Method
from twinprop.gradcheck.source.sources import left_names, nodes_of, returned_names

OF_LOSS = (
    "{} returned {}; with {} it is called as a loss, so return one number. Of a network, forward(x) returns the "
    "outputs instead, and backward(x, y) is given the targets."
)


@dataclass
class Way:
    """One way to call an object.

    Attributes:
        title: of the object, as the report calls it.
        forward, backward: the methods; without `backward`, forward returns the gradients with the loss.
        forward_roles, backward_roles: which value each argument is given.
        loss_method: where the network has a method for its loss.
        loss_roles: of its arguments.
        likely: the loss that is taken, of those that are `guesses`.
        after: a method that is called after backward, and leaves the gradients.
        many: whether the method for the loss of a network returns many numbers.
        known: whether the likely loss is the one that is meant.
    """

    title: str
    forward: Method
    backward: Method | None
    forward_roles: Mapping[str, str]
    backward_roles: Mapping[str, str] = field(default_factory=dict)
    loss_method: Method | None = None
    loss_roles: Mapping[str, str] = field(default_factory=dict)
    likely: Reduction = REDUCTIONS[0]
    after: Method | None = None
    many: bool = False
    known: bool = False

    is_loss: ClassVar[bool] = False
    """Whether the number that is measured is a loss, not a random sum of the outputs."""

    @property
    def guesses(self) -> Sequence[Reduction]:
        """What the loss may be, where it is not said; empty where it is known."""
        return ()

    @property
    def takes_y(self) -> bool:
        """Whether targets are needed."""
        given = [*self.forward_roles.values(), *self.backward_roles.values(), *self.loss_roles.values()]
        return "y" in given

    @property
    def given_apart(self) -> bool:
        """Whether backward is a call of its own, so that something can be changed before it."""
        return self.backward is not None

    def output(self, made: Any, returned: Any, before: Mapping[str, int]) -> Any:
        """What is measured, in what forward returned or left in an attribute that was another before.

        Raises:
            SubjectError: it is not there, or is not what was expected.
        """
        function = getattr(made, self.forward.name)
        out = array_in(made, returned, before, returned_names(function) or left_names(function))
        if out is None:
            what = "nothing" if returned is None else f"a {type(returned).__name__}"
            wanted = "a network returns its outputs" if self.is_loss else "a layer returns its output"
            number = isinstance(returned, int | float | np.generic)
            raise SubjectError(
                f"{self.title}.{self.forward.name} returned {what}; {wanted}, an array.", number and not self.is_loss
            )
        refuse_coarse(self.title, self.forward.name, out)
        return out

    def beside(self, returned: Any) -> Any:
        """What forward returned beside its output; all of it, where that stands in a list or a dict."""
        if isinstance(returned, dict | list):
            return returned
        rest = returned[1:] if isinstance(returned, tuple) else ()
        return rest[0] if len(rest) == 1 else rest

    def handed_on(self, returned: Any, out: Any) -> Any:
        """What backward is given as the output: all that forward has returned in a list or a dict with it."""
        first = returned[0] if isinstance(returned, tuple) and returned else returned
        return first if isinstance(first, dict | list) and last_of(first) is not None else out

    def upstream(self, out: Any, y: Any, rng: np.random.Generator) -> Any:
        """What backward is given as the gradient of the output; None for a loss."""
        return None

    def gradient(self, returned: Any, dy: Any, x: Any) -> Any:
        """What stands for the gradients, of what backward returned."""
        return returned

    def value(self, made: Any, out: Any, dy: Any, values: Mapping[str, Any]) -> float:
        """The number that is differentiated."""
        return float(out)

    def note(self) -> str:
        """What the report has to say about the way; empty for the usual ones."""
        return ""


class LayerWay(Way):
    """forward(x) returns y; backward(dy) returns dx. Measured is Σ y ⊙ dy with random dy."""

    def upstream(self, out: Any, y: Any, rng: np.random.Generator) -> Any:
        return rng.standard_normal(np.shape(out))

    def value(self, made: Any, out: Any, dy: Any, values: Mapping[str, Any]) -> float:
        return float((np.asarray(out) * dy).sum())


class SecondOutputWay(LayerWay):
    """forward(x) returns z and y, of which backward(x, z, dy) is given the first."""

    def output(self, made: Any, returned: Any, before: Mapping[str, int]) -> Any:
        both = isinstance(returned, tuple) and len(returned) == 2
        if not both or not all(isinstance(one, np.ndarray) for one in returned):
            raise SubjectError(f"{self.title}.{self.forward.name} returned no two arrays.", False)
        return super().output(made, returned[1], before)

    def beside(self, returned: Any) -> Any:
        return returned[0]


class DerivativeWay(LayerWay):
    """gradient(x) returns f'(x), entry by entry: the derivative of the sum of the outputs."""

    def upstream(self, out: Any, y: Any, rng: np.random.Generator) -> Any:
        return np.ones(np.shape(out))

    def note(self) -> str:
        assert self.backward is not None
        roles = self.backward_roles.values()
        given = "is given the output" if "out" in roles else "is given x" if roles else "is given nothing"
        return f"{self.backward.name} {given}: compared with the derivative of {self.forward.name}, entry by entry."


class JacobianWay(LayerWay):
    """jacobian(x), or backward(...), returns all derivatives of each output by each input; dy is multiplied here."""

    def gradient(self, returned: Any, dy: Any, x: Any) -> Any:
        jacobian = np.asarray(returned)
        if jacobian.ndim == 3 and jacobian.shape == (*np.shape(dy), np.shape(x)[-1]):  # one for each sample
            return np.einsum("ni,nij->nj", dy, jacobian)
        if jacobian.shape != (np.size(dy), np.size(x)):
            raise SubjectError(f"{self.title}: no matrix of derivatives was returned", False)
        return (np.ravel(dy) @ jacobian).reshape(np.shape(x))

    def note(self) -> str:
        assert self.backward is not None
        return f"{self.backward.name} returns a matrix: the derivative of each output by each input."


class SmallWay(LayerWay):
    """A layer whose dy is so small that nothing is clipped."""

    def upstream(self, out: Any, y: Any, rng: np.random.Generator) -> Any:
        return 1e-3 * rng.standard_normal(np.shape(out))


class OneEntryWay(LayerWay):
    """A layer whose dy has one entry that is not 0, as that of the cross entropy of one sample."""

    def upstream(self, out: Any, y: Any, rng: np.random.Generator) -> Any:
        dy = np.zeros(np.shape(out))
        dy.flat[int(rng.integers(dy.size))] = 1 + rng.random()
        return dy


class FusedWay(LayerWay):
    """A layer that ends in softmax or sigmoid, and takes p − y for the gradient of what went into that."""

    def upstream(self, out: Any, y: Any, rng: np.random.Generator) -> Any:
        return np.asarray(out) - y

    def value(self, made: Any, out: Any, dy: Any, values: Mapping[str, Any]) -> float:
        out, y = np.asarray(out), values["y"]
        of_classes = 0 if values["axis"] == -1 else -1
        binary = np.shape(out)[of_classes] == 1 or not np.allclose(np.sum(out, of_classes), 1)
        other = (1 - y) * np.log(1 - out) if binary else 0.0
        return float(-(y * np.log(out) + other).sum())


class LossWay(Way):
    """forward(x, y), or forward(x), returns one number; backward() may take y, or x and y, or the number 1.

    Without a backward, the gradients are returned beside the number.
    """

    is_loss = True

    def output(self, made: Any, returned: Any, before: Mapping[str, int]) -> Any:
        number = loss_in(made, self.forward.name, returned)
        if number is None:
            name = f"{self.title}.{self.forward.name}"
            what = "nothing" if returned is None else f"a {type(returned).__name__}"
            if not isinstance(returned, int | float | np.ndarray | np.generic):
                first = returned[0] if isinstance(returned, tuple) and returned else None  # one sample has one loss
                both = " and ".join(str(one) for one in (self.forward, self.backward) if one is not None)
                raise SubjectError(OF_LOSS.format(name, what, both), is_many(first))
            shown = f"{name} returned an array of shape {np.shape(returned)}"
            raise SubjectError(f"{shown}; return one number, the loss. Take the mean over samples.", False)
        refuse_coarse(self.title, self.forward.name, number)
        return number.reshape(())[()]


class LossesWay(LossWay):
    """forward(x, y) returns a number for each sample, or for each output. Their sum or a mean of them is the loss."""

    @property
    def guesses(self) -> Sequence[Reduction]:
        return REDUCTIONS

    def output(self, made: Any, returned: Any, before: Mapping[str, int]) -> Any:
        if not is_many(returned):
            matters = is_number(returned) and not np.isfinite(returned)  # of other numbers there may be many
            raise SubjectError(f"{self.title}.{self.forward.name} returned no losses, but {returned!r:.40}", matters)
        refuse_coarse(self.title, self.forward.name, returned)
        return returned

    def value(self, made: Any, out: Any, dy: Any, values: Mapping[str, Any]) -> float:
        return self.likely.value(out, values["y"], values["axis"], values["samples"])

    def note(self) -> str:
        return many_numbers(self.forward.name, self.likely)


class NetworkWay(Way):
    """forward(x) returns the outputs; backward is given the targets. The loss is its own method's, or a likely one."""

    is_loss = True

    def output(self, made: Any, returned: Any, before: Mapping[str, int]) -> Any:
        # a single neuron has one number for a sample
        return super().output(made, np.asarray(returned, float) if is_number(returned) else returned, before)

    @property
    def guesses(self) -> Sequence[Reduction]:
        return REDUCTIONS if self.many else LIKELY if self.loss_method is None and not self.known else ()

    def value(self, made: Any, out: Any, dy: Any, values: Mapping[str, Any]) -> float:
        beside = float(said(made, "_beside_the_loss", 0.0))
        if self.loss_method is None:
            return beside + self.likely.value(out, values["y"], values["axis"], values["samples"])
        whole = self.handed_on(values["returned"], out)
        given = whole if takes_the_last(getattr(made, self.loss_method.name), self.loss_roles) else out
        returned = self.loss_method.call(made, self.loss_roles, {**values, "out": given})
        found = loss_in(made, self.loss_method.name, returned)
        if found is not None:
            return beside + float(found.reshape(()))
        if not is_many(returned, out) or np.min(returned) < 0:  # p - y is no loss
            raise SubjectError(f"{self.title}.{self.loss_method.name} returned no number", False)
        self.many = True
        return beside + self.likely.value(returned, values["y"], values["axis"], values["samples"])

    def note(self) -> str:
        if self.loss_method is not None:
            return many_numbers(self.loss_method.name, self.likely) if self.many else ""
        told = f"The network does not say what its loss is; of the likely ones this one fits: {self.likely}."
        return "" if self.known else told


def takes_the_last(loss: Any, roles: Mapping[str, str]) -> bool:
    """Whether a method for the loss takes the last of its outputs, as `activations[-1]` of those of all layers."""
    names = {f"{name}[-1]" for name, role in roles.items() if role == "out"}
    return any(isinstance(node, ast.Subscript) and ast.unparse(node) in names for node in nodes_of(loss))


def many_numbers(name: str, likely: Reduction) -> str:
    return f"{name} returns many numbers; the loss is taken to be this of them, which fits: {likely}."
