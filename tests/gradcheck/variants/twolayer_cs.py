import numpy as np


class TwoLayerNet(object):
    """
    input - fully connected - ReLU - fully connected - softmax
    Loss: softmax loss + L2 regularization on both weight matrices.
    """

    def __init__(self, input_size=4, hidden_size=10, output_size=3, std=0.5):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.3):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape

        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores

        scores = scores - scores.max(axis=1, keepdims=True)
        probs = np.exp(scores)
        probs /= probs.sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(N), y]).sum() / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads['W2'] = hidden.T.dot(dscores) + 2 * reg * W2
        grads['b2'] = dscores.sum(axis=0)
        dhidden = dscores.dot(W2.T)
        dhidden[hidden <= 0] = 0
        grads['W1'] = X.T.dot(dhidden)
        grads['b1'] = dhidden.sum(axis=0)
        return loss, grads


if __name__ == '__main__':
    np.random.seed(0)
    net = TwoLayerNet()
    X = 10 * np.random.randn(5, 4)
    y = np.array([0, 1, 2, 2, 1])
    for it in range(100):
        loss, grads = net.loss(X, y, reg=5e-6)
        for k in net.params:
            net.params[k] -= 1e-1 * grads[k]
    print('final loss', loss)
