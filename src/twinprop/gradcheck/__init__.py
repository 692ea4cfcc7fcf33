"""Gradient checks: derivatives written by hand against central differences, and against autograd."""
