# %% [markdown]
# # Spam or ham? TF-IDF + Naive Bayes

# %%
import pandas as pd
import numpy as np
import re, string
from collections import Counter
from sklearn.feature_extraction.text import TfidfVectorizer, CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.model_selection import train_test_split, GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.metrics import classification_report, roc_auc_score

STOPWORDS = set("a an the to of and is are you your for in on it this that we".split())

# %%
spam = ["WIN a free prize now!!!", "Claim your free cash at http://win.example", "Free entry, text WIN to 80080",
        "You have won 1000 dollars, call now", "Cheap meds, no prescription, buy now", "URGENT: your account wins a prize"]
ham = ["Are we still on for lunch?", "I will call you later tonight", "Can you send me the report please",
       "Happy birthday, see you at the party", "The meeting is moved to Monday", "Thanks for the lovely dinner"]
df = pd.DataFrame({"text": spam * 6 + ham * 8, "label": ["spam"] * 36 + ["ham"] * 48})
df = df.sample(frac=1, random_state=0).reset_index(drop=True)
df.label.value_counts()

# %%
df['len'] = df.text.apply(len)
df.groupby('label').len.describe()

# %%
def clean_text(text):
    '''Make text lowercase, remove links, punctuation and words containing numbers.'''
    text = str(text).lower()
    text = re.sub(r'https?://\S+|www\.\S+', '', text)
    text = re.sub('[%s]' % re.escape(string.punctuation), '', text)
    text = re.sub(r'\w*\d\w*', '', text)
    return text

df['clean'] = df['text'].apply(clean_text)
df.head(3)

# %%
df['clean'] = df['clean'].apply(lambda x: ' '.join(w for w in x.split() if w not in STOPWORDS))

# %%
top = Counter([w for t in df[df.label == 'spam']['clean'] for w in t.split()])
pd.DataFrame(top.most_common(5), columns=['word', 'count'])

# %%
X_train, X_test, y_train, y_test = train_test_split(df.clean, (df.label == 'spam').astype(int), test_size=.25, random_state=42, stratify=df.label)
print(len(X_train), len(X_test))

# %%
vect = CountVectorizer()
X_train_dtm = vect.fit_transform(X_train)
X_test_dtm = vect.transform(X_test)
X_train_dtm

# %%
nb = MultinomialNB()
# %time nb.fit(X_train_dtm, y_train)
y_pred = nb.predict(X_test_dtm)
print(classification_report(y_test, y_pred))

# %%
pipe = Pipeline([('tfidf', TfidfVectorizer()), ('nb', MultinomialNB())])
grid = GridSearchCV(pipe, {'nb__alpha': [0.1, 1.0], 'tfidf__ngram_range': [(1, 1), (1, 2)]}, cv=3)
grid.fit(X_train, y_train)
print(grid.best_params_, round(grid.best_score_, 4))

# %%
best = grid.best_estimator_
roc_auc_score(y_test, best.predict_proba(X_test)[:, 1])

# %%
def is_spam(msg):
    return bool(best.predict([clean_text(msg)])[0])

for msg in ["free prize", "lunch on monday?"]:
    print(msg, is_spam(msg))

# %%
X_test[y_test > y_pred], X_test[y_test < y_pred]
