# %% [markdown]
# # RFM segmentation
# Recency, frequency, monetary value. Then k-means.

# %%
import datetime as dt
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import silhouette_score
from sklearn.decomposition import PCA
import matplotlib.pyplot as plt

TODAY = dt.datetime(2011, 12, 11)
N_CUSTOMERS = 60
rng = np.random.default_rng(99)

# %%
rows = []
for cid in range(N_CUSTOMERS):
    kind = rng.choice(["loyal", "rare", "new"], p=[.3, .5, .2])
    n = {"loyal": 12, "rare": 2, "new": 3}[kind]
    start = {"loyal": 300, "rare": 300, "new": 30}[kind]
    for d in rng.integers(1, start, n):
        rows.append((f"C{cid:03d}", TODAY - dt.timedelta(days=int(d)), round(float(rng.gamma(2, 15)), 2)))
orders = pd.DataFrame(rows, columns=["customer", "date", "amount"])
orders.sample(3, random_state=1)

# %%
orders.describe(include="all");

# %%
rfm = orders.groupby("customer").agg(
    recency=("date", lambda d: (TODAY - d.max()).days),
    frequency=("date", "count"),
    monetary=("amount", "sum"),
)
print(rfm.head(3))

# %%
for col in rfm.columns.tolist():
    rfm[col[0].upper()] = pd.qcut(rfm[col].rank(method="first"), 3, labels=[1, 2, 3]).astype(int)
rfm["R"] = 4 - rfm["R"]
rfm["score"] = rfm[["R", "F", "M"]].sum(axis=1)
rfm.score.value_counts().sort_index()

# %%
def segment(row):
    if row.score >= 8:
        return "top"
    elif row.score >= 6:
        return "middle"
    return "low"

rfm["segment"] = rfm.apply(segment, axis=1)
rfm.groupby("segment")["monetary"].mean().round(2)

# %% [markdown]
# ## k-means

# %%
Z = StandardScaler().fit_transform(np.log1p(rfm[["recency", "frequency", "monetary"]]))
inertia, sil = [], []
for k in range(2, 6):
    km = KMeans(k, n_init=3, random_state=0).fit(Z)
    inertia.append(km.inertia_)
    sil.append(silhouette_score(Z, km.labels_))
best_k = 2 + int(np.argmax(sil))
print(best_k, np.round(sil, 3))

# %%
plt.plot(range(2, 6), inertia, "bx-"); plt.title("elbow"); plt.show()

# %%
km = KMeans(best_k, n_init=3, random_state=0).fit(Z)
rfm["cluster"] = km.labels_
P = PCA(2).fit_transform(Z)
plt.scatter(P[:, 0], P[:, 1], c=rfm.cluster);

# %%
profile = rfm.groupby("cluster")[["recency", "frequency", "monetary"]].mean().round(1)
profile

# %%
print(pd.crosstab(rfm.cluster, rfm.segment))
