import numpy as np

def sigmoid(z):
  return 1/(1+np.exp(-z))

class Layer:
  def __init__(self, W, B):
    self.W=W
    self.B=B
  def activate(self, A):
    self.input=A
    self.output=sigmoid(A@self.W+self.B)
    return self.output

class MLP:
  def __init__(self, sizes=(3,4,2)):
    self.W=[np.random.randn(m,n) for m,n in zip(sizes[:-1],sizes[1:])]
    self.B=[np.random.randn(1,n) for n in sizes[1:]]
    # same arrays, not copies!
    self.layers=[Layer(w,b) for w,b in zip(self.W,self.B)]

  def forward(self, X, Y):
    A=X
    for l in self.layers:
      A=l.activate(A)
    self.Y=Y
    self.n=X.shape[0]
    return -np.sum(Y*np.log(A)+(1-Y)*np.log(1-A))/self.n

  def backward(self):
    dW=[None]*len(self.W)
    dB=[None]*len(self.B)
    delta=(self.layers[-1].output-self.Y)/self.n
    for i in reversed(range(len(self.layers))):
      l=self.layers[i]
      dW[i]=l.input.T@delta
      dB[i]=delta.sum(axis=0,keepdims=True)
      delta=delta@l.W.T
    return dW,dB
