# %% [markdown]
# # A tree with properties that set

# %%
class Node:
    __slots__ = ("value", "children", "_parent", "__weakref__")

    def __init__(self, value, parent=None):
        self.value = value
        self.children = []
        self._parent = parent
        if parent is not None:
            parent.children.append(self)

    @property
    def depth(self):
        return 0 if self._parent is None else 1 + self._parent.depth

    @property
    def total(self):
        return self.value + sum(c.total for c in self.children)

    @total.setter
    def total(self, v):
        self.value += v - self.total


# %%
# %%step tree
root = Node(1)
left = Node(2, root)
right = Node(3, root)
print(root.total)


# %%
# %%step leaf
leaf = Node(10, left)
print(root.total, leaf.depth)


# %%
# %%step setit
root.total = 50
print(root.value)


# %%
# %%step see
leaf.value = 0
left.children.clear()
print(root.total, leaf._parent is left, right._parent.value)
