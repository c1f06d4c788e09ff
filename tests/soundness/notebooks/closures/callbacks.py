# %% [markdown]
# # Callbacks that write into a history
# refused: script: changed an object that

# %%
class Training:
    def __init__(self):
        self.callbacks = []

    def run(self, epochs):
        for epoch in range(epochs):
            for callback in self.callbacks:
                callback(epoch, 1 / (epoch + 1))


# %%
# %%step setup
history = []
best = {"loss": 9.0}


def remember(epoch, loss):
    history.append(round(loss, 2))
    best["loss"] = min(best["loss"], loss)


training = Training()
training.callbacks.append(remember)
print(len(training.callbacks))

# %%
# %%step train
training.run(3)
print(history)

# %%
# %%step quiet
history.clear()
training.run(1)
print(history, round(best["loss"], 3))

# %%
# %%step more
training.callbacks.append(lambda epoch, loss: history.append("epoch"))
training.run(2)
print(history)
