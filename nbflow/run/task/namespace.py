"""Builds the module `__main__` of a task: the part of the prelude that it needs, its inputs, and nothing else."""

from __future__ import annotations
import __future__ as future

import ast
import copy
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.definition import Definition, Prelude
from nbflow.run.output.display import display
from nbflow.run.program.keys import is_whole_reference, prelude_references
from nbflow.run.program.program import Program
from nbflow.run.task.definition_state import (
    Fingerprint,
    applied,
    changes_of,
    difference,
    held_attributes,
    is_code,
    is_of_python,
    shareable,
)
from nbflow.run.task.earlier_code import EarlierDefinitions
from nbflow.run.task.tracebacks import filename_of_cell, show_source
from nbflow.store.pickling.home import SENTINELS, nested_class


class Namespace:
    """Is a home for values: it binds prelude names when a step or a pickle asks for them.

    The prelude is executed again for each task, so that no task sees changes of another. `%%shared` cells and settings
    are executed once per process; imports are fast the second time.
    """

    frees_arrays = False

    def __init__(self, program: Program, stored_source: Any = None) -> None:
        self.program = program
        self.module = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = self.module.__dict__
        self._known: dict[int, dict[str, tuple[str, str]]] = {}  # by id of a view of the prelude
        self._look_from(program.graph.prelude)
        self._code: dict[Definition, types.CodeType] = {}
        self._shared: dict[Definition, dict[str, Any]] = {}
        self._first: dict[Definition, dict[str, dict[str, Any]]] = {}  # what code that is executed once held then
        self._bound: set[Definition] = set()
        self._given: dict[str, Any] = {}  # what the prelude has bound to names, which may hold other objects by now
        self._taken: frozenset[str] = frozenset()  # the inputs, which hide the prelude
        self._wait = True  # whether definitions that need inputs must wait for them
        self._waiting: list[Definition] = []
        self._referred: set[str] = set()
        self._pristine: dict[str, dict[str, Any]] = {}  # what functions and classes hold before the body runs
        self.classes: MutableMapping[str, type] = WeakValueDictionary()
        self.flags = future_flags(program.graph.prelude.definitions)
        self._earlier = EarlierDefinitions(stored_source, self.flags)
        self._cells = {cell.number: cell for cell in program.graph.flow.cells}

    def clear(self) -> None:
        """Forget the last task."""
        self.namespace.clear()
        self.namespace.update(vars(types.ModuleType("__main__")), __builtins__=__builtins__, display=display)
        self._forget()

    def _forget(self) -> None:
        self._bound.clear()
        self._given.clear()
        self._pristine.clear()
        self._taken = frozenset()
        self._wait = True
        self._waiting.clear()
        self._referred.clear()
        self._earlier.forget()

    def _look_from(self, prelude: Prelude) -> None:
        """Use the prelude as a step sees it, after the cells above the step."""
        self.prelude = prelude
        self._references = self._references_in(prelude)

    def _references_in(self, prelude: Prelude) -> dict[str, tuple[str, str]]:
        if id(prelude) not in self._known:
            self._known[id(prelude)] = prelude_references(prelude)
        return self._known[id(prelude)]

    def prepare(self, step: str) -> None:
        """Bind the parameters and the prelude that a step reads, except for what a step above has deleted."""
        linked = self.program.graph.links[step]
        self._look_from(self.program.graph.prelude_of(step))
        self.namespace.update({name: copy.deepcopy(self.program.parameters[name]) for name in linked.parameters})
        self.bind(linked.prelude)
        self._offer_imports(step)
        for name, _ in linked.ended:
            self.namespace.pop(name, None)

    def _offer_imports(self, step: str) -> None:
        """Bind the other imports of the cells above whose modules are loaded, because a string may hold such a name."""
        writes, place = self.program.graph.links[step].writes, self.program.graph.steps[step].place
        imports = [one for one in self.program.graph.prelude.definitions if one.kind == "import" and one.place < place]
        for one in imports:
            if one.names.isdisjoint(self.namespace.keys() | writes) and _is_loaded(one):
                with suppress(Exception):  # a step that needs the import reports the error itself
                    self.bind(one.names)

    def take(self, inputs: Mapping[str, Any]) -> None:
        """Bind the inputs of a task. They hide the prelude, because the nearest definition above counts."""
        self.namespace.update(applied(inputs))
        self._taken = frozenset(inputs)
        self._wait = False
        self._bind_all(self._waiting)

    @property
    def referred(self) -> frozenset[str]:
        """Return the names of the prelude to which the loaded inputs refer, such as classes of their objects."""
        return frozenset(self._referred)

    def fingerprint(self, names: Iterable[str]) -> Fingerprint:
        """Return what these prelude names hold; a name that holds an input is left out, unless the input is code."""
        own = [name for name in names if name in self._given and (name not in self._taken or self._is_code(name))]
        return Fingerprint(own, self.namespace, self)

    def fingerprint_parameters(self, step: str) -> Fingerprint:
        """Return what the parameters of a step hold that a body can change in place."""
        values, read = self.program.parameters, self.program.graph.links[step].parameters
        names = [name for name in read if type(values[name]) in (list, tuple, dict)]
        return Fingerprint(names, self.namespace, self)

    def _is_code(self, name: str) -> bool:
        return name in self._pristine and self.namespace.get(name) is self._given.get(name)

    def to_keep(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values as they are stored: for functions and classes of the prelude, what was changed in them."""
        return {name: self._kept_as(name, value) for name, value in values.items()}

    def _kept_as(self, name: str, value: Any) -> Any:
        is_given = self._is_code(name) and value is self._given[name]
        return changes_of(value, self._pristine[name]) if is_given else value

    def to_share(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that artifacts may share: for functions and classes of the prelude, what these hold."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            if not is_code(value):
                found[name] = value
            elif self._is_code(name) and (kept := shareable(value, self._pristine[name])).attributes:
                found[name] = kept
        return found

    def bind(self, names: Iterable[str]) -> None:
        """Execute the definitions that `names` need and that are not executed yet, in document order."""
        self._bind_all(self.prelude.closure(names))

    def _bind_all(self, definitions: Iterable[Definition]) -> None:
        for definition in definitions:
            if definition.takes and self._wait:
                self._waiting.append(definition)
            elif definition not in self._bound:
                self._bound.add(definition)
                with self._without(self._taken & (definition.names | definition.reads) - definition.takes):
                    self._define(definition)
                    self._given.update({n: self.namespace[n] for n in definition.names if n in self.namespace})
        for name, value in self._given.items():
            if name not in self._pristine and is_code(value):
                self._pristine[name] = held_attributes(value)

    def define_own(self, definition: Definition) -> None:
        """Note that the body has executed a definition of its own: pickles refer to it from now on."""
        self._bound.add(definition)
        own = {name: self.namespace[name] for name in definition.names}
        self._given.update(own)
        self._pristine.update({name: held_attributes(value) for name, value in own.items() if is_code(value)})

    def look_from_below(self, step: str) -> None:
        """Use the prelude as the steps below see it, with what this step has defined."""
        self._look_from(self.program.graph.prelude_below(step))

    @contextmanager
    def _without(self, inputs: frozenset[str]) -> Iterator[None]:
        """Give names the values of the prelude in this context, not those of the inputs."""
        taken = {name: self.namespace.pop(name) for name in inputs if name in self.namespace}
        self.namespace.update({name: self._given[name] for name in inputs if name in self._given})
        try:
            yield
        finally:
            self.namespace.update(taken)

    def _define(self, definition: Definition) -> None:
        if definition not in self._shared:
            before = dict(self.namespace) if definition.once else {}
            self._execute(definition)
            if not definition.once:
                return
            shared = {n: v for n, v in self.namespace.items() if before.get(n, self) is not v}
            self._shared[definition] = shared
            own = definition.names & shared.keys() if definition.is_code else ()
            self._first[definition] = {
                name: _own_copies(held_attributes(shared[name])) for name in own if is_code(shared[name])
            }
        else:
            self._put_first_state(definition)
        shared = self._shared[definition]
        self.namespace.update(_copied(shared) if definition.kind in ("constant", "block") else shared)

    def _put_first_state(self, definition: Definition) -> None:
        """Let code that the process keeps, because a library may hold it, hold what it held when it was defined."""
        for name, first in self._first[definition].items():
            code = self._shared[definition][name]
            difference(code, _own_copies(first), held_attributes(code)).apply()

    def _execute(self, definition: Definition) -> None:
        """Execute a definition, without showing what an ordinary cell shows: the notebook shows it, not every task."""
        if definition.kind != "effect":
            exec(self._compiled(definition), self.namespace)
            return
        showing = [name for name in _SHOWING if name not in self.prelude.names]  # one of the notebook does what it does
        before = {name: self.namespace[name] for name in showing if name in self.namespace}
        self.namespace.update(dict.fromkeys(showing, _show_nothing))
        try:
            self._execute_again(definition)
        finally:
            for name in showing:
                self.namespace.pop(name, None)
            self.namespace.update(before)

    def _execute_again(self, definition: Definition) -> None:
        """Execute a definition; try twice, because another worker may have created a folder since its check."""
        try:
            exec(self._compiled(definition), self.namespace)
        except FileExistsError:
            exec(self._compiled(definition), self.namespace)

    def _compiled(self, definition: Definition) -> types.CodeType:
        if definition not in self._code:
            place = definition.place
            filename = filename_of_cell(place)
            show_source(filename, self._cells.get(place.cell, Cell(place.cell, definition.source)))
            tree = ast.increment_lineno(ast.parse(definition.source), place.line - 1)
            self._code[definition] = compile(tree, filename, "exec", self.flags, dont_inherit=True)
        return self._code[definition]

    # references of pickles to what the notebook defines

    def reference(self, value: Any) -> tuple[str, str] | None:
        """Return (prelude name, digest of its code) of a function, class or sentinel that the prelude bound."""
        name = self._name_of(value, self._given)
        return None if name is None else (name, self._references[name.partition(".")[0]][0])

    def _name_of(self, value: Any, space: Mapping[str, Any]) -> str | None:
        """Return the name that holds a function, class or sentinel; a decorated function may be called otherwise."""
        name = getattr(value, "__qualname__", None)
        if name in self._references and space.get(name) is value:
            return str(name)
        if isinstance(value, type):
            return self._name_of_nested(value, space)
        if not isinstance(value, types.FunctionType) and type(value) not in SENTINELS:
            return None
        held = (one for one in self._references.keys() & space.keys() if space[one] is value)
        return min((one for one in held if self.prelude.is_code(one) or type(value) in SENTINELS), default=None)

    def _name_of_nested(self, cls: type, space: Mapping[str, Any]) -> str | None:
        """Return the dotted name of a class that the body of another class has made."""
        outer, _, inner = cls.__qualname__.partition(".")
        is_known = outer in self._references and self._pristine.get(outer, {}).get(inner) is cls
        return cls.__qualname__ if is_known and nested_class(space, cls.__qualname__) is cls else None

    def definition(self, name: str) -> str | None:
        """Return the digest of the code of a prelude name; "" for an artifact or a parameter, None for another name."""
        if name in self._references:
            return self._references[name][0]
        return "" if name in self.program.names else None

    def provide(self, definitions: Mapping[str, str]) -> None:
        """Bind the prelude names that a function which is being loaded will look up."""
        self.bind(name for name in definitions if name in self._references and name not in self._given)

    def resolve(self, name: str, digest: str) -> Any:
        """Return what `name` meant when it was pickled: the present definition if its code is equal, else the old."""
        if self._is_current(name, digest):
            self._referred.add(name)
            if name not in self._given:
                self.bind([name])
            return self._given[name]
        return self._earlier.resolve(name, digest)

    def _is_current(self, name: str, digest: str) -> bool:
        """Return whether `name` means the same object here as where it was pickled."""
        if name not in self._references:
            return False
        if self._references[name][0] == digest or is_whole_reference(self.prelude, name, digest):
            return True
        binders = [one for one in self.prelude.definitions if name in one.names]
        return any(
            self._references_in(view).get(name, ("",))[0] == digest
            and [one for one in view.definitions if name in one.names] == binders
            for view in self.program.graph.prelude.views
        )


_CONTAINERS = (list, dict, set, tuple, bytearray)


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values for one task, which may change containers; other objects may belong to a library and stay."""
    seen: dict[int, Any] = {}
    try:
        return {name: copy.deepcopy(one, seen) if type(one) in _CONTAINERS else one for name, one in values.items()}
    except Exception:  # noqa: BLE001 - whatever the `__deepcopy__` of a part does
        return dict(values)


def _own_copies(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a function or class holds, with containers that no task has changed."""
    return {**held, **_copied({path: value for path, value in held.items() if not is_of_python(path)})}


_SHOWING = ("print", "display")


def _show_nothing(*_args: Any, **_options: Any) -> None:
    pass


def _is_loaded(definition: Definition) -> bool:
    """Return whether an import only binds names, because its modules are loaded already."""
    modules = definition.modules
    wanted = (name for name in modules if name.rpartition(".")[0] not in modules)
    return "*" not in definition.names and bool(modules) and all(name in sys.modules for name in wanted)


def future_flags(definitions: Iterable[Definition]) -> int:
    """Return the compiler flags of the notebook's `from __future__` imports, which hold in all cells."""
    flags = 0
    for definition in definitions:
        if "__future__" in definition.modules or "__future__" in definition.source:
            names = definition.names & set(future.all_feature_names)
            flags |= sum(getattr(future, name).compiler_flag for name in names)
    return flags


def become_main(namespace: Namespace) -> None:
    """Make the notebook's namespace the `__main__` of this process, so that its classes keep their identity."""
    sys.modules["__main__"] = namespace.module
