# %% [markdown]
# # Word vectors from counts

# %%
from collections import Counter, defaultdict
import itertools as it
import numpy as np, re
corpus = """the king rules the land . the queen rules the land . the man walks the dog . the woman walks the cat .
the king loves the queen . the man loves the woman . a dog chases a cat . a king has a crown . a queen has a crown ."""
tokens = re.findall(r"\w+|\.", corpus.lower())
sentences = [list(g) for k, g in it.groupby(tokens, lambda t: t == ".") if not k]
len(tokens), len(sentences)

# %%
vocab = {w: i for i, (w, _) in enumerate(Counter(tokens).most_common()) if w != "."}
itos = {i: w for w, i in vocab.items()}
ids = sorted(itos)
remap = {i: n for n, i in enumerate(ids)}
vocab = {w: remap[i] for w, i in vocab.items()}
itos = [w for w, _ in sorted(vocab.items(), key=lambda p: p[1])]
print(itos[:5], len(vocab))

# %%
def cooc(sentences, window=2):
    M = np.zeros((len(vocab), len(vocab)))
    for s in sentences:
        for i, w in enumerate(s):
            for c in s[max(0, i - window): i]:
                M[vocab[w], vocab[c]] += 1
                M[vocab[c], vocab[w]] += 1
    return M

M = cooc(sentences)
M.sum(), (M == M.T).all()

# %%
total = M.sum()
pw = M.sum(1) / total
with np.errstate(divide="ignore", invalid="ignore"):
    ppmi = np.maximum(np.log2(M / total / np.outer(pw, pw)), 0)
ppmi[np.isnan(ppmi)] = 0
ppmi.max().round(4)

# %%
U, S, _ = np.linalg.svd(ppmi)
emb = U[:, :5] * S[:5]
emb /= np.linalg.norm(emb, axis=1, keepdims=True)

def most_similar(word, n=2):
    sims = emb @ emb[vocab[word]]
    return [itos[i] for i in np.argsort(-sims.round(8), kind="stable") if i != vocab[word]][:n]

most_similar("king"), most_similar("dog")

# %%
# without stop words
STOP = {"the", "a"}
sentences = [[w for w in s if w not in STOP] for s in sentences]
M = cooc(sentences)
print(M.sum(), most_similar("king"))

# %%
class Embedder:
    """callable, with a cache"""
    hits = 0
    def __init__(self, table):
        self.table, self._cache = table, {}
    def __call__(self, sentence):
        if sentence in self._cache:
            Embedder.hits += 1
        else:
            vs = [self.table[vocab[w]] for w in sentence.split() if w in vocab]
            self._cache[sentence] = np.mean(vs, axis=0) if vs else np.zeros(self.table.shape[1])
        return self._cache[sentence]

embed = Embedder(emb)
a, b = embed("the king rules"), embed("the queen rules")
cos = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
cos > .5

# %%
embed("the king rules"); embed("no words here")
print(Embedder.hits, len(embed._cache))
