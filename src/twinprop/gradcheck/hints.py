"""Known mistakes in backward passes, each recognised by what it does to the numbers.

A hint is looked for only where a gradient is wrong already, so a right class is never accused. Some
mistakes show in the numbers alone (a factor, a transpose, a sum over the wrong axis). Others show when
a weight is changed between forward and backward: a backward that uses the weight must answer to it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from twinprop.gradcheck.numeric import compare, largest
from twinprop.gradcheck.subject import GRADIENT_NAMES, Float, Place, SubjectError, arrays_of, attributes_of, shown

if TYPE_CHECKING:
    from twinprop.gradcheck.layer import Gradient, Trial

CLOSE = 1e-4
"""Two arrays are the same where they differ by less than this part of their largest entry."""


def same(a: Any, b: Any) -> bool:
    """Whether two arrays of one shape are equal but for rounding; entries that are NaN in `b` are not known."""
    if np.shape(a) != np.shape(b):
        return False
    a, b = np.asarray(a, float), np.asarray(b, float)
    known = ~np.isnan(b)
    if not known.any() or not np.isfinite(a).all():
        return False
    size = max(np.abs(a[known]).max(), np.abs(b[known]).max())
    return bool(size > 0 and np.abs(a - b)[known].max() <= CLOSE * size)


def multiple(a: Any, b: Any) -> float | None:
    """The number k with a = k · b; None where there is none."""
    if np.shape(a) != np.shape(b) or np.size(a) == 0 or not np.isfinite(a).all():
        return None
    known = ~np.isnan(b)
    square = float((b[known] ** 2).sum())
    k = float((a[known] * b[known]).sum()) / square if square else 0.0
    return k if abs(k) > 1e-6 and same(a, k * b) else None


class Evidence:
    """All that is known about a class: its gradients, and how it behaves when something is changed.

    Args:
        trial: the class with its inputs.
        gradients: what was found, with difference quotients.
        second: the gradients of a second call.
    """

    def __init__(self, trial: Trial, gradients: list[Gradient], second: dict[str, tuple[str, Any]]) -> None:
        self.trial, self.gradients, self.second = trial, gradients, second
        self.places = {place.name: place for place in trial.parameters}
        self.samples = trial.inputs.count
        self.wrong = [gradient for gradient in gradients if not gradient.passed and gradient.value is not None]
        self.alone: dict[str, tuple[Float, Float]] = {}
        self.caches: list[Float] = []
        if self.wrong:
            self.one_sample()

    def one_sample(self) -> None:
        """Gradients and quotients for the first sample alone, where nothing is summed, and what forward kept."""
        from twinprop.gradcheck.layer import Trial

        trial = self.trial
        try:
            alone = Trial(trial.subject, trial.inputs.first(), trial.seed)
            found = alone.run()
            before = {id(place.get()) for place in trial.parameters}
            kept = [place.get() for place in arrays_of(trial.subject.made)]
            kept += [
                part
                for value in attributes_of(trial.subject.made).values()
                if isinstance(value, tuple)
                for part in value
            ]
            arrays = [array for array in kept if isinstance(array, np.ndarray) and id(array) not in before]
            self.caches = [array.copy() for array in arrays]
            for gradient in self.wrong:
                value = found.get(gradient.of, ("", None))[1]
                array = alone.x if gradient.of == "x" else self.places[gradient.of].get()
                fits = isinstance(value, np.ndarray) and (value.size == 1 or value.shape == array.shape)
                if fits and array.size <= 2000:
                    measured = alone.measure(array)
                    scale = largest([entry.central[1] for entry in measured.values()])
                    claimed = value if value.shape == array.shape else np.zeros(array.shape)
                    self.alone[gradient.of] = value, compare(claimed, measured, scale).numeric
        except SubjectError:
            pass  # a class need not take a single sample
        finally:
            trial.subject.forward(trial.x, trial.inputs.y)

    def rerun(self, place: Place, change: Callable[[Float], Float]) -> dict[str, Any]:
        """Gradients when a parameter is changed between forward and backward."""

        def swap() -> None:
            place.get()[...] = change(place.get().copy())

        try:
            return {of: value for of, (_, value) in self.trial.run(swap).items()}
        except SubjectError:
            return {}

    def weights_after(self, of: str) -> Iterator[Place]:
        """Weights between a parameter and the output, as far as the order of attributes tells."""
        names = list(self.places)
        start = -1 if of == "x" else names.index(of)
        for name in names[start + 1 :]:
            if self.places[name].get().ndim == 2 and min(self.places[name].get().shape) > 1:
                yield self.places[name]


Hint = Callable[[Evidence, "Gradient"], Iterator[str]]


def find(evidence: Evidence) -> list[tuple[list[str], str]]:
    """Each recognised mistake with the gradients that show it."""
    found: dict[str, list[str]] = {}
    for gradient in evidence.gradients:
        if gradient.value is None:
            found.setdefault(missing(gradient), []).append(gradient.of)
        elif gradient.comparison is None or gradient.comparison.wrong:
            texts = [text for hint in HINTS for text in hint(evidence, gradient)]
            for text in texts or ([UNKNOWN] if gradient.comparison is not None else []):
                found.setdefault(text, []).append(gradient.name)
    known = [text for text in found if text != UNKNOWN]
    if UNKNOWN in found and known:
        found[UNKNOWN_YET] = found.pop(UNKNOWN)
    for gradient, text in repeated(evidence):
        found.setdefault(text, []).append(gradient.name)
    if evidence.trial.updated:
        names = ", ".join(evidence.trial.updated)
        found[f"backward changes {names}. It should only leave the gradients; the update is a step of its own."] = []
    return [(names, text) for text, names in found.items()]


UNKNOWN = (
    "no known mistake looks like this. Where a gradient nearer to the output passes, the mistake is in the lines of "
    "backward between that one and this one."
)


UNKNOWN_YET = (
    "no known mistake looks like this. Mend the other mistakes first: one that is nearer to the output makes all that "
    "come before it wrong."
)


def missing(gradient: Gradient) -> str:
    name = gradient.of.rpartition(".")[2]
    if gradient.of == "x":
        return "backward returned nothing. A layer returns dx, which the layer below needs."
    return (
        f"no gradient was found after backward; it is looked for as d{name}, {name}_grad or grads[{name!r}]. "
        f"If {gradient.of} is a constant, say --constant {gradient.of}."
    )


def notes(evidence: Evidence) -> list[str]:
    """What is no mistake, and worth knowing."""
    trial = evidence.trial
    x = trial.x.copy()
    arguments = (x, trial.inputs.y.copy()) if trial.subject.is_loss and trial.subject.takes_y else (x,)
    trial.subject.made.forward(*arguments)
    if not np.array_equal(x, trial.x):
        return ["forward changes its input x in place; whoever hands it over loses the values. Work on a copy."]
    return []


def repeated(evidence: Evidence) -> Iterator[tuple[Gradient, str]]:
    """Gradients that another call of backward changes."""
    for gradient in evidence.gradients:
        _, again = evidence.second.get(gradient.of, ("", None))
        if not isinstance(again, np.ndarray) or np.shape(again) != np.shape(gradient.value):
            continue
        if np.allclose(again, gradient.value, rtol=1e-9, atol=1e-300, equal_nan=True):
            continue
        gradient.problem = gradient.problem or "changes"
        if same(again, 2 * np.asarray(gradient.value)):
            yield (
                gradient,
                "a second forward and backward gives twice the gradient: it is added to that of the call before. "
                "Write = in place of +=, or clear it in a method zero_grad().",
            )
        else:
            yield gradient, "a second forward and backward with the same numbers gives another gradient."


def shape(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """A shape that does not fit."""
    if gradient.comparison is not None:
        return
    value, right = np.asarray(gradient.value, float), gradient.right
    flat = right.ravel()
    k = multiple(value.ravel(), flat) if value.size == flat.size else None
    if k is not None:
        yield (
            "the numbers are right, the shape is not: use keepdims=True, or reshape it to that of the parameter."
            f"{scaled(evidence, k)}"
        )
        return
    if value.shape == right.T.shape:
        k = multiple(value.T, right)
        if k is None:
            yield "the shape is that of the transpose, and the numbers differ, too."
        else:
            yield (
                "the right gradient transposed: for y = x W, dW = x.T @ dy; for y = x W.T, dW = dy.T @ x."
                f"{scaled(evidence, k)}"
            )
        return
    for axis in range(value.ndim):
        if multiple(value.sum(axis), flat) is not None:
            yield f"not summed over the batch: sum over axis {axis}, since the bias is added to every sample."
            return
    if value.size == 1:
        yield f"summed over everything: name the axis of the batch, {abs(evidence.trial.inputs.axis)}."
    elif value.size == evidence.samples:
        yield WRONG_AXIS.format(evidence.samples, abs(evidence.trial.inputs.axis))


WRONG_AXIS = "one number for each of the {} samples: summed over the wrong axis; the batch is axis {}."


def wrong_axis(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """A bias with as many entries as there are samples: of the first sample alone, one number is left."""
    value, right = evidence.alone.get(gradient.of, (None, None))
    if gradient.comparison is None or value is None or right is None or value.size != 1 or right.size < 2:
        return
    if abs(value.sum() - right.sum()) <= CLOSE * np.abs(right).max():
        yield WRONG_AXIS.format(evidence.samples, abs(evidence.trial.inputs.axis))


def not_finite(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    if not np.isfinite(np.asarray(gradient.value, float)).all():
        yield "some entries are inf or nan."


def zero(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    if not np.any(gradient.value):
        yield "0 everywhere: backward does not fill it, or keeps it in a variable of its own."


def bias_from_weight_gradient(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """db summed from dW in place of dZ."""
    value = np.asarray(gradient.value, float)
    if gradient.of == "x" or value.size < 2:
        return
    for other in evidence.gradients:
        if other.of in (gradient.of, "x") or np.ndim(other.value) != 2 or min(np.shape(other.value)) < 2:
            continue
        for axis in (0, 1):
            total = np.asarray(other.value, float).sum(axis)
            k = multiple(value.ravel(), total) if total.size == value.size else None
            if k is not None:
                line = quoted(evidence, gradient.of, [other.of], ("sum", "mean"))
                yield (
                    f"the sum of {other.name} over axis {axis}. The bias is added after the product with {other.of}, "
                    f"so sum the gradient of that result, dZ, over the batch.{line}"
                )
                return


def constant_factor(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """The right gradient times a number."""
    if gradient.comparison is None:
        return
    k = multiple(gradient.comparison.analytic, gradient.comparison.numeric)
    if k is None:
        return
    text = dropped(evidence, k) or factor(evidence, k)
    if text is None and gradient.target.size >= 3:
        text = f"{k:.6g} times the right gradient: a constant factor is missing, or one too many."
    if text is not None:
        yield text


def dropped(evidence: Evidence, k: float) -> str | None:
    """Dropout whose 1/(1 - p) is missing in backward."""
    trial = evidence.trial
    if trial.dy is None or np.shape(trial.out) != trial.x.shape:
        return None
    kept = trial.out != 0
    scale = multiple(trial.out[kept], trial.x[kept])
    if kept.all() or scale is None or abs(scale * k - 1) > CLOSE or abs(scale - 1) < CLOSE:
        return None
    return f"forward multiplies what it keeps by {scale:.6g}, as dropout does by 1/(1 - p); so backward must, too."


def scaled(evidence: Evidence, k: float | None) -> str:
    """What is wrong beside something else, where a factor other than 1 remains."""
    text = None if k is None or abs(k - 1) < CLOSE else factor(evidence, k)
    return f" Also, {text}" if text else ""


def factor(evidence: Evidence, k: float) -> str | None:
    """What a constant factor means; None where it is not one of the known."""
    n, trial = evidence.samples, evidence.trial
    y = trial.inputs.y
    parts = 1 if trial.inputs.kind == "binary" else (trial.inputs.x if y is None or y.ndim < 2 else y).size // n
    loss, numbers = trial.dy is None, f"{n}×{parts} numbers"
    once = f"{n} times too large, and there are {n} samples: 1/n is missing"
    twice = f"{n} times too small, and there are {n} samples: divided by n "
    square = ": the derivative of (a - y)² is 2 (a - y)." if loss else "."
    known = {  # the same number twice is read as the later one
        float(
            n * parts
        ): f"{n * parts} times too large: the loss is a mean over all {numbers}, so divide by their count.",
        float(parts): f"{parts} times too large: the loss is a mean over all {numbers}, not over {n}.",
        1.0 / parts: f"{parts} times too small: the loss is a mean over the {n} samples, not over all {numbers}.",
        1.0 / (n * parts): f"{n * parts} times too small, and there are {numbers}: divided by their count too often.",
        1.0 / n**2: f"{n}² times too small, and there are {n} samples: divided by n too often.",
        float(n) / 2: f"{n}/2 times too large: 1/n is missing, and the 2 of the derivative of (a - y)².",
        0.5: f"half as large as it should be{square}",
        2.0: "twice too large.",
        1.0 / n: f"{twice}twice, or forward does not divide."
        if loss
        else f"{twice}here. That belongs in the loss alone; a layer sums over the batch.",
        float(n): f"{once}, since the loss is a mean over them." if loss else f"{once}.",
        1.0: "",
    }
    for size, text in known.items():
        if abs(abs(k) / size - 1) < CLOSE:
            if k > 0:
                return text or None
            return (
                f"the sign is wrong. Also, {text}" if text else "the sign is wrong: a minus is lost, or one too many."
            )
    return None


def transposed(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    if gradient.comparison is None or gradient.target.ndim != 2:
        return
    numeric = gradient.comparison.numeric
    if gradient.target.shape[0] == gradient.target.shape[1] > 1 and not np.isnan(numeric).any():
        k = multiple(gradient.comparison.analytic.T, numeric)
        if k is not None and multiple(gradient.comparison.analytic, numeric) is None:
            yield f"the right gradient transposed.{scaled(evidence, k)}"


def passed_through(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """dx of an activation without its derivative, or of softmax taken for one."""
    trial = evidence.trial
    if gradient.of != "x" or trial.dy is None or gradient.comparison is None:
        return
    value = gradient.comparison.analytic
    if trial.dy.shape != value.shape or trial.parameters:
        return
    if multiple(value, trial.dy) is not None:
        yield "equal to dy: the derivative of the function is missing, dx = dy * f'(x)."
        return
    p = np.asarray(trial.out, float)
    if multiple(value, p * (1 - p) * trial.dy) is not None and np.allclose(p.sum(-1), 1):
        yield (
            "equal to p (1 - p) dy, the diagonal of the derivative of softmax. Each output depends on every input:\n"
            "dx = p * (dy - (p * dy).sum(axis=-1, keepdims=True))"
        )
        return
    name = spelled_factor(value, trial.dy, [trial.x, p])
    if name:
        yield f"equal to dy times {name}, which is not this function's derivative."


def spelled_factor(value: Float, dy: Float, sources: list[Float]) -> str:
    """The derivative that was taken, where it is a well-known one of x or of y."""
    for source, letter in zip(sources, ("x", "y"), strict=True):
        for name, derivative in DERIVATIVES.items():
            if multiple(value, dy * derivative(source)) is not None:
                return name.replace("{}", letter)
    return ""


def gradient_for_weight(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """A weight that backward should use and does not; where dW stands in its place, dx may show it."""
    if any(bias_from_weight_gradient(evidence, gradient)):
        return  # it has a mistake of its own that hides this one
    trial, value = evidence.trial, np.asarray(gradient.value, float)
    for place in evidence.weights_after(gradient.of):
        dw = next((other for other in evidence.gradients if other.of == place.name), None)
        if gradient.of == "x" and trial.dy is not None:
            factors = [(place.name, place.get()), (f"{place.name}.T", place.get().T)]
            if dw is not None and np.ndim(dw.value) == 2:
                factors += [(dw.name, dw.value), (f"{dw.name}.T", dw.value.T)]
            spelled = next((name for name, matrix in factors if product_is(value, trial.dy, matrix)), None)
            if spelled in (place.name, f"{place.name}.T"):
                yield f"equal to the product of dy and {spelled}: the weight {place.name} is the wrong way round."
                return
            if spelled is not None and dw is not None:
                line = quoted(evidence, place.name, [place.name], PRODUCTS)
                yield (
                    f"equal to the product of dy and {spelled}: the gradient {dw.name} stands where the weight "
                    f"{place.name} belongs.{line}"
                )
                return
        if answers(evidence, gradient, place):
            continue
        name = dw.name if dw else f"d{place.name}"
        line = quoted(evidence, place.name, [place.name], PRODUCTS)
        blame = f"Here {name} stands in its place:{line}" if line else f"Does {name} stand in its place?"
        yield (
            f"{place.name} is not used: change it between forward and backward, and this gradient stays the same. "
            f"The way back goes through that weight, as in dx = dy @ W.T. {blame}"
        )
        return


PRODUCTS = ("matmul", "dot", "@", "einsum", "tensordot")


def product_is(value: Float, dy: Float, matrix: Any) -> bool:
    if matrix is None or np.ndim(matrix) != 2:
        return False
    try:
        return multiple(value, dy @ matrix) is not None
    except ValueError:
        try:
            return multiple(value, matrix @ dy) is not None
        except ValueError:
            return False


def answers(evidence: Evidence, gradient: Gradient, place: Place) -> bool:
    """Whether a gradient changes with a weight that is changed between forward and backward."""
    again = evidence.rerun(place, lambda w: w + 1 + np.abs(w)).get(gradient.of)
    return again is None or not np.array_equal(again, gradient.value)


def weight_transposed(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """A square weight that is used the wrong way round: with its transpose, all comes out right."""
    if gradient.comparison is None:
        return
    for place in evidence.weights_after(gradient.of):
        w = place.get()
        if w.shape[0] != w.shape[1] or (gradient.of == "x" and evidence.trial.dy is not None):
            continue
        again = evidence.rerun(place, lambda w: w.T).get(gradient.of)
        if again is not None and multiple(again, gradient.comparison.numeric) is not None:
            yield f"right when {place.name} is transposed in backward: {place.name} stands there the wrong way round."


def sigmoid(z: Float) -> Float:
    return 1 / (1 + np.exp(-z))


DERIVATIVES: dict[str, Callable[[Float], Float]] = {
    "{} (1 - {})": lambda a: a * (1 - a),
    "1 - {}²": lambda a: 1 - a * a,
    "({} > 0)": lambda a: (a > 0).astype(float),
    "sigmoid'({})": lambda a: sigmoid(a) * (1 - sigmoid(a)),
    "tanh'({})": lambda a: 1 - np.tanh(a) ** 2,
}

FROM_OUTPUT = ("{} (1 - {})", "1 - {}²", "({} > 0)")
"""Derivatives of activations by what forward returned: of sigmoid, tanh and ReLU."""

ONCE_MORE = {"sigmoid'({})": ("sigmoid", "{} (1 - {})"), "tanh'({})": ("tanh", "1 - {}²")}
"""Derivatives by z that are given a in its place: the activation, and the derivative by a."""


def activation_derivative(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """With one sample, a hidden unit's gradients are all off by the derivative of its activation."""
    if gradient.of not in evidence.alone or evidence.trial.dy is not None:
        return
    value, right = evidence.alone[gradient.of]
    if multiple(value, right) is not None:
        return
    caches = [(axis, a) for cache in evidence.caches for axis, a in along(cache, value)]
    for (name, derivative), (_, a) in product(DERIVATIVES.items(), caches):
        d = derivative(a)
        if np.allclose(d, 1):
            continue
        letter = "a" if name in FROM_OUTPUT else "z"
        there = name.replace("{}", letter)
        if multiple(value * d, right) is not None:
            yield f"the derivative of the activation is missing: right if multiplied by {there}, {letter} from forward."
            return
        if multiple(value, right * d) is not None:
            yield f"the derivative of the activation is there twice: {there} is once too many."
            return
    for axis, a in caches:
        for other, z in caches:
            text = wrong_derivative(value, right, a, z) if other == axis else ""
            if text:
                yield text
                return


