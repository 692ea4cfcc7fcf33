#!/usr/bin/env python
# coding: utf-8

# # Softmax regression from scratch

# In[1]:


import numpy as np


# In[2]:


np.random.seed(42)
n_train, num_inputs, num_outputs = 64, 12, 4
features = np.random.randn(n_train, num_inputs)
labels = np.argmax(features[:, :num_outputs] + 0.3 * np.random.randn(n_train, num_outputs), axis=1)


# In[3]:


W = np.random.normal(0, 0.01, (num_inputs, num_outputs))
b = np.zeros(num_outputs)


# In[4]:


def softmax(X):
    X_exp = np.exp(X - X.max(axis=1, keepdims=True))
    partition = X_exp.sum(axis=1, keepdims=True)
    return X_exp / partition


def net(X):
    return softmax(X @ W + b)


def cross_entropy(y_hat, y):
    return -np.log(y_hat[range(len(y_hat)), y])


def accuracy(y_hat, y):
    return (y_hat.argmax(axis=1) == y).mean()


# In[5]:


def data_iter(batch_size):
    idx = np.random.permutation(n_train)
    for i in range(0, n_train, batch_size):
        j = idx[i:i + batch_size]
        yield features[j], labels[j]


# In[6]:


num_epochs, lr, batch_size = 5, 0.1, 16
for epoch in range(num_epochs):
    for X, y in data_iter(batch_size):
        y_hat = net(X)
        l = cross_entropy(y_hat, y).sum()
        one_hot = np.eye(num_outputs)[y]
        grad_o = y_hat - one_hot
        grad_W = X.T @ grad_o
        grad_b = grad_o.sum(axis=0)
        # sgd: gradient of the summed loss, divided by the batch size in the step
        W -= lr * grad_W / batch_size
        b -= lr * grad_b / batch_size
    y_hat = net(features)
    print(f'epoch {epoch + 1}, loss {cross_entropy(y_hat, labels).mean():.4f}, acc {accuracy(y_hat, labels):.3f}')
