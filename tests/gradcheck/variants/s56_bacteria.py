# Fit a logistic growth curve to the counts from the biology lab. No libraries.
from math import exp

hours = [0, 1, 2, 3, 4, 5, 6, 7, 8]
counts = [0.11, 0.18, 0.33, 0.52, 0.9, 1.31, 1.58, 1.8, 1.87]


def curve(p, t):
    K, r, t0 = p
    return K / (1 + exp(-r * (t - t0)))


def loss(p):
    total = 0.0
    for t, n in zip(hours, counts):
        total += (curve(p, t) - n) ** 2
    return total / len(hours)


def gradient(p):
    K, r, t0 = p
    dK = dr = dt0 = 0.0
    for t, n in zip(hours, counts):
        f = curve(p, t)
        s = f / K
        e = 2 * (f - n) / len(hours)
        slope = K * s * (1 - s)
        dK += e * s
        dr += e * slope * t
        dt0 += e * slope * -r
    return [dK, dr, dt0]


def descend(p, rate=0.1, rounds=400):
    for i in range(rounds):
        g = gradient(p)
        p = [a - rate * b for a, b in zip(p, g)]
        if i % 100 == 0:
            print("round", i, "loss", round(loss(p), 5))
    return p


if __name__ == "__main__":
    K, r, t0 = descend([1.0, 0.5, 3.0])
    print("capacity %.3f, rate %.3f per hour, midpoint %.2f h" % (K, r, t0))
