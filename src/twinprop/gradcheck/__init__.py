"""Gradient checks: derivatives written by hand against central differences.

In the order of a check: `loading` finds the subject (`importing` runs its file, `reading` and `stand_ins` with what is
old or missing in it), `making` makes it (`functions`, `function_arguments` and `joining` of several functions,
`several` of several objects or inputs, `composing` of what puts local derivatives together, `fed` of one that holds its
inputs, `building` of one that learns its sizes late; `guesses`, `fitting` and `likely_shapes` find what nobody has
given, `lending` and `stacking` objects and layers; `uses` and `loops_around` read how its author makes and trains it),
`ways` and `calling` know how it wants to be called, `choice` and `searching` find inputs that it takes, `trial` runs
it, `differences` measure, `finding` says which array is which gradient, `measuring` and `comparison` compare,
`repetition` runs it again, `conventions` judges what is a matter of taste, `hints` and `extremes` explain, and `report`
puts it into words. `checking` is all this for given inputs, `readings` are other ways to see what was wrong, `check` is
the whole of it.
"""
