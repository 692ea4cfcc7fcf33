"""The known ways to call a class under test: as a layer, or as a loss, which a network with its loss is too.

Each says what `forward` and `backward` are given, and what `forward` has to return.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.held import FloatArray

UPSTREAM = ("d", "grad", "up", "g")
"""First letters of a parameter of `backward` that wants the gradient of the loss itself, which is 1."""

TRAINING = "training"
"""A parameter of `forward` that is no input: it is True, so that dropout and batch normalization are checked."""

CONTRACT = "A layer has forward(x) and backward(dy); a loss or a network has forward(x, y) and backward()."


class LayerCall:
    """forward(x) returns y; backward(dy) returns dx."""

    is_loss = takes_y = False

    def __init__(self, title: str, takes_training: bool) -> None:
        self.title, self.takes_training = title, takes_training

    def forward_arguments(self, x: FloatArray, y: Any) -> tuple[Any, ...]:
        return (x,)

    def backward_arguments(self, dy: Any, x: FloatArray, y: Any) -> tuple[Any, ...]:
        return (dy.copy(),)

    def output(self, out: Any) -> Any:
        """The output of the layer.

        Raises:
            SubjectError: `out` is no array, or too coarse.
        """
        if not isinstance(out, np.ndarray):
            what = "nothing" if out is None else f"a {type(out).__name__}"
            raise SubjectError(f"{self.title}.forward returned {what}; a layer returns its output, an array.", False)
        refuse_coarse(self.title, out)
        return out


class LossCall:
    """forward(x, y), or forward(x), returns one number; backward() may take y, or x and y, or the number 1.

    Args:
        title: of the class, as the report calls it.
        takes_training: whether forward is told that it is training.
        takes_y: whether forward is given targets.
        back_needed: names of the arguments that backward must be given.
    """

    is_loss = True

    def __init__(self, title: str, takes_training: bool, takes_y: bool, back_needed: list[str]) -> None:
        self.title, self.takes_training = title, takes_training
        self.takes_y, self.back_needed = takes_y, back_needed

    def forward_arguments(self, x: FloatArray, y: Any) -> tuple[Any, ...]:
        return (x, y.copy()) if self.takes_y else (x,)

    def backward_arguments(self, dy: Any, x: FloatArray, y: Any) -> tuple[Any, ...]:
        if len(self.back_needed) == 2:
            return x.copy(), y.copy()
        if len(self.back_needed) == 1:
            return (1.0,) if self.back_needed[0].lower().startswith(UPSTREAM) else (y.copy(),)
        return ()

    def output(self, out: Any) -> Any:
        """The loss as a number.

        Raises:
            SubjectError: `out` is not one number, or too coarse.
        """
        wanted = "return one number, the loss."
        if out is None:
            raise SubjectError(f"{self.title}.forward returned nothing; {wanted}", False)
        if not isinstance(out, int | float | np.ndarray | np.generic):
            raise SubjectError(f"{self.title}.forward returned a {type(out).__name__}; {wanted}", False)
        array = np.asarray(out)
        if array.size != 1:
            raise SubjectError(
                f"{self.title}.forward returned an array of shape {array.shape}; {wanted} Take the mean over samples.",
                False,
            )
        refuse_coarse(self.title, array)
        return array.reshape(())[()]


def refuse_coarse(title: str, out: FloatArray) -> None:
    if out.dtype in (np.float32, np.float16):
        raise SubjectError(
            f"{title}.forward returned {out.dtype} for a float64 input, which is too coarse to check; "
            "leave out the cast.",
            False,
        )


def calling_convention(made: Any, title: str) -> LayerCall | LossCall:
    """How an object wants to be called, as the signatures of its methods tell.

    Raises:
        SubjectError: it has no `forward` or `backward`, or they take the wrong arguments.
    """
    for name in ("forward", "backward"):
        if not callable(getattr(made, name, None)):
            raise SubjectError(f"{title}: has no {name}. {CONTRACT}")
    needed, most = positional_parameters(made.forward)
    back_needed, back_most = positional_parameters(made.backward)
    is_loss = len(needed) == 2 or (most >= 2 and back_most == 0) or (most == 1 and back_most == 0)
    if not 1 <= max(len(needed), min(most, 1)) <= 2 or len(back_needed) > (2 if is_loss else 1):
        raise SubjectError(
            f"{title}: forward({', '.join(needed)}) and backward({', '.join(back_needed)}) do not fit. {CONTRACT}"
        )
    takes_training = TRAINING in inspect.signature(made.forward).parameters
    return LossCall(title, takes_training, most >= 2, back_needed) if is_loss else LayerCall(title, takes_training)


def positional_parameters(f: Callable[..., Any]) -> tuple[list[str], float]:
    """Names of the parameters that must be given, and how many can be; `training` is none of them."""
    kinds = inspect.Parameter
    given = [p for p in inspect.signature(f).parameters.values() if p.name != TRAINING]
    ordinary = [p for p in given if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    most = float("inf") if any(p.kind == kinds.VAR_POSITIONAL for p in given) else len(ordinary)
    return [p.name for p in ordinary if p.default is kinds.empty], most
