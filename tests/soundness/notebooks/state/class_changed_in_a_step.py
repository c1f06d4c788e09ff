# %% [markdown]
# # A step sets a class attribute through a function
# refused: script: step 'first' changes 'Model', which cell 2 defines

# %%
class Model:
    version = 1
    seen = []

    @classmethod
    def upgrade(cls):
        cls.version += 1

    def predict(self, x):
        self.seen.append(x)
        return x * self.version


# %%
# %%step first
model = Model()
print(model.predict(2))

# %%
# %%step upgrade
Model.upgrade()
print(model.predict(2))

# %%
# %%step last
print(model.predict(3), Model.version, Model.seen)
