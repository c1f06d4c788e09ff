# %% [markdown]
# # Patching a class, and a function's attributes
# refused: script: a script would do this before step

# %%
class Shape:
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side


def label(shape):
    return f"{label.prefix}{shape.area()}"


# %%
def square_area(self):
    return self.side**2


Shape.area = square_area
label.prefix = "area: "

# %%
# %%step make
shape = Shape(3)
print(shape.area())

# %%
# %%step show
print(label(shape))

# %%
label.prefix = "A="
Shape.name = "square"

# %%
# %%step later
print(label(shape), shape.name)
