"""Every name that a configuration can choose, and where its code is: one line each.

Both twins are named on that line, so that neither can have a choice that the other lacks. Code is
imported when it is first asked for: listing the choices (`--help`, shell completion) imports no torch.
Users add their own (extend.py), for both twins or for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple


class Twin(NamedTuple):
    """One choice in both twins: `module:attribute` of each.

    A user's has the classes themselves, and None for a twin that it lacks; a dataclass of keys may stand for `scratch`
    that is not `by_hand`, for it has no rule.
    """

    scratch: Any
    pytorch: Any
    by_hand: bool = True

    def has(self, backend: str) -> bool:
        """Whether there is code for a twin, `scratch` or `torch`."""
        return self.pytorch is not None if backend == "torch" else self.scratch is not None and self.by_hand


ACTIVATIONS = {
    "relu": Twin("twinprop.scratch.activations:ReLU", "torch.nn:ReLU"),
    "leaky_relu": Twin("twinprop.scratch.activations:LeakyReLU", "torch.nn:LeakyReLU"),
    "tanh": Twin("twinprop.scratch.activations:Tanh", "torch.nn:Tanh"),
    "sigmoid": Twin("twinprop.scratch.activations:Sigmoid", "torch.nn:Sigmoid"),
    "elu": Twin("twinprop.scratch.activations:ELU", "torch.nn:ELU"),
    "gelu": Twin("twinprop.scratch.activations:GELU", "torch.nn:GELU"),
    "silu": Twin("twinprop.scratch.activations:SiLU", "torch.nn:SiLU"),
    "softplus": Twin("twinprop.scratch.activations:Softplus", "torch.nn:Softplus"),
    "identity": Twin("twinprop.scratch.activations:Identity", "torch.nn:Identity"),
}

OUTPUT_ACTIVATIONS = {
    "identity": ACTIVATIONS["identity"],
    "sigmoid": ACTIVATIONS["sigmoid"],
    "softmax": Twin("twinprop.scratch.activations:Softmax", "twinprop.pytorch.modules:Softmax"),
}

LAYERS = {
    "flatten": Twin("twinprop.scratch.layers:Flatten", "torch.nn:Flatten"),
    "unflatten": Twin("twinprop.scratch.layers:Unflatten", "torch.nn:Unflatten"),
    "conv2d": Twin("twinprop.scratch.convolution:Conv2d", "torch.nn:Conv2d"),
    "max_pool2d": Twin("twinprop.scratch.pooling:MaxPool2d", "torch.nn:MaxPool2d"),
    "batch_norm1d": Twin("twinprop.scratch.normalization:BatchNorm1d", "torch.nn:BatchNorm1d"),
    "batch_norm2d": Twin("twinprop.scratch.normalization:BatchNorm2d", "torch.nn:BatchNorm2d"),
    "rnn": Twin("twinprop.scratch.recurrent:RNN", "twinprop.pytorch.modules:RNN"),
    "lstm": Twin("twinprop.scratch.recurrent:LSTM", "twinprop.pytorch.modules:LSTM"),
    "gru": Twin("twinprop.scratch.recurrent:GRU", "twinprop.pytorch.modules:GRU"),
    "last_step": Twin("twinprop.scratch.layers:LastStep", "twinprop.pytorch.modules:LastStep"),
    "linear": Twin("twinprop.scratch.layers:Linear", "torch.nn:Linear"),
    "noise": Twin("twinprop.scratch.dropout:Noise", "twinprop.pytorch.modules:Noise"),
    "dropout": Twin("twinprop.scratch.dropout:Dropout", "twinprop.pytorch.modules:Dropout"),
}

LOSSES = {
    "cross_entropy": Twin("twinprop.scratch.losses:CrossEntropyLoss", "torch.nn:CrossEntropyLoss"),
    "mse": Twin("twinprop.scratch.losses:MSELoss", "twinprop.pytorch.modules:MSELoss"),
    "l1": Twin("twinprop.scratch.losses:L1Loss", "twinprop.pytorch.modules:L1Loss"),
    "huber": Twin("twinprop.scratch.losses:HuberLoss", "twinprop.pytorch.modules:HuberLoss"),
}

OPTIMIZERS = {
    "sgd": Twin("twinprop.scratch.optimizers:SGD", "torch.optim:SGD"),
    "adam": Twin("twinprop.scratch.optimizers:Adam", "torch.optim:Adam"),
    "adamw": Twin("twinprop.scratch.optimizers:AdamW", "torch.optim:AdamW"),
    "rmsprop": Twin("twinprop.scratch.optimizers:RMSprop", "torch.optim:RMSprop"),
    "adagrad": Twin("twinprop.scratch.optimizers:Adagrad", "torch.optim:Adagrad"),
}

SCHEDULERS = {
    "constant": Twin("twinprop.scratch.schedulers:Constant", "twinprop.pytorch.schedulers:constant"),
    "step": Twin("twinprop.scratch.schedulers:StepLR", "twinprop.pytorch.schedulers:step"),
    "multistep": Twin("twinprop.scratch.schedulers:MultiStepLR", "twinprop.pytorch.schedulers:multistep"),
    "exponential": Twin("twinprop.scratch.schedulers:ExponentialLR", "twinprop.pytorch.schedulers:exponential"),
    "cosine": Twin("twinprop.scratch.schedulers:CosineAnnealingLR", "twinprop.pytorch.schedulers:cosine"),
    "one_cycle": Twin("twinprop.scratch.schedulers:OneCycleLR", "twinprop.pytorch.schedulers:one_cycle"),
    "plateau": Twin("twinprop.scratch.schedulers:ReduceLROnPlateau", "twinprop.pytorch.schedulers:plateau"),
    "warmup_cosine": Twin("twinprop.scratch.schedulers:WarmupCosine", "twinprop.pytorch.schedulers:warmup_cosine"),
}

INITS: dict[str, Any] = {
    "torch": None,  # what each layer does by itself, which is PyTorch's way
    "kaiming_uniform": "twinprop.scratch.init:kaiming_uniform",
    "kaiming_normal": "twinprop.scratch.init:kaiming_normal",
    "xavier_uniform": "twinprop.scratch.init:xavier_uniform",
    "xavier_normal": "twinprop.scratch.init:xavier_normal",
    "normal": "twinprop.scratch.init:normal",
    "fan_in_normal": "twinprop.scratch.init:fan_in_normal",
    "vgg": "twinprop.scratch.init:vgg",
}

MODELS: dict[str, Any] = {
    "mlp": "twinprop.models.mlp:MLP",
    "cnn": "twinprop.models.cnn:CNN",
    "rnn": "twinprop.models.rnn:RNN",
}

DATA: dict[str, Any] = {
    "digits": "twinprop.data.digits:Digits",
    "mnist": "twinprop.data.vision:MNIST",
    "fashion_mnist": "twinprop.data.vision:FashionMNIST",
    "kmnist": "twinprop.data.vision:KMNIST",
    "cifar10": "twinprop.data.vision:CIFAR10",
    "image_folder": "twinprop.data.image_folder:ImageFolder",
    "moons": "twinprop.data.toy:Moons",
    "circles": "twinprop.data.toy:Circles",
    "blobs": "twinprop.data.toy:Blobs",
    "palindrome": "twinprop.data.palindrome:Palindrome",
    "csv": "twinprop.data.csv_file:CSV",
    "iris": "twinprop.data.sklearn_tables:Iris",
    "wine": "twinprop.data.sklearn_tables:Wine",
    "breast_cancer": "twinprop.data.sklearn_tables:BreastCancer",
    "diabetes": "twinprop.data.sklearn_tables:Diabetes",
}


GROUPS: dict[str, Mapping[str, Any]] = {
    "data": DATA,
    "model": MODELS,
    "optimizer": OPTIMIZERS,
    "scheduler": SCHEDULERS,
    "loss": LOSSES,
}
"""The groups of the configuration: each choice is a dataclass of its keys."""

NAMES: dict[str, Mapping[str, Any]] = {
    "activations": ACTIVATIONS,
    "output_activations": OUTPUT_ACTIVATIONS,
    "inits": INITS,
}
"""What a key chooses by a name alone."""


def layer_twin(kind: str) -> Twin:
    """Where the code of a kind of layer is; an activation is a layer too.

    Raises:
        KeyError: there is no such kind.
    """
    for names in (LAYERS, ACTIVATIONS, OUTPUT_ACTIVATIONS):
        if kind in names:
            return names[kind]
    raise KeyError(kind)


def load(path: Any) -> Any:
    """Import what `module:attribute` names; what a user has registered is there."""
    if not isinstance(path, str):
        return path
    module, attribute = path.split(":")
    return getattr(import_module(module), attribute)
