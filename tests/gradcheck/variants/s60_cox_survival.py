"""Cox proportional hazards by gradient descent (survival analysis, homework 3)."""
import numpy as np


class CoxModel:
    """Rows must be sorted by time, earliest first, no ties. event is 1 for a death and 0 if censored."""

    def __init__(self, n_covariates, ridge=0.1):
        self.beta = np.random.randn(n_covariates) * 0.1
        self.ridge = ridge

    def forward(self, X, event):
        self.X, self.event = X, event
        eta = X @ self.beta
        self.hazard = np.exp(eta)
        # those who are still at risk at time i are i, i + 1, ...
        self.at_risk = np.cumsum(self.hazard[::-1])[::-1]
        log_lik = np.sum(event * (eta - np.log(self.at_risk)))
        return -log_lik / event.sum() + self.ridge * np.sum(self.beta ** 2)

    def backward(self):
        share = np.cumsum((self.event / self.at_risk)[::-1])[::-1]
        d_eta = self.hazard * share - self.event
        self.dbeta = self.X.T @ d_eta / self.event.sum() + 2 * self.ridge * self.beta
        return self.dbeta

    def fit(self, X, event, lr=0.2, n_iter=100):
        for _ in range(n_iter):
            value = self.forward(X, event)
            self.beta = self.beta - lr * self.backward()
        return value


if __name__ == "__main__":
    np.random.seed(0)
    X = np.random.randn(80, 3)
    true_beta = np.array([1.0, -0.5, 0.0])
    death = np.random.exponential(1 / np.exp(X @ true_beta))
    censor = np.random.exponential(2.0, 80)
    time, event = np.minimum(death, censor), (death <= censor).astype(float)
    order = np.argsort(time)
    model = CoxModel(3)
    print("loss", model.fit(X[order], event[order]))
    print("beta", model.beta.round(3))
