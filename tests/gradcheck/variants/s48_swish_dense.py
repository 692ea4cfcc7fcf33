import numpy as np


class SwishDense(object):
  """Fully connected layer followed by swish, x * sigmoid(x)."""

  def __init__(self, in_dim, out_dim, use_bias=True):
    std = np.sqrt(2.0 / (in_dim + out_dim))
    self.weight = np.random.normal(0, std, size=(in_dim, out_dim))
    self.bias = np.zeros(out_dim) if use_bias else None
    self._saved = None

  def forward(self, x):
    pre = np.matmul(x, self.weight)
    if self.bias is not None:
      pre += self.bias
    gate = 1.0 / (1.0 + np.exp(-pre))
    out = pre * gate
    self._saved = x, gate, out
    return out

  def backward(self, dout):
    x, gate, out = self._saved
    dpre = dout * (out + gate * (1.0 - out))
    # leading dimensions (batch, time, ...) are summed
    flat_x = x.reshape(-1, x.shape[-1])
    flat_d = dpre.reshape(-1, dpre.shape[-1])
    self.dweight = np.matmul(flat_x.T, flat_d)
    if self.bias is not None:
      self.dbias = flat_d.sum(axis=0)
    return np.matmul(dpre, self.weight.T)


if __name__ == '__main__':
  np.random.seed(0)
  x = np.random.uniform(-3, 3, size=(128, 1))
  y = np.where(x > 0, x, 0.5 * np.sin(3 * x))
  l1, l2 = SwishDense(1, 16), SwishDense(16, 16)
  head = np.random.normal(size=(16, 1)) * 0.1
  for step in range(401):
    h = l2.forward(l1.forward(x))
    err = h.dot(head) - y
    dh = 2 * err.dot(head.T) / len(x)
    head -= 0.1 * h.T.dot(2 * err / len(x))
    l1.backward(l2.backward(dh))
    for l in (l1, l2):
      l.weight -= 0.1 * l.dweight
      l.bias -= 0.1 * l.dbias
    if step % 200 == 0:
      print('step %d  mse %.5f' % (step, np.mean(err ** 2)))
