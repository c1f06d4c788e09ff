# %%
# %matplotlib inline

# %% [markdown]
#
# # Comparing clustering algorithms on toy datasets
#

# %%
# Author: nobody in particular
import time
import warnings
from itertools import cycle, islice

import matplotlib.pyplot as plt
import numpy as np

from sklearn import cluster, datasets, mixture
from sklearn.neighbors import kneighbors_graph
from sklearn.preprocessing import StandardScaler

n_samples = 80
seed = 30
noisy_circles = datasets.make_circles(n_samples=n_samples, factor=0.5, noise=0.05, random_state=seed)
noisy_moons = datasets.make_moons(n_samples=n_samples, noise=0.05, random_state=seed)
blobs = datasets.make_blobs(n_samples=n_samples, random_state=seed)
rng = np.random.RandomState(seed)
no_structure = rng.rand(n_samples, 2), None

default_base = {"quantile": 0.3, "eps": 0.3, "n_neighbors": 3, "n_clusters": 3}

collection = [(noisy_circles, {"n_clusters": 2}), (noisy_moons, {"n_clusters": 2, "eps": .25}), (blobs, {}), (no_structure, {})]
plot_num = 1
plt.figure(figsize=(9, 8))
found = {}
for i_dataset, (dataset, algo_params) in enumerate(collection):
    # update parameters with dataset-specific values
    params = default_base.copy()
    params.update(algo_params)

    X, y = dataset
    X = StandardScaler().fit_transform(X)

    ward = cluster.AgglomerativeClustering(n_clusters=params["n_clusters"], linkage="ward")
    dbscan = cluster.DBSCAN(eps=params["eps"])
    gmm = mixture.GaussianMixture(n_components=params["n_clusters"], random_state=seed)

    for name, algorithm in (("Ward", ward), ("DBSCAN", dbscan), ("GMM", gmm)):
        t0 = time.time()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="the number of connected components")
            algorithm.fit(X)
        t1 = time.time()
        y_pred = algorithm.labels_.astype(int) if hasattr(algorithm, "labels_") else algorithm.predict(X)
        found[i_dataset, name] = len(set(y_pred.tolist()) - {-1})

        plt.subplot(len(collection), 3, plot_num)
        if i_dataset == 0:
            plt.title(name, size=18)
        colors = np.array(list(islice(cycle(["#377eb8", "#ff7f00", "#4daf4a"]), int(max(y_pred) + 1))))
        plt.scatter(X[:, 0], X[:, 1], s=10, color=colors[y_pred])
        plot_num += 1
plt.show()
print(found)

# %% [markdown]
# The same on one more data set

# %%
transformation = [[0.6, -0.6], [-0.4, 0.8]]
X, y = blobs
aniso = np.dot(X, transformation), y
labels = cluster.KMeans(3, n_init=2, random_state=seed).fit_predict(aniso[0])
(labels[:, None] == aniso[1]).sum() > 0, sorted(np.bincount(labels).tolist())

# %%
spectral = cluster.SpectralClustering(2, affinity="nearest_neighbors", n_neighbors=8, random_state=0)
lab = spectral.fit_predict(noisy_moons[0])
agreement = max((lab == noisy_moons[1]).mean(), (lab != noisy_moons[1]).mean())
agreement

# %%
print(params, plot_num)
