"""The methods of a plan, one after another, each with what it is given, what it does and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nbflow.export.arrange import END, START
from nbflow.export.attributes import Attributes
from nbflow.export.body import sent_out, write_body
from nbflow.export.draft import Draft
from nbflow.export.extras import PARTS
from nbflow.export.flowing import Flowing, is_complete
from nbflow.export.imports import Imports
from nbflow.export.lengths import is_list, is_sequence, is_truth
from nbflow.export.parameters import Parameters
from nbflow.export.plan import Condition, Foreach, Item, Join, Parallel, Row, Switch, Task, Way
from nbflow.export.shape import first_name, is_caught
from nbflow.export.usage import Load, Usage, bound_names
from nbflow.export.versions import reading
from nbflow.flow.code import names_of, parse
from nbflow.flow.graph import Graph
from nbflow.flow.prelude import BUILTINS
from nbflow.flow.step import Guard, Step, Test


@dataclass
class Writer:
    """`extras` and `flowspec` are noted while writing: what the script has to define and to import."""

    graph: Graph
    usage: Usage
    attributes: Attributes
    flowing: Flowing
    imports: Imports
    parameters: Parameters
    spelling: dict[str, str]
    extras: dict[str, str]
    used: set[str] = field(default_factory=set)  # extras
    flowspec: set[str] = field(default_factory=lambda: {"FlowSpec", "step"})
    notes: list[str] = field(default_factory=list)
    _computed: set[str] = field(default_factory=set)  # foreachs whose items a switch has looked at

    def write(self, row: Row) -> list[Draft]:
        return list(self._row(row, ""))

    # rows

    def _row(self, row: Row, after: str) -> Iterator[Draft]:
        """`after` is the method behind the row."""
        failing: list[Step] = []
        for at, item in enumerate(row):
            if not isinstance(item, Task):
                continue
            host = row[at + 1] if at + 1 < len(row) and not isinstance(row[at + 1], Task) else None
            behind = row[at + 1 + (host is not None) :]
            target = _entry(behind) if behind else after
            yield self._task(item, host, target, failing)
            if host is not None:
                yield from self._inside(host, target)
            failing += [item.step] if item.step and is_caught(self.graph, item.step) else []

    def _inside(self, item: Item, target: str) -> Iterator[Draft]:
        match item:
            case Parallel(branches=branches, join=join):
                for branch in branches:
                    yield from self._row(branch, join.name)
                yield self._parallel_join(item, target)
            case Foreach(body=body, join=join):
                yield from self._row(body, join.name)
                yield self._foreach_join(item, target)
            case Switch(ways=ways):
                for way in ways:
                    yield from self._row(way.row, target)
            case Task():
                raise AssertionError("a task is no part of another item")

    # plain methods

    def _task(self, task: Task, host: Item | None, target: str, failing: Sequence[Step]) -> Draft:
        draft = self._draft(task.name, task.step) if task.step else Draft(task.name, doc=self._between(task, host))
        if task.name == "start":
            draft.before = [*self.parameters.checks(), *draft.before]
        if task.step:
            self._open(draft, task.step)
            draft.before = [*self._give_up(failing, target), *draft.before]
            draft.after = [*self._stores(task.step)]
        draft.next = self._next(draft, task, host, target)
        self._decorate(draft, task.step)
        return draft

    def _between(self, task: Task, host: Item | None) -> str:
        """Why there is a step that is none of the notebook."""
        match host:
            case Parallel(branches=branches):
                entries = " and ".join(f"`{first_name(branch)}`" for branch in branches)
                return f"Split: {entries} are side by side."
            case Foreach(opener=opener):
                return f"Split: a task of `{opener.name}` for each item."
            case Switch(ways=[Way(condition=Condition(items=items)), *_]) if items:
                return f"Leave `{items}` out if there are no items."
            case Switch(ways=[Way(condition=Condition(failed=failed)), *_]) if failed:
                return "Go on with the items of which nothing has failed."
            case None if task.name not in (START, END):
                return "Wait for whichever way was taken."
            case _:
                return ""

    def _draft(self, name: str, step: Step) -> Draft:
        written = write_body(step, self.graph)
        outside = frozenset() if step.metaflow else self.usage.shared(step)
        draft = Draft(name, doc=step.doc, cell=step.place.cell, body=written.text, uses_self=step.metaflow)
        draft.outside = tuple(sorted(outside | sent_out(step)))
        if written.displays:
            self.flowspec |= {"card", "current"}
            self.used.add("display")
            draft.decorators.append(f"@{self.spelling['card']}")
        if written.draws:
            self.used.add("show_figures")
            draft.figures = f"{self.extras['show_figures']}()"
        return draft

    def _open(self, draft: Draft, step: Step) -> None:
        """What a plain method is given."""
        draft.before = [*self._item_lines(step), *self._loads(step, "self", {}), *self._shadows(step)]
        apart = self.usage.apart(step)
        if apart:
            draft.before.append(self._by_step(apart, dict.fromkeys(apart, "self")))
        if self.graph.links[step.name].joined:
            draft.before.append(self._collected(step))
        draft.before += self._seed(step)

    def _stores(self, step: Step) -> Iterator[str]:
        for store in self.usage.stores(step):
            if self._keeps_item(step) == store.name and store.name not in bound_names(step):
                continue
            if step.metaflow and store.attribute == store.name:
                continue
            value = f"self.{store.name}" if step.metaflow else store.name
            if store.sure:
                yield f"self.{store.attribute} = {value}"
            elif step.metaflow:
                yield f'if hasattr(self, "{store.name}"):\n    self.{store.attribute} = {value}'
            else:
                space = "globals" if store.name in self.usage.shared(step) else "locals"
                yield f'if "{store.name}" in {space}():\n    self.{store.attribute} = {value}'

    def _item_lines(self, step: Step) -> Iterator[str]:
        """The item of a foreach; kept at once where the step may fail, so that its failure says of which."""
        if step.foreach is None or (step.metaflow and step.foreach.var == "input"):
            return
        var = step.foreach.var
        if step.metaflow:
            yield f"self.{var} = self.input"
        elif self._keeps_item(step):
            yield f"{var} = self.{var} = self.input"
        elif var in step.mentions | names_of(parse(step.body)).free or var in self.usage.kept(step):
            yield f"{var} = self.input"

    def _keeps_item(self, step: Step) -> str:
        var = step.foreach.var if step.foreach else ""
        return var if is_caught(self.graph, step) and var in self.usage.kept(step) else ""

    def _loads(self, step: Step, source: str, sources: dict[str, str]) -> Iterator[str]:
        """`source` is what artifacts are taken from, unless `sources` says otherwise."""
        parameters = {parameter.name: parameter for parameter in self.graph.flow.parameters}
        for load in self.usage.loads(step):
            if step.metaflow and load.name not in self.usage.versions.split:
                continue
            local = f"self.{load.name}" if step.metaflow else load.name
            owners = {sources.get(attribute, source) for attribute in load.attributes}
            if load.name in parameters:
                yield f"{local} = {self.parameters.value(parameters[load.name])}"
            elif load.sure and len(owners) == 1:
                yield f"{local} = {reading(load.attributes, *owners)}"
            else:
                yield "\n".join(self._fallbacks(local, load, [sources.get(one, source) for one in load.attributes]))

    def _fallbacks(self, local: str, load: Load, owners: Sequence[str]) -> Iterator[str]:
        for number, (attribute, owner) in enumerate(zip(load.attributes, owners, strict=True)):
            last = load.sure and number == len(owners) - 1
            yield "else:" if last else f'{"el" if number else ""}if hasattr({owner}, "{attribute}"):'
            yield f"    {local} = {owner}.{attribute}"

    def _shadows(self, step: Step) -> Iterator[str]:
        """In a method a name is local everywhere or nowhere: what the body reads before it binds it is bound here."""
        names = names_of(parse(step.body))
        loaded = {load.name for load in self.usage.loads(step)} | ({step.foreach.var} if step.foreach else set())
        for name in sorted(names.free & bound_names(step) - loaded - sent_out(step)):
            if name in self.graph.prelude.names:
                yield f'{name} = globals()["{name}"]'
            elif name in BUILTINS:
                yield f"{name} = {self.imports.name('builtins', module=True, inside=True)}.{name}"

    def _seed(self, step: Step) -> Iterator[str]:
        if step.options.seed is None:
            return
        self.used.add("seed")
        scope = self.graph.links[step.name].scope
        items = ", *(level[0] for level in self.foreach_stack())" if scope else ""
        yield f"{self.extras['seed']}({step.options.seed}{items})"

    def _give_up(self, failing: Sequence[Step], target: str) -> Iterator[str]:
        if failing:
            errors = " or ".join(f"self.{self.attributes.error(step)}" for step in failing)
            yield f"if {errors}:  # the item has failed, and may\n    return self.next(self.{target})"

    def _by_step(self, apart: dict[str, dict[str, str]], owners: dict[str, str]) -> str:
        """`inputs.STEP.name` outside of a foreach."""
        space = self.imports.name("types.SimpleNamespace", inside=True)
        parts = [
            f"{step}={space}({', '.join(f'{name}={owners[step]}.{attribute}' for name, attribute in names.items())})"
            for step, names in apart.items()
        ]
        return f"inputs = {space}({', '.join(parts)})"

    # joins

    def _parallel_join(self, item: Parallel, target: str) -> Draft:
        join = item.join
        lasts = [_exit(branch) for branch in item.branches]
        draft = self._draft(join.name, join.step) if join.step else Draft(join.name, doc=MEET)
        draft.takes_inputs = True
        env = self.flowing.before[join.name]
        owners = {name: f"inputs.{lasts[self.flowing.origin.get((join.name, name), 0)]}" for name in env}
        draft.before = self._handed(join, owners)
        if join.step:
            draft.before += self._shadows(join.step)
            apart = self.usage.apart(join.step)
            if apart:
                where = {step: owners[next(iter(names.values()))] for step, names in apart.items()}
                draft.before.append(self._by_step(apart, where))
            draft.before += self._seed(join.step)
            draft.after = [*self._stores(join.step)]
        draft.next = f"self.next(self.{target})"
        self._decorate(draft, join.step)
        return draft

    def _handed(self, join: Join, owners: dict[str, str]) -> list[str]:
        """What a join takes from its inputs, for itself and for what is below."""
        passes = [*self._passes(join, owners)]
        loads = [*self._loads(join.step, "inputs[0]", owners)] if join.step else []
        for load in loads:
            name, _, value = load.partition(" = ")
            attribute = value.rpartition(".")[2]
            if f"self.{attribute} = {value}" in passes:
                passes[passes.index(f"self.{attribute} = {value}")] = f"{name} = self.{attribute} = {value}"
        both = {line.partition(" = ")[0] for line in passes}
        return passes + [load for load in loads if load.partition(" = ")[0] not in both]

    def _passes(self, join: Join, owners: dict[str, str]) -> Iterator[str]:
        env = self.flowing.before[join.name]
        wanted = self.flowing.passes[join.name]
        for name in (one for one in env if one in wanted):
            owner = owners.get(name, "inputs[0]")
            if env[name].sure:
                yield f"self.{name} = {owner}.{name}"
            else:
                yield f'if hasattr({owner}, "{name}"):\n    self.{name} = {owner}.{name}'

    def _foreach_join(self, item: Foreach, target: str) -> Draft:
        join = item.join
        draft = self._draft(join.name, join.step) if join.step else Draft(join.name, doc=COLLECT)
        draft.takes_inputs = True
        draft.before = self._handed(join, {})
        if join.step:
            draft.before += self._shadows(join.step)
        failed = self._failures(item, draft)
        if join.step:
            draft.before += [*self._inputs(join.step, item, failed), *self._seed(join.step)]
            draft.after = [*self._stores(join.step)]
        else:
            draft.before += self._collect(item, failed)
        draft.next = f"self.next(self.{target})"
        self._decorate(draft, join.step)
        return draft

    def _failures(self, item: Foreach, draft: Draft) -> str:
        """Find the tasks that have failed; the name of a list with the error, or none, of each task."""
        steps = [self.graph.steps[name] for name in sorted(self._caught_in(item), key=list(self.graph.links).index)]
        if not steps:
            return ""
        env = self.flowing.before[item.join.name]
        errors = " or ".join(
            f"task.{self.attributes.error(s)}"
            if env.get(self.attributes.error(s)) and env[self.attributes.error(s)].sure
            else f'getattr(task, "{self.attributes.error(s)}", None)'
            for s in steps
        )
        names, what = self.usage.names, item.opener.name
        errored, failed = names.local("errors"), names.local("failed")
        draft.before += [
            f"{errored} = [{errors} for task in inputs]",
            f"if sum(map(bool, {errored})) > {self._limit(item, steps)}:\n"
            f'    raise RuntimeError("more tasks of {what} have failed than may")',
        ]
        if any(self.usage.uses[join].fails for join in self.flowing.joins_of(item.opener)):
            var = item.opener.foreach.var if item.opener.foreach else ""
            draft.before.append(
                f"{failed} = [(task.{var}, error) for task, error in zip(inputs, {errored}, strict=True) if error]"
            )
        return errored

    def _caught_in(self, item: Foreach) -> frozenset[str]:
        scope = self.graph.links[item.opener.name].scope
        return frozenset(
            name
            for name, linked in self.graph.links.items()
            if linked.scope == scope and is_caught(self.graph, self.graph.steps[name])
        )

    def _limit(self, item: Foreach, steps: Sequence[Step]) -> str:
        allowed = [one.options.allow_failures for one in (item.opener, *steps) if one.options.allow_failures]
        if allowed[0].percent is None:
            return str(allowed[0].count)
        return f"int(len(list(inputs)) * {allowed[0].percent:g} / 100)"

    def _inputs(self, step: Step, item: Foreach, errors: str) -> Iterator[str]:
        """`inputs`, with as much as the body asks of it."""
        use = self.usage.uses[step.name]
        tasks = f"[task {_each(errors)}]" if errors else "inputs"
        tasks = self._views([step.name], item, _each(errors)) if use.facts else tasks
        if use.attributes:
            failed = f", {self.usage.names.local('failed')}" if use.fails and errors else ""
            yield f"inputs = {self._tasks_class(use.attributes)}({tasks}{failed})"
        elif tasks != "inputs" or not use.only_iterates:
            yield f"inputs = {tasks}" if tasks != "inputs" else "inputs = list(inputs)"

    def _tasks_class(self, attributes: frozenset[str]) -> str:
        self.used |= {"Tasks", *attributes & PARTS, *(["lists"] if attributes - PARTS else [])}
        return self.extras["Tasks"]

    def _collected(self, step: Step) -> str:
        """The same from what a join above has collected."""
        use, leaf = self.usage.uses[step.name], self.graph.links[step.name].opened[-1]
        tasks = f"self.{self.attributes.tasks(leaf)}"
        if not use.attributes:
            return f"inputs = {tasks}"
        failed = f", self.{self.attributes.failed(leaf)}" if use.fails else ""
        return f"inputs = {self._tasks_class(use.attributes)}({tasks}{failed})"

    def _collect(self, item: Foreach, errors: str) -> Iterator[str]:
        """What steps below ask of the tasks, as lists; of those of an inner foreach its join has made some already."""
        env, leaves = self.flowing.before[item.join.name], dict[str, list[str]]()
        for join in self.flowing.joins_of(item.opener):
            leaves.setdefault(self.graph.links[join].opened[-1], []).append(join)
        for leaf, joins in leaves.items():
            fails = any(self.usage.uses[join].fails for join in joins)
            names = [self.attributes.tasks(leaf), *([self.attributes.failed(leaf)] if fails else [])]
            if leaf != item.opener.name:
                for name in names:
                    sure = name in env and env[name].sure
                    inner = f"task.{name}" if sure else f'getattr(task, "{name}", ())'
                    yield f"self.{name} = [one {_each(errors)} for one in {inner}]"
                continue
            yield f"self.{names[0]} = {self._views(joins, item, _each(errors))}"
            if fails:
                yield f"self.{names[1]} = {self.usage.names.local('failed') if errors else '[]'}"

    def _views(self, joins: Sequence[str], item: Foreach, each: str) -> str:
        """Of each task what is asked, as plain values: nothing else of it can be stored."""
        env = self.flowing.before[item.join.name]
        wanted = self.flowing.viewed(joins)
        names = [name for name in env if name in wanted]
        caught = bool(self._caught_in(item))
        sure = [name for name in names if env[name].sure or caught]
        parts = [f"{name}=task.{name}" for name in sure]
        var = item.opener.foreach.var if item.opener.foreach else ""
        parts += [f"item=task.{var}", "error=None"] if any(self.usage.uses[join].facts for join in joins) else []
        rest = [name for name in names if name not in sure]
        if rest:
            listed = ", ".join(repr(name) for name in rest)
            parts.append(f"**{{name: getattr(task, name) for name in ({listed},) if hasattr(task, name)}}")
        return f"[{self.imports.name('types.SimpleNamespace', inside=True)}({', '.join(parts)}) {each}]"

    # where a method leads

    def _next(self, draft: Draft, task: Task, host: Item | None, target: str) -> str:
        if task.step is not None and task.step.loop:
            return self._again(draft, task, target)
        match host:
            case None:
                return f"self.next(self.{target})" if target else ""
            case Parallel(branches=branches):
                return f"self.next({', '.join(f'self.{_entry(branch)}' for branch in branches)})"
            case Foreach(opener=opener, body=body):
                name = self._items(draft, task.step, opener)
                return f'self.next(self.{_entry(body)}, foreach="{name}")'
            case Switch(ways=ways):
                return self._choose(draft, task.step, ways, target)
            case Task():
                raise AssertionError("a task does not split")

    def _again(self, draft: Draft, task: Task, target: str) -> str:
        assert task.step is not None
        loop = task.step.loop or ""
        again = loop if is_truth(task.step, loop) else self.attributes.again(task.step)
        if again != loop:
            draft.after.append(f"self.{again} = bool(self.{loop})")
        return f'self.next({{True: self.{task.name}, False: self.{target}}}, condition="{again}")'

    def _items(self, draft: Draft, step: Step | None, opener: Step) -> str:
        """The artifact that a foreach goes over: one that is a list already, or a list of what the expression gives."""
        assert opener.foreach is not None
        if is_sequence(self.graph, opener):
            return self.usage.versions.read(opener.name, opener.foreach.expr)[0]
        name = self.attributes.items(opener)
        if opener.name not in self._computed:
            self._computed.add(opener.name)
            loads, expression = self._expression(step, opener)
            items = expression if expression.startswith("[") and is_list(opener) else f"list({expression})"
            draft.after += [*loads, f"self.{name} = {items}"]
        return name

    def _expression(self, step: Step | None, opener: Step) -> tuple[list[str], str]:
        """The items, and what has to be bound first; a lone name is read where it is kept."""
        assert opener.foreach is not None
        loads, expression = [*self._expression_loads(step, opener)], opener.foreach.expr
        if len(loads) == 1 and expression.isidentifier() and "\n" not in loads[0]:
            return [], loads[0].removeprefix(f"{expression} = ")
        return loads, expression

    def _expression_loads(self, step: Step | None, opener: Step) -> Iterator[str]:
        assert opener.foreach is not None
        linked = self.graph.links[opener.name]
        parameters = {parameter.name: parameter for parameter in self.graph.flow.parameters}
        here = self._at_hand(step) if step and not step.metaflow else frozenset()
        for name in sorted(opener.foreach.reads):
            if name in parameters and name not in here:
                yield f"{name} = {self.parameters.value(parameters[name])}"
            elif any(b.name == name for b in linked.bindings) and name not in here:
                yield f"{name} = {reading(self.usage.versions.read(opener.name, name))}"

    def _at_hand(self, step: Step) -> frozenset[str]:
        """The names that hold at the end of a body what they hold for the steps below."""
        kept = {store.name for store in self.usage.stores(step) if store.sure}
        return frozenset(kept | ({load.name for load in self.usage.loads(step)} - bound_names(step)))

    def _choose(self, draft: Draft, step: Step | None, ways: Sequence[Way], target: str) -> str:
        for way in ways:
            if way.condition.items:
                self._prepare_items(draft, step, self.graph.steps[way.condition.items])
        entries = [_entry(way.row) for way in ways]
        flag = self.attributes.choice(first_name(ways[0].row), bool(ways[0].condition.items))
        if len(ways) == 1:
            draft.after.append(f"self.{flag} = {self._holds(ways[0].condition)}")
            return f'self.next({{True: self.{entries[0]}, False: self.{target}}}, condition="{flag}")'
        conditions = [way.condition for way in ways]
        if len(ways) == 2 and is_complete(conditions):
            draft.after.append(f"self.{flag} = {self._holds(conditions[0])}")
            return f'self.next({{True: self.{entries[0]}, False: self.{entries[1]}}}, condition="{flag}")'
        return self._choose_of_many(draft, conditions, entries, target, flag)

    def _choose_of_many(
        self, draft: Draft, conditions: Sequence[Condition], entries: Sequence[str], target: str, flag: str
    ) -> str:
        complete = is_complete(list(conditions))
        targets = list(entries) if complete else [*entries, target]
        for number, entry in enumerate(targets):
            last = number == len(targets) - 1
            head = "else:" if last else f"{'el' if number else ''}if {self._holds(conditions[number])}:"
            line = f'{head}\n    self.{flag} = "{entry}"'
            draft.after = [*draft.after, line] if not number else [*draft.after[:-1], f"{draft.after[-1]}\n{line}"]
        cases = ", ".join(f'"{entry}": self.{entry}' for entry in targets)
        return f'self.next({{{cases}}}, condition="{flag}")'

    def _prepare_items(self, draft: Draft, step: Step | None, opener: Step) -> None:
        self._items(draft, step, opener)
        for name in sorted(self.flowing.collected(opener)):
            draft.after.append(f"self.{name} = []")

    def _holds(self, condition: Condition) -> str:
        parts = [_any_there(attributes) for attributes in condition.needs]
        parts += [f'hasattr(self, "{self.attributes.tasks(leaf)}")' for leaf in condition.joined]
        if condition.guard is not None:
            parts.append(self._guard(condition.guard, condition.answers, _bracketed(condition.value)))
        if condition.items:
            opener = self.graph.steps[condition.items]
            assert opener.foreach is not None
            name = self.attributes.items(opener)
            if is_sequence(self.graph, opener):
                name = self.usage.versions.read(opener.name, opener.foreach.expr)[0]
            parts.append(f"len(self.{name}) > 0")
        if condition.failed:
            errors = " or ".join(f"self.{self.attributes.error(self.graph.steps[name])}" for name in condition.failed)
            parts.append(f"not {errors}" if len(condition.failed) == 1 else f"not ({errors})")
        return " and ".join(parts)

    def _guard(self, guard: Guard, answers: Iterable[Guard], value: str) -> str:
        match guard.test:
            case Test.EQUALS:
                return f"{value} == {guard.literal!r}"
            case Test.TRUE:
                return f"bool({value})"
            case Test.FALSE:
                return f"not {value}"
            case Test.ELSE:
                others = " or ".join(self._guard(other, (), value) for other in answers)
                return f"not ({others})"

    # decorators

    def _decorate(self, draft: Draft, step: Step | None) -> None:
        found = [*(self._options(draft, step) if step else ())]
        draft.decorators = [*found, *draft.decorators, f"@{self.spelling['step']}"]

    def _options(self, draft: Draft, step: Step) -> Iterator[str]:
        options = step.options
        if is_caught(self.graph, step):
            yield self._decorator("catch", f'var="{self.attributes.error(step)}"')
        if options.retry:
            if options.retry > MOST_RETRIES:
                self.notes.append(f"'{step.name}' is tried again {MOST_RETRIES} times, which is the most of a script")
            times = min(options.retry, MOST_RETRIES)
            yield self._decorator("retry", f"times={times}, minutes_between_retries=0")
        if options.timeout:
            yield self._decorator("timeout", _duration(options.timeout))
        asked = [f"cpu={options.cpu}"] if options.cpu != 1 else []
        asked += [f"memory={_megabytes(options.memory)}"] if options.memory else []
        if asked:
            yield self._decorator("resources", ", ".join(asked))

    def _decorator(self, name: str, arguments: str) -> str:
        self.flowspec.add(name)
        return f"@{self.spelling[name]}({arguments})"


MOST_RETRIES = 4
MEET = "Bring together what is read below."
COLLECT = "Collect what is asked of the tasks below."


def _each(errors: str) -> str:
    """The clause that goes over the tasks of `inputs` that have not failed."""
    return f"for task, error in zip(inputs, {errors}, strict=True) if not error" if errors else "for task in inputs"


def _bracketed(attributes: tuple[str, ...]) -> str:
    return reading(attributes) if len(attributes) == 1 else f"({reading(attributes)})"


def _any_there(attributes: tuple[str, ...]) -> str:
    there = " or ".join(f'hasattr(self, "{attribute}")' for attribute in attributes)
    return there if len(attributes) == 1 else f"({there})"


def _megabytes(size: int) -> int:
    """`4GB` is 4000; what is no whole number of megabytes is rounded up."""
    return size // 10**6 if size % 10**6 == 0 else -(-size // 2**20)


def _duration(seconds: float) -> str:
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds % size == 0:
            return f"{unit}={int(seconds // size)}"
    return f"seconds={max(1, round(seconds))}"


def _entry(row: Sequence[Item]) -> str:
    first = row[0]
    assert isinstance(first, Task), "every row begins with a plain method"
    return first.name


def _exit(row: Row) -> str:
    match row[-1]:
        case Task(name=name):
            return name
        case Parallel(join=join) | Foreach(join=join):
            return join.name
        case Switch():
            raise AssertionError("no row that is joined ends with a switch")
