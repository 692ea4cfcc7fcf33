"""Training: the loop, what it asks of a learner, and what stops it."""
