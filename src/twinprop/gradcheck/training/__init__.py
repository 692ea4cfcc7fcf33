"""An author's own training tells how a network is made and called, and a step of it is the gradient.

`trained` is an object with such a step: `trained_by_method` by a method, `trained_by_loop` by one of the
`loops_around`, which `rounds` finds and `staging` runs; `own_loss` is one of a step that says its loss itself.
`tracing`, `recipes`, `expressions` and `outputs` read what scripts do.
"""
