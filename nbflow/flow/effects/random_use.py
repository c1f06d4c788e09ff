"""Finds code that draws from the global random generators, and code that seeds them.

The state of each generator is an artifact that the notebook does not name: code that seeds or draws writes it, and code
that draws reads it. So draws happen in the order of the cells, and steps that draw nothing wait for no others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import TypeGuard

from nbflow.flow.effects.generator_names import GENERATORS, NUMPY, PYTHON, TORCH
from nbflow.flow.effects.statement_effects import DefinitionNode, KnownEffects, imports_of, layered, origin_of
from nbflow.flow.names.code import parse
from nbflow.flow.source.trees import children, every_node
from nbflow.flow.syntax.specs import StepSpec

_SEEDS = {
    "random.seed": PYTHON,
    "random.setstate": PYTHON,
    "numpy.random.seed": NUMPY,
    "numpy.random.set_state": NUMPY,
    "torch.manual_seed": TORCH,
    "torch.random.manual_seed": TORCH,
    "torch.set_rng_state": TORCH,
    "torch.random.set_rng_state": TORCH,
}
_SEEDS_ALL = frozenset({"set_seed", "seed_everything", "set_random_seed"})
_OWN_STATE = frozenset(
    (
        *("seed", "setstate", "set_state", "default_rng", "Generator", "RandomState", "Random", "SeedSequence"),
        *("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64", "BitGenerator", "SystemRandom"),
    )
)
"""The calls of the modules that need nothing of the global state; a call that returns this state does."""

_OF_TORCH = frozenset(
    (
        *("rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like", "randn_like"),
        *("randint_like", "poisson", "DataLoader", "random_split", "dropout", "get_rng_state"),
    )
)
_OF_SKLEARN = (
    "train_test_split", "Random", "Extra", "Gradient", "HistGradient", "DecisionTree", "KMeans", "MiniBatch", "MLP",
    "SGD", "Shuffle", "StratifiedShuffle", "GroupShuffle", "Bagging", "AdaBoost", "TSNE", "shuffle", "resample",
    "permutation_", "IsolationForest", "GaussianMixture", "BayesianGaussian", "NMF", "TruncatedSVD", "FastICA",
    "Latent", "Bernoulli", "Perceptron", "PassiveAggressive", "MDS", "Sparse", "Dictionary", "SelfTraining",
    "learning_",
)  # fmt: skip
"""Begin the names of what draws; in `sklearn.datasets`, these are all that begin with `make_`."""

# methods of pandas and scipy, when no state is given to them
_TEXT_OF_METHODS = frozenset({"sample", "rvs", "resample"})


_MAY_DRAW = re.compile(r"rand|seed|shuffle|sample|rvs|choice|sklearn|torch|split|Forest|KMeans|make_")


@dataclass(frozen=True, slots=True)
class RandomUse:
    """Says what code does with the generators: `seeds` are the states that it sets, `draws` those that it needs from
    above.

    `asked` are the names of generators that ordinary cells have made.
    """

    seeds: frozenset[str] = frozenset()
    draws: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    @property
    def changes(self) -> frozenset[str]:
        """Return the states that are different after the code has run."""
        return self.seeds | self.draws


@dataclass(slots=True)
class StepsAbove:
    """Collects what the steps above import and define, and objects that draw random numbers.

    `models` are the names of models that draw when they are trained; `methods` maps method names of the notebook's
    classes to the states they draw from.
    """

    origins: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, DefinitionNode] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    methods: dict[str, frozenset[str]] = field(default_factory=dict)

    def copy(self) -> StepsAbove:
        """Return what these steps say, to which other steps can be added."""
        return StepsAbove(dict(self.origins), dict(self.bodies), set(self.models), dict(self.methods))

    def seen_with(self, known: KnownEffects) -> KnownEffects:
        """Return what is known from ordinary cells together with what the steps above import and define."""
        return known.extended(self.origins, self.bodies)

    def note(self, step: StepSpec, statements: Sequence[ast.stmt], known: KnownEffects) -> None:
        """Note what a step imports, defines and makes."""
        self.origins.update(step.names.imports)
        self.bodies.update(_defined(statements))
        for one in statements:
            value = one.value if isinstance(one, ast.Assign | ast.AnnAssign) else None
            if value is not None and (self.uses(value) or any(map(_is_model, _calls(value), repeat(known.origins)))):
                self.models |= {part.id for part in every_node(one) if _is_bound(part)}

    def uses(self, node: ast.AST) -> bool:
        """Return whether the code mentions a model."""
        return any(isinstance(part, ast.Name) and part.id in self.models for part in every_node(node))

    def note_classes(self, classes: Iterable[tuple[str, ast.ClassDef]], known: KnownEffects) -> None:
        """Find the methods of these classes that draw, including methods that call those."""
        for name, body in classes:
            for method in (one for _ in range(2) for one in body.body if isinstance(one, ast.FunctionDef)):
                use = random_use(method.body, known, self)
                if use.changes and method.name not in ("__init__", name):
                    self.methods[method.name] = use.changes | self.methods.get(method.name, frozenset())

    def drawn(self, node: ast.AST, origins: Mapping[str, str]) -> frozenset[str]:
        """Return the states that a statement draws from through models and objects of the notebook."""
        found = frozenset({NUMPY}) if self.models and self._is_training(node, origins) else frozenset[str]()
        if self.methods:
            for call in _calls(node):
                if isinstance(call.func, ast.Attribute) and not origin_of(call.func, origins):
                    found |= self.methods.get(call.func.attr, frozenset())
        return found

    def _is_training(self, node: ast.AST, origins: Mapping[str, str]) -> bool:
        return self.uses(node) and any(map(_trains, _calls(node), repeat(origins)))


def _defined(statements: Iterable[ast.stmt]) -> dict[str, DefinitionNode]:
    return {one.name: one for one in statements if isinstance(one, ast.FunctionDef | ast.ClassDef)}


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in every_node(node) if isinstance(part, ast.Call))


def _is_model(call: ast.Call, origins: Mapping[str, str]) -> bool:
    """Return whether a call makes a scikit-learn model that draws from the global generator."""
    origin = origin_of(call.func, origins)
    name = origin.rpartition(".")[2]
    return origin.startswith("sklearn.") and name[:1].isupper() and name.startswith(_OF_SKLEARN) and not _is_told(call)


def _trains(call: ast.Call, origins: Mapping[str, str]) -> bool:
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr.startswith("fit")
    return is_method or origin_of(call.func, origins).startswith("sklearn.")


def random_use(statements: Sequence[ast.stmt], known: KnownEffects, above: StepsAbove | None = None) -> RandomUse:
    """Find draws and seeding in statements, and in the notebook's functions that they call."""
    seeds: set[str] = set()
    sure: set[str] = set()
    draws: set[str] = set()
    origins = layered(known.origins, imports_of(node for statement in statements for node in every_node(statement)))
    for statement in statements:
        always = isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.With)
        for is_seed, generators in _events(statement, known, origins):
            if is_seed:
                seeds |= generators
                sure |= generators if always else frozenset()
            else:
                draws |= generators - sure
        if above and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            draws |= above.drawn(statement, origins) - sure
    return RandomUse(frozenset(seeds), frozenset(draws | (seeds - sure)))


