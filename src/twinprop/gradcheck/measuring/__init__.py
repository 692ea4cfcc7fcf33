"""The subject runs: inputs are chosen for it, slopes are measured, and it runs again with others.

`choice`, `searching` and `shapes` find inputs that it takes, `parameters` says what its parameters are, `trial` runs
it, and `repetition` does so again. `added_constants` leaves out what forward adds in a logarithm.
"""
