import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y)
num_classes = 10
h = 20
W = 0.01 * np.random.randn(X_train.shape[1], h)
b = np.zeros((1, h))
W2 = 0.01 * np.random.randn(h, num_classes)
b2 = np.zeros((1, num_classes))
reg = 1e-3
num_examples = X_train.shape[0]
for i in range(2000):
    hidden = np.maximum(0, np.dot(X_train, W) + b)
    scores = np.dot(hidden, W2) + b2
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    logp = -np.log(probs[range(num_examples), y_train])
    loss = np.sum(logp) / num_examples + 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    dscores = probs
    dscores[range(num_examples), y_train] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden <= 0] = 0
    dW = np.dot(X_train.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)
    dW2 += reg * W2
    dW += reg * W
    W += -1.0 * dW
    b += -1.0 * db
    W2 += -1.0 * dW2
    b2 += -1.0 * db2
pred = np.argmax(np.maximum(0, X_test.dot(W) + b).dot(W2) + b2, axis=1)
print((pred == y_test).mean())
