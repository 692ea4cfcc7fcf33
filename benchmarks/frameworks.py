"""The same network on MNIST in other libraries, each as its own documentation has it.

All get stochastic gradient descent at a rate of 0.1, weights and biases uniform within ±1/√fan_in as torch.nn has them,
and the images in memory, and nothing to log, to save or to evaluate. A function takes the sizes of layers, the batch,
the number of epochs, images (n, 784) and classes (n,), and returns the times at which the first epoch began and each
ended, and what gives the outputs of the trained network.
"""

from __future__ import annotations

import itertools
import logging
import os
import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any

RATE = 0.1


Trained = tuple[list[float], Callable[[Any], Any]]


def scikit_learn(sizes: list[int], batch: int, epochs: int, x: Any, y: Any) -> Trained:
    from sklearn.neural_network import MLPClassifier

    class Classifier(MLPClassifier):
        def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[Any, Any]:
            bound = fan_in**-0.5
            draw = self._random_state.uniform
            return draw(-bound, bound, (fan_in, fan_out)).astype(dtype), draw(-bound, bound, fan_out).astype(dtype)

    model = Classifier(sizes[1:-1], solver="sgd", momentum=0, alpha=0, learning_rate_init=RATE, batch_size=batch)
    times = [perf_counter()]
    for _ in range(epochs):
        model.partial_fit(x, y, classes=range(sizes[-1]))
        times.append(perf_counter())
    return times, model.predict_proba


def keras(sizes: list[int], batch: int, epochs: int, x: Any, y: Any) -> Trained:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    from keras import layers

    def dense(inputs: int, outputs: int, activation: str | None) -> Any:
        start = keras.initializers.RandomUniform(-(inputs**-0.5), inputs**-0.5)
        return layers.Dense(outputs, activation, kernel_initializer=start, bias_initializer=start)

    pairs = list(itertools.pairwise(sizes))
    hidden = [dense(*pair, "relu") for pair in pairs[:-1]]
    model = keras.Sequential([layers.Input((sizes[0],)), *hidden, dense(*pairs[-1], None)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(RATE), loss)
    times = [perf_counter()]
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: times.append(perf_counter()))
    model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[clock])
    return times, lambda images: model.predict(images, batch_size=1000, verbose=0)


def torch_layers(sizes: list[int], activation: Any = None) -> Any:
    """The network in PyTorch, with ReLU between its layers unless another activation is asked for."""
    import torch

    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), (activation or torch.nn.ReLU)()]
    return torch.nn.Sequential(*layers[:-1])


def skorch(sizes: list[int], batch: int, epochs: int, x: Any, y: Any) -> Trained:
    import torch
    from skorch import NeuralNetClassifier
    from skorch.callbacks import Callback

    times: list[float] = []

    class Clock(Callback):
        def on_epoch_end(self, net: Any, **arguments: Any) -> None:
            times.append(perf_counter())

    net = NeuralNetClassifier(
        torch_layers(sizes),
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.SGD,
        lr=RATE,
        batch_size=batch,
        max_epochs=epochs,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
        callbacks=[Clock()],
    )
    times.append(perf_counter())
    net.fit(x, y)
    return times, lambda images: net.forward(images).numpy()


def lightning(sizes: list[int], batch: int, epochs: int, x: Any, y: Any) -> Trained:
    import lightning
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    times: list[float] = []

    class Classifier(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = torch_layers(sizes)

        def training_step(self, samples: Any, number: int) -> Any:
            images, classes = samples
            return torch.nn.functional.cross_entropy(self.network(images), classes)

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=RATE)

        def on_train_epoch_end(self) -> None:
            times.append(perf_counter())

    model = Classifier()
    loader = DataLoader(TensorDataset(torch.from_numpy(x), torch.from_numpy(y)), batch_size=batch, shuffle=True)
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=epochs,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    times.append(perf_counter())
    trainer.fit(model, loader)
    return times, lambda images: model.network(torch.from_numpy(images)).detach().numpy()


FRAMEWORKS = {"scikit-learn": scikit_learn, "Keras": keras, "skorch": skorch, "Lightning": lightning}

PACKAGES = {"scikit-learn": "sklearn", "Keras": "keras", "skorch": "skorch", "Lightning": "lightning"}
"""What is imported of each."""
