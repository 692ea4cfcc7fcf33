"""Networks as lists of layers, which either twin builds from its own parts."""
