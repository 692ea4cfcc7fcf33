import numpy as np

rng = np.random.default_rng()


class Tanh:
    @staticmethod
    def function(z):
        return np.tanh(z)

    @staticmethod
    def derivative(z):
        return np.diag(1 - np.tanh(z) ** 2)


class Softmax:
    @staticmethod
    def function(z):
        e = np.exp(z - np.max(z))
        return e / np.sum(e)

    @staticmethod
    def derivative(z):
        p = Softmax.function(z)
        return np.diag(p) - np.outer(p, p)


class Entropy:
    @staticmethod
    def function(p, target):
        return -np.log(p[target])

    @staticmethod
    def derivative(p, target):
        d = np.zeros(len(p))
        d[target] = -1 / p[target]
        return d


class Layer:
    def __init__(self, size, activation=None):
        self.size, self.activation = size, activation
        self.y = np.zeros(size)

    def compute(self):
        self.z = self.x @ self.W + self.b
        self.y = self.activation.function(self.z)

    def learn(self, signal):
        delta = signal @ self.activation.derivative(self.z)
        before = self.W
        self.W -= np.outer(self.x, delta)
        self.b -= delta
        return before @ delta


class Perceptron:
    def __init__(self, layers, learning_rate, loss_function):
        self.layers, self.learning_rate, self.loss_function = layers, learning_rate, loss_function
        for before, layer in zip(layers, layers[1:]):
            layer.W = rng.standard_normal((before.size, layer.size)) * np.sqrt(2 / layer.size)
            layer.b = np.zeros(layer.size)

    def input(self, entry):
        self.layers[0].y = entry

    @property
    def output(self):
        return self.layers[-1].y

    def feedforward(self):
        for before, layer in zip(self.layers, self.layers[1:]):
            layer.x = before.y
            layer.compute()

    def backpropagate(self, target):
        signal = self.learning_rate * self.loss_function.derivative(self.output, target)
        for layer in self.layers[-1:0:-1]:
            signal = layer.learn(signal)

    def train(self, x_train, y_train, epochs):
        history = {}
        for epoch in range(1, epochs + 1):
            epoch_loss = 0
            for entry, target in zip(x_train, y_train):
                self.input(np.array(entry))
                self.feedforward()
                epoch_loss += self.loss_function.function(self.output, target)
                self.backpropagate(target)
            history[epoch] = epoch_loss
        return history

    def predict(self, entries):
        found = []
        for entry in entries:
            self.input(np.array(entry))
            self.feedforward()
            found.append(np.argmax(self.output))
        return found


if __name__ == "__main__":
    layers = [Layer(4), Layer(7, activation=Tanh), Layer(3, activation=Softmax)]
    network = Perceptron(layers, learning_rate=0.01, loss_function=Entropy)
    data = np.loadtxt("stars.csv", delimiter=",")
    print(network.train(data[:, :-1], data[:, -1].astype(int), 50))
