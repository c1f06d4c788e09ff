# %%
import warnings; warnings.simplefilter('ignore')
import itertools, pickle, time, os
import numpy as np, pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge, Lasso
from sklearn.tree import DecisionTreeRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.model_selection import KFold, GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler, PolynomialFeatures
import matplotlib.pyplot as plt
# %matplotlib inline

# %%
data = load_diabetes(as_frame=True)
X, y = data.data, data.target
X.head(3)

# %%
y.hist(bins=30)

# %%
# quick holdout
X_tr, X_ho, y_tr, y_ho = train_test_split(X, y, random_state=0)
r = Ridge().fit(X_tr, y_tr)
r.score(X_ho, y_ho)

# %%
best_score, best_params = -np.inf, None
history = []
kf = KFold(3, shuffle=True, random_state=0)

# %%
def cv(model):
    s = []
    for a, b in kf.split(X_tr):
        model.fit(X_tr.iloc[a], y_tr.iloc[a])
        s.append(model.score(X_tr.iloc[b], y_tr.iloc[b]))
    return float(np.mean(s))

# %%
for alpha in [0.01, 0.1, 1, 10]:
    s = cv(Ridge(alpha=alpha))
    history.append(('ridge', {'alpha': alpha}, s))
    if s > best_score:
        best_score, best_params = s, ('ridge', alpha)
print(best_params)

# %%
# %%time
for depth, leaf in itertools.product([2, 4, 6], [5, 20]):
    s = cv(DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=0))
    history.append(('tree', dict(depth=depth, leaf=leaf), s))
    if s > best_score:
        best_score, best_params = s, ('tree', depth, leaf)

# %%
for k in range(5, 40, 5):
    s = cv(KNeighborsRegressor(k))
    history.append(('knn', {'k': k}, s))
    if s > best_score: best_score, best_params = s, ('knn', k)

# %%
best_score, best_params

# %%
hist = pd.DataFrame(history, columns=['kind', 'params', 'score'])
hist.groupby('kind').score.max()

# %%
hist[hist.kind == 'tree'].assign(depth=lambda d: d.params.str['depth'], leaf=lambda d: d.params.str['leaf']).pivot(
    index='depth', columns='leaf', values='score')

# %% [markdown]
# ## now properly

# %%
pipe = Pipeline([('poly', PolynomialFeatures(include_bias=False)), ('sc', StandardScaler()), ('m', Lasso(max_iter=5000))])
grid = {'poly__degree': [1, 2], 'm__alpha': [.5, 1, 2]}
gs = GridSearchCV(pipe, grid, cv=3)
gs.fit(X_tr, y_tr)

# %%
gs.best_params_

# %%
cvres = pd.DataFrame(gs.cv_results_)[['param_poly__degree', 'param_m__alpha', 'mean_test_score', 'rank_test_score']]
cvres = cvres.sort_values('rank_test_score')
cvres

# %%
with open('best.pkl', 'wb') as f:
    pickle.dump(gs.best_estimator_, f)

# %%
# !ls -1 *.pkl

# %%
with open('best.pkl', 'rb') as f:
    model = pickle.load(f)
ho = model.score(X_ho, y_ho)
print(f'holdout r2 {ho:.3f}')

# %%
pred = model.predict(X_ho)
plt.scatter(y_ho, pred, s=8)
plt.plot([50, 300], [50, 300], 'k--')
plt.xlabel('true'); plt.ylabel('predicted');

# %%
resid = y_ho - pred
worst = resid.abs().nlargest(3)
worst

# %%
coefs = model.named_steps['m'].coef_
nz = int((coefs != 0).sum())
nz, len(coefs)

# %%
os.remove('best.pkl')
summary = {'best': best_params, 'gs': gs.best_params_, 'ho': round(ho, 3), 'nonzero': nz}
summary
