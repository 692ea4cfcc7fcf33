"""Small changes of a backward pass, each of which undoes a known mistake.

An edit is a function of an expression and what is known around it, which gives expressions to try in its place. A new
one is a function, and a line in `EDITS`.
"""

from collections.abc import Callable

from twinprop.gradcheck.hints.edits import factors, matrices, places
from twinprop.gradcheck.hints.edits.site import Edit, Site

EDITS: tuple[Edit, ...] = (
    places.true_division,
    places.clipping,
    factors.softmax_twice,
    matrices.gradient_for_weight,
    matrices.transpose,
    matrices.axis_of_sum,
    matrices.sum_of_another,
    places.mask,
    places.mask_not_turned,
    factors.sign,
    factors.sign_of_step,
    factors.sign_lost,
    factors.sign_of_argument,
    factors.superfluous_count,
    factors.written_factor,
    factors.count_of_samples,
    factors.factor,
    factors.entrywise_softmax,
    factors.softmax_missing,
    matrices.copied,
    places.index,
    places.another_place,
    places.first_alone,
    factors.superfluous_derivative,
    matrices.bias_in_penalty,
    matrices.not_summed,
    matrices.forgotten,
    factors.sign_of_weight,
    matrices.another_array,
    matrices.another_array_throughout,
    matrices.another_list,
    matrices.another_key,
    places.other_direction,
    factors.superfluous_call,
    factors.square_of_divisor,
    factors.superfluous_factor,
    places.constant,
    factors.factor_of_forward,
    matrices.missing_term,
    matrices.mean_term,
    factors.derivative_of_held,
    factors.derivative_missing,
    factors.derivative_of_another,
    matrices.superfluous_term,
    matrices.product_order,
    matrices.kind_of_product,
    places.mask_missing,
    matrices.less_another,
    factors.power,
    factors.factor_of_term,
)
"""The edits in the order in which they are tried: of several that help, the first is told."""

SCALES: tuple[Edit, ...] = (factors.count_of_samples, factors.factor)
"""Those that multiply: where no wrong gradient is a multiple of the right one, they come last."""

SHAPES: tuple[Edit, ...] = (matrices.not_summed,)
"""Those that change a shape: where every gradient has the right one, they come last."""

LAST_FIRST: tuple[Edit, ...] = (factors.softmax_missing, matrices.mean_term)
"""Those that are tried from the end of backward: what they add may stand in several places, and belongs in the last."""

WHERE_FIRST: dict[Edit, Callable[[Site], bool]] = {
    factors.count_of_samples: factors.of_targets,
    factors.factor: factors.masked_or_divided,
}
"""Expressions in which an edit is tried first: what helps may help in many lines, and belongs there."""
