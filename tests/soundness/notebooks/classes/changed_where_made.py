# %% [markdown]
# # Steps change a class that a step has defined together with its objects
# refused: script: step 'change' changes 'Shape'

# %%
# %%step make
class Shape:
    sides = 0

    def name(self):
        return f"{self.sides} sides"

    @property
    def label(self):
        return "shape"


class Square(Shape):
    sides = 4


shapes = [Shape(), Square()]
first = shapes[0]
print([one.name() for one in shapes])

# %%
# %%step change
Shape.sides = 3
Shape.label = property(lambda self: self.name().upper())
print(first.label)

# %%
# %%step use
print(first.label, [one.name() for one in shapes])

# %%
# %%step hand_on
kept = {"shapes": shapes}

# %%
# %%step change_again
Square.name = lambda self: "a square"

# %%
# %%step last
print([one.name() for one in kept["shapes"]], first.sides)
