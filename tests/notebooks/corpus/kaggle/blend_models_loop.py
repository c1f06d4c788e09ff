# %%
import numpy as np, pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split, cross_val_score, KFold, StratifiedKFold
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.pipeline import make_pipeline
import matplotlib.pyplot as plt
import warnings
warnings.filterwarnings("ignore")
data = load_breast_cancer(as_frame=True)
df = data.frame.sample(250, random_state=0)
target_col = "target"
df.head()

# %% [markdown]
# ## Train / test

# %%
X, y = df.drop(columns=target_col).iloc[:, :10], df[target_col]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=1)
X_train.shape

# %%
models = {
    "logreg": make_pipeline(StandardScaler(), LogisticRegression()),
    "tree": DecisionTreeClassifier(max_depth=3, random_state=0),
    "forest": RandomForestClassifier(15, random_state=0),
    "nb": GaussianNB(),
}

# %%
results = []
names = []
for name, model in models.items():
    kfold = KFold(n_splits=3, shuffle=True, random_state=7)
    cv = cross_val_score(model, X_train, y_train, cv=kfold, scoring="accuracy")
    results.append(cv)
    names.append(name)
    msg = "%s: %f (%f)" % (name, cv.mean(), cv.std())
    print(msg)

# %%
fig = plt.figure()
fig.suptitle('Algorithm Comparison')
ax = fig.add_subplot(111)
plt.boxplot(results)
ax.set_xticklabels(names)
plt.show()

# %%
# fit all
for name, model in models.items():
    model.fit(X_train, y_train)
scores = {name: model.score(X_test, y_test) for name, model in models.items()}
scores

# %%
preds = pd.DataFrame({name: model.predict_proba(X_test)[:, 1] for name, model in models.items()}, index=X_test.index)
preds["blend"] = preds.mean(axis=1)
preds.corr().round(3)

# %%
print("blend", ((preds.blend > .5) == y_test).mean().round(4))

# %%
name, model

# %%
best_name = max(scores, key=scores.get)
best = models[best_name]
print(best_name, best is models[best_name])

# %%
vote = VotingClassifier(list(models.items()), voting="soft").fit(X_train, y_train)
print(round(vote.score(X_test, y_test), 4))

# %%
errors = X_test[(vote.predict(X_test) != y_test)]
len(errors)
