import numpy as np
import pandas as pd

df = pd.read_csv("train.csv")
X = df.drop("label", axis=1).values / 255
labels = df["label"].values
n_in, n_hid, n_out = 9, 6, 4
Y = np.eye(n_out)[labels]
W1 = np.random.randn(n_in, n_hid) * 0.1
b1 = np.zeros(n_hid)
W2 = np.random.randn(n_hid, n_out) * 0.1
b2 = np.zeros(n_out)
eta = 0.05

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def forward(x):
    global a1, a2
    a1 = np.maximum(0, x @ W1 + b1)
    a2 = softmax(a1 @ W2 + b2)
    return a2

def backward(x, t):
    global W1, b1, W2, b2
    d2 = (a2 - t) / len(x)
    d1 = (d2 @ W2.T) * (a1 > 0)
    W2 -= eta * a1.T @ d2
    b2 -= eta * d2.sum(axis=0)
    W1 -= eta * x.T @ d1
    b1 -= eta * d1.sum(axis=0)

def accuracy():
    return (forward(X).argmax(1) == labels).mean()

for epoch in range(30):
    order = np.random.permutation(len(X))
    for start in range(0, len(X), 32):
        batch = order[start:start + 32]
        forward(X[batch])
        backward(X[batch], Y[batch])
    print(epoch, accuracy())
