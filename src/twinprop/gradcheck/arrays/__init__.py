"""The arrays that an object holds, and what it is given: what two of them have in common.

`held` finds them, `inputs` are what is drawn, `likely_shapes` what their shapes may be, `finding` says which array is
which gradient, and `comparison` measures and compares.
"""
