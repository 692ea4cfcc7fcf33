"""The toy network of a well known video course, with a matrix class of its own in plain Python."""
import math
import random


class Matrix:
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.values = [[0.0] * columns for _ in range(rows)]

    @staticmethod
    def from_list(numbers):
        made = Matrix(len(numbers), 1)
        made.values = [[number] for number in numbers]
        return made

    def to_list(self):
        return [value for row in self.values for value in row]

    def randomize(self):
        self.values = [[random.uniform(-1, 1) for _ in row] for row in self.values]

    def add(self, other):
        self.values = [[a + b for a, b in zip(r, s)] for r, s in zip(self.values, other.values)]

    def times(self, other):
        self.values = [[a * b for a, b in zip(r, s)] for r, s in zip(self.values, other.values)]

    def scale(self, k):
        self.values = [[k * a for a in row] for row in self.values]

    def map(self, f):
        self.values = [[f(a) for a in row] for row in self.values]


def product(a, b):
    made = Matrix(a.rows, b.columns)
    made.values = [
        [sum(a.values[i][k] * b.values[k][j] for k in range(a.columns)) for j in range(b.columns)] for i in range(a.rows)
    ]
    return made


def transposed(a):
    made = Matrix(a.columns, a.rows)
    made.values = [list(row) for row in zip(*a.values)]
    return made


def minus(a, b):
    made = Matrix(a.rows, a.columns)
    made.values = [[p - q for p, q in zip(r, s)] for r, s in zip(a.values, b.values)]
    return made


def mapped(a, f):
    made = Matrix(a.rows, a.columns)
    made.values = [[f(p) for p in row] for row in a.values]
    return made


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def slope(y):
    return y * (1 - y)


class NeuralNetwork:
    def __init__(self, inputs, hidden, outputs):
        self.weights_ih, self.weights_ho = Matrix(hidden, inputs), Matrix(outputs, hidden)
        self.bias_h, self.bias_o = Matrix(hidden, 1), Matrix(outputs, 1)
        for one in (self.weights_ih, self.weights_ho, self.bias_h, self.bias_o):
            one.randomize()
        self.learning_rate = 0.1

    def predict(self, input_array):
        hidden = product(self.weights_ih, Matrix.from_list(input_array))
        hidden.add(self.bias_h)
        hidden.map(sigmoid)
        output = product(self.weights_ho, hidden)
        output.add(self.bias_o)
        output.map(sigmoid)
        return output.to_list()

    def train(self, input_array, target_array):
        inputs = Matrix.from_list(input_array)
        hidden = product(self.weights_ih, inputs)
        hidden.add(self.bias_h)
        hidden.map(sigmoid)
        outputs = product(self.weights_ho, hidden)
        outputs.add(self.bias_o)
        outputs.map(sigmoid)

        gradients = minus(Matrix.from_list(target_array), outputs)
        gradients.times(mapped(outputs, slope))
        hidden_gradients = product(transposed(self.weights_ho), gradients)
        hidden_gradients.times(mapped(hidden, slope))

        gradients.scale(self.learning_rate)
        self.weights_ho.add(product(gradients, transposed(hidden)))
        self.bias_o.add(gradients)
        hidden_gradients.scale(self.learning_rate)
        self.weights_ih.add(product(hidden_gradients, transposed(inputs)))
        self.bias_h.add(hidden_gradients)
