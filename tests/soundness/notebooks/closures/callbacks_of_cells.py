# %% [markdown]
# # Functions of an ordinary cell that an artifact calls
# refused: script: changed an object that

# %%
class Training:
    def __init__(self):
        self.callbacks = []

    def run(self, epochs):
        for epoch in range(epochs):
            for callback in self.callbacks:
                callback(epoch, 1 / (epoch + 1))

def remember(epoch, loss):
    history.append(round(loss, 2))

# %%
# %%step setup
history = []
training = Training()
training.callbacks.append(remember)
print(len(training.callbacks))

# %%
# %%step train
training.run(3)
print(history)

# %%
# %%step more
training.run(2)
print(history)
