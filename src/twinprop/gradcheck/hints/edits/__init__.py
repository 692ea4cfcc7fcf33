"""Small changes of a backward pass, each of which undoes a known mistake.

An edit is a function of an expression and what is known around it, which gives expressions to try in its place. A new
one is a function, and a line in `EDITS`.
"""

from twinprop.gradcheck.hints.edits import factors, matrices
from twinprop.gradcheck.hints.edits.site import Edit

EDITS: tuple[Edit, ...] = (
    factors.true_division,
    factors.clipping,
    factors.softmax_twice,
    matrices.gradient_for_weight,
    matrices.transpose,
    matrices.axis_of_sum,
    matrices.sum_of_another,
    factors.mask,
    factors.mask_not_turned,
    factors.sign,
    factors.sign_of_step,
    factors.sign_lost,
    factors.superfluous_count,
    factors.count_of_samples,
    factors.factor,
    factors.entrywise_softmax,
    factors.softmax_missing,
    matrices.copied,
    factors.index,
    factors.first_alone,
    matrices.not_summed,
    matrices.another_array,
    matrices.another_array_throughout,
    factors.superfluous_call,
    factors.square_of_divisor,
    factors.superfluous_factor,
    factors.constant,
    matrices.missing_term,
    matrices.mean_term,
    factors.derivative_of_held,
    factors.derivative_missing,
    factors.derivative_of_another,
    matrices.superfluous_term,
    matrices.product_order,
    matrices.kind_of_product,
    factors.mask_missing,
    factors.power,
)
"""The edits in the order in which they are tried: of several that help, the first is told."""

LAST_FIRST: tuple[Edit, ...] = (factors.softmax_missing, matrices.mean_term)
"""Those that are tried from the end of backward: what they add may stand in several places, and belongs in the last."""
