# %% [markdown]
# # A study, from the question to the report
#
# Which learning rate does plain gradient descent want, and does the activation matter? Six settings with three seeds
# each: eighteen networks, trained together.

# %%
import twinprop

sweep = twinprop.sweep(
    "model.activation=relu,tanh", "optimizer.lr=0.01,0.1,0.5", "seed=0,1,2", "train.epochs=8", "label=rates"
)
sweep

# %% [markdown]
# `sweep.table` is a pandas table with a row for each job, `sweep.runs` are the runs.

# %%
table = sweep.table
table.groupby(["model.activation", "optimizer.lr"])["val_accuracy"].agg(["mean", "std"]).round(4)

# %% [markdown]
# Validation chooses; the test split is only looked at in the end.

# %%
best = max(sweep.runs, key=lambda run: run.summary["val"]["accuracy"])
best

# %% [markdown]
# Its curves beside those of the smallest rate:

# %%
import matplotlib.pyplot as plt

for run in (sweep.runs[0], best):
    plt.plot(run.metrics["epoch"], run.metrics["val_loss"], label=f"rate {run.keys['optimizer.lr']}")
plt.xlabel("epoch")
plt.ylabel("validation loss")
plt.legend()
plt.show()

# %% [markdown]
# The report: tables of all runs, and a picture, from the command line.

# %%
!python -m twinprop report {sweep.path}
