# %% [markdown]
# # House prices: ridge, lasso, blend

# %%
import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import skew
from sklearn.linear_model import Ridge, Lasso, LinearRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler
import matplotlib.pyplot as plt
SEED = 7
N_FOLDS = 4
np.random.seed(SEED)

# %%
def make_houses(n):
    df = pd.DataFrame()
    df['LotArea'] = np.random.lognormal(9, .4, n).round()
    df['OverallQual'] = np.random.randint(1, 11, n)
    df['GrLivArea'] = np.random.normal(1500, 400, n).clip(400).round()
    df['Neighborhood'] = np.random.choice(['Old', 'New', 'Mid'], n)
    df['YearBuilt'] = np.random.randint(1900, 2010, n)
    df['LotFrontage'] = np.where(np.random.rand(n) < .15, np.nan, np.random.normal(70, 20, n).round())
    return df

train = make_houses(200)
train['SalePrice'] = np.exp(10.5 + .12 * train.OverallQual + .0003 * train.GrLivArea + np.random.normal(0, .1, 200)).round()
test = make_houses(80)

# %%
train.head()

# %%
print(skew(train['SalePrice']).round(4), stats.kurtosis(train['SalePrice']).round(4))

# %%
fig, ax = plt.subplots()
ax.scatter(x=train['GrLivArea'], y=train['SalePrice'])
plt.show()

# %%
#Deleting outliers
train = train.drop(train[(train['GrLivArea']>2400) & (train['SalePrice']<300000)].index)
train["SalePrice"] = np.log1p(train["SalePrice"])
ntrain = train.shape[0]
ntest = test.shape[0]
y_train = train.SalePrice.values
all_data = pd.concat((train, test)).reset_index(drop=True)
all_data.drop(['SalePrice'], axis=1, inplace=True)
print("all_data size is : {}".format(all_data.shape))

# %%
all_data_na = (all_data.isnull().sum() / len(all_data)) * 100
all_data_na = all_data_na.drop(all_data_na[all_data_na == 0].index).sort_values(ascending=False)[:30]
missing_data = pd.DataFrame({'Missing Ratio' :all_data_na})
missing_data

# %%
#Group by neighborhood and fill in missing value by the median LotFrontage of all the neighborhood
all_data["LotFrontage"] = all_data.groupby("Neighborhood")["LotFrontage"].transform(
    lambda x: x.fillna(x.median()))

# %%
numeric_feats = all_data.dtypes[all_data.dtypes != "object"].index
numeric_feats = [c for c in numeric_feats if c != 'Neighborhood']
skewed_feats = all_data[numeric_feats].apply(lambda x: skew(x.dropna())).sort_values(ascending=False)
for feat in skewed_feats[skewed_feats > .75].index:
    all_data[feat] = np.log1p(all_data[feat])
print(skewed_feats.round(4))

# %%
all_data = pd.get_dummies(all_data)
train = all_data[:ntrain]
test = all_data[ntrain:]
all_data.shape

# %%
def rmsle_cv(model):
    kf = KFold(N_FOLDS, shuffle=True, random_state=42)
    rmse = np.sqrt(-cross_val_score(model, train.values.astype(float), y_train, scoring="neg_mean_squared_error", cv=kf))
    return rmse

# %%
lasso = make_pipeline(RobustScaler(), Lasso(alpha=0.0005, random_state=1))
score = rmsle_cv(lasso)
print("Lasso score: {:.4f} ({:.4f})".format(score.mean(), score.std()))

# %%
ridge = make_pipeline(RobustScaler(), Ridge(alpha=1.0))
score = rmsle_cv(ridge)
print("Ridge score: {:.4f} ({:.4f})".format(score.mean(), score.std()))

# %% [markdown]
# ### Averaging models

# %%
from sklearn.base import BaseEstimator, TransformerMixin, RegressorMixin, clone

class AveragingModels(RegressorMixin, BaseEstimator, TransformerMixin):
    def __init__(self, models):
        self.models = models

    def fit(self, X, y):
        self.models_ = [clone(x) for x in self.models]
        for model in self.models_:
            model.fit(X, y)
        return self

    def predict(self, X):
        return np.column_stack([model.predict(X) for model in self.models_]).mean(axis=1)

averaged_models = AveragingModels(models = (ridge, lasso))
score = rmsle_cv(averaged_models)
print(" Averaged base models score: {:.4f} ({:.4f})\n".format(score.mean(), score.std()))

# %%
averaged_models.fit(train.values.astype(float), y_train)
pred = np.expm1(averaged_models.predict(test.values.astype(float)))
sub = pd.DataFrame()
sub['Id'] = range(ntest)
sub['SalePrice'] = pred.round(2)
sub.to_csv('submission.csv',index=False)
sub.head()

# %%
print(sub.SalePrice.describe().round(2))
