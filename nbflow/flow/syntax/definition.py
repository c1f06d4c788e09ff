"""Represents the definitions that ordinary cells make for the steps: one by one, and together as a step sees them."""

from __future__ import annotations

import ast
import itertools
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from nbflow.flow.names.code import code_digest, parse
from nbflow.flow.names.scope import imported_names
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.cell import Place

DefinitionKind = Literal["import", "function", "class", "constant", "block", "effect", "shared"]


@dataclass(frozen=True)
class Definition:
    """Represents one statement of the prelude. A whole `%%shared` cell counts as one statement."""

    source: str
    place: Place
    kind: DefinitionKind
    names: frozenset[str]  # the names that it binds; "*" for a star import
    reads: frozenset[str] = frozenset()  # free names, including those used only when a function is called
    code: str = ""  # digest of its AST
    modules: frozenset[str] = frozenset()  # absolute names of the modules that it imports
    changes: frozenset[str] = frozenset()  # names of the prelude that it changes in place or deletes
    setting: bool = False  # whether it changes the process: an option of a module, the environment, the import path
    origins: frozenset[tuple[str, str]] = frozenset()  # of an import: (name, dotted origin)
    state: frozenset[str] = frozenset()  # names that its functions change when they are called
    makes: bool = False  # whether its results or its objects may hold functions
    assigns: frozenset[str] = frozenset()  # those names in `state` that its functions assign through `global`
    held: frozenset[str] = frozenset()  # words in its strings that may be names
    shares: frozenset[str] = frozenset()  # names of the prelude whose objects may be part of what it binds or changes
    takes: frozenset[str] = frozenset()  # artifacts needed to execute it: in defaults, annotations, base classes

    @property
    def once(self) -> bool:
        """Return whether a process executes it only once. Everything else is executed again for each task."""
        return self.setting or self.kind == "shared"

    @property
    def is_code(self) -> bool:
        """Return whether it defines a function or a class."""
        return self.kind in ("function", "class")

    @cached_property
    def wants(self) -> frozenset[str]:
        """Return the names that it may ask for. Words that are not defined anywhere do no harm."""
        return self.reads | self.held


def counted(closure: Iterable[Definition], names: Iterable[str]) -> tuple[Definition, ...]:
    """Return a closure of these names with its imports cut to what somebody asks for.

    So a name that is added to an import changes nothing for those who do not use it.
    """
    closure = tuple(closure)
    if not any(one.kind == "import" and len(one.names) > 1 for one in closure):
        return closure
    wanted = frozenset(names).union(*(one.wants for one in closure))
    return tuple(_cut(one, wanted & one.names) if one.kind == "import" else one for one in closure)


@lru_cache(4096)
def _cut(definition: Definition, names: frozenset[str]) -> Definition:
    """Return an import of some names only; as it is if that cannot be told from its text, as of a star import."""
    if not names or names == definition.names:
        return definition
    node = parse(definition.source).body[0]
    if not isinstance(node, ast.Import | ast.ImportFrom) or code_digest([node]) != definition.code:
        return definition
    pairs = zip(node.names, imported_names(node), strict=True)
    node.names = [alias for alias, name in pairs if name in names]
    return replace(definition, names=names, code=code_digest([node]))


