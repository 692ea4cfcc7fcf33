import numpy as np


def cofi_cost_func(params, Y, R, num_users, num_movies, num_features, lambda_):
    """Collaborative filtering cost function.
    Y - num_movies x num_users matrix of ratings
    R - num_movies x num_users matrix, R[i, j] = 1 if the i-th movie was rated by the j-th user
    """
    # Unfold the U and W matrices from params
    X = params[:num_movies * num_features].reshape(num_movies, num_features)
    Theta = params[num_movies * num_features:].reshape(num_users, num_features)

    error = (X.dot(Theta.T) - Y) * R

    J = 0.5 * np.sum(error ** 2)
    J += lambda_ / 2 * np.sum(Theta ** 2)
    J += lambda_ / 2 * np.sum(X ** 2)

    X_grad = np.zeros(X.shape)
    Theta_grad = np.zeros(Theta.shape)

    for i in range(num_movies):
        idx = np.where(R[i, :] == 1)[0]
        Theta_tmp = Theta[idx, :]
        Y_tmp = Y[i, idx]
        X_grad[i, :] = np.dot(np.dot(X[i, :], Theta_tmp.T) - Y_tmp, Theta_tmp) + lambda_ * X[i, :]

    for j in range(num_users):
        idx = np.where(R[:, j] == 1)[0]
        X_tmp = X[idx, :]
        Y_tmp = Y[idx, j]
        Theta_grad[j, :] = np.dot(np.dot(X_tmp, Theta[j, :]) - Y_tmp, X_tmp) + lambda_ * Theta[j, :]

    grad = np.concatenate([X_grad.ravel(), Theta_grad.ravel()])
    return J, grad


def normalize_ratings(Y, R):
    Ymean = np.zeros(Y.shape[0])
    Ynorm = np.zeros(Y.shape)
    for i in range(Y.shape[0]):
        idx = R[i, :] == 1
        if idx.any():
            Ymean[i] = Y[i, idx].mean()
            Ynorm[i, idx] = Y[i, idx] - Ymean[i]
    return Ynorm, Ymean


if __name__ == '__main__':
    np.random.seed(8)
    n_movies, n_users, k = 15, 10, 3
    Y = np.random.randint(1, 6, (n_movies, n_users)).astype(float)
    R = (np.random.rand(n_movies, n_users) < 0.6).astype(int)
    Ynorm, Ymean = normalize_ratings(Y, R)
    params = np.random.randn((n_movies + n_users) * k) * 0.3
    for it in range(200):
        J, grad = cofi_cost_func(params, Ynorm, R, n_users, n_movies, k, 1.0)
        params -= 0.02 * grad
        if it % 50 == 0:
            print('iter', it, 'cost', J)
