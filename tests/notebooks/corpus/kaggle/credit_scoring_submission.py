# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.preprocessing import LabelEncoder, MinMaxScaler
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import GradientBoostingClassifier
import logging, sys

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")
logger = logging.getLogger(__name__)

# %%
def reduce_mem_usage(df, verbose=True):
    start_mem = df.memory_usage().sum()
    for col in df.columns:
        if df[col].dtype == np.int64:
            df[col] = df[col].astype(np.int32)
        elif df[col].dtype == np.float64:
            df[col] = df[col].astype(np.float32)
    if verbose:
        print("Mem. usage decreased ({:.1f}% reduction)".format(100 * (start_mem - df.memory_usage().sum()) / start_mem))
    return df

# %%
rs = np.random.RandomState(11)
n = 400
app_train = pd.DataFrame({
    "SK_ID": range(n), "AMT_INCOME": rs.lognormal(10, .5, n), "AMT_CREDIT": rs.lognormal(12, .6, n),
    "CODE_GENDER": rs.choice(["M", "F", "XNA"], n, p=[.4, .59, .01]), "DAYS_BIRTH": -rs.randint(7000, 25000, n),
    "DAYS_EMPLOYED": np.where(rs.rand(n) < .1, 365243, -rs.randint(0, 9000, n)), "OWN_CAR": rs.choice(["Y", "N"], n)})
z = -2 + (app_train.AMT_CREDIT / app_train.AMT_INCOME) / 10 - app_train.DAYS_BIRTH / -40000
app_train["TARGET"] = (rs.rand(n) < 1 / (1 + np.exp(-z))).astype(int)
app_train = reduce_mem_usage(app_train)

# %%
app_train['TARGET'].value_counts()

# %%
app_test = app_train.sample(100, random_state=3).drop(columns="TARGET")
app_train = app_train.drop(app_test.index)
print(app_train.shape, app_test.shape)

# %%
le = LabelEncoder()
le_count = 0
for col in app_train:
    if app_train[col].dtype == 'object' or str(app_train[col].dtype) in ('str', 'string'):
        if len(list(app_train[col].unique())) <= 2:
            le.fit(app_train[col])
            app_train[col] = le.transform(app_train[col])
            app_test[col] = le.transform(app_test[col])
            le_count += 1
print('%d columns were label encoded.' % le_count)

# %%
app_train = pd.get_dummies(app_train)
app_test = pd.get_dummies(app_test)
train_labels = app_train['TARGET']
app_train, app_test = app_train.align(app_test, join = 'inner', axis = 1)
app_train['TARGET'] = train_labels
print('Training Features shape: ', app_train.shape)

# %%
# Create an anomalous flag column
app_train['DAYS_EMPLOYED_ANOM'] = app_train["DAYS_EMPLOYED"] == 365243
app_train['DAYS_EMPLOYED'] = app_train['DAYS_EMPLOYED'].replace({365243: np.nan})
app_test['DAYS_EMPLOYED_ANOM'] = app_test["DAYS_EMPLOYED"] == 365243
app_test["DAYS_EMPLOYED"] = app_test["DAYS_EMPLOYED"].replace({365243: np.nan})
logger.info('There are %d anomalies in the test data', app_test["DAYS_EMPLOYED_ANOM"].sum())

# %%
correlations = app_train.corr()['TARGET'].sort_values()
print('Most Positive Correlations:\n', correlations.tail(3).round(3))

# %%
age_data = app_train[['TARGET', 'DAYS_BIRTH']].copy()
age_data['YEARS_BIRTH'] = age_data['DAYS_BIRTH'] / -365
age_data['YEARS_BINNED'] = pd.cut(age_data['YEARS_BIRTH'], bins = np.linspace(20, 70, num = 6))
age_groups = age_data.groupby('YEARS_BINNED', observed=False).mean()
age_groups

# %%
plt.figure(figsize = (8, 8))
plt.bar(age_groups.index.astype(str), 100 * age_groups['TARGET'])
plt.xticks(rotation = 75); plt.xlabel('Age Group (years)')
plt.title('Failure to Repay by Age Group');

# %%
train = app_train.drop(columns=['TARGET', 'SK_ID'])
features = list(train.columns)
test = app_test.drop(columns='SK_ID')

imputer = SimpleImputer(strategy = 'median')
scaler = MinMaxScaler(feature_range = (0, 1))
imputer.fit(train)
train = imputer.transform(train)
test = imputer.transform(test)
scaler.fit(train)
train = scaler.transform(train)
test = scaler.transform(test)
print('Training data shape: ', train.shape)

# %%
log_reg = LogisticRegression(C = 0.1)
log_reg.fit(train, train_labels);

# %%
def make_submission(model, name):
    pred = model.predict_proba(test)[:, 1]
    submit = app_test[['SK_ID']].copy()
    submit['TARGET'] = pred.round(5)
    submit.to_csv(name + '.csv', index = False)
    return submit

submit = make_submission(log_reg, 'log_reg_baseline')
submit.head()

# %%
gb = GradientBoostingClassifier(n_estimators=10, random_state=50).fit(train, train_labels)
submit2 = make_submission(gb, 'gb')
print(submit.TARGET.mean().round(4), submit2.TARGET.mean().round(4))

# %%
feature_importances = pd.DataFrame({'feature': features, 'importance': gb.feature_importances_})
print(feature_importances.sort_values('importance', ascending=False).head(3).feature.tolist())
