# %% [markdown]
# # A trainer that holds its model

# %%
import numpy as np


class Model:
    def __init__(self, n):
        self.weights = np.zeros(n)

    def predict(self, x):
        return x @ self.weights


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.lr = lr
        self.history = []

    def fit(self, x, y, epochs=1):
        for _ in range(epochs):
            error = self.model.predict(x) - y
            self.model.weights -= self.lr * x.T @ error / len(y)
            self.history.append(round(float((error**2).mean()), 4))


# %%
# %%step data
x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
y = np.array([1.0, 2.0, 3.0])

# %%
# %%step make
model = Model(2)
trainer = Trainer(model, lr=0.5)
history = trainer.history

# %%
# %%step train
trainer.fit(x, y, epochs=3)
print(trainer.history)

# %%
# %%step evaluate
print(np.round(model.weights, 3))
print(trainer.model is model, len(history))

# %%
# %%step train_more
trainer.fit(x, y, epochs=2)
print(len(history), np.round(model.predict(x), 2))

# %%
# %%step reset
model.weights[:] = 0
print(trainer.model.predict(x))
