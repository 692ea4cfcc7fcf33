"""Known mistakes in backward passes, each recognised by what it does to the numbers.

A hint is looked for only where a gradient is wrong already, so a right class is never accused. `repair` tries small
`edits` of backward until the gradients are right; `patterns` and `missing` look at the numbers alone.
"""
