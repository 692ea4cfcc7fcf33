"""twinprop: small neural networks trained twice, by hand and with PyTorch, from one configuration."""
