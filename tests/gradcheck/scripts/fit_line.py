class Line:
    """y = w x + b with two numbers."""

    def __init__(self):
        self.w = None
        self.b = None

    def descend(self, x, y, lr=0.05, epochs=50):
        self.w, self.b = 0.0, 0.0
        n = len(x)
        for _ in range(epochs):
            found = self.w * x + self.b
            dw = (-2 / n) * sum(x * (y - found))
            db = (-2 / n) * sum(y - found)
            self.w = self.w - lr * dw
            self.b = self.b - lr * db
        return self.w, self.b
