# %% [markdown]
# # Items that a body compares with the list they are from, and with other names of them

# %%
class Player:
    def __init__(self, name):
        self.name = name
        self.points = 0


# %%
# %%step begin
players = [Player(name) for name in "abc"]
best = players[1]
teams = {"red": players[:2]}
print(len(players))
# prints: 3

# %%
# %%step play --foreach one in players
others = [other.name for other in players if other is not one]
one.points += 2
score = best.points, one in teams["red"], players.index(one)
print(others, score)
# prints: ['b', 'c'] (0, True, 0)
# prints: ['a', 'c'] (2, True, 1)
# prints: ['a', 'b'] (0, False, 2)

# %%
# %%step collect --join play
print(inputs.others)
print(inputs.score)
# prints: [['b', 'c'], ['a', 'c'], ['a', 'b']]
# prints: [(0, True, 0), (2, True, 1), (0, False, 2)]
