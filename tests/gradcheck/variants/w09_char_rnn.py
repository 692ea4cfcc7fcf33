"""
Minimal character-level vanilla RNN model, trained on a nursery rhyme.
"""
import numpy as np

data = "twinkle twinkle little star how i wonder what you are "
chars = sorted(set(data))
data_size, vocab_size = len(data), len(chars)
char_to_ix = {ch: i for i, ch in enumerate(chars)}
ix_to_char = {i: ch for i, ch in enumerate(chars)}

# hyperparameters
hidden_size = 20
seq_length = 9
learning_rate = 1e-1

# model parameters
np.random.seed(7)
Wxh = np.random.randn(hidden_size, vocab_size) * 0.3  # input to hidden
Whh = np.random.randn(hidden_size, hidden_size) * 0.3  # hidden to hidden
Why = np.random.randn(vocab_size, hidden_size) * 0.3  # hidden to output
bh = np.zeros((hidden_size, 1))
by = np.zeros((vocab_size, 1))


def lossFun(inputs, targets, hprev):
    """
    inputs, targets are both list of integers, hprev is Hx1 array of initial hidden state
    returns the loss, gradients on model parameters, and last hidden state
    """
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    # forward pass
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    # backward pass
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext  # backprop into h
        dhraw = (1 - hs[t] * hs[t]) * dh  # through tanh
        dbh += dh
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, dhraw)
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(dparam, -5, 5, out=dparam)  # mitigate exploding gradients
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]


if __name__ == "__main__":
    mem = [np.zeros_like(w) for w in (Wxh, Whh, Why, bh, by)]
    p, hprev = 0, np.zeros((hidden_size, 1))
    smooth_loss = -np.log(1.0 / vocab_size) * seq_length
    for n in range(500):
        if p + seq_length + 1 >= data_size:
            hprev = np.zeros((hidden_size, 1))
            p = 0
        inputs = [char_to_ix[ch] for ch in data[p:p + seq_length]]
        targets = [char_to_ix[ch] for ch in data[p + 1:p + seq_length + 1]]
        loss, *grads, hprev = lossFun(inputs, targets, hprev)
        smooth_loss = smooth_loss * 0.99 + loss * 0.01
        for param, dparam, m in zip((Wxh, Whh, Why, bh, by), grads, mem):
            m += dparam * dparam
            param += -learning_rate * dparam / np.sqrt(m + 1e-8)  # adagrad
        p += seq_length
        if n % 100 == 0:
            print("iter %d, loss: %f" % (n, smooth_loss))
