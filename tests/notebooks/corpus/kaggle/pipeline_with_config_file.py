# %% [markdown]
# # Config-driven training

# %%
import json
import os
import numpy as np
from types import SimpleNamespace

def load_config(path="config.json"):
    with open(path) as f:
        return json.load(f)

if not os.path.exists("config.json"):
    with open("config.json", "w") as f:
        json.dump({"seed": 3, "lr": 0.1, "epochs": 30, "hidden": [8, 4]}, f)

CONFIG = load_config()
args = SimpleNamespace(**CONFIG)
rng = np.random.default_rng(CONFIG["seed"])

# %%
print(args)

# %%
X = rng.normal(size=(120, 3))
w_true = np.array([1.0, -2.0, 0.5])
y = (X @ w_true + rng.normal(scale=.3, size=120) > 0).astype(float)

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def log_loss(y, p, eps=1e-12):
    return -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))

class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        self.w = np.zeros(3)
        self.history = []

    def step(self):
        p = sigmoid(X @ self.w)
        self.w -= self.cfg.lr * X.T @ (p - y) / len(y)
        self.history.append(log_loss(y, p))

    def fit(self):
        for _ in range(self.cfg.epochs):
            self.step()
        return self

# %%
trainer = Trainer(args).fit()
print(trainer.w.round(4), round(trainer.history[-1], 5))

# %%
args.lr = 1.0
better = Trainer(args).fit()
print(better.w.round(4), round(better.history[-1], 5), trainer.cfg.lr)

# %%
import matplotlib.pyplot as plt
plt.plot(trainer.history, label="lr .1"); plt.plot(better.history, label="lr 1")
plt.legend(); plt.show()

# %%
CONFIG["epochs"] += 20
json.dump(CONFIG, open("config2.json", "w"))
print(load_config("config2.json"))

# %%
acc = ((sigmoid(X @ better.w) > .5) == y).mean()
acc
