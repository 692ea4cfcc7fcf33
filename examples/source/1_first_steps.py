# %% [markdown]
# # First steps
#
# `twinprop.train` does what `python train.py` does: it takes the same words, and returns the run. The data here are
# scikit-learn's digits, so nothing is downloaded.

# %%
import twinprop

run = twinprop.train("model.activation=tanh", "train.epochs=10")
run

# %% [markdown]
# A run is a directory, and what is in it: `run.summary`, and a pandas table with a row for each evaluation.

# %%
run.metrics[["epoch", "train_loss", "val_accuracy", "test_accuracy"]].tail(3)

# %% [markdown]
# The same network by hand, without autograd: the same initial weights, the same batches, the same mathematics.

# %%
by_hand = twinprop.train("model.activation=tanh", "train.epochs=10", "model.backend=scratch")
difference = (by_hand.metrics["train_loss"] - run.metrics["train_loss"]).abs().max()
print(f"largest difference of the training loss: {difference:.1e}")

# %% [markdown]
# `run.model` is a `torch.nn` network and `run.network` the same by hand, whichever twin trained it.

# %%
import torch

x = torch.rand(2, 8, 8)
print(run.network)
print(run.model(x).argmax(1), run.network.forward(x).argmax(1))

# %% [markdown]
# Other data, another optimizer:

# %%
twinprop.train("data=moons", "model.hidden=[20]", "train.epochs=40", "train.eval_every=4", "optimizer=adam")

# %% [markdown]
# A mistake is one message, as on the command line.

# %%
# raises an error
twinprop.train("model.activatoin=tanh", "optimizer.lr=-1")

# %% [markdown]
# A run of earlier is read back by its directory.

# %%
twinprop.load(run.path)
