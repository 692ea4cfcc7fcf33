"""Known mistakes in backward passes, each recognised by what it does to the numbers.

A hint is looked for only where a gradient is wrong already, so a right class is never accused. Some
mistakes show in the numbers alone (a factor, a transpose, a sum over the wrong axis). Others show when
a weight is changed between forward and backward: a backward that uses the weight must answer to it.

`table` lists the mistakes, `evidence` is all that they are recognised by, and each other file holds one kind.
"""
