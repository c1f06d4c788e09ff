# %% [markdown]
# # Getting started: iris in 10 steps

# %%
# 1. versions
import sys, numpy, pandas, sklearn
print(sys.version_info >= (3, 8), all(m.__version__ for m in (numpy, pandas, sklearn)))
# !echo "pip install -q nothing"

# %%
# 2. load
from sklearn.datasets import load_iris
import pandas as pd
iris = load_iris(as_frame=True)
dataset = iris.frame.rename(columns=lambda c: c.replace(" (cm)", "").replace(" ", "-"))
dataset["class"] = iris.target_names[iris.target]
dataset = dataset.drop(columns="target")

# %%
print(dataset.shape)

# %%
dataset.head(20)

# %%
print(dataset.groupby('class').size())

# %%
# 3. plots
from matplotlib import pyplot
from pandas.plotting import scatter_matrix
dataset.plot(kind='box', subplots=True, layout=(2,2))
pyplot.show()
scatter_matrix(dataset.iloc[::10]);

# %%
# 4. split
from sklearn.model_selection import train_test_split
array = dataset.values
X = array[:,0:4].astype(float)
y = array[:,4].astype(str)
X_train, X_validation, Y_train, Y_validation = train_test_split(X, y, test_size=0.20, random_state=1)

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier
models = []
models.append(('LDA', LinearDiscriminantAnalysis()))
models.append(('KNN', KNeighborsClassifier()))

# %%
models.append(('LR', LogisticRegression(max_iter=300)))
# evaluate each model in turn
from sklearn.model_selection import StratifiedKFold, cross_val_score
results, names = [], []
for name, model in models:
	kfold = StratifiedKFold(n_splits=4, random_state=1, shuffle=True)
	cv_results = cross_val_score(model, X_train, Y_train, cv=kfold, scoring='accuracy')
	results.append(cv_results)
	names.append(name)
	print('%s: %f (%f)' % (name, cv_results.mean(), cv_results.std()))

# %%
# 10. predict
model = KNeighborsClassifier()
model.fit(X_train, Y_train)
predictions = model.predict(X_validation)
from sklearn.metrics import accuracy_score, confusion_matrix
print(accuracy_score(Y_validation, predictions).__round__(4))
print(confusion_matrix(Y_validation, predictions))

# %%
# save it
import joblib
joblib.dump(model, 'model.joblib')
del model

# %%
loaded = joblib.load('model.joblib')
(loaded.predict(X_validation) == predictions).all()
