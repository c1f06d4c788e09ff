# %% [markdown]
# # Who likes what: collaborative filtering

# %%
import numpy as np
import pandas as pd
from scipy.sparse.linalg import svds
from scipy.sparse import csr_matrix
import matplotlib.pyplot as plt
import random

SEED = 9
random.seed(SEED); np.random.seed(SEED)
n_users, n_movies, k = 40, 15, 3
U = np.random.rand(n_users, k); V = np.random.rand(n_movies, k)
R_full = np.clip((U @ V.T) * 4 + 1, 1, 5).round()
rows = [(u, m, R_full[u, m]) for u in range(n_users) for m in range(n_movies) if random.random() < .5]
ratings = pd.DataFrame(rows, columns=["userId", "movieId", "rating"])
movies = pd.DataFrame({"movieId": range(n_movies), "title": [f"Film {chr(65+i)}" for i in range(n_movies)]})
print(ratings.shape, movies.shape)

# %%
ratings.rating.value_counts().sort_index().plot(kind="bar")
plt.show()

# %%
df = ratings.merge(movies, on="movieId")
pop = df.groupby("title").rating.agg(["count", "mean"]).sort_values("count", ascending=False)
pop.head(3)

# %%
R = df.pivot_table(index="userId", columns="title", values="rating")
user_mean = R.mean(axis=1)
R_demeaned = R.sub(user_mean, axis=0).fillna(0).values

# %%
np.random.seed(0)
u, s, vt = svds(csr_matrix(R_demeaned), k=3, v0=np.ones(15))
pred = pd.DataFrame(u @ np.diag(s) @ vt + user_mean.values[:, None], index=R.index, columns=R.columns)
np.sort(s)[::-1].round(4)

# %%
def recommend(user, n=3):
    seen = set(df[df.userId == user].title)
    return [t for t in pred.loc[user].sort_values(ascending=False).index if t not in seen][:n]

for user in (0, 7):
    print(user, recommend(user))

# %%
def rmse(p, t):
    e = (p - t).stack()
    return float(np.sqrt((e ** 2).mean()))
full = pd.DataFrame(R_full, columns=movies.title).loc[R.index, R.columns]
print("svd", round(rmse(pred, full), 4), "mean", round(rmse(full * 0 + user_mean.mean(), full), 4))

# %%
corr = R.corr(min_periods=5)
corr["Film A"].drop("Film A").idxmax()

# %%
recommend(3, n=2)
