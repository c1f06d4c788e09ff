# %% [markdown]
# # Models of scikit-learn below one seed

# %%
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split, cross_val_score, GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 42
np.random.seed(SEED)

# %%
def evaluate(model, X, y):
    return round(model.score(X, y), 4)

# %%
# %%step data
X, y = make_classification(n_samples=80, n_features=5)
print(X.sum().round(4), y.sum())

# %%
# %%step split
X_train, X_test, y_train, y_test = train_test_split(X, y)
print(y_test.sum())

# %%
# %%step models
models = {
    "log": make_pipeline(StandardScaler(), LogisticRegression()),
    "rf": RandomForestClassifier(n_estimators=5),
    "gb": GradientBoostingClassifier(n_estimators=3, random_state=SEED),
}
print(sorted(models))

# %%
# %%step fit
results = {}
for key, m in models.items():
    m.fit(X_train, y_train)
    results[key] = evaluate(m, X_test, y_test)
print(results)

# %%
# %%step cv
rf = RandomForestClassifier(n_estimators=5)
print(cross_val_score(rf, X, y, cv=3).round(4))

# %%
# %%step grid
search = GridSearchCV(RandomForestClassifier(n_estimators=3), {"max_depth": [1, 2]}, cv=2)
search.fit(X_train, y_train)
print(search.best_params_, round(search.best_score_, 4))

# %%
# %%step final
best = max(results, key=results.get)
print(best, models[best].predict(X_test[:3]), round(np.random.rand(), 5))
