# %% [markdown]
# # Who survives? 🚢
# A first look, some features, and a simple model. Upvote if you like it :)

# %%
# This Python 3 environment comes with many helpful analytics libraries installed
import numpy as np # linear algebra
import pandas as pd # data processing, CSV file I/O (e.g. pd.read_csv)
import os
for dirname, _, filenames in os.walk('input'):
    for filename in filenames:
        print(os.path.join(dirname, filename))

# %%
import warnings
warnings.filterwarnings('ignore')
pd.set_option('display.max_columns', 50)

# %%
# the competition data is not here, so make something that looks like it
rng = np.random.default_rng(0)
n = 300
sex = rng.choice(['male', 'female'], n)
pclass = rng.choice([1, 2, 3], n, p=[.25, .25, .5])
age = np.where(rng.random(n) < .2, np.nan, rng.normal(30, 12, n).clip(1, 80).round())
fare = (rng.gamma(2, 10, n) * (4 - pclass)).round(2)
p = 1 / (1 + np.exp(-(1.5 * (sex == 'female') - .8 * (pclass - 2))))
full = pd.DataFrame({'PassengerId': np.arange(1, n + 1), 'Survived': (rng.random(n) < p).astype(int), 'Pclass': pclass,
    'Name': ['Doe, %s. J' % ('Mrs' if s == 'female' else 'Mr') for s in sex], 'Sex': sex, 'Age': age, 'Fare': fare,
    'Embarked': rng.choice(['S', 'C', 'Q', None], n, p=[.7, .18, .1, .02])})
os.makedirs('input', exist_ok=True)
full[:220].to_csv('input/train.csv', index=False)
full[220:].drop(columns='Survived').to_csv('input/test.csv', index=False)

# %%
train = pd.read_csv('input/train.csv')
test = pd.read_csv('input/test.csv')
train.head()

# %%
train.info()

# %%
train.isnull().sum()

# %% [markdown]
# ## EDA

# %%
import matplotlib.pyplot as plt
# %matplotlib inline
plt.style.use('ggplot')
train.groupby('Sex')['Survived'].mean().plot.bar()
plt.title('Survival by sex');

# %%
women = train.loc[train.Sex == 'female']["Survived"]
rate_women = sum(women)/len(women)
print("% of women who survived:", rate_women)

# %%
train[['Pclass', 'Survived']].groupby(['Pclass'], as_index=False).mean().sort_values(by='Survived', ascending=False)

# %% [markdown]
# ## Feature engineering

# %%
combine = [train, test]
for dataset in combine:
    dataset['Title'] = dataset.Name.str.extract(r' ([A-Za-z]+)\.', expand=False)
pd.crosstab(train['Title'], train['Sex'])

# %%
for dataset in combine:
    dataset['Age'] = dataset['Age'].fillna(dataset['Age'].median())
    dataset['Embarked'] = dataset['Embarked'].fillna('S')
    dataset['Sex'] = dataset['Sex'].map({'female': 1, 'male': 0}).astype(int)
    dataset.loc[dataset['Age'] <= 16, 'Child'] = 1
    dataset['Child'] = dataset['Child'].fillna(0)
print(train[['Age', 'Sex', 'Child']].describe().round(3))

# %%
train = pd.get_dummies(train.drop(['Name', 'Title'], axis=1), columns=['Embarked'])
test = pd.get_dummies(test.drop(['Name', 'Title'], axis=1), columns=['Embarked'])
train.shape, test.shape

# %% [markdown]
# ## Model

# %%
from sklearn.ensemble import RandomForestClassifier

y = train["Survived"]
features = [c for c in train.columns if c not in ('Survived', 'PassengerId')]
X = train[features]
X_test = test.reindex(columns=features, fill_value=0)

model = RandomForestClassifier(n_estimators=20, max_depth=5, random_state=1)
model.fit(X, y)
predictions = model.predict(X_test)

output = pd.DataFrame({'PassengerId': test.PassengerId, 'Survived': predictions})
output.to_csv('submission.csv', index=False)
print("Your submission was successfully saved!")

# %%
print(output.Survived.sum(), round(model.score(X, y), 4))
# !head -3 submission.csv
