# %% [markdown]
# # A graph of objects that point to each other

# %%
class Node:
    def __init__(self, name):
        self.name = name
        self.parent = None
        self.children = []

    def add(self, child):
        child.parent = self
        self.children.append(child)
        return child

    def depth(self):
        return 0 if self.parent is None else 1 + self.parent.depth()


# %%
# %%step tree
root = Node("root")
branch = root.add(Node("branch"))
leaf = branch.add(Node("leaf"))
print(leaf.depth())

# %%
# %%step rename
root.name = "ROOT"
print(leaf.parent.parent.name)

# %%
# %%step cut
branch.children.remove(leaf)
leaf.parent = None
print(len(root.children[0].children), leaf.depth())

# %%
# %%step graft
root.add(leaf)
print([c.name for c in root.children], leaf.depth(), leaf.parent is root)