def random_use_of(step: StepSpec, known: KnownEffects, above: StepsAbove) -> RandomUse:
    """Return what a step does with the generators, and note it for the steps below. `--seed` seeds them all."""
    all_known = above.seen_with(known)
    above.note_classes(known.take_new_classes(all_known.bodies), all_known)
    named = step.names.mentions | step.names.reads
    # the two parts of `all_known` one after the other, because a look into both takes several times as long
    imported = [name for name in named if name in above.origins or name in known.origins]
    texts = (step.source.body, *(all_known.origins[name] for name in imported))
    is_known = named.isdisjoint(above.models)
    is_known = is_known and not any(name in above.bodies or name in known.bodies for name in named)
    is_known = is_known and "def " not in step.source.body
    is_known = is_known and not any(f".{name}(" in step.source.body for name in above.methods)
    if is_known and not any(map(_MAY_DRAW.search, texts)):
        above.origins.update(step.names.imports)
        return RandomUse(seeds=GENERATORS) if step.options.seed is not None else RandomUse()
    try:
        statements = parse(step.source.body).body
    except (SyntaxError, ValueError):
        return RandomUse()
    defined = _defined(statements)
    own = all_known.extended(dict(step.names.imports), defined)
    above.note_classes(((name, one) for name, one in defined.items() if isinstance(one, ast.ClassDef)), own)
    use = random_use(statements, own, above)
    above.note(step, statements, own)
    return RandomUse(seeds=GENERATORS) if step.options.seed is not None else use


