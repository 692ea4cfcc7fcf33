import numpy as np


def svm_loss(W, X, y, reg=1e-3, delta=1.0):
  """
  Multiclass hinge loss (Weston Watkins), fully vectorized.
  W is C x D (last column is the bias), X is D x N (last row is ones), y are N labels
  """
  N = X.shape[1]
  rows = y, np.arange(N)

  scores = W.dot(X)                       # C x N
  margins = scores - scores[rows] + delta
  margins[rows] = 0
  margins = np.maximum(margins, 0)

  loss = margins.sum() / N
  loss += 0.5 * reg * np.sum(W[:, :-1] ** 2)

  # every violated margin pushes its own class up and the correct class down
  ind = (margins > 0).astype(float)
  ind[rows] = -ind.sum(axis=0)
  dW = ind.dot(X.T) / N
  dW[:, :-1] += reg * W[:, :-1]
  return loss, dW


def fit_svm(X, y, n_classes, lr=0.05, iters=300, reg=1e-3):
  rng = np.random.RandomState(0)
  Xb = np.vstack([X.T, np.ones(len(X))])
  W = rng.randn(n_classes, Xb.shape[0]) * 1e-3
  hist = []
  for it in range(iters):
    loss, dW = svm_loss(W, Xb, y, reg)
    hist.append(loss)
    W -= lr * dW
  return W, hist


def predict(W, X):
  return np.argmax(W.dot(np.vstack([X.T, np.ones(len(X))])), axis=0)


if __name__ == '__main__':
  rng = np.random.RandomState(2)
  centers = np.array([[2, 0], [-2, 0], [0, 3]])
  y = rng.randint(0, 3, 150)
  X = centers[y] + rng.randn(150, 2)
  W, hist = fit_svm(X, y, 3)
  print('first loss', hist[0], 'last loss', hist[-1])
  print('train acc', (predict(W, X) == y).mean())
