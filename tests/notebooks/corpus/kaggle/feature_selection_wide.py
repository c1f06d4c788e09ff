# %% [markdown]
# ### Which features matter?

# %%
from sklearn.datasets import make_classification
X, y = make_classification(n_samples=150, n_features=12, n_informative=3, n_redundant=2, shuffle=False, random_state=5)
import pandas as pd
feature_names = [f"f{i}" for i in range(X.shape[1])]
df = pd.DataFrame(X, columns=feature_names).assign(y=y)

# %%
from sklearn.feature_selection import SelectKBest, f_classif, RFE, VarianceThreshold
sel = SelectKBest(f_classif, k=4).fit(X, y)
df.columns[:-1][sel.get_support()].tolist()

# %%
from sklearn.linear_model import LogisticRegression
rfe = RFE(LogisticRegression(), n_features_to_select=4).fit(X, y)
chosen = [f for f, keep in zip(feature_names, rfe.support_) if keep]
print(chosen)

# %%
from sklearn.ensemble import ExtraTreesClassifier
import numpy as np
et = ExtraTreesClassifier(20, random_state=0).fit(df[feature_names], df.y)
imp = pd.Series(et.feature_importances_, index=feature_names).sort_values()
imp.tail(4).index.tolist()

# %%
from sklearn.inspection import permutation_importance
r = permutation_importance(et, df[feature_names], df.y, n_repeats=2, random_state=0)
perm = pd.Series(r.importances_mean, feature_names)

# %%
import matplotlib.pyplot as plt
fig, axes = plt.subplots(1, 2, figsize=(8, 3))
imp.plot.barh(ax=axes[0]); perm.plot.barh(ax=axes[1])
plt.tight_layout(); plt.show()

# %%
votes = pd.DataFrame(0, index=feature_names, columns=["kbest", "rfe", "trees", "perm"])
votes.loc[sel.get_support(), "kbest"] = 1
votes.loc[chosen, "rfe"] = 1
votes.loc[imp.tail(4).index, "trees"] = 1
votes.loc[perm.nlargest(4).index, "perm"] = 1
votes["total"] = votes.sum(axis=1)
votes[votes.total > 0]

# %%
final = votes.index[votes.total >= 3].tolist()
from sklearn.model_selection import cross_val_score
for cols in (feature_names, final):
    print(len(cols), cross_val_score(LogisticRegression(), df[cols], df.y, cv=3).mean().round(3))