def along(cache: Float, value: Float) -> Iterator[tuple[int, Float]]:
    """An array with a number for each entry of one axis of a gradient, ready to be multiplied with it."""
    for axis in range(value.ndim):
        if cache.size == value.shape[axis] > 1:
            yield axis, cache.ravel().reshape([-1 if other == axis else 1 for other in range(value.ndim)])


def wrong_derivative(value: Float, right: Float, a: Float, z: Float) -> str:
    """Which derivative stands in place of the right one, if the right one is of `a` and the other of `z`."""
    letter = "a" if z is a else "z"
    for true in FROM_OUTPUT:
        belongs = DERIVATIVES[true](a)
        for taken, derivative in DERIVATIVES.items():
            stands = derivative(z)
            if np.allclose(stands, belongs) or multiple(value * belongs, right * stands) is None:
                continue
            belonging, there = true.replace("{}", "a"), taken.replace("{}", letter)
            name, own = ONCE_MORE.get(taken, ("", ""))
            if z is a and own == true:
                return f"{name} is applied once more in its derivative: from a = {name}(z) it is {belonging}."
            of = "a from forward" if z is a else "a from forward, and z what went into it"
            return f"the wrong derivative of the activation: {there} stands where {belonging} belongs, {of}."
    return ""


def reversed_mask(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """0 exactly where it should not be."""
    if gradient.comparison is None:
        return
    value, right = evidence.alone.get(gradient.of, (gradient.comparison.analytic, gradient.comparison.numeric))
    if value.shape != right.shape or not value.any() or not right.any():
        return
    # entry by entry, or unit by unit: a weight's gradient is 0 where its input is, too
    axes = [(), *((axis,) for axis in range(value.ndim))]
    if any(np.array_equal((value != 0).any(axis), (right == 0).all(axis)) for axis in axes):
        yield "0 exactly where it should not be: a mask is the wrong way round. The derivative of ReLU is (z > 0)."


def summed_over_everything(evidence: Evidence, gradient: Gradient) -> Iterator[str]:
    """A sum without an axis, spread over the bias."""
    if gradient.comparison is None or gradient.target.size < 2 or gradient.of == "x":
        return
    value, right = gradient.comparison.analytic, gradient.comparison.numeric
    if np.ptp(value) == 0 and value.any() and abs(value.flat[0] - np.nansum(right)) <= CLOSE * np.abs(right).max():
        yield "all of its entries are the sum over everything: name the axis of the batch."


HINTS: tuple[Hint, ...] = (
    shape,
    not_finite,
    zero,
    wrong_axis,
    summed_over_everything,
    constant_factor,
    bias_from_weight_gradient,
    transposed,
    passed_through,
    reversed_mask,
    gradient_for_weight,
    weight_transposed,
    activation_derivative,
)


def quoted(evidence: Evidence, of: str, weights: list[str], operations: tuple[str, ...]) -> str:
    """The line of the class that puts the gradient of a weight into one of the operations; nothing if there is none."""
    owner = evidence.places[of].owner
    names = set()
    for weight in weights:
        place = evidence.places[weight]
        own = place.own if isinstance(place.own, str) else place.attribute
        names |= {pattern.format(own) for pattern in GRADIENT_NAMES}
    for holder in dict.fromkeys([type(owner), type(evidence.trial.subject.made)]):
        try:
            lines, start = inspect.getsourcelines(holder)
            file = inspect.getsourcefile(holder) or ""
            tree = ast.parse(textwrap.dedent("".join(lines)))
        except (OSError, TypeError, SyntaxError):
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name != "forward":
                for node in ast.walk(function):
                    if isinstance(node, ast.expr) and uses(node, names, operations):
                        return f"\n{shown(file)}:{start + node.lineno - 1}: {lines[node.lineno - 1].strip()}"
    return ""


def uses(node: ast.expr, names: set[str], operations: tuple[str, ...]) -> bool:
    """Whether an expression is one of the operations on one of the names."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and "@" in operations:
        return any(mentions(part, names) for part in (node.left, node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in operations:
        return any(mentions(part, names) for part in (node.func.value, *node.args))
    return False


def mentions(node: ast.expr, names: set[str]) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in names:
            return True
        if isinstance(part, ast.Attribute) and part.attr in names:
            return True
        if isinstance(part, ast.Constant) and part.value in names:
            return True
    return False
