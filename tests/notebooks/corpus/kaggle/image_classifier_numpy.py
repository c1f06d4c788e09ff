# %% [markdown]
# # A two-layer net in NumPy (MNIST-ish)

# %%
import numpy as np
import pickle
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
np.random.seed(1)
X, t = load_digits(return_X_y=True)
X = X.astype("float32") / 16
X_train, X_val, t_train, t_val = train_test_split(X, t, test_size=0.2, random_state=0)
print(X_train.shape, X_val.shape)

# %%
def one_hot(t, k=10):
    return np.eye(k, dtype="float32")[t]

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

# %%
class Layer:
    def forward(self, x): raise NotImplementedError
    def backward(self, g): raise NotImplementedError

class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.W = (np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)).astype("float32")
        self.b = np.zeros(n_out, dtype="float32")
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, g):
        self.dW, self.db = self.x.T @ g, g.sum(0)
        return g @ self.W.T
    def update(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db

class ReLU(Layer):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask
    def backward(self, g):
        return g * self.mask

# %%
net = [Dense(64, 32), ReLU(), Dense(32, 10)]

# %%
def forward(x):
    for layer in net:
        x = layer.forward(x)
    return x

def train_epoch(lr=.1, bs=64):
    idx = np.random.permutation(len(X_train))
    for i in range(0, len(idx), bs):
        b = idx[i:i+bs]
        g = (softmax(forward(X_train[b])) - one_hot(t_train[b])) / len(b)
        for layer in reversed(net):
            g = layer.backward(g)
        for layer in net:
            if isinstance(layer, Dense):
                layer.update(lr)

def accuracy(X, t):
    return float((forward(X).argmax(1) == t).mean())

# %%
history = []
for epoch in range(5):
    train_epoch()
    history.append(accuracy(X_val, t_val))
    print(epoch, round(history[-1], 3))

# %%
# a few more with a smaller rate
for epoch in range(5, 8):
    train_epoch(lr=.05)
    history.append(accuracy(X_val, t_val))
history[-1] > .9

# %%
with open("net.pkl", "wb") as f:
    pickle.dump([l.W for l in net if isinstance(l, Dense)], f)

# %%
weights = pickle.load(open("net.pkl", "rb"))
[w.shape for w in weights]

# %%
wrong = np.flatnonzero(forward(X_val).argmax(1) != t_val)
confused = list(zip(t_val[wrong].tolist(), forward(X_val)[wrong].argmax(1).tolist()))
print(len(wrong), confused[:3])
