# %%
import os, sys, gc, random
import numpy as np
import pandas as pd

IS_KAGGLE = os.path.exists("/kaggle/input")
DATA_DIR = "/kaggle/input/comp" if IS_KAGGLE else "."
if "SEED" not in globals():
    SEED = 1234
print(DATA_DIR, SEED)

# %%
def seed_everything(seed=SEED):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    np.random.seed(seed)
seed_everything()

# %%
try:
    train
except NameError:
    train = pd.DataFrame({"id": np.arange(50), "x1": np.random.randn(50), "x2": np.random.rand(50)})
    train["y"] = 3 * train.x1 - train.x2 + np.random.randn(50) * .1
train.shape

# %%
n_calls = 0
def score(y, p):
    global n_calls
    n_calls += 1
    return float(np.sqrt(np.mean((y - p) ** 2)))

# %%
print(score(train.y, train.y.mean()))
print(score(train.y, 0), n_calls)

# %%
best = globals().get("best", None)
best is None

# %%
A = np.c_[np.ones(50), train[["x1", "x2"]]]
coef, *_ = np.linalg.lstsq(A, train.y, rcond=None)
train["pred"] = A @ coef
if best is None or score(train.y, train.pred) < best:
    best = score(train.y, train.pred)
print(round(best, 5), n_calls)

# %%
debug = False
if debug:
    extra = 1
"extra" in globals()

# %%
tmp = train.copy()
tmp["fold"] = tmp.id % 5
for fold in sorted(tmp.fold.unique()):
    part = tmp[tmp.fold == fold]
    print(fold, round(score(part.y, part.pred), 4))

# %%
del tmp
gc.collect();

# %%
"tmp" in globals(), n_calls

# %%
sub = train[["id", "pred"]].rename(columns={"pred": "target"})
sub.to_csv(os.path.join(DATA_DIR, "submission.csv"), index=False)
# !wc -l submission.csv
