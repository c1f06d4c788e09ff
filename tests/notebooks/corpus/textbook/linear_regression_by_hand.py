# %% [markdown]
# # Chapter 3: Linear regression from scratch
# We fit a line with gradient descent, and compare it with the closed form.

# %%
# %matplotlib inline
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(42)

# %%
X = 2 * np.random.rand(100, 1)
y = 4 + 3 * X + np.random.randn(100, 1)

# %%
plt.plot(X, y, "b.")
plt.xlabel("$x_1$", fontsize=14)
plt.ylabel("$y$", rotation=0, fontsize=14)
plt.axis([0, 2, 0, 15])
plt.show()

# %% [markdown]
# ## The normal equation

# %%
X_b = np.c_[np.ones((100, 1)), X]  # add x0 = 1 to each instance
theta_best = np.linalg.inv(X_b.T.dot(X_b)).dot(X_b.T).dot(y)

# %%
theta_best

# %%
X_new = np.array([[0], [2]])
X_new_b = np.c_[np.ones((2, 1)), X_new]
y_predict = X_new_b.dot(theta_best)
y_predict

# %%
plt.plot(X_new, y_predict, "r-", linewidth=2, label="Predictions")
plt.plot(X, y, "b.")
plt.legend(loc="upper left")
plt.show()

# %%
from sklearn.linear_model import LinearRegression
lin_reg = LinearRegression()
lin_reg.fit(X, y)
print(lin_reg.intercept_.round(6), lin_reg.coef_.round(6))

# %%
lin_reg.predict(X_new).round(6)

# %% [markdown]
# ## Batch gradient descent

# %%
eta = 0.1
n_iterations = 1000
m = 100
theta = np.random.randn(2, 1)

for iteration in range(n_iterations):
    gradients = 2/m * X_b.T.dot(X_b.dot(theta) - y)
    theta = theta - eta * gradients

# %%
print(theta.round(6).ravel())
print(np.allclose(theta, theta_best, atol=1e-4))

# %% [markdown]
# ## Stochastic gradient descent

# %%
theta_path_sgd = []
n_epochs = 20
t0, t1 = 5, 50  # learning schedule hyperparameters

def learning_schedule(t):
    return t0 / (t + t1)

theta = np.random.randn(2, 1)  # random initialization

for epoch in range(n_epochs):
    for i in range(m):
        random_index = np.random.randint(m)
        xi = X_b[random_index:random_index+1]
        yi = y[random_index:random_index+1]
        gradients = 2 * xi.T.dot(xi.dot(theta) - yi)
        eta = learning_schedule(epoch * m + i)
        theta = theta - eta * gradients
        theta_path_sgd.append(theta)

# %%
print(theta.round(6).ravel(), len(theta_path_sgd))

# %%
theta_path_sgd = np.array(theta_path_sgd)
plt.plot(theta_path_sgd[:, 0], theta_path_sgd[:, 1], "r-s", linewidth=1, label="Stochastic")
plt.legend(loc="lower right")
plt.show()
print(theta_path_sgd.shape)
