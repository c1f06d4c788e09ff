# %% [markdown]
# # Checkout button A/B
# numbers for the meeting on tuesday

# %%
import numpy as np
import pandas as pd
from scipy import stats
from dataclasses import dataclass
from collections import namedtuple
import matplotlib.pyplot as plt
# %matplotlib inline

# %%
rng = np.random.default_rng(2024)
N_A, N_B = 1800, 1750
P = {'A': 0.10, 'B': 0.125}

# %%
users = pd.DataFrame({
    'group': ['A'] * N_A + ['B'] * N_B,
    'device': rng.choice(['phone', 'desktop', 'tablet'], N_A + N_B, p=[.6, .3, .1]),
})
users['converted'] = rng.random(len(users)) < users.group.map(P)
users['revenue'] = np.where(users.converted, rng.lognormal(3, .5, len(users)), 0).round(2)
users.sample(4, random_state=0)

# %%
users.groupby('group').agg(n=('converted', 'size'), rate=('converted', 'mean'), revenue=('revenue', 'mean'))

# %%
# sample ratio mismatch?
obs = users.group.value_counts()
chi = stats.chisquare(obs)
print('srm p = %.3f' % chi.pvalue)

# %%
Result = namedtuple('Result', 'name diff lo hi p')

def ztest(d):
    a, b = d[d.group == 'A'].converted, d[d.group == 'B'].converted
    pa, pb = a.mean(), b.mean()
    pool = d.converted.mean()
    se = np.sqrt(pool * (1 - pool) * (1 / len(a) + 1 / len(b)))
    z = (pb - pa) / se
    h = 1.96 * np.sqrt(pa * (1 - pa) / len(a) + pb * (1 - pb) / len(b))
    return Result('all', pb - pa, pb - pa - h, pb - pa + h, 2 * stats.norm.sf(abs(z)))

res = ztest(users)
res

# %%
out = [res]
for dev, d in users.groupby('device'):
    out.append(ztest(d)._replace(name=dev))

# %%
tab = pd.DataFrame(out)
tab.round(4)

# %%
plt.errorbar(tab['diff'], tab.name, xerr=[tab['diff'] - tab.lo, tab.hi - tab['diff']], fmt='o')
plt.axvline(0, c='k', lw=.5)
plt.show()

# %%
# %%time
# bootstrap of the revenue
B = 500
a = users.revenue[users.group == 'A'].values
b = users.revenue[users.group == 'B'].values
boot = np.array([rng.choice(b, len(b)).mean() - rng.choice(a, len(a)).mean() for _ in range(B)])

# %%
lo, hi = np.percentile(boot, [2.5, 97.5])
plt.hist(boot, 40); plt.axvline(lo); plt.axvline(hi)
print(lo < hi)

# %%
t = stats.ttest_ind(b, a, equal_var=False)
u = stats.mannwhitneyu(b, a)
pvals = {'t': float(t.pvalue), 'u': float(u.pvalue), 'z': float(res.p)}
pvals

# %%
# bonferroni
m = len(pvals)
adj = {k: min(1.0, v * m) for k, v in pvals.items()}

# %%
@dataclass
class Decision:
    ship: bool
    uplift: float
    note: str = ''

def decide(r, alpha=0.05):
    return Decision(bool(r.p < alpha and r.diff > 0), round(float(r.diff), 4))

d = decide(res)
d.note = 'revenue too' if lo > 0 else 'revenue unclear'
d

# %%
# bayes
pa = stats.beta(1 + a.astype(bool).sum(), 1 + (a == 0).sum())
pb = stats.beta(1 + b.astype(bool).sum(), 1 + (b == 0).sum())
draws = 4000
pr = (pb.rvs(draws, random_state=1) > pa.rvs(draws, random_state=2)).mean()
print('P(B > A) =', round(pr, 3))

# %%
x = np.linspace(.05, .2, 200)
plt.plot(x, pa.pdf(x)); plt.plot(x, pb.pdf(x)); plt.legend(['A', 'B']);

# %%
# power
def n_needed(p, delta, alpha=.05, power=.8):
    za, zb = stats.norm.ppf(1 - alpha / 2), stats.norm.ppf(power)
    q = p + delta
    return int(np.ceil((za + zb) ** 2 * (p * (1 - p) + q * (1 - q)) / delta ** 2))

ns = {dl: n_needed(.1, dl) for dl in (.01, .02, .03)}
ns

# %%
tmp = users.reset_index()
tmp['day'] = tmp['index'] % 14
daily = tmp.pivot_table(index='day', columns='group', values='converted')
daily.plot()
del tmp

# %%
cum = daily.expanding().mean()
peek = [day for day, row in cum.iterrows() if row.B > row.A]
assert d.ship in (True, False)
print(len(peek), 'of', len(cum), 'days B ahead;', d)
