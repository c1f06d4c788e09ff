# %% [markdown]
# # Statistics: distributions and tests

# %%
# %matplotlib inline
import numpy as np
import pandas as pd
from scipy import stats
import matplotlib.pyplot as plt

# %%
rng = np.random.default_rng(17)
heights = pd.DataFrame({
    "sex": ["m"] * 40 + ["f"] * 40,
    "height": np.concatenate([rng.normal(178, 7, 40), rng.normal(165, 6, 40)]).round(1),
})
heights.groupby("sex").height.describe().round(2)

# %%
male = heights[heights.sex == "m"].height
female = heights[heights.sex == "f"].height
diff = male.mean() - female.mean()
diff

# %%
def cohen_effect_size(group1, group2):
    d = group1.mean() - group2.mean()
    n1, n2 = len(group1), len(group2)
    pooled = (n1 * group1.var() + n2 * group2.var()) / (n1 + n2)
    return d / np.sqrt(pooled)

cohen_effect_size(male, female)

# %% [markdown]
# ## Cumulative distribution

# %%
class Cdf:
    def __init__(self, sample):
        self.xs = np.sort(sample)
    def __call__(self, x):
        return np.searchsorted(self.xs, x, side="right") / len(self.xs)
    def percentile(self, p):
        return self.xs[int(np.ceil(p / 100 * len(self.xs))) - 1]

cdf = Cdf(heights.height)
cdf(170), cdf.percentile(50)

# %%
x = np.linspace(145, 200, 100)
plt.plot(x, [cdf(v) for v in x])
plt.plot(x, stats.norm.cdf(x, heights.height.mean(), heights.height.std()), "--");

# %% [markdown]
# ## Permutation test

# %%
def permutation_test(a, b, iters=300):
    pool = np.hstack((a, b))
    obs = abs(np.mean(a) - np.mean(b))
    count = 0
    for _ in range(iters):
        rng.shuffle(pool)
        count += abs(pool[:len(a)].mean() - pool[len(a):].mean()) >= obs
    return count / iters

p = permutation_test(male, female)
p

# %%
t, p = stats.ttest_ind(male, female, equal_var=False)
print(f"t = {t:.4f}, p = {p:.3g}")

# %%
table = pd.crosstab(heights.sex, heights.height > 172)
chi2, p, dof, expected = stats.chi2_contingency(table)
print(round(chi2, 4), dof)
expected

# %%
# confidence interval by bootstrap
boot = [rng.choice(male, len(male)).mean() for _ in range(200)]
lo, hi = np.percentile(boot, [2.5, 97.5])
print(lo.round(3), hi.round(3))

# %%
slope, inter, r, p, se = stats.linregress(np.arange(40), np.sort(male))
print(slope.round(4), r.round(4))