@dataclass(frozen=True)
class Prelude:
    """Holds all definitions in document order. A step that needs a name gets the transitive closure of that name only.

    The closure of a name contains the definitions that bind it and those that change it.
    """

    definitions: tuple[Definition, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Leave out the caches when pickled: they hold ids of objects in this process."""
        return Prelude, (self.definitions,)

    @cached_property
    def _binders(self) -> Mapping[str, tuple[Definition, ...]]:
        """Map each name to the definitions that bind it, in document order."""
        return _by_name((name, one) for one in self.definitions for name in one.names)

    @cached_property
    def _concerning(self) -> Mapping[str, Sequence[int]]:
        """Map each name to the positions of the definitions that bind or change it."""
        found: dict[str, list[int]] = {}
        for number, one in enumerate(self._all):
            for name in one.names | one.changes:
                found.setdefault(name, []).append(number)
        return found

    @property
    def _all(self) -> tuple[Definition, ...]:
        """Return every definition of the document, wherever it is."""
        return self.definitions

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names that the definitions bind."""
        return frozenset(self._binders) - {"*"}

    @cached_property
    def has_star(self) -> bool:
        """Return whether a star import brings in names that cannot be known."""
        return "*" in self._binders

    @cached_property
    def places(self) -> Mapping[str, tuple[Place, ...]]:
        """Map each name to the places of its definitions, in document order."""
        return {name: tuple(one.place for one in definitions) for name, definitions in self._binders.items()}

    @cached_property
    def imported(self) -> frozenset[str]:
        """Return the names that imports bind."""
        return frozenset(name for one in self.definitions if one.kind == "import" for name in one.names)

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """Map each imported name to its dotted origin, if all its imports have the same origin."""
        found: dict[str, set[str]] = {}
        for name, definitions in self._binders.items():
            found[name] = {dict(one.origins).get(name, "") for one in definitions}
        return {name: origin for name, (origin, *others) in found.items() if origin and not others}

    @cached_property
    def always(self) -> tuple[Definition, ...]:
        """Return the definitions that every step gets: settings, shared cells, and star imports, whose names are
        unknown.
        """
        return tuple(one for one in self.definitions if one.once or "*" in one.names)

    @property
    def level(self) -> int:
        """Return the number of settings. A worker process in which more settings were executed cannot serve a step
        here.
        """
        return sum(one.once for one in self.always)

    # positions

    @cached_property
    def _positional(self) -> tuple[Definition, ...]:
        """Return the definitions that make the prelude differ between the steps above and below them."""
        several = {name for name, binders in self._binders.items() if len({one.code for one in binders}) > 1}
        return tuple(one for one in self.definitions if one.once or one.changes or not several.isdisjoint(one.names))

    @cached_property
    def _views(self) -> dict[int, Prelude]:
        return {}

    @property
    def is_same_everywhere(self) -> bool:
        """Return whether steps at all places see the same definitions."""
        return not self._positional

    def seen_from(self, place: Place) -> Prelude:
        """Return the prelude for a step at this place: definitions below it are not executed yet."""
        above = bisect_left(self._positional, place, key=lambda one: one.place)
        if above not in self._views:
            self._views[above] = _View(self, place) if above < len(self._positional) else self
        return self._views[above]

    @cached_property
    def views(self) -> tuple[Prelude, ...]:
        """Return the prelude in each form that a step can see, depending on its place."""
        return (*(self.seen_from(one.place) for one in self._positional), self)

    # closures

    @cached_property
    def _closures(self) -> dict[tuple[frozenset[str], bool], tuple[Definition, ...]]:
        return {}

    def reached(self, names: Iterable[str]) -> tuple[Definition, ...]:
        """Return the definitions of `names` and of the names that those mention, without later changes to their
        objects.
        """
        found: set[int] = set()
        agenda = [*names]
        while agenda:
            name = agenda.pop()
            for number in self._concerned(name):
                if name in self._all[number].names and number not in found:
                    found.add(number)
                    agenda.extend(self._all[number].wants)
        return self._in_order(found)

    def sharers(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names whose objects may hold objects of these names: a change to one of them changes the other."""
        origins, found = set(names), set[str]()
        for one in self.definitions:
            if not one.shares.isdisjoint(origins):
                found |= one.names | one.changes
                origins |= found
        return frozenset(found - self.imported)

    def closure(self, names: Iterable[str], *, settings: bool = True) -> tuple[Definition, ...]:
        """Return the definitions that `names` need, transitively and in document order, with the settings unless left
        out.
        """
        needed = frozenset(names), settings
        if needed not in self._closures:
            always = self.always if settings else (one for one in self.always if not one.setting)
            self._closures[needed] = self._find_closure(needed[0], always)
        return self._closures[needed]

    def _find_closure(self, names: Iterable[str], always: Iterable[Definition]) -> tuple[Definition, ...]:
        always = tuple(always)
        agenda = [*names, *(name for one in always for name in one.wants)]
        wanted = {self._numbers[id(one)] for one in always}
        seen: set[str] = set()
        while agenda:
            name = agenda.pop()
            if name not in seen:
                seen.add(name)
                found = [number for number in self._concerned(name) if number not in wanted]
                wanted.update(found)
                agenda.extend(itertools.chain.from_iterable(self._all[number].wants for number in found))
        return self._in_order(wanted)

    @cached_property
    def _numbers(self) -> Mapping[int, int]:
        return {id(one): number for number, one in enumerate(self._all)}

    def _in_order(self, numbers: Iterable[int]) -> tuple[Definition, ...]:
        return tuple(map(self._all.__getitem__, sorted(numbers)))

    def _concerned(self, name: str) -> Iterable[int]:
        """Return the positions of the definitions that bind or change a name."""
        return self._concerning.get(name, ())

    def is_code(self, name: str) -> bool:
        """Return whether some cell defines a name as a function or class."""
        return any(one.is_code for one in self._binders.get(name, ()))

    def may_make_functions(self, name: str) -> bool:
        """Return whether some cell defines a name as a function or class whose results may hold functions."""
        return self.is_code(name) and any(one.makes for one in self._binders.get(name, ()))


class _View(Prelude):
    """Shows the prelude above one place. A name that only a definition below binds is found too."""

    _whole: Prelude
    _place: Place

    def __init__(self, whole: Prelude, place: Place) -> None:
        vars(self).update(_whole=whole, _place=place)
        vars(self).update({name: getattr(whole, name) for name in ("_binders", "_concerning", "names", "_numbers")})

    def __reduce__(self) -> tuple[object, ...]:
        return _View, (self._whole, self._place)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """Return the definitions above the place, and those below it that alone bind a name."""
        late = {id(one) for one in self._whole._positional if not one.place < self._place}
        late -= {id(binders[0]) for binders in self._binders.values()}
        return tuple(one for one in self._whole.definitions if id(one) not in late)

    @cached_property
    def always(self) -> tuple[Definition, ...]:
        """Return the definitions that every step below the place gets."""
        return tuple(one for one in self._whole.always if one.place < self._place or "*" in one.names)

    def seen_from(self, place: Place) -> Prelude:
        return self._whole.seen_from(min(place, self._place))

    @property
    def _all(self) -> tuple[Definition, ...]:
        return self._whole.definitions

    @cached_property
    def _below(self) -> int:
        """Return the position of the first definition below the place."""
        return bisect_left(self._all, self._place, key=lambda one: one.place)

    def _concerned(self, name: str) -> Iterable[int]:
        concerning = self._concerning.get(name, ())
        above = concerning[: bisect_left(concerning, self._below)]
        # a builtin keeps its meaning until a definition above binds its name again
        if name in BUILTINS or any(name in self._all[number].names for number in above):
            return above
        return (*above, *(self._numbers[id(one)] for one in self._binders.get(name, ())[:1]))


def _by_name(pairs: Iterable[tuple[str, Definition]]) -> dict[str, tuple[Definition, ...]]:
    found: dict[str, list[Definition]] = {}
    for name, definition in pairs:
        found.setdefault(name, []).append(definition)
    return {name: tuple(definitions) for name, definitions in found.items()}


@dataclass(frozen=True, slots=True)
class Scratch:
    """Represents a statement of an ordinary cell that steps cannot see, with the names that it binds or changes."""

    names: frozenset[str]
    place: Place
    source: str
    changes: frozenset[str] = frozenset()
    setting: bool = False  # whether it changes the process
