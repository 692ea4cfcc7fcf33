import numpy as np


class ShenJingWangLuo:
    def __init__(self, shuru=3, yincang=4, shuchu=1):
        np.random.seed(10)
        self.canshu = {
            'W1': np.random.randn(shuru, yincang) * 0.6,
            'b1': np.zeros(yincang),
            'W2': np.random.randn(yincang, yincang) * 0.6,
            'b2': np.zeros(yincang),
            'W3': np.random.randn(yincang, shuchu) * 0.6,
            'b3': np.zeros(shuchu),
        }

    def forward(self, X):
        c = self.canshu
        self.a1 = np.tanh(X @ c['W1'] + c['b1'])
        self.a2 = np.tanh(self.a1 @ c['W2'] + c['b2'])
        self.yuce = self.a2 @ c['W3'] + c['b3']
        return self.yuce

    def sunshi(self, X, y):
        yuce = self.forward(X)
        return np.sum((yuce - y) ** 2) / (2 * len(X))

    def backward(self, X, y):
        c = self.canshu
        n = len(X)
        wucha = (self.yuce - y) / n
        tidu = {}
        tidu['W3'] = self.a2.T @ wucha
        tidu['b3'] = wucha.sum(axis=0)
        d2 = (wucha @ c['W3'].T) * (1 - self.a2 ** 2)
        tidu['W2'] = self.a1.T @ d2
        tidu['b2'] = d2.sum(axis=0)
        d1 = (d2 @ c['W2']) * (1 - self.a1 ** 2)
        tidu['W1'] = X.T @ d1
        tidu['b1'] = d1.sum(axis=0)
        return tidu

    def xunlian(self, X, y, xuexilv=0.1, cishu=100):
        for i in range(cishu):
            self.forward(X)
            tidu = self.backward(X, y)
            for k in tidu:
                self.canshu[k] -= xuexilv * tidu[k]
            if i % 20 == 0:
                print('di', i, 'ci, sunshi =', self.sunshi(X, y))
