"""Scripts made at random: steps, branches, foreachs and switches in one another, which set and read a few artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

NAMES = "abcdef"
INTERNAL = frozenset({"items", "kind"})


@dataclass
class Made:
    """One step: its lines, where it leads, and whether it takes `inputs`."""

    name: str
    lines: list[str]
    next: str
    joins: bool = False

    @property
    def text(self) -> str:
        lines = [*self.lines, *([f"self.next({self.next})"] if self.next else [])]
        inputs = ", inputs" if self.joins else ""
        return f"    @step\n    def {self.name}(self{inputs}):\n" + "".join(f"        {line}\n" for line in lines)


@dataclass
class Maker:
    """`seen` in its methods are the artifacts that a step is sure to have."""

    random: Random
    steps: list[Made] = field(default_factory=list)
    number: int = 0

    def script(self) -> str:
        self._block("start", "end", frozenset(), 0, has_item=False, before_join=False)
        self.steps.append(Made("end", ["print('end')"], ""))
        body = "\n".join(step.text for step in self.steps)
        head = "from nbflow import FlowSpec, step\n\n\nclass F(FlowSpec):\n"
        return f'{head}{body}\n\nif __name__ == "__main__":\n    F()\n'

    def _fresh(self, stem: str) -> str:
        self.number += 1
        return f"{stem}{self.number}"

    def _value(self, seen: frozenset[str], has_item: bool) -> str:
        names = self.random.sample(sorted(seen), min(len(seen), self.random.randint(0, 2)))
        parts = [f"'{self.random.randint(0, 9)}'", *(f"str(self.{name})[:12]" for name in names)]
        return " + ".join([*parts, *(["str(self.input)"] if has_item and self.random.random() < 0.5 else [])])

    def _lines(self, seen: frozenset[str], has_item: bool) -> tuple[list[str], frozenset[str]]:
        lines: list[str] = []
        for _ in range(self.random.randint(0, 2)):
            name = self.random.choice(NAMES)
            match self.random.randint(0, 5):
                case 0:
                    lines += [f"temporary = {self._value(seen, has_item)}", f"self.{name} = temporary * 2"]
                case 1 if seen:
                    name = self.random.choice(sorted(seen))
                    lines += [f"self.{name} += '!'"]
                case 2 if seen:
                    other = self.random.choice(sorted(seen))
                    lines += [f"{other} = self.{other}", f"self.{name} = {other} + 'x'"]
                case _:
                    lines += [f"self.{name} = {self._value(seen, has_item)}"]
            seen |= {name}
        return lines, seen

    def _block(
        self, first: str, after: str, seen: frozenset[str], depth: int, *, has_item: bool, before_join: bool
    ) -> frozenset[str]:
        """Steps from `first` on, of which the last leads to `after`; what is seen there."""
        name, count = first, self.random.randint(1, 2)
        for at in range(count):
            is_last = at == count - 1
            target = after if is_last else self._fresh("s")
            lines, seen = self._lines(seen, has_item)
            kinds = ["step", "step", "branch", "foreach", *([] if is_last and before_join else ["switch"])]
            match self.random.choice(kinds) if depth < 2 else "step":
                case "branch":
                    seen = self._branch(name, lines, target, seen, depth, has_item)
                case "foreach":
                    seen = self._foreach(name, lines, target, seen, depth)
                case "switch":
                    seen = self._switch(name, lines, target, seen, depth, has_item, before_join and is_last)
                case _:
                    self.steps.append(Made(name, lines, f"self.{target}"))
            seen -= INTERNAL
            name = target
        return seen

    def _branch(
        self, name: str, lines: list[str], target: str, seen: frozenset[str], depth: int, has_item: bool
    ) -> frozenset[str]:
        branches, join = [self._fresh("b"), self._fresh("b")], self._fresh("j")
        self.steps.append(Made(name, lines, ", ".join(f"self.{branch}" for branch in branches)))
        ends = [self._block(one, join, seen, depth + 1, has_item=has_item, before_join=True) for one in branches]
        parents = [step.name for step in self.steps if step.next == f"self.{join}"]
        return self._join(join, target, ends, [f"inputs.{parent}" for parent in parents])

    def _foreach(self, name: str, lines: list[str], target: str, seen: frozenset[str], depth: int) -> frozenset[str]:
        first, join = self._fresh("f"), self._fresh("j")
        lines = [*lines, f"self.items = {['p', 'q', 'r'][: self.random.randint(1, 3)]}"]
        self.steps.append(Made(name, lines, f"self.{first}, foreach='items'"))
        end = self._block(first, join, seen, depth + 1, has_item=True, before_join=True)
        return self._join(join, target, [end], [])

    def _switch(
        self, name: str, lines: list[str], target: str, seen: frozenset[str], depth: int, has_item: bool, joins: bool
    ) -> frozenset[str]:
        ways = [self._fresh("c"), self._fresh("c")]
        lines = [*lines, f"self.kind = len({self._value(seen, has_item)}) % 2 == {self.random.randint(0, 1)}"]
        self.steps.append(Made(name, lines, f"{{True: self.{ways[0]}, False: self.{ways[1]}}}, condition='kind'"))
        ends = [self._block(way, target, seen, depth + 1, has_item=has_item, before_join=joins) for way in ways]
        return ends[0] & ends[1]

    def _join(self, name: str, target: str, ends: Sequence[frozenset[str]], branches: Sequence[str]) -> frozenset[str]:
        """Settle some artifacts by hand; merge the others, or let them go."""
        lines, settled = [], set[str]()
        common = frozenset.intersection(*ends)
        for artifact in sorted(common):
            if self.random.random() < 0.5:
                all_of_them = f"'|'.join(str(one.{artifact}) for one in inputs)[:40]"
                one_of_them = f"{self.random.choice(branches)}.{artifact}" if branches else all_of_them
                lines.append(f"self.{artifact} = {self.random.choice([all_of_them, one_of_them])}")
                settled.add(artifact)
        if self.random.random() < 0.4:
            rest = sorted(set(NAMES) - settled)
            lines += [f"self.{artifact} = 'm'" for artifact in rest[:-2]]
            lines += [f"self.merge_artifacts(inputs, exclude={[*rest[-2:], *sorted(INTERNAL)]})"]
            settled |= set(rest[:-2])
        self.steps.append(Made(name, lines, f"self.{target}", joins=True))
        return frozenset(settled)
