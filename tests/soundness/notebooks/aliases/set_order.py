# %% [markdown]
# # A set is iterated in the same order in each step

# %%
# %%step collect
days = {10, 7, 33, 64, 5, 18}
grown = {number * 37 for number in range(40)}
joined = {100, 50, 25, 12, 6, 3, 1} | {9, 8}
smaller = set(range(0, 4000, 7)) - {7, 14}
for number in range(0, 2000, 14):
    smaller.discard(number)
words = set("the order of the words of a text is that of their hashes".split())
numbers = {word: number for number, word in enumerate(words)}
owner = [words]

# %%
# %%step look
print(days, list(grown))
print(joined, list(smaller)[:50])
print([numbers[word] for word in words] == list(range(len(words))), owner[0] is words)
joined.add(77)
words.add("new")

# %%
# %%step look_again
print(joined, len(words), owner[0] is words)
print(days | grown)
