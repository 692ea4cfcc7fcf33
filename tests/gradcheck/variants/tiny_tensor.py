# tiny tensor library in the spirit of tinygrad's first week
import numpy as np


class Context:
    def __init__(self, op, *parents):
        self.op = op
        self.parents = parents
        self.saved = ()

    def save_for_backward(self, *x):
        self.saved = x


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = None
        self._ctx = None

    def backward(self, first=True):
        if self._ctx is None:
            return
        if first:
            assert self.data.size == 1
            self.grad = np.ones_like(self.data)
        topo, seen = [], set()

        def build(t):
            if id(t) in seen or t._ctx is None:
                return
            seen.add(id(t))
            for p in t._ctx.parents:
                build(p)
            topo.append(t)
        build(self)
        for t in reversed(topo):
            grads = t._ctx.op.backward(t._ctx, t.grad)
            grads = grads if isinstance(grads, tuple) else (grads,)
            for p, g in zip(t._ctx.parents, grads):
                p.grad = g if p.grad is None else p.grad + g


class Function:
    @classmethod
    def apply(cls, *x):
        ctx = Context(cls, *x)
        out = Tensor(cls.forward(ctx, *[t.data for t in x]))
        out._ctx = ctx
        return out


class Mul(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved
        return y * g, x * g


class Div(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x / y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved
        return g / y, -g * x / y


class Dot(Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x.dot(w)

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved
        return g.dot(w.T), x.T.dot(g)


class Sum(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return np.array([x.sum()])

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved
        return g * np.ones_like(x)


for _name, _op in (("mul", Mul), ("div", Div), ("dot", Dot), ("sum", Sum)):
    setattr(Tensor, _name, lambda self, *y, _op=_op: _op.apply(self, *y))
