import numpy as np

# Assignment 2 - logistic regression for the admission data
# theta_0 is the intercept (first column of X is all ones)


def add_intercept(X):
    return np.c_[np.ones(X.shape[0]), X]


def feature_normalize(X):
    mu = X.mean(0)
    sigma = X.std(0)
    return (X - mu) / sigma, mu, sigma


def h(theta, X):
    return 1 / (1 + np.exp(-X.dot(theta)))


def cost_function_reg(theta, X, y, lam):
    """returns J and the gradient for regularized logistic regression"""
    m = y.size
    p = h(theta, X)
    theta_reg = np.r_[0, theta[1:]]

    J = (-1 / m) * (y.dot(np.log(p)) + (1 - y).dot(np.log(1 - p)))
    J = J + lam / (2 * m) * theta_reg.dot(theta_reg)

    grad = X.T.dot(p - y) + lam / m * theta_reg
    return J, grad


def gradient_descent(X, y, alpha=0.01, num_iters=400, lam=0.1):
    theta = np.zeros(X.shape[1])
    J_history = []
    for _ in range(num_iters):
        J, grad = cost_function_reg(theta, X, y, lam)
        theta = theta - alpha * grad
        J_history.append(J)
    return theta, J_history


if __name__ == '__main__':
    rng = np.random.RandomState(10)
    scores = rng.uniform(30, 100, (100, 2))
    admitted = (scores.sum(1) + 8 * rng.randn(100) > 130).astype(float)
    X, mu, sigma = feature_normalize(scores)
    X = add_intercept(X)
    theta, J_history = gradient_descent(X, admitted)
    print('theta:', theta)
    print('cost: %.4f' % J_history[-1])
    acc = np.mean((h(theta, X) >= 0.5) == admitted)
    print('Train Accuracy: %.1f %%' % (acc * 100))
