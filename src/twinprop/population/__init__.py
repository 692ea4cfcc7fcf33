"""A sweep trained as a few stacks of networks instead of a queue of runs."""
