# %% [markdown]
# # Credit card fraud: imbalanced data
# **Accuracy is not the answer!**

# %%
import numpy as np # linear algebra
import pandas as pd
import matplotlib.pyplot as plt
import time

# Classifier Libraries
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
import collections
# Other Libraries
from sklearn.model_selection import train_test_split
from sklearn.metrics import precision_score, recall_score, f1_score, roc_auc_score, accuracy_score, classification_report, precision_recall_curve
from sklearn.preprocessing import RobustScaler
import warnings
warnings.filterwarnings("ignore")

rng = np.random.default_rng(31)
n = 600
df = pd.DataFrame(rng.normal(size=(n, 4)), columns=["V1", "V2", "V3", "V4"])
df["Amount"] = rng.exponential(80, n).round(2)
df["Time"] = np.sort(rng.integers(0, 172800, n))
df["Class"] = ((df.V1 + df.V2 - .5 * df.V3 + rng.normal(0, .5, n)) > 3).astype(int)
df.head()

# %%
print('No Frauds', round(df['Class'].value_counts()[0]/len(df) * 100,2), '% of the dataset')
print('Frauds', round(df['Class'].value_counts()[1]/len(df) * 100,2), '% of the dataset')

# %%
rob_scaler = RobustScaler()
df['scaled_amount'] = rob_scaler.fit_transform(df['Amount'].values.reshape(-1,1))
df['scaled_time'] = rob_scaler.fit_transform(df['Time'].values.reshape(-1,1))
df.drop(['Time','Amount'], axis=1, inplace=True)

# %%
scaled_amount = df['scaled_amount']
df.drop(['scaled_amount'], axis=1, inplace=True)
df.insert(0, 'scaled_amount', scaled_amount)
df.columns.tolist()

# %%
X = df.drop('Class', axis=1)
y = df['Class']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.3, stratify=y, random_state=42)
collections.Counter(y_train)

# %%
# undersample
train_df = X_train.assign(Class=y_train)
fraud_df = train_df.loc[train_df['Class'] == 1]
non_fraud_df = train_df.loc[train_df['Class'] == 0].sample(len(fraud_df), random_state=42)
new_df = pd.concat([fraud_df, non_fraud_df]).sample(frac=1, random_state=42)
print(new_df['Class'].value_counts().to_dict())

# %%
classifiers = {
    "LogisiticRegression": LogisticRegression(),
    "Support Vector Classifier": SVC(probability=False),
    "DecisionTreeClassifier": DecisionTreeClassifier(random_state=0)
}
report = {}
for key, classifier in classifiers.items():
    classifier.fit(new_df.drop(columns="Class"), new_df.Class)
    p = classifier.predict(X_test)
    report[key] = dict(acc=accuracy_score(y_test, p), prec=precision_score(y_test, p), rec=recall_score(y_test, p))
    print("Classifiers: ", classifier.__class__.__name__, "f1", f1_score(y_test, p).__round__(4))

# %%
pd.DataFrame(report).T.round(3)

# %%
log_reg = classifiers["LogisiticRegression"]
scores = log_reg.decision_function(X_test)
precision, recall, thresholds = precision_recall_curve(y_test, scores)
plt.step(recall, precision, where="post"); plt.title("PR curve")
roc_auc_score(y_test, scores)

# %%
t0 = time.time()
weighted = LogisticRegression(class_weight="balanced").fit(X_train, y_train)
t1 = time.time()
print("balanced recall", recall_score(y_test, weighted.predict(X_test)).__round__(4), t1 >= t0)

# %%
labels = ['No Fraud', 'Fraud']
print(classification_report(y_test, weighted.predict(X_test), target_names=labels))
