# %% [markdown]
# # Search in graphs
# BFS, DFS, Dijkstra, and a PageRank.

# %%
graph = {
    "A": {"B": 4, "C": 2},
    "B": {"D": 5},
    "C": {"B": 1, "D": 8, "E": 10},
    "D": {"E": 2},
    "E": {},
}

# %%
from collections import deque

def bfs(start):
    seen, order, todo = {start}, [], deque([start])
    while todo:
        u = todo.popleft()
        order.append(u)
        for v in graph[u]:
            if v not in seen:
                seen.add(v)
                todo.append(v)
    return order

bfs("A")

# %%
visited = []
def dfs(u):
    if u in visited:
        return
    visited.append(u)
    for v in graph[u]:
        dfs(v)

dfs("A")
print(visited)

# %%
import heapq

def dijkstra(start):
    dist, heap = {start: 0}, [(0, start)]
    prev = {}
    while heap:
        d, u = heapq.heappop(heap)
        if d > dist[u]:
            continue
        for v, w in graph[u].items():
            if d + w < dist.get(v, float("inf")):
                dist[v], prev[v] = d + w, u
                heapq.heappush(heap, (d + w, v))
    return dist, prev

dist, prev = dijkstra("A")
dist

# %%
def path(to):
    return (path(prev[to]) if to in prev else []) + [to]
" -> ".join(path("E"))

# %%
# a road is closed
del graph["C"]["B"]
dist2, prev = dijkstra("A")
print(dist2, path("E"))

# %%
{k: dist2[k] - dist[k] for k in dist}

# %% [markdown]
# ## PageRank

# %%
import numpy as np
nodes = sorted(graph)
n = len(nodes)
M = np.zeros((n, n))
for j, u in enumerate(nodes):
    out = list(graph[u]) or nodes
    for v in out:
        M[nodes.index(v), j] = 1 / len(out)
M.sum(axis=0)

# %%
r = np.ones(n) / n
for it in range(100):
    new = .15 / n + .85 * M @ r
    if np.abs(new - r).sum() < 1e-10:
        break
    r = new
print(it, dict(zip(nodes, r.round(4).tolist())))

# %%
visited.clear()
dfs("C")
print(visited, sorted(set(nodes) - set(visited)))
