# %% [markdown]
# # Model zoo with logging and progress

# %%
import logging, sys, random
from time import perf_counter
from functools import wraps, lru_cache
import numpy as np
from sklearn.datasets import make_moons
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler, FunctionTransformer
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.base import BaseEstimator, TransformerMixin

logging.basicConfig(level=logging.WARNING)
log = logging.getLogger("zoo")

def timed(f):
    @wraps(f)
    def wrapper(*args, **kwargs):
        t = perf_counter()
        try:
            return f(*args, **kwargs)
        finally:
            wrapper.calls += 1
            log.debug("%s took %.3f", f.__name__, perf_counter() - t)
    wrapper.calls = 0
    return wrapper

@lru_cache(maxsize=4)
def get_data(noise):
    return make_moons(120, noise=noise, random_state=0)

X, y = get_data(.2)
X.shape

# %%
class RBFeatures(TransformerMixin, BaseEstimator):
    def __init__(self, centers=5, gamma=1.0):
        self.centers, self.gamma = centers, gamma
    def fit(self, X, y=None):
        self.C_ = X[:: max(1, len(X) // self.centers)]
        return self
    def transform(self, X):
        d = ((X[:, None, :] - self.C_[None]) ** 2).sum(-1)
        return np.exp(-self.gamma * d)

zoo = {
    "linear": Pipeline([("s", StandardScaler()), ("m", LogisticRegression())]),
    "poly": Pipeline([("p", PolynomialFeatures(3)), ("m", LogisticRegression(max_iter=500))]),
    "rbf": Pipeline([("r", RBFeatures(8)), ("m", LogisticRegression())]),
    "log": Pipeline([("f", FunctionTransformer(np.tanh)), ("m", Perceptron(random_state=0))]),
}

# %%
@timed
def evaluate(name, noise=.2):
    X, y = get_data(noise)
    model = zoo[name].fit(X[::2], y[::2])
    return model.score(X[1::2], y[1::2])

scores = {name: evaluate(name) for name in zoo}
scores

# %%
evaluate.calls

# %%
noisy = {name: evaluate(name, noise=.4) for name in zoo}
print(evaluate.calls, {k: round(v, 3) for k, v in noisy.items()})

# %%
best = max(scores, key=scores.get)
zoo[best].named_steps

# %%
zoo["rbf"].set_params(r__centers=20, r__gamma=2)
print(round(evaluate("rbf"), 4), evaluate.calls, get_data.cache_info().currsize)

# %%
fresh = Pipeline(zoo["rbf"].steps)
fresh is zoo["rbf"], fresh.named_steps["r"] is zoo["rbf"].named_steps["r"]
