# %% [markdown]
# # Data structures
# Stacks, queues and linked lists, built by ourselves.

# %%
class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next

class LinkedList:
    def __init__(self, items=()):
        self.head = None
        for x in reversed(list(items)):
            self.push(x)

    def push(self, x):
        self.head = Node(x, self.head)

    def __iter__(self):
        node = self.head
        while node:
            yield node.value
            node = node.next

    def reverse(self):
        prev, node = None, self.head
        while node:
            node.next, prev, node = prev, node, node.next
        self.head = prev

# %%
lst = LinkedList("abc")
list(lst)

# %%
lst.reverse()
print(list(lst))

# %%
second = lst.head.next
second.value = "B"

# %%
print(list(lst))

# %% [markdown]
# ## A stack

# %%
from collections import deque
stack = []
for x in range(4):
    stack.append(x)
stack.pop(), stack

# %%
queue = deque(["Ann", "Bob"])
queue.append("Cid")
first = queue.popleft()
queue.rotate(1)
print(first, queue)

# %%
def balanced(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    s = []
    for c in text:
        if c in pairs.values():
            s.append(c)
        elif c in pairs and (not s or s.pop() != pairs[c]):
            return False
    return not s

for t in ("([]){}", "([)]", "(("):
    print(t, balanced(t))

# %% [markdown]
# ## Trees

# %%
class Tree:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right

    def insert(self, key):
        side = "left" if key < self.key else "right"
        child = getattr(self, side)
        if child is None:
            setattr(self, side, Tree(key))
        else:
            child.insert(key)

    def inorder(self):
        if self.left: yield from self.left.inorder()
        yield self.key
        if self.right: yield from self.right.inorder()

root = Tree(50)
for k in (30, 70, 20, 40, 60, 80):
    root.insert(k)

# %%
list(root.inorder())

# %%
def depth(tree):
    return 0 if tree is None else 1 + max(depth(tree.left), depth(tree.right))

root.insert(85); root.insert(90)
print(depth(root), len(list(root.inorder())))

# %%
import heapq
heap = list(root.inorder())[::-1]
heapq.heapify(heap)
[heapq.heappop(heap) for _ in range(3)]

# %%
heap[0], len(heap)
