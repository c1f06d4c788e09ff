# %% [markdown]
# # Cross-validation: evaluating estimator performance

# %%
import numpy as np
from sklearn import datasets, metrics, preprocessing, svm
from sklearn.model_selection import train_test_split

X, y = datasets.load_iris(return_X_y=True)
X.shape, y.shape

# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=0)

# %%
clf = svm.SVC(kernel="linear", C=1).fit(X_train, y_train)
clf.score(X_test, y_test)

# %%
from sklearn.model_selection import cross_val_score
clf = svm.SVC(kernel="linear", C=1, random_state=42)
scores = cross_val_score(clf, X, y, cv=5)
scores

# %%
print("%0.2f accuracy with a standard deviation of %0.2f" % (scores.mean(), scores.std()))

# %%
scores = cross_val_score(clf, X, y, cv=5, scoring="f1_macro")
scores

# %%
def custom_cv_2folds(X):
    n = X.shape[0]
    i = 1
    while i <= 2:
        idx = np.arange(n * (i - 1) / 2, n * i / 2, dtype=int)
        yield idx, idx
        i += 1

custom_cv = custom_cv_2folds(X)
cross_val_score(clf, X, y, cv=custom_cv)

# %%
from sklearn.pipeline import make_pipeline
scaler = preprocessing.StandardScaler().fit(X_train)
X_train_transformed = scaler.transform(X_train)
clf = svm.SVC(C=1).fit(X_train_transformed, y_train)
X_test_transformed = scaler.transform(X_test)
print(clf.score(X_test_transformed, y_test).__round__(4))

# %%
from sklearn.model_selection import KFold, LeaveOneOut, GroupKFold, TimeSeriesSplit

kf = KFold(n_splits=2)
for train, test in kf.split(["a", "b", "c", "d"]):
    print("%s %s" % (train, test))

# %%
splitters = [LeaveOneOut(), TimeSeriesSplit(n_splits=2), KFold(3, shuffle=True, random_state=0)]
for s in splitters:
    print(type(s).__name__, [len(test) for _, test in s.split(range(6))])

# %%
groups = [1, 1, 2, 2, 3, 3]
gkf = GroupKFold(n_splits=3)
folds = list(gkf.split(range(6), groups=groups))
folds[0]

# %%
from sklearn.model_selection import cross_val_predict
pred = cross_val_predict(make_pipeline(preprocessing.StandardScaler(), svm.SVC()), X, y, cv=3)
print(metrics.confusion_matrix(y, pred))

# %%
from sklearn.model_selection import validation_curve
train_scores, valid_scores = validation_curve(svm.SVC(), X, y, param_name="gamma", param_range=np.logspace(-3, 0, 4), cv=3)
print(valid_scores.mean(axis=1).round(3))
