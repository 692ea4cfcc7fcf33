"""The few ways in which methods go forward and back, and what an object has beside them for its training.

`naming` finds methods by what they are called, `ways` in which of them an object wants to be called, each of which is a
`way`; `returned` says what of its answer is the output; `upkeep` is its learning rate, its optimizer and its state.
"""
