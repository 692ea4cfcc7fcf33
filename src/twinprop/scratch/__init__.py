"""Neural networks by hand: every layer, loss and optimizer with its derivative beside it.

There is no autograd here. All of it works on NumPy arrays and, unchanged, on torch tensors. The last
two axes of an array are (batch, features); any axes before them are independent networks, trained
side by side.
"""
