# %% [markdown]
# # A step that repeats until it has converged

# %%
# %%step start
guess = 10.0
history = []
trace = history
print("start")
# prints: start

# %%
# %%step newton --while again
guess = (guess + 2 / guess) / 2
history.append(round(guess, 3))
again = abs(guess * guess - 2) > 1e-3
print(round(guess, 3))
# prints: 5.1
# prints: 2.746
# prints: 1.737
# prints: 1.444
# prints: 1.415

# %%
# %%step end
print(len(trace), trace[-1])
# prints: 5 1.415
