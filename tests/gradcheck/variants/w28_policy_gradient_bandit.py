""" Policy gradient (REINFORCE) agent with a 2 layer net. 2 actions: stay / move """
import numpy as np

# hyperparameters
H = 10        # number of hidden layer neurons
D = 4         # input dimensionality
gamma = 0.9   # discount factor for reward
learning_rate = 1e-2

np.random.seed(0)
model = {}
model['W1'] = np.random.randn(H, D) / np.sqrt(D)  # "Xavier" initialization
model['W2'] = np.random.randn(H) / np.sqrt(H)


def sigmoid(x):
  return 1.0 / (1.0 + np.exp(-x))


def discount_rewards(r):
  """ take 1D float array of rewards and compute discounted reward """
  discounted_r = np.zeros_like(r)
  running_add = 0
  for t in reversed(range(0, r.size)):
    running_add = running_add * gamma + r[t]
    discounted_r[t] = running_add
  return discounted_r


def policy_forward(x):
  """ x is (T, D), returns probability of action 1 and the hidden states """
  h = np.dot(x, model['W1'].T)
  h[h < 0] = 0  # ReLU nonlinearity
  logp = np.dot(h, model['W2'])
  return sigmoid(logp), h


def policy_loss(x, actions, advantages):
  p, _ = policy_forward(x)
  logprob = actions * np.log(p) + (1 - actions) * np.log(1 - p)
  return -np.sum(advantages * logprob)


def policy_backward(epx, eph, epdlogp):
  """ backward pass. (eph is array of intermediate hidden states) """
  dW2 = np.dot(eph.T, epdlogp).ravel()
  dh = np.outer(epdlogp, model['W2'])
  dh[eph > 0] = 0  # backpro prelu
  dW1 = np.dot(dh.T, epx)
  return {'W1': dW1, 'W2': dW2}


def episode_gradient(epx, actions, advantages):
  p, h = policy_forward(epx)
  dlogp = (p - actions) * advantages  # gradient of policy_loss at the logits
  return policy_backward(epx, h, dlogp)


if __name__ == '__main__':
  for episode in range(300):
    xs = np.random.randn(20, D)
    p, _ = policy_forward(xs)
    actions = (np.random.rand(20) < p).astype(float)
    rewards = np.where((xs[:, 0] + xs[:, 1] > 0) == actions, 1.0, -1.0)
    adv = discount_rewards(rewards)
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    grad = episode_gradient(xs, actions, adv)
    for k in model:
      model[k] -= learning_rate * grad[k]
    if episode % 100 == 0:
      print('episode %d mean reward %.2f' % (episode, rewards.mean()))
