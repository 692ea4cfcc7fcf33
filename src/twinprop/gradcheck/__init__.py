"""Gradient checks: derivatives written by hand against central differences.

In the order of a check: `loading` and `making` find the subject and make it (`functions` and `chain` of several parts),
`ways` and `calling` know how it wants to be called, `choice` finds inputs that it takes, `trial` runs it, `differences`
measure, `finding` says which array is which gradient, `comparison` compares, `repetition` runs it again, `hints` and
`extremes` explain, and `report` puts it into words. `check` is the whole of it.
"""
