# A neural network in a few lines of python
# learns XOR (third input is always 1 = bias)
import numpy as np

def sigmoid(x):
    return 1/(1+np.exp(-x))

# slope of the sigmoid at x
def slope(x):
    return sigmoid(x)*(1-sigmoid(x))

X = np.array([ [0,0,1],
               [0,1,1],
               [1,0,1],
               [1,1,1] ])
y = np.array([[0,1,1,0]]).T

np.random.seed(1)
alpha = 1

# weights with mean 0
syn0 = 2*np.random.random((3,4)) - 1
syn1 = 2*np.random.random((4,1)) - 1

for j in range(5000):

    # forward
    z1 = X.dot(syn0)
    l1 = sigmoid(z1)
    z2 = l1.dot(syn1)
    l2 = sigmoid(z2)

    # how much did we miss?
    l2_error = y - l2
    if (j % 1000) == 0:
        print("Error: " + str(np.mean(np.abs(l2_error))))

    # in what direction is the target? if we are really sure, don't change too much
    l2_delta = l2_error*slope(z2)

    # how much did each l1 value contribute to the l2 error
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error*slope(l1)

    syn1 += alpha * l1.T.dot(l2_delta)
    syn0 += alpha * X.T.dot(l1_delta)

print("Output After Training:")
print(l2)