def _events(
    statement: ast.AST, known: KnownEffects, origins: Mapping[str, str]
) -> Iterator[tuple[bool, frozenset[str]]]:
    """Yield seeding (true) and draws (false) in roughly the order in which they happen.

    Each function is entered once: what it does the second time adds nothing. The walk keeps its own stack, because
    functions may call each other to any depth.
    """
    entered: set[int] = set()
    agenda: list[tuple[ast.AST, Mapping[str, str], bool]] = [(statement, origins, False)]
    while agenda:
        node, inner, is_walked = agenda.pop()
        if is_walked and isinstance(node, ast.Call):
            yield from _of_call(node, inner)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            body = known.bodies.get(node.id)
            if body is not None and id(body) not in entered:
                entered.add(id(body))
                parts: list[ast.AST] = [body.body] if isinstance(body, ast.Lambda) else [*body.body]
                inside = layered(origins, imports_of(one for part in parts for one in every_node(part)))
                agenda.extend((part, inside, False) for part in reversed(parts))
        elif entered or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):  # defining one draws nothing
            agenda.extend([(node, inner, True)] if isinstance(node, ast.Call) else [])
            agenda.extend((child, inner, False) for child in reversed(children(node)))


def _of_call(call: ast.Call, origins: Mapping[str, str]) -> Iterator[tuple[bool, frozenset[str]]]:
    origin = origin_of(call.func, origins)
    last = call.func.attr if isinstance(call.func, ast.Attribute) else origin.rpartition(".")[2]
    if origin in _SEEDS:
        yield True, frozenset({_SEEDS[origin]})
    elif origin and last in _SEEDS_ALL:
        yield True, GENERATORS
    elif drawn := _drawn(call, origin, last):
        yield False, frozenset({drawn})


def _drawn(call: ast.Call, origin: str, last: str) -> str | None:
    top = origin.partition(".")[0]
    if top == "random" and origin.count(".") == 1:
        return None if last in _OWN_STATE else PYTHON
    if origin.startswith("numpy.random."):
        return None if last in _OWN_STATE else NUMPY
    if top == "torch":
        return TORCH if last in _OF_TORCH or (origin.startswith("torch.nn.") and last[:1].isupper()) else None
    if _is_told(call):
        return None
    if top in ("sklearn", "imblearn", "umap"):
        makes_data = last.startswith("make_") and ".datasets." in origin
        return NUMPY if makes_data or last.startswith(_OF_SKLEARN) or _shuffles(call) else None
    return NUMPY if isinstance(call.func, ast.Attribute) and last in _TEXT_OF_METHODS else None


def _is_told(call: ast.Call) -> bool:
    """Return whether a call is given its own state, or a seed for one."""
    given = (one for one in call.keywords if one.arg in ("random_state", "seed", "rng", None))
    return any(not (isinstance(one.value, ast.Constant) and one.value.value is None) for one in given)


def _shuffles(call: ast.Call) -> bool:
    return any(one.arg == "shuffle" and getattr(one.value, "value", None) is True for one in call.keywords)
