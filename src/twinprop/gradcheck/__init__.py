"""Gradient checks: derivatives written by hand against central differences.

In the order of a check, and each above the ones before it: `arrays` are what is compared; `source` finds the subject
and reads it; `calling` knows the few ways in which it may want to be called; `objects` makes of all else one that is
called so; `training` takes a step of an author's own training for that; `making` makes it; `measuring` runs it and
measures; `hints` explain what is wrong, and `judging` says what is. `check` is the whole of it, `report` puts it into
words, and `faults` are a student's errors, as they are told.
"""
