# %% [markdown]
# # Disaster tweets: cleaning
# First a helper module, so that the notebook stays readable.

# %%
# %%writefile textclean.py
import re
import string

URL = re.compile(r"https?://\S+")

def no_urls(text):
    return URL.sub("", text)

def no_punct(text):
    return text.translate(str.maketrans("", "", string.punctuation))

class Vocabulary:
    def __init__(self):
        self.index = {}

    def add(self, word):
        return self.index.setdefault(word, len(self.index))

    def __len__(self):
        return len(self.index)

# %%
import pandas as pd
import numpy as np
from textclean import no_urls, no_punct, Vocabulary
import textclean

# %%
tweets = pd.DataFrame({
    "id": range(8),
    "text": ["Forest fire near La Ronge, pray for us http://t.co/a", "I love this song!!! fire emoji", "13,000 people receive evacuation orders",
             "My room is a disaster lol", "Flood in the street, cars under water #flood", "what a wreck, Monday again...",
             "Earthquake felt in the city centre http://t.co/b", "cake disaster: it did not rise"],
    "target": [1, 0, 1, 0, 1, 0, 1, 0]})
tweets.target.value_counts(normalize=True)

# %%
tweets["clean"] = tweets.text.apply(no_urls).apply(no_punct).str.lower().str.strip()
tweets.head(3)

# %%
vocab = Vocabulary()
for text in tweets.clean:
    for w in text.split():
        vocab.add(w)
print(len(vocab), textclean.URL.pattern)

# %%
def vectorize(texts):
    M = np.zeros((len(texts), len(vocab)), dtype=int)
    for i, t in enumerate(texts):
        for w in t.split():
            if w in vocab.index:
                M[i, vocab.index[w]] += 1
    return M

M = vectorize(tweets.clean)
M.shape, M.sum()

# %%
# naive bayes by hand, alpha = 1
logprob = {}
for c in (0, 1):
    counts = M[tweets.target == c].sum(axis=0) + 1
    logprob[c] = np.log(counts / counts.sum())
llr = logprob[1] - logprob[0]

# %%
words = np.array(list(vocab.index))
order = np.argsort(llr, kind="stable")
print("no :", list(words[order[:4]]))
print("yes:", list(words[order[-4:]]))

# %%
new = ["fire in the city", "I love cake"]
s = vectorize(new) @ llr
s.round(4)

# %%
for t, v in zip(new, s):
    print(f"{v:+.3f} {t}")
len(vocab)
