"""Gradient checks: derivatives written by hand against central differences.

In the order of a check: `loading` finds the class, `calling` knows how it wants to be called, `choice` finds inputs
that it takes, `trial` runs it, `differences` measure, `comparison` compares, `hints` and `extremes` explain, and
`report` puts it into words. `check` is the whole of it.
"""
