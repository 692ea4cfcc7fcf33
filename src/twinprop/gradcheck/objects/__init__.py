"""What is not called as usual becomes an object that is.

`functions`, `function_arguments` and `joining` of several functions, `module_methods` where they share weights,
`new_weights` where they return them after a step, `in_a_row` of several objects, `several` of several inputs, whose
`planning` says which is what, `composing` of what puts local derivatives together, `lacking` of one that holds its
inputs or learns its sizes late, `autograd` of one that goes back by itself; `guesses`, `fitting` and `stacking` find
what nobody has given, and `turned` turns back what a step turns.
"""
