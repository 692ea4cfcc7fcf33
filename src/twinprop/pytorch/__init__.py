"""The PyTorch twin: what a PyTorch user would write, with torch.nn, torch.optim and torch's schedulers."""
