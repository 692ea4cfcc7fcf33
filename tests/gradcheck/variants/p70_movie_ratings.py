"""Matrix factorisation for film ratings from 1 to 5 (0: not rated)."""
import numpy as np

R = np.array([
    [5, 3, 0, 1],
    [4, 0, 0, 1],
    [1, 1, 0, 5],
    [0, 1, 5, 4],
    [2, 0, 3, 4],
])
mask = R > 0

# two taste factors, start values by hand
U = np.array([[2, 0], [1, 1], [0, 2], [1, 2], [1, 1]])
M = np.array([[2, 1], [1, 0], [1, 2], [0, 2]])

lr = 0.01
lam = 0.1
history = []

for it in range(100):
    E = mask * (U @ M.T - R)
    loss = 0.5 * np.sum(E ** 2) + 0.5 * lam * (np.sum(U ** 2) + np.sum(M ** 2))
    history.append(loss)

    dU = E @ M + lam * U
    dM = E.T @ U - lam * M

    U = U - lr * dU
    M = M - lr * dM

print("first %.3f, last %.3f" % (history[0], history[-1]))
print(np.round(U @ M.T, 1))
