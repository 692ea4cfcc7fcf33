"""Gradient checks: derivatives written by hand against central differences.

In the order of a check: `loading` finds the subject (`importing` runs its file, `reading`, `definitions` and
`stand_ins` with what is old or missing in it), `making` makes it (`functions`, `function_arguments` and `joining` of
several functions, `module_methods` where they share weights, `in_a_row` of several objects, `several` of several
inputs, whose `planning` says which is what and `indexing` which are whole numbers, `composing` of what puts local
derivatives together, `lacking` of one that holds its inputs or learns its sizes late; `guesses`, `fitting` and
`likely_shapes` find what nobody has given, `lending` and `stacking` objects and layers; `uses` reads how its author
makes it, `settings` how else it could be made). Where a step of a training tells more, `trained` is an object with one:
`trained_by_method` by a method that `loops` shortens, `trained_by_loop` by one of the `loops_around`, which `rounds`
finds by the `names_in_code` and `staging` runs; `own_loss` is one of a step that says its loss itself. `ways` and
`calling` know how it wants to be called, `returned` what of its answer is the output, `choice` and `searching` find
inputs that it takes, `parameters` says what its parameters are, `trial` runs it, `finding` says which array is which
gradient, `comparison` measures and compares, `repetition` runs it again, `conventions`, `turned` and `penalties` judge
what is a matter of taste, `other_costs` says which loss is not meant, `hints` and `unchecked` explain, and `report`
puts it into words. `checking` is all this for given inputs, `readings` are other ways to see what was wrong, `check` is
the whole of it.
"""
