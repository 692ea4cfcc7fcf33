"""Inputs are tried: what `forward` and `backward` accept, in one way to call them, is found by trying."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.finding import Found
from twinprop.gradcheck.arrays.held import FloatArray, is_bare, plain_shape, said, wrapped_in
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.calling.upkeep import ways_after
from twinprop.gradcheck.calling.way import LayerWay, LossesWay, NetworkWay, Way
from twinprop.gradcheck.faults import Clock, SubjectError, of_one_number
from twinprop.gradcheck.measuring.parameters import hides_weights
from twinprop.gradcheck.measuring.shapes import candidates, index_inputs, rare_shapes, suggested_shapes, usual_shapes
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.objects.functions import Functions
from twinprop.gradcheck.objects.several import Several, SeveralLossAlone
from twinprop.gradcheck.source.sources import source_of, sums_along
from twinprop.gradcheck.training.trained import Trained

ONE_SAMPLE = "right for one sample alone. {}"
NONE = "there is nothing that could be checked."
NOT_THERE = "its derivative cannot be checked there."
NOT_SUMMED = "Of a batch some gradients have a wrong shape, as that of a bias that is not summed over the samples."


@dataclass
class Wanted:
    """What the command line says about the inputs.

    Attributes:
        words: arguments of the constructor, as typed.
        shape: of x; None to search for it.
        targets, classes: their kind and number; None for any.
        values: of x, as `Inputs` has them; None for any.
        explain: whether what is wrong is explained, where the verdict does not need it.
    """

    words: Sequence[str] = ()
    shape: Sequence[int] | None = None
    targets: str | None = None
    classes: int | None = None
    seed: int = 0
    values: str | None = None
    explain: bool = True


class Search:
    """Inputs are tried on copies of a subject, in one way to call it.

    Attributes:
        tried: shapes of x so far.
        failure: what was said of the first, or of the one that came furthest; `came` says how far, with the line.
        refusals: what the class said of those that it refused.
        accepted_by_forward: the first that forward takes.
        accepted_by_both: the first that backward takes as well, though its gradients have other shapes.
        accepted_rare: the same of a sequence or an image; fits_x, whether the gradient of x has its shape.
        mistaken: whether a gradient of a batch is summed over the wrong axis.
        failed_before: whether backward raised an error for a batch in an object of the same kind.
        dead: whether some answer was 0 everywhere, as that of a small network of ReLU can be.
        gave_none: whether some answer was not finite.
        hidden: those with which all went well, but for a weight that made no difference.
        partly: whether some of them had the right shapes, for a batch.
        failed_backward: what was said of a batch that forward takes and backward does not, and that batch.
        rare: whether the shapes are of the rare ones, which are taken only where they suit.
    """

    def __init__(self, subject: Subject, way: Way, clock: Clock) -> None:
        self.subject, self.way, self.clock = subject, way, clock
        self.tried: list[str] = []
        self.failure: SubjectError | None = None
        self.refusals: list[str] = []
        self.accepted_by_forward: Inputs | None = None
        self.accepted_by_both: Inputs | None = None
        self.accepted_rare: Inputs | None = None
        self.gave_none = self.mistaken = self.dead = self.failed_before = False
        self.partly = self.rare = self.fits_x = False
        self.hidden: Inputs | None = None
        self.failed_backward: tuple[SubjectError, Inputs] | None = None
        self.reached, self.came = 0, (0, 0)

    def chosen(self, wanted: Wanted) -> Inputs | None:
        """The first inputs that suit, of usual shapes, those that the class asks for, rare ones, whole numbers."""
        subject, words = self.subject, wanted.words

        def drawn(shapes: Iterable[tuple[tuple[int, ...], int | None]]) -> Iterator[Inputs]:
            inputs = candidates(subject, words, list(shapes), wanted.targets, wanted.classes, wanted.seed)
            # others than the usual ones can help where those were refused, or gave no finite answer
            return (
                one
                for one in inputs
                if (wanted.values or "normal") == one.values
                or (not wanted.values and (self.gave_none or self.accepted_by_forward is None))
            )

        if (own := said(subject.made, "_own_inputs")) is not None:
            return own if self.best_of([own]) is not None else None
        if self.hidden is not None and isinstance(subject.made, Trained) and self.suits(self.hidden):
            return self.hidden
        indices = index_inputs(subject, words, wanted.shape, wanted.seed) if wanted.values is None else iter(())
        told = said(subject.made, "wants_indices", False)
        chosen = self.best_of(indices) if told else None
        if chosen is None:
            chosen = self.best_of(drawn(usual_shapes(subject, words, wanted.shape)))
        if chosen is None and not told and self.wants_indices():
            chosen = self.best_of(indices)
        if chosen is None and not wanted.shape:
            chosen = self.best_of(drawn(suggested_shapes(subject, words, self.refusals)))
        usual = said(subject.made, "usual_alone", False)
        # a sequence of one step hides a weight, and the numbers of a row are none
        steps = self.hidden is not None or any(
            of_one_number(text) or "axes don't match" in text for text in self.refusals
        )
        if chosen is None and not wanted.shape and (not usual or (steps and not self.wants_indices())):
            self.rare = True
            rare = rare_shapes(subject, words)
            chosen = self.best_of(drawn(one for one in rare if not usual or len(one[0]) == 3))
            if chosen is None and not told and self.wants_indices():
                chosen = self.best_of(indices)
            if chosen is not None and chosen.count == 1:
                error = self.failed_backward and chosen.axis is not None and f"Of a batch, {self.failed_backward[0]}"
                why = NOT_SUMMED if self.partly else error
                chosen.alone = ONE_SAMPLE.format(why) if why and chosen.x.ndim == 2 else ""
        return None if chosen is not None and self.is_way_out(chosen) else chosen

    def best_of(self, several: Iterable[Inputs]) -> Inputs | None:
        """The first that suits; None if none does, or time is over."""
        return next((inputs for inputs in several if not self.clock.over and self.suits(inputs)), None)

    def is_way_out(self, inputs: Inputs) -> bool:
        """Whether inputs are one sample, or one feature, where backward is known to be wrong for more."""
        place = self.failed_backward[0].place if self.failed_backward else None
        if self.rare and inputs.count == 1 and (self.mistaken or self.failed_before or (place and sums_along(*place))):
            return True
        narrow = inputs.x.ndim == 2 and 1 in inputs.x.shape
        if narrow and type(self.way) is LayerWay and self.accepted_by_both is not None:  # a slope may not be summed
            held = [np.size(one.get()) for one in self.subject.parameters]
            return bool(held) and max(held) == 1 and 1 not in self.accepted_by_both.x.shape
        return self.failed_before and not self.subject.like and narrow

    def wants_indices(self) -> bool:
        """Whether it said that it uses x as an index, as an embedding does."""
        return any(re.search("indices must be|of integer|valid indices", text) for text in self.refusals)

    def suits(self, inputs: Inputs) -> bool:
        """Whether all goes well with these inputs.

        Raises:
            SubjectError: it does not, and no other input can help.
        """
        self.tried.append(str(inputs.x.shape))
        self.reached = 0
        try:
            rehearsal = self.subject.copied()
            rehearsal.settle(inputs)
            old = [np.copy(one.get()) for one in rehearsal.parameters]
            out = self.output_of(rehearsal, inputs)
            return out is not None and (rehearsal is self.subject or self.goes_back(rehearsal, inputs, out, old))
        except SubjectError as error:
            came = self.reached
            if not error.input_matters and (self.accepted_by_forward is None or isinstance(self.subject.made, Trained)):
                raise
            lacks_name = came > 0 and isinstance(error.__cause__, NameError)  # which no input can help
            far = (3 if lacks_name else came, error.place[1] if came and error.place else 0)
            if self.failure is None or far > self.came:
                self.failure, self.came = error, far
                if lacks_name or (came and (not self.rare or (inputs.count > 1 and inputs.x.ndim == 2))):
                    self.failed_backward, self.accepted_by_forward = (error, inputs), inputs
            self.refusals.append(str(error.__cause__))
        return False

    def output_of(self, rehearsal: Subject, inputs: Inputs) -> Any:
        """What forward returns; None where that tells that these inputs are not meant."""
        out = rehearsal.forward(inputs.x, inputs.y)
        called = f"{self.subject.title}.{self.subject.way.forward.name}"
        self.dead = self.dead or not np.any(out)
        if np.size(out) == 0:
            raise SubjectError(
                f"{called} returned an empty array, of shape {np.shape(out)}, for {inputs.text()}: {NONE}"
            )
        if not np.all(np.isfinite(out)):
            self.gave_none = True
            number = np.asarray(out)[~np.isfinite(out)].flat[0]
            raise SubjectError(f"{called} returned {number} for ordinary numbers, {inputs.text()}: {NOT_THERE}")
        if not self.rare:
            self.accepted_by_forward = self.accepted_by_forward or inputs
        is_network = isinstance(rehearsal.way, NetworkWay)
        if is_network and inputs.kind == "labels" and np.size(out) > 1 and np.size(out) % np.size(inputs.y):
            return None  # the output is that of a whole sequence, which has one label
        if is_network and rehearsal.way.guesses and inputs.kind == "onehot" and np.size(out) != np.size(inputs.y):
            return None  # its targets would be broadcast
        if is_network and inputs.kind == "onehot" and np.size(out) == 1 < np.size(inputs.y):
            return None  # as they are by a loss of its own
        is_cost = rehearsal.way.is_loss and not is_network and isinstance(rehearsal.made, Functions)
        if is_cost and np.size(out) not in (1, inputs.count):
            return None  # a loss is one number, or one for each sample
        if not rehearsal.parameters and not rehearsal.numbers and inputs.x.dtype.kind != "f":
            return None  # whole numbers have no gradient, and there is nothing else
        roles = {tuple(way.forward_roles.items()) for way in self.subject.ways if way.is_loss}
        if (len(roles) > 1 and inputs.x.dtype.kind == "f") or rehearsal.way.forward.name == "predict":
            if np.array_equal(rehearsal.forward(inputs.x * 1.001, inputs.y), out):
                return None  # it rounds, or what was taken for the targets is x
            rehearsal.forward(inputs.x, inputs.y)
        return out

    def goes_back(self, rehearsal: Subject, inputs: Inputs, out: Any, old: Sequence[FloatArray]) -> bool:
        """Whether backward leaves gradients whose shapes fit.

        Args:
            old: the parameters before forward.
        """
        dy = rehearsal.way.upstream(out, inputs.y, np.random.default_rng(0))
        rehearsal.value(out, dy, inputs.x, inputs.y, inputs.axis, inputs.count)
        shapes = [np.shape(parameter.get()) for parameter in rehearsal.parameters]
        self.reached = 2 if inputs.y is None or np.size(inputs.y) == np.size(out) else 1
        found = rehearsal.gradients_left(dy, inputs.x, inputs.y)
        alone = not rehearsal.way.given_apart or isinstance(rehearsal.made, SeveralLossAlone)
        if alone and not leaves_gradients(rehearsal, found, old):
            return False  # a loss alone
        fit = fits(rehearsal, found, inputs.x, inputs.count)
        # an update that is not summed over the samples makes a bias grow
        fit[:-1] += [np.shape(one.get()) == was for one, was in zip(rehearsal.parameters, shapes, strict=True)]
        # a sequence of word numbers has one label
        many = inputs.values == "indices" and inputs.kind == "labels" and np.ndim(inputs.y) == 1
        if all(fit) and not (many and (rehearsal.way.many or isinstance(rehearsal.way, LossesWay))):
            if not isinstance(self.subject.made, Trained) or not hides_weights(self.subject, inputs):
                return True
            self.hidden = self.hidden or inputs
        # x may be a pair that is taken apart
        pair = any(one.position == 0 and one.shape == inputs.x.shape[1:] for one in found)
        whole = not self.rare or inputs.axis == 0
        self.mistaken = self.mistaken or (whole and summed_wrongly(rehearsal, found, inputs.count))
        if self.rare and inputs.x.ndim > 2 and not pair and (self.accepted_rare is None or fit[-1] > self.fits_x):
            self.accepted_rare, self.fits_x = inputs, fit[-1]
        if not self.rare:
            self.accepted_by_both = self.accepted_by_both or inputs
            self.partly = self.partly or any(fit[:-1])
        return False


def fits(subject: Subject, found: Sequence[Found], x: FloatArray, count: int) -> list[bool]:
    """Whether each gradient with a name has the shape of what it belongs to, or one that can be subtracted from it.

    Of a sequence it may stand for each time step, where another method may sum it. The last is that of x; what has no
    name is taken for right, unless there is nothing but one for each sample.
    """
    fit = []
    given = subject.made if isinstance(subject.made, Several) else None
    stepwise = x.ndim == 3 and any(True for _ in ways_after(subject.made, subject.way))
    for parameter in subject.parameters:
        shape = np.shape(parameter.get())
        beside = [np.shape(one.get()) for one in subject.parameters if one.owner is parameter.owner]
        named = [
            shape if is_reshaped(subject.made, one.label) else one.shape
            for one in found
            if one.changed and one.level(parameter) > 0
            if one.keys or not is_bare(one.attribute) or one.shape == shape or one.shape not in beside
        ]
        if named:
            free = parameter.owner is given
            if stepwise:
                named += [one[1:] for one in named if one and one[0] in x.shape]
            fit.append(
                any(
                    plain_shape(one) == plain_shape(shape) if free else harmless(one, shape, subject.made)
                    for one in named
                )
            )
        elif count > 1 and not any(harmless(one.shape, shape, subject.made) for one in found if one.changed):
            each = sorted((int(np.prod(shape)), count))
            listed = [one.shape for one in found if one.owner is None and one.keys and not one.stacked]
            if x.shape in listed:
                listed.remove(x.shape)  # that of x
            fit += [False] if any(sorted(one) == each for one in listed) and given is None else []
    if subject.numbers and not subject.parameters and count > 1:  # weights that are numbers want no vectors
        fit += [False] if any(one.shape == (count,) and one.keys and one.owner is None for one in found) else []
    bare = [one.shape for one in found if one.position == 0 and not one.attribute and not one.stacked]
    others = [np.shape(parameter.get()) for parameter in subject.parameters]
    same = bool(bare) and (bare[0] == x.shape or (given is not None and plain_shape(bare[0]) == plain_shape(x.shape)))
    of_x = [one.shape for one in found if one.position is not None and one.is_of_x()]
    if of_x and x.shape not in of_x and given is None and not subject.way.is_loss:
        return [*fit, False]
    own = not bare or x.dtype.kind != "f" or same or (subject.way.is_loss and bare[0] in others)
    return [*fit, own]


def is_reshaped(made: Any, gradient: str) -> bool:
    """Whether the class gives a gradient another shape before the step: `W -= lr * self.dW.reshape(W.shape)`."""
    kind: Any = type(wrapped_in(made))
    return f"{gradient}.reshape(" in source_of(kind)


def leaves_gradients(subject: Subject, found: Sequence[Found], old: Sequence[FloatArray]) -> bool:
    """Whether something is returned or called a gradient, or a parameter was changed."""
    named = any(one.owner is None or one.level(parameter) > 0 for one in found for parameter in subject.parameters)
    return named or not all(np.array_equal(one.get(), was) for one, was in zip(subject.parameters, old, strict=True))


def summed_wrongly(subject: Subject, found: Sequence[Found], count: int) -> bool:
    """Whether a gradient has a number for each sample, and none for each entry of its parameter."""
    for parameter in subject.parameters:
        size = np.size(parameter.get())
        sizes = {int(np.prod(one.shape)) for one in found if one.changed and one.level(parameter) > 0}
        if sizes == {count} and 1 < size != count > 1:
            return True
    return False


def harmless(shape: tuple[int, ...], target: tuple[int, ...], made: Any) -> bool:
    """Whether W -= lr * dW is right all the same: the shapes differ by axes of size 1, and broadcast to the target.

    What functions are given may have more axes in front of the others, as forward broadcasts them.
    """
    if plain_shape(shape) != plain_shape(target):
        return False
    try:
        return np.broadcast_shapes(shape, target) in (target, shape if isinstance(made, Functions) else target)
    except ValueError:
        return False
