# %% [markdown]
# # Data science from scratch: k nearest neighbours, decision trees

# %%
from typing import List, NamedTuple, Dict, Any, TypeVar, Callable
from collections import Counter, defaultdict
import math, random
Vector = List[float]

def dot(v: Vector, w: Vector) -> float:
    assert len(v) == len(w)
    return sum(a * b for a, b in zip(v, w))

def subtract(v: Vector, w: Vector) -> Vector:
    return [a - b for a, b in zip(v, w)]

def distance(v: Vector, w: Vector) -> float:
    d = subtract(v, w)
    return math.sqrt(dot(d, d))

assert distance([0, 0], [3, 4]) == 5

# %%
X = TypeVar('X')
def split_data(data: List[X], prob: float):
    data = data[:]
    random.shuffle(data)
    cut = int(len(data) * prob)
    return data[:cut], data[cut:]

class LabeledPoint(NamedTuple):
    point: Vector
    label: str

# %%
random.seed(12)
centers = {"red": (0, 0), "blue": (3, 3), "green": (0, 4)}
points = [LabeledPoint([random.gauss(cx, 1), random.gauss(cy, 1)], label)
          for label, (cx, cy) in centers.items() for _ in range(25)]
train, test = split_data(points, .7)
len(train), len(test)

# %%
def majority_vote(labels: List[str]) -> str:
    """Assumes that labels are ordered from nearest to farthest."""
    vote_counts = Counter(labels)
    winner, winner_count = vote_counts.most_common(1)[0]
    num_winners = len([count for count in vote_counts.values() if count == winner_count])
    if num_winners == 1:
        return winner
    return majority_vote(labels[:-1])

def knn_classify(k: int, labeled_points: List[LabeledPoint], new_point: Vector) -> str:
    by_distance = sorted(labeled_points, key=lambda lp: distance(lp.point, new_point))
    return majority_vote([lp.label for lp in by_distance[:k]])

# %%
confusion: Dict[tuple, int] = defaultdict(int)
num_correct = 0
for p in test:
    predicted = knn_classify(5, train, p.point)
    num_correct += predicted == p.label
    confusion[(predicted, p.label)] += 1
pct_correct = num_correct / len(test)
print(pct_correct, dict(sorted(confusion.items())))

# %% [markdown]
# ### Entropy

# %%
def entropy(class_probabilities: List[float]) -> float:
    return sum(-p * math.log(p, 2) for p in class_probabilities if p > 0)

def data_entropy(labels: List[Any]) -> float:
    return entropy([c / len(labels) for c in Counter(labels).values()])

data_entropy(["a"]), data_entropy(list("aabb"))

# %%
class Candidate(NamedTuple):
    level: str
    lang: str
    phd: bool
    did_well: bool

inputs = [Candidate(*row) for row in [
    ("Senior", "Java", False, False), ("Senior", "Java", True, False), ("Mid", "Python", False, True),
    ("Junior", "Python", False, True), ("Junior", "R", False, True), ("Junior", "R", True, False), ("Mid", "R", True, True)]]

# %%
class Leaf(NamedTuple):
    value: Any

class Split(NamedTuple):
    attribute: str
    subtrees: dict
    default: Any = None

def build_tree(inputs, split_attributes, target):
    label_counts = Counter(getattr(i, target) for i in inputs)
    most_common = label_counts.most_common(1)[0][0]
    if len(label_counts) == 1 or not split_attributes:
        return Leaf(most_common)
    def part(attr):
        groups = defaultdict(list)
        for i in inputs:
            groups[getattr(i, attr)].append(i)
        return groups
    def ent(attr):
        return sum(data_entropy([getattr(i, target) for i in g]) * len(g) for g in part(attr).values())
    best = min(split_attributes, key=ent)
    rest = [a for a in split_attributes if a != best]
    return Split(best, {v: build_tree(g, rest, target) for v, g in part(best).items()}, most_common)

tree = build_tree(inputs, ["level", "lang", "phd"], "did_well")
tree.attribute

# %%
def classify(tree, inp):
    if isinstance(tree, Leaf):
        return tree.value
    key = getattr(inp, tree.attribute)
    return classify(tree.subtrees[key], inp) if key in tree.subtrees else tree.default

print(classify(tree, Candidate("Junior", "Java", True, None)), classify(tree, Candidate("Intern", "R", False, None)))
