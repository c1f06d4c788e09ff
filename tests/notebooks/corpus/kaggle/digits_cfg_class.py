# %% [markdown]
# # Digits baseline with a CFG class

# %%
import gc
import time
import random
import numpy as np
import pandas as pd
from dataclasses import dataclass, field
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import accuracy_score, confusion_matrix

# %%
@dataclass
class Config:
    seed: int = 2021
    n_splits: int = 3
    debug: bool = True
    models: list = field(default_factory=lambda: ["lr", "knn"])
    lr_params: dict = field(default_factory=lambda: {"C": 0.1, "max_iter": 200})

CFG = Config()
if CFG.debug:
    CFG.n_samples = 400

def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)

seed_everything(CFG.seed)

# %%
digits = load_digits()
X, y = digits.data, digits.target
if CFG.debug:
    idx = np.random.choice(len(X), CFG.n_samples, replace=False)
    X, y = X[idx], y[idx]
print(X.shape, y.shape)

# %%
X = X / 16.0

# %%
folds = pd.DataFrame({"target": y})
folds["fold"] = -1
skf = StratifiedKFold(n_splits=CFG.n_splits, shuffle=True, random_state=CFG.seed)
for fold, (_, val_idx) in enumerate(skf.split(X, y)):
    folds.loc[val_idx, "fold"] = fold
folds.groupby(["fold"])["target"].count()

# %%
def get_model(name):
    if name == "lr":
        return LogisticRegression(**CFG.lr_params)
    elif name == "knn":
        return KNeighborsClassifier(3)
    raise ValueError(name)

# %%
def train_fold(name, fold):
    trn, val = folds.fold != fold, folds.fold == fold
    model = get_model(name)
    model.fit(X[trn], y[trn])
    preds = model.predict_proba(X[val])
    score = accuracy_score(y[val], preds.argmax(1))
    print(f"{name} fold {fold}: {score:.4f}")
    return preds, val, score

# %%
# %%time
oof = {name: np.zeros((len(y), 10)) for name in CFG.models}
scores = []
for name in CFG.models:
    for fold in range(CFG.n_splits):
        preds, val, score = train_fold(name, fold)
        oof[name][val] = preds
        scores.append((name, fold, score))
    gc.collect()

# %%
pd.DataFrame(scores, columns=["model", "fold", "score"]).groupby("model").score.agg(["mean", "std"])

# %%
blend = sum(oof.values()) / len(oof)
print("CV:", round(accuracy_score(y, blend.argmax(1)), 4))
cm = confusion_matrix(y, blend.argmax(1))
print(cm.trace(), cm.sum())

# %%
del oof, preds; gc.collect()

# %%
weights = np.linspace(0, 1, 5)
try:
    oof
except NameError:
    print("oof is gone, as it should be")
