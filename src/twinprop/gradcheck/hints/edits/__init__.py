"""Small changes of a backward pass, each of which undoes a known mistake.

An edit is a function of an expression and what is known around it, which gives expressions to try in its place. A new
one is a function, and a line in `EDITS`.
"""

from twinprop.gradcheck.hints.edits import derivatives, factors, masks, matrices, sums
from twinprop.gradcheck.hints.edits.site import Edit

EDITS: tuple[Edit, ...] = (
    masks.true_division,
    masks.clipping,
    matrices.gradient_for_weight,
    matrices.transpose,
    sums.axis_of_sum,
    sums.sum_of_another,
    masks.mask,
    factors.sign,
    factors.count_of_samples,
    factors.factor,
    derivatives.entrywise_softmax,
    sums.copied,
    masks.index,
    sums.not_summed,
    matrices.another_array,
    matrices.another_array_throughout,
    factors.superfluous_factor,
    masks.constant,
    sums.missing_term,
    sums.mean_term,
    derivatives.derivative_of_held,
    derivatives.derivative_missing,
    derivatives.derivative_of_another,
    sums.superfluous_term,
    matrices.product_order,
)
"""The edits in the order in which they are tried: of several that help, the first is told."""
