"""Writes header options as decorators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbflow.errors import FlowRefused
from nbflow.export.methods.draft import MethodDraft
from nbflow.export.methods.method_lines import Writing
from nbflow.export.plan.plan_shape import is_caught
from nbflow.flow.syntax.environment_braces import has_braces, names_in_braces, package_of, rename_in_braces
from nbflow.flow.syntax.environment_words import versions_of_words
from nbflow.flow.syntax.metaflow_cell import ITEM
from nbflow.flow.syntax.places import listed, problem
from nbflow.flow.syntax.specs import StepSpec

MOST_RETRIES = 4


class Decorating(Writing):
    """Puts the options of a header above a method."""

    def decorate(self, draft: MethodDraft, step: StepSpec | None) -> None:
        found = [*(self._options(draft, step) if step else ())]
        draft.decorators = [*found, *draft.decorators, f"@{self.spelling['step']}"]

    def _options(self, draft: MethodDraft, step: StepSpec) -> Iterator[str]:
        options = step.options
        if is_caught(self.graph, step):
            yield self._decorator("catch", f'var="{self.attributes.error(step)}"')
        if options.retry:
            if options.retry > MOST_RETRIES:
                self.notes.append(f"'{step.name}' is tried again {MOST_RETRIES} times, the maximum in a script")
            times = min(options.retry, MOST_RETRIES)
            yield self._decorator("retry", f"times={times}, minutes_between_retries=0")
        if options.timeout:
            yield self._decorator("timeout", _duration(options.timeout))
        asked = [f"cpu={options.cpu}"] if options.cpu != 1 else []
        asked += [f"gpu={options.gpu}"] if options.gpu else []
        asked += [f"memory={_megabytes(options.memory.size)}"] if options.memory else []
        if options.env:
            plain = versions_of_words(word for word in options.env if not has_braces(word))
            yield self._decorator("pypi", _packages(plain | dict(self._of_values(draft, step))))
        self._note_unsaid(step)
        if asked:
            yield self._decorator("resources", ", ".join(asked))

    def _of_values(self, draft: MethodDraft, step: StepSpec) -> Iterator[tuple[str, str]]:
        """Yield the packages whose version depends on a value, with the name that the value has in the script."""
        foreach, loads = step.control.foreach, () if draft.takes_inputs else self.usage.loads(step)
        names = {one.name: one.attributes[0] for one in loads if len(one.attributes) == 1}
        names |= {one.name: one.name for one in self.graph.flow.parameters} | ({foreach.var: ITEM} if foreach else {})
        for word in filter(has_braces, step.options.env or ()):
            if missing := names_in_braces([word]) - names.keys():
                message = f"step '{step.name}' runs with '{word}', and its method begins without {listed(missing)}"
                fix = "Add a step above that reads it and passes it on"
                raise FlowRefused([str(problem("environment", step, message, fix))])
            package, version = package_of(word)
            yield package, rename_in_braces(version, names).removeprefix("==")

    def _note_unsaid(self, step: StepSpec) -> None:
        """Note the requests of a header that no decorator can express."""
        if step.options.memory and step.options.memory.is_limit:
            self.notes.append(f"'{step.name}' may take more than its --memory: a script cannot limit it")
        if step.options.on:
            self.notes.append(f"'{step.name}' says --on {step.options.on}: a script says where all its steps run")

    def _decorator(self, name: str, arguments: str) -> str:
        self.flowspec.add(name)
        return f"@{self.spelling[name]}({arguments})"


def _packages(versions: Mapping[str, str]) -> str:
    """Return the arguments of `@pypi`, in which a version alone means this one."""
    listed = {name: version for name, version in versions.items() if name != "python"}
    python = f', python="{versions["python"]}"' if "python" in versions else ""
    return f"packages={{{', '.join(f'{name}: {version}' for name, version in _quoted(listed))}}}{python}"


def _quoted(versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((f'"{name}"', f'"{version}"') for name, version in versions.items())


def _megabytes(size: int) -> int:
    """Return a size in megabytes, rounded up if it is not a whole number: 4000 for `4GB`."""
    return size // 10**6 if size % 10**6 == 0 else -(-size // 2**20)


def _duration(seconds: float) -> str:
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds % size == 0:
            return f"{unit}={int(seconds // size)}"
    return f"seconds={max(1, round(seconds))}"
