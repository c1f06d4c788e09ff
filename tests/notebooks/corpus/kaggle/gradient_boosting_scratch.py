# %% [markdown]
# # Boosting from scratch in 50 lines

# %%
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
from sklearn.metrics import mean_squared_error as mse
import matplotlib.pyplot as plt

np.random.seed(42)
x = np.linspace(0, 6, 120)
y = np.sin(x) + np.random.normal(0, .2, x.size)
X = x[:, None]
tr = np.arange(x.size) % 3 != 0; va = ~tr

class GBM(object):
    def __init__(self, lr=.1, depth=2):
        self.lr, self.depth = lr, depth
        self.trees = []
    def predict(self, X):
        out = np.full(len(X), self.base)
        for t in self.trees:
            out += self.lr * t.predict(X)
        return out
    def fit(self, X, y, rounds=20, callbacks=[]):
        if not self.trees:
            self.base = y.mean()
        for i in range(rounds):
            r = y - self.predict(X)
            self.trees.append(DecisionTreeRegressor(max_depth=self.depth).fit(X, r))
            for cb in callbacks:
                cb(i, self)
        return self

losses = []
def record(i, model):
    losses.append(mse(y[va], model.predict(X[va])))

gbm = GBM().fit(X[tr], y[tr], callbacks=[record])
print(len(losses), round(losses[-1], 5))

# %%
plt.plot(x, y, "."); plt.plot(x, gbm.predict(X)); plt.show()

# %%
# continue training the same model
gbm.fit(X[tr], y[tr], rounds=15, callbacks=[record])
len(gbm.trees), len(losses)

# %%
losses = np.array(losses)
best_round = losses.argmin()
print(best_round, losses.min().round(5))

# %%
grid = []
for lr in (.05, .3):
    for depth in (1, 3):
        losses = []
        GBM(lr, depth).fit(X[tr], y[tr], rounds=20, callbacks=[record])
        grid.append((lr, depth, losses[-1]))
        print(lr, depth, round(losses[-1], 5))

# %%
pd.DataFrame(grid, columns=["lr", "depth", "loss"]).pivot(index="lr", columns="depth", values="loss").round(4)

# %%
# patch: shrink with the number of trees
def predict_shrunk(self, X, old=GBM.predict):
    return self.base + (old(self, X) - self.base) * .9
GBM.predict = predict_shrunk
print(round(mse(y[va], gbm.predict(X[va])), 5), len(losses))

# %%
gbm.trees[0].tree_.node_count, type(gbm).predict.__name__
