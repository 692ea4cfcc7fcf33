"""A (very) small dataflow graph library: nodes know their inputs and outputs."""
import numpy as np


class Node:
    def __init__(self, inbound_nodes=[]):
        self.inbound_nodes = inbound_nodes
        self.outbound_nodes = []
        self.value = None
        self.gradients = {}
        for node in inbound_nodes:
            node.outbound_nodes.append(self)

    def forward(self):
        raise NotImplementedError

    def backward(self):
        raise NotImplementedError


class Input(Node):
    def forward(self):
        pass

    def backward(self):
        # an input has no inbound nodes, its gradient is the sum over its outputs
        self.gradients = {self: 0}
        for n in self.outbound_nodes:
            self.gradients[self] += n.gradients[self]


class Linear(Node):
    def __init__(self, X, W, b):
        Node.__init__(self, [X, W, b])

    def forward(self):
        X, W, b = [n.value for n in self.inbound_nodes]
        self.value = np.dot(X, W) + b

    def backward(self):
        X, W, b = self.inbound_nodes
        self.gradients = {n: np.zeros_like(n.value) for n in self.inbound_nodes}
        for n in self.outbound_nodes:
            grad_cost = n.gradients[self]
            self.gradients[X] += np.dot(grad_cost, W.value.T)
            self.gradients[W] += np.dot(X.value.T, grad_cost)
            self.gradients[b] += np.sum(grad_cost, axis=0, keepdims=False)


class Sigmoid(Node):
    def __init__(self, node):
        Node.__init__(self, [node])

    def forward(self):
        self.value = 1. / (1. + np.exp(-self.inbound_nodes[0].value))

    def backward(self):
        node = self.inbound_nodes[0]
        self.gradients = {node: np.zeros_like(node.value)}
        for n in self.outbound_nodes:
            self.gradients[node] += self.value * (1 - self.value) * n.gradients[self]


class MSE(Node):
    def __init__(self, y, a):
        Node.__init__(self, [y, a])

    def forward(self):
        y = self.inbound_nodes[0].value.reshape(-1, 1)
        a = self.inbound_nodes[1].value.reshape(-1, 1)
        self.m = y.shape[0]
        self.diff = y - a
        self.value = np.mean(self.diff ** 2)

    def backward(self):
        y, a = self.inbound_nodes
        self.gradients[y] = ((2 / self.m) * self.diff).reshape(y.value.shape)
        self.gradients[a] = ((-2 / self.m) * self.diff).reshape(a.value.shape)


def topological_sort(outputs):
    order, seen = [], set()

    def visit(n):
        if n in seen:
            return
        seen.add(n)
        for m in n.inbound_nodes:
            visit(m)
        order.append(n)

    visit(outputs)
    return order


def forward_and_backward(graph):
    for n in graph:
        n.forward()
    for n in graph[::-1]:
        n.backward()


def sgd_update(trainables, learning_rate=1e-2):
    for t in trainables:
        t.value = t.value - learning_rate * t.gradients[t]


if __name__ == '__main__':
    rs = np.random.RandomState(3)
    X, y, W1, b1, W2, b2 = [Input() for _ in range(6)]
    cost = MSE(y, Linear(Sigmoid(Linear(X, W1, b1)), W2, b2))
    X.value, y.value = rs.randn(20, 4), rs.randn(20, 1)
    W1.value, b1.value = rs.randn(4, 6), np.zeros(6)
    W2.value, b2.value = rs.randn(6, 1), np.zeros(1)
    graph = topological_sort(cost)
    for epoch in range(200):
        forward_and_backward(graph)
        sgd_update([W1, b1, W2, b2], 0.1)
    print('loss', cost.value)
