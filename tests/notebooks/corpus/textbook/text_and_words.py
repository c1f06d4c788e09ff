# %% [markdown]
# # Words
# Reading a text, counting its words.

# %%
import re
import string
from collections import Counter, defaultdict

text = """It was a bright cold morning, and the clocks of the town were striking nine.
The baker, who had been up since four, opened the window; the smell of bread
ran down the street and woke the dog. The dog woke the cat, the cat woke nobody.
"Bread!" said the baker. "Bread," said the dog's master, and he came, and he paid."""

# %%
words = text.lower().split()
len(words)

# %%
def strip(word):
    return word.strip(string.punctuation)

words = [strip(w) for w in words]
print(words[:8])

# %%
hist = Counter(words)
hist.most_common(5)

# %%
longest = max(words, key=len)
longest, len(set(words))

# %%
by_len = defaultdict(list)
for w in sorted(set(words)):
    by_len[len(w)].append(w)
{k: len(v) for k, v in sorted(by_len.items())}

# %% [markdown]
# ## Markov text

# %%
import random
successors = {}
for first, second in zip(words, words[1:]):
    successors.setdefault(first, []).append(second)

# %%
random.seed(3)
word = "the"
out = []
for _ in range(12):
    out.append(word)
    word = random.choice(successors.get(word, words))
" ".join(out)

# %% [markdown]
# ## Regular expressions

# %%
pattern = r"\b(\w+)\s+woke\s+the\s+(\w+)"
for m in re.finditer(pattern, text):
    print(m.group(1), "->", m.group(2))

# %%
pat = re.compile(r"(?P<quote>\"[^\"]+\")")
quotes = pat.findall(text)
quotes

# %%
def count_matches(pattern):
    return len(re.findall(pattern, text))

count_matches(r"\bthe\b"), count_matches(r"[A-Z]")

# %%
text = re.sub(r"bread", "cake", text, flags=re.I)
print(text.count("cake"), count_matches("cake"))

# %%
assert count_matches("bread") == 0
print(len(text))
