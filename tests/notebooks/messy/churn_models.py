# %% [markdown]
# Churn, all models, copy of copy of churn_v3

# %%
# %load_ext autoreload
# %autoreload 2
# %matplotlib inline
import pandas as pd, numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.metrics import *
from sklearn.preprocessing import StandardScaler

# %%
SEED = 7
TEST_SIZE = 0.3
np.random.seed(SEED)

# %%
X, y = make_classification(n_samples=500, n_features=8, n_informative=4, random_state=SEED)
df = pd.DataFrame(X, columns=[f'f{i}' for i in range(8)])
df['churn'] = y
df['plan'] = np.random.choice(['basic', 'pro', 'team'], len(df))
df.sample(5, random_state=1)

# %%
df.churn.mean()

# %%
df = pd.get_dummies(df, columns=['plan'])
target = 'churn'
features = [c for c in df.columns if c != target]
len(features)

# %%
X = df[features]
y = df[target]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=TEST_SIZE, random_state=SEED, stratify=y)

# %%
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)

# %%
results = []

def evaluate(name, model):
    p = model.predict(X_test)
    row = {'model': name, 'acc': accuracy_score(y_test, p), 'f1': f1_score(y_test, p)}
    results.append(row)
    return row

# %% [markdown]
# ### Logistic regression

# %%
from sklearn.linear_model import LogisticRegression
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
evaluate('logreg', model)

# %%
coef = pd.Series(model.coef_[0], index=features).sort_values()
coef.plot(kind='barh', figsize=(5, 3))
plt.title('coefficients')
plt.show()

# %% [markdown]
# ### Trees

# %%
# %%time
from sklearn.ensemble import RandomForestClassifier, GradientBoostingClassifier
model = RandomForestClassifier(n_estimators=25, random_state=SEED)
model.fit(X_train, y_train)
evaluate('forest', model)

# %%
model

# %%
importances = dict(zip(features, model.feature_importances_.round(3)))
sorted(importances.items(), key=lambda kv: -kv[1])[:3]

# %%
model = GradientBoostingClassifier(n_estimators=20, random_state=SEED)
model.fit(X_train, y_train)
evaluate('gbm', model)

# %%
models = {
    'logreg': LogisticRegression(max_iter=500),
    'gbm': GradientBoostingClassifier(n_estimators=10, random_state=SEED),
}
scores = {}
for name, m in models.items():
    s = cross_val_score(m, X_train, y_train, cv=3)
    scores[name] = s.mean()
    print(name, round(s.mean(), 3))

# %%
res = pd.DataFrame(results)
res

# %%
best = res.sort_values('f1').iloc[-1]
print('best is', best['model'])

# %%
cm = confusion_matrix(y_test, model.predict(X_test))
plt.matshow(cm)
for (i, j), v in np.ndenumerate(cm):
    plt.text(j, i, v)

# %%
proba = model.predict_proba(X_test)[:, 1]
fpr, tpr, thr = roc_curve(y_test, proba)
auc_score = auc(fpr, tpr)
auc_score

# %%
# threshold?
ths = np.linspace(.1, .9, 9)
f1s = [f1_score(y_test, (proba > t).astype(int)) for t in ths]
best_t = ths[int(np.argmax(f1s))]
plt.plot(ths, f1s); plt.axvline(best_t)

# %%
final = (proba > best_t).astype(int)
print(classification_report(y_test, final))

# %%
results.append({'model': 'gbm+thr', 'acc': accuracy_score(y_test, final), 'f1': f1_score(y_test, final)})
res = pd.DataFrame(results).set_index('model')
res.round(3)
