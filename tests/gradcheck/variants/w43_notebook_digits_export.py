#!/usr/bin/env python
# coding: utf-8

# # Fully connected network on (fake) 4x4 digits
# Mini-batch gradient descent with a learning rate that decays.

# In[1]:

import numpy as np
np.random.seed(2019)


# In[2]:

# the data: three patterns plus noise
patterns = np.array([[0,1,1,0, 1,0,0,1, 1,0,0,1, 0,1,1,0],
                     [0,0,1,0, 0,1,1,0, 0,0,1,0, 0,0,1,0],
                     [1,1,1,1, 0,0,1,0, 0,1,0,0, 0,1,0,0]])
y_train = np.random.randint(0, 3, 240)
X_train = patterns[y_train] + 0.4 * np.random.randn(240, 16)
print(X_train.shape, y_train.shape)


# ## Network

# In[3]:

def one_hot(y, n=3):
    out = np.zeros((len(y), n))
    out[np.arange(len(y)), y] = 1
    return out

def init_net(n_in=16, n_h=12, n_out=3):
    return [np.random.randn(n_in, n_h) * np.sqrt(2/n_in), np.zeros((1, n_h)),
            np.random.randn(n_h, n_out) * np.sqrt(2/n_h), np.zeros((1, n_out))]

def forward(net, X):
    W1, b1, W2, b2 = net
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    z2 = z2 - z2.max(axis=1, keepdims=True)
    probs = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
    return z1, a1, probs

def cross_entropy(probs, Y):
    return -(Y * np.log(probs)).sum() / len(Y)

def backward(net, X, Y, cache):
    z1, a1, probs = cache
    W1, b1, W2, b2 = net
    m = len(X)
    dz2 = probs - Y
    dW2 = a1.T @ dz2 / m
    db2 = dz2.mean(axis=0, keepdims=True)
    dz1 = dz2 @ W2.T * (z1 > 0)
    dW1 = X.T @ dz1 / m
    db1 = dz1.mean(axis=0, keepdims=True)
    return [dW1, db1, dW2, db2]


# In[4]:

def train(X, y, epochs=15, batch=32, lr0=0.5, decay=0.1):
    net = init_net()
    Y = one_hot(y)
    losses = []
    for epoch in range(epochs):
        lr = lr0 / (1 + decay * epoch)
        perm = np.random.permutation(len(X))
        for i in range(0, len(X), batch):
            xb, yb = X[perm[i:i+batch]], Y[perm[i:i+batch]]
            grads = backward(net, xb, yb, forward(net, xb))
            net = [p - lr * g for p, g in zip(net, grads)]
        losses.append(cross_entropy(forward(net, X)[2], Y))
    return net, losses


# In[5]:

net, losses = train(X_train, y_train)
print('loss per epoch:', np.round(losses, 3))


# In[6]:

pred = forward(net, X_train)[2].argmax(axis=1)
print('train accuracy', (pred == y_train).mean())
