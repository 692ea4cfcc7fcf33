import math


class Scalar:
    """My own attempt at following the micrograd lecture."""

    def __init__(self, data, parents=(), label=''):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.label = label
        self._backward = lambda: None

    def __repr__(self):
        return 'Scalar(%.4f, grad=%.4f)' % (self.data, self.grad)

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data * other.data, (self, other))

        def _backward():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data
        out._backward = _backward
        return out

    def exp(self):
        out = Scalar(math.exp(self.data), (self,))

        def _backward():
            self.grad += out.grad * self.data
        out._backward = _backward
        return out

    def log(self):
        out = Scalar(math.log(self.data), (self,))

        def _backward():
            self.grad += out.grad / self.data
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Scalar(t, (self,))

        def _backward():
            self.grad += out.grad * (1 - t ** 2)
        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) in seen:
                return
            seen.add(id(node))
            for p in node.parents:
                visit(p)
            order.append(node)
        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()

    __radd__ = __add__
    __rmul__ = __mul__


if __name__ == '__main__':
    x, w, b = Scalar(0.5), Scalar(-1.2), Scalar(0.3)
    n = x * w + b
    loss = (1 + n.exp()).log() + n.tanh() * w
    loss.backward()
    print(x, w, b)
