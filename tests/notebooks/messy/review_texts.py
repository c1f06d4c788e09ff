# %%
import re, string, json
from collections import Counter, defaultdict
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
# %matplotlib inline
# %config InlineBackend.figure_format = 'png'

# %%
good = ["great phone, love the camera", "works as expected. very happy!!", "good value; would buy again",
        "excellent screen and battery", "love it <br> fast delivery", "really good, my son loves it"]
bad = ["broke after 2 days :(", "terrible battery, do not buy", "screen was cracked... refund please",
       "not worth the money", "bad camera and bad sound", "never buy this again, awful"]
texts = good * 5 + bad * 5
labels = [1] * (len(good) * 5) + [0] * (len(bad) * 5)

# %%
df = pd.DataFrame({'text': texts, 'label': labels})
df = df.sample(frac=1, random_state=0).reset_index(drop=True)
df.head(10)

# %%
# !echo "rows are in df"

# %%
df.label.value_counts()

# %%
STOP = {'the', 'a', 'an', 'and', 'it', 'this', 'my', 'was', 'as', 'do', 'of'}
PUNCT = re.compile(f"[{re.escape(string.punctuation)}]")

def clean(s):
    s = re.sub(r'<[^>]+>', ' ', s.lower())
    s = PUNCT.sub(' ', s)
    return [w for w in s.split() if w not in STOP and not w.isdigit()]

clean(texts[4])

# %%
df['tokens'] = df['text'].apply(clean)
df['n'] = df.tokens.str.len()
df['n'].hist()

# %%
all_words = Counter()
for toks in df.tokens:
    all_words.update(toks)
all_words.most_common(5)

# %%
words, counts = zip(*all_words.most_common(10))
plt.barh(words, counts)
plt.gca().invert_yaxis()

# %%
by_label = defaultdict(Counter)
for toks, lab in zip(df.tokens, df.label):
    by_label[lab].update(toks)

# %%
vocab = sorted(all_words)
idx = {w: i for i, w in enumerate(vocab)}
M = np.zeros((len(df), len(vocab)), dtype=int)
for r, toks in enumerate(df.tokens):
    for w in toks:
        M[r, idx[w]] += 1
M.shape

# %% [markdown]
# ### Naive Bayes by hand

# %%
split = int(.75 * len(df))
Xtr, Xte = M[:split], M[split:]
ytr, yte = df.label.values[:split], df.label.values[split:]

# %%
class NB:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y):
        self.classes = np.unique(y)
        self.prior = np.log([np.mean(y == c) for c in self.classes])
        counts = np.array([X[y == c].sum(axis=0) + self.alpha for c in self.classes])
        self.loglik = np.log(counts / counts.sum(axis=1, keepdims=True))
        return self

    def predict(self, X):
        return self.classes[np.argmax(X @ self.loglik.T + self.prior, axis=1)]

nb = NB().fit(Xtr, ytr)

# %%
pred = nb.predict(Xte)
acc = (pred == yte).mean()
print('accuracy %.3f' % acc)

# %%
wrong = df.iloc[split:][pred != yte]
wrong

# %% [markdown]
# same with sklearn to check

# %%
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
vec = CountVectorizer(tokenizer=clean, token_pattern=None, lowercase=False)
X = vec.fit_transform(df.text)
clf = MultinomialNB().fit(X[:split], ytr)
acc2 = clf.score(X[split:], yte)
assert abs(acc - acc2) < 1e-9

# %%
tfidf = TfidfVectorizer(analyzer=lambda s: clean(s))
T = tfidf.fit_transform(df.text)
sim = (T @ T.T).toarray()
np.fill_diagonal(sim, 0)
i, j = np.unravel_index(sim.argmax(), sim.shape)
df.text[i], df.text[j]

# %%
new = ["awful screen", "love the battery"]
tmp = [1 if nb.predict(np.array([[clean(t).count(w) for w in vocab]]))[0] else 0 for t in new]
dict(zip(new, tmp))

# %%
with open('words.json', 'w') as f:
    json.dump(dict(all_words), f, sort_keys=True)
back = json.load(open('words.json'))
len(back) == len(all_words)
