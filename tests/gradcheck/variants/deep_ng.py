import numpy as np

# L-layer network, columns = examples, everything in dictionaries


class LLayerModel:
    def __init__(self, layer_dims=(4, 5, 3, 1)):
        rng = np.random.RandomState(3)
        self.L = len(layer_dims) - 1
        self.parameters = {}
        for l in range(1, self.L + 1):
            self.parameters[f'W{l}'] = rng.randn(layer_dims[l], layer_dims[l - 1])
            self.parameters[f'b{l}'] = rng.randn(layer_dims[l], 1) * 0.1

    def forward(self, X):
        A, self.caches = X, []
        for l in range(1, self.L + 1):
            Z = self.parameters[f'W{l}'] @ A + self.parameters[f'b{l}']
            self.caches.append((A, Z))
            A = np.maximum(0, Z) if l < self.L else 1 / (1 + np.exp(-Z))
        return A

    def cost(self, X, Y):
        AL = self.forward(X)
        m = Y.shape[1]
        return np.squeeze(-(Y @ np.log(AL).T + (1 - Y) @ np.log(1 - AL).T) / m)

    def backward(self, AL, Y):
        grads = {}
        m = Y.shape[1]
        dA = -(Y / AL - (1 - Y) / (1 - AL))
        for l in range(self.L, 0, -1):
            A_prev, Z = self.caches[l - 1]
            if l == self.L:
                s = 1 / (1 + np.exp(-Z))
                dZ = dA * s * (1 - s)
            else:
                dZ = np.array(dA, copy=True)
                dZ[Z <= 0] = 0
            grads[f'dW{l}'] = dZ @ A_prev.T / m
            grads[f'db{l}'] = dZ.sum(axis=1, keepdims=True) / m
            dA = self.parameters[f'W{l}'].T @ dZ
        return grads


if __name__ == '__main__':
    X = np.random.randn(4, 50)
    Y = (X[0:1] * X[1:2] > 0).astype(int)
    model = LLayerModel()
    for i in range(300):
        AL = model.forward(X)
        grads = model.backward(AL, Y)
        for k in model.parameters:
            model.parameters[k] -= 0.1 * grads['d' + k]
    print('cost', model.cost(X, Y))
