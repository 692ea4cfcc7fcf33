import numpy as np

def act(z):
    return np.tanh(z)

layers = [3, 7, 5, 2]
inputs = np.random.rand(40, layers[0])
targets = np.column_stack([inputs.sum(axis=1), inputs.prod(axis=1)])
weights, biases = [], []
for i in range(len(layers) - 1):
    weights.append(np.random.randn(layers[i], layers[i + 1]) / np.sqrt(layers[i]))
    biases.append(np.zeros(layers[i + 1]))
lr = 0.1
epoch = 0
while epoch < 500:
    acts = [inputs]
    for w, b in zip(weights, biases):
        acts.append(act(acts[-1] @ w + b))
    delta = (acts[-1] - targets) * (1 - acts[-1] ** 2)
    grads_w, grads_b = [], []
    for i in reversed(range(len(weights))):
        grads_w.insert(0, acts[i].T @ delta / len(inputs))
        grads_b.insert(0, delta.mean(axis=0))
        delta = delta @ weights[i].T * (1 - acts[i] ** 2)
    for i in range(len(weights)):
        weights[i] -= lr * grads_w[i]
        biases[i] -= lr * grads_b[i]
    epoch += 1
