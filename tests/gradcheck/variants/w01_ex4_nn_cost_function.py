"""Machine Learning, Exercise 4 - Neural Networks Learning (python version)

nn_cost_function(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_)
"""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_gradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def rand_initialize_weights(L_in, L_out, epsilon_init=0.12):
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def nn_cost_function(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_):
    # Reshape nn_params back into the parameters Theta1 and Theta2
    split = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:split].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[split:].reshape(num_labels, hidden_layer_size + 1)

    m = X.shape[0]

    # ====================== YOUR CODE HERE ======================
    # Part 1: feedforward
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1 @ Theta1.T
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = a2 @ Theta2.T
    h = sigmoid(z3)

    # labels are 1..num_labels as in the octave version
    Y = np.eye(num_labels)[y - 1]

    J = np.sum(-Y * np.log(h) - (1 - Y) * np.log(1 - h)) / m
    J += lambda_ / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # Part 2: backpropagation
    delta3 = h - Y
    delta2 = (delta3 @ Theta2)[:, 1:] * sigmoid_gradient(z2)

    Theta1_grad = delta2.T @ a1 / m
    Theta2_grad = delta3.T @ a2 / m

    # Part 3: regularization (not for the bias column)
    Theta1_grad[:, 1:] += lambda_ / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lambda_ / m * Theta2[:, 1:]
    # =============================================================

    # Unroll gradients
    grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    return J, grad


if __name__ == '__main__':
    np.random.seed(1)
    X = np.random.randn(30, 6)
    y = np.random.randint(1, 4, size=30)
    theta = np.concatenate([rand_initialize_weights(6, 5).ravel(),
                            rand_initialize_weights(5, 3).ravel()])
    for i in range(200):
        J, grad = nn_cost_function(theta, 6, 5, 3, X, y, 0.1)
        theta = theta - 1.0 * grad
        if i % 50 == 0:
            print('Iteration %4d | Cost: %e' % (i, J))
