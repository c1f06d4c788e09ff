# %% [markdown]
# # A naive Bayes classifier and evaluation

# %%
import math
from collections import defaultdict, Counter
DOCS = [("good great fun film", "pos"), ("boring bad plot", "neg"), ("great acting good plot", "pos"),
        ("bad bad film", "neg"), ("fun and great", "pos"), ("boring acting", "neg")]

# %%
class NaiveBayes:
    def __init__(self, k=1.0):
        self.k = k
        self.words = defaultdict(Counter)
        self.docs = Counter()

    def train(self, docs):
        for text, label in docs:
            self.docs[label] += 1
            self.words[label].update(text.split())
        return self

    @property
    def vocab(self):
        return {w for c in self.words.values() for w in c}

    def logp(self, word, label):
        c = self.words[label]
        return math.log((c[word] + self.k) / (sum(c.values()) + self.k * len(self.vocab)))

    def predict(self, text):
        def score(label):
            prior = math.log(self.docs[label] / sum(self.docs.values()))
            return prior + sum(self.logp(w, label) for w in text.split() if w in self.vocab)
        return max(sorted(self.docs), key=score)

# %%
model = NaiveBayes().train(DOCS)
model.predict("great film"), len(model.vocab)

# %%
model.words["pos"].most_common(2)

# %%
# online: some more documents
model.train([("surprisingly good", "pos"), ("bad acting great bore", "neg")])
print(model.docs, len(model.vocab))

# %%
test = [("great bad great", "pos"), ("boring boring", "neg"), ("good bad", "neg"), ("surprisingly fun", "pos")]
pairs = [(label, model.predict(text)) for text, label in test]
pairs

# %%
def prf(pairs, cls):
    tp = sum(a == b == cls for a, b in pairs)
    fp = sum(b == cls != a for a, b in pairs)
    fn = sum(a == cls != b for a, b in pairs)
    p = tp / (tp + fp) if tp + fp else 0
    r = tp / (tp + fn) if tp + fn else 0
    return round(p, 3), round(r, 3)

for cls in ("pos", "neg"):
    print(cls, *prf(pairs, cls))

# %%
class Bigram(NaiveBayes):
    def train(self, docs):
        return super().train([(" ".join("_".join(p) for p in zip(t.split(), t.split()[1:])) + " " + t, l) for t, l in docs])

bi = Bigram(k=.5).train(DOCS)
bi.words["neg"]["bad_film"], bi.predict("bad film")

# %%
models = {"uni": model, "bi": bi}
accuracy = {name: sum(m.predict(t) == l for t, l in test) / len(test) for name, m in models.items()}
accuracy

# %%
models["uni"].k = 10
print({name: sum(m.predict(t) == l for t, l in test) / len(test) for name, m in models.items()}, model.k)
