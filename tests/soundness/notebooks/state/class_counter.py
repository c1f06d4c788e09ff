# %% [markdown]
# # Instances that get numbers from their class
# refused: script: step 'left' changes 'Node', which cell 2 defines

# %%
import itertools


class Node:
    count = 0
    ids = itertools.count(100)

    def __init__(self, name):
        Node.count += 1
        self.id = next(Node.ids)
        self.name = name


# %%
# %%step left
left = Node("left")
print(left.id, Node.count)

# %%
# %%step right
right = Node("right")
print(right.id, Node.count)

# %%
# %%step tree
root = Node("root")
print([n.id for n in (left, right, root)], Node.count)
