import numpy as np


class Recommender:
    """A matrix of ratings is a product of two, and of what each row and column has of its own."""

    def __init__(self, ratings, rank, rate=0.01, weight=0.05, rounds=10):
        self.ratings, self.rank = ratings, rank
        self.rate, self.weight, self.rounds = rate, weight, rounds
        self.rows, self.columns = ratings.shape

    def train(self):
        self.U = np.random.randn(self.rows, self.rank)
        self.V = np.random.randn(self.columns, self.rank)
        self.of_row, self.of_column = np.zeros(self.rows), np.zeros(self.columns)
        self.middle = self.ratings[self.ratings > 0].mean()
        places = np.argwhere(self.ratings > 0)
        self.known = [(i, j, self.ratings[i, j]) for i, j in places]
        for _ in range(self.rounds):
            np.random.shuffle(self.known)
            for i, j, rating in self.known:
                guess = self.middle + self.of_row[i] + self.of_column[j] + self.U[i] @ self.V[j]
                error = rating - guess
                self.of_row[i] += self.rate * (error - self.weight * self.of_row[i])
                self.of_column[j] += self.rate * (error - self.weight * self.of_column[j])
                before = self.U[i].copy()
                self.U[i] += self.rate * (error * self.V[j] - self.weight * self.U[i])
                self.V[j] += self.rate * (error * before - self.weight * self.V[j])
