# %% [markdown]
# # A linked list, a maze and a tree, each deeper than Python recurses

# %%
from collections import deque


class Node:
    def __init__(self, value, following=None):
        self.value, self.following = value, following


class Room:
    def __init__(self, place):
        self.place, self.doors, self.is_seen = place, [], False


# %%
# %%step build
head = None
for number in range(5_000):
    head = Node(number, head)
second = head.following
rooms = {(x, y): Room((x, y)) for x in range(40) for y in range(40)}
for (x, y), room in rooms.items():
    room.doors += [rooms[place] for place in ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)) if place in rooms]
tree = leaf = {}
for number in range(2_000):
    leaf["inner"] = {"number": number}
    leaf = leaf["inner"]
print(head.value)

# %%
# %%step walk
length, node = 0, head
while node:
    length, node = length + 1, node.following
queue = deque([rooms[0, 0]])
while queue:
    room = queue.popleft()
    if not room.is_seen:
        room.is_seen = True
        queue.extend(room.doors)
second.value = "changed"
leaf["end"] = True
print(length)

# %%
# %%step look
depth, inner = 0, tree
while "inner" in inner:
    depth, inner = depth + 1, inner["inner"]
print(head.following.value, second is head.following, all(room.is_seen for room in rooms.values()))
print(depth, inner, inner is leaf, rooms[0, 0].doors[0] is rooms[1, 0])
