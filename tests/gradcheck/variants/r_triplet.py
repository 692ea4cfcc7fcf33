import numpy as np


def triplet_loss(anchor, positive, negative, margin=0.2):
    """FaceNet triplet loss, squared euclidean distance.

    all inputs (batch, dim). returns (loss, (d_anchor, d_positive, d_negative))
    """
    batch = anchor.shape[0]
    ap = anchor - positive
    an = anchor - negative
    raw = np.sum(ap ** 2, axis=1) - np.sum(an ** 2, axis=1) + margin
    active = (raw > 0).astype(anchor.dtype)[:, None]
    loss = np.sum(np.maximum(raw, 0)) / batch

    # the anchor terms cancel: 2(a-p) - 2(a-n) = 2(n-p)
    d_anchor = 2 * (negative - positive) * active / batch
    d_positive = -2 * ap * active / batch
    d_negative = 2 * an * active / batch
    return loss, (d_anchor, d_positive, d_negative)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    a, p, n = rng.normal(size=(3, 6, 4))
    for epoch in range(50):
        loss, (da, dp, dn) = triplet_loss(a, p, n)
        a -= 0.1 * da
        p -= 0.1 * dp
        n -= 0.1 * dn
        if epoch % 10 == 0:
            print(epoch, round(loss, 4))
