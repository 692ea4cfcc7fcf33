"""Neural networks by hand: each layer, loss and optimizer with its derivative beside it, in NumPy.

    from twinprop.scratch import Adam, CrossEntropyLoss, Linear, Network, ReLU

    network = Network([Linear(64, 50), ReLU(), Linear(50, 10)], seed=0)
    loss, optimizer = CrossEntropyLoss(), Adam(lr=1e-3)
    for x, y in batches:
        loss.forward(network.forward(x, training=True), y)
        network.backward(loss.backward())
        optimizer.step(network)

README.md in this folder says in which order to read.
"""

from twinprop.scratch.activations import (
    ELU,
    GELU,
    Activation,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from twinprop.scratch.convolution import Conv2d
from twinprop.scratch.dropout import Dropout, Noise
from twinprop.scratch.init import (
    fan_in_normal,
    kaiming_normal,
    kaiming_uniform,
    normal,
    vgg,
    xavier_normal,
    xavier_uniform,
)
from twinprop.scratch.layer import Layer
from twinprop.scratch.layers import Flatten, LastStep, Linear, Unflatten
from twinprop.scratch.losses import CrossEntropyLoss, HuberLoss, L1Loss, Loss, MSELoss
from twinprop.scratch.network import Network
from twinprop.scratch.normalization import BatchNorm1d, BatchNorm2d
from twinprop.scratch.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop, clip_grad_norm
from twinprop.scratch.pooling import MaxPool2d
from twinprop.scratch.recurrent import GRU, LSTM, RNN
from twinprop.scratch.schedulers import (
    Constant,
    CosineAnnealingLR,
    ExponentialLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    Scheduler,
    StepLR,
    WarmupCosine,
)

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "BatchNorm1d",
    "BatchNorm2d",
    "Constant",
    "Conv2d",
    "CosineAnnealingLR",
    "CrossEntropyLoss",
    "Dropout",
    "ExponentialLR",
    "Flatten",
    "HuberLoss",
    "Identity",
    "L1Loss",
    "LastStep",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Loss",
    "MSELoss",
    "MaxPool2d",
    "MultiStepLR",
    "Network",
    "Noise",
    "OneCycleLR",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "ReduceLROnPlateau",
    "Scheduler",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "StepLR",
    "Tanh",
    "Unflatten",
    "WarmupCosine",
    "clip_grad_norm",
    "fan_in_normal",
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "vgg",
    "xavier_normal",
    "xavier_uniform",
]
