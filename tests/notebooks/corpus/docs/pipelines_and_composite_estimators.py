# %% [markdown]
# # Column transformer with mixed types
#
# This example illustrates how to apply different preprocessing to different subsets of features.

# %%
# Authors: the corpus of tests
# License: BSD 3 clause

# %%
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris, load_wine, make_classification
from sklearn.feature_selection import SelectPercentile, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

np.random.seed(0)

# %%
X, y = make_classification(n_samples=200, n_features=3, n_informative=3, n_redundant=0, random_state=0)
X = pd.DataFrame(X, columns=["age", "fare", "parch"])
X["embarked"] = np.where(y + np.random.rand(200) > 1, "S", "C")
X.loc[X.sample(20, random_state=1).index, "age"] = np.nan

# %% [markdown]
# We create the preprocessing pipelines for both numeric and categorical data.

# %%
numeric_features = ["age", "fare"]
numeric_transformer = Pipeline(
    steps=[("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())]
)

categorical_features = ["embarked"]
categorical_transformer = Pipeline(
    steps=[
        ("encoder", OneHotEncoder(handle_unknown="ignore")),
        ("selector", SelectPercentile(f_classif, percentile=50)),
    ]
)
preprocessor = ColumnTransformer(
    transformers=[
        ("num", numeric_transformer, numeric_features),
        ("cat", categorical_transformer, categorical_features),
    ]
)

# %%
clf = Pipeline(steps=[("preprocessor", preprocessor), ("classifier", LogisticRegression())])

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)

clf.fit(X_train, y_train)
print("model score: %.3f" % clf.score(X_test, y_test))

# %% [markdown]
# ## HTML representation of ``Pipeline``

# %%
clf

# %% [markdown]
# ## Using the prediction pipeline in a random search

# %%
param_grid = {
    "preprocessor__num__imputer__strategy": ["mean", "median"],
    "classifier__C": [0.1, 1.0, 10, 100],
}

search_cv = RandomizedSearchCV(clf, param_grid, n_iter=4, random_state=0, cv=3)
search_cv

# %%
search_cv.fit(X_train, y_train)

print("Best params:")
print(search_cv.best_params_)

# %%
cv_results = pd.DataFrame(search_cv.cv_results_)
cv_results = cv_results.sort_values("mean_test_score", ascending=False)
cv_results[["mean_test_score", "std_test_score", "param_classifier__C"]].head(5)

# %%
print(
    "accuracy of the best model on the test set: "
    f"{search_cv.score(X_test, y_test):.3f}"
)
