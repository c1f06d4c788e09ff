"""Random notebooks: cells that read, overwrite, change in place, branch, repeat, go over items and join them again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

Draw = Callable[..., int]


@dataclass
class Level:
    """One foreach that is open: the names that its tasks have."""

    opener: str
    numbers: list[str]
    own: list[str]


@dataclass
class Notebook:
    """What has been written so far. Numbers hold small ints, lists hold lists of them, flags are 0 or 1."""

    draw: Draw
    cells: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    sometimes: list[str] = field(default_factory=list)  # written by guarded steps only
    levels: list[Level] = field(default_factory=list)
    made: list[tuple[str, str]] = field(default_factory=list)  # (step, number) of plain steps
    steps: int = 0

    # choices

    def pick(self, options: list[str]) -> str:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    def fresh(self) -> str:
        """A name to write: mostly a new one, sometimes one that is there."""
        if self.numbers and not self.levels and self.chance(35):
            return self.pick(self.numbers)
        return f"n{self.steps}"

    def sum(self, must: list[str] | None = None) -> str:
        """An expression over some names that can be read here."""
        inside = [name for level in self.levels for name in level.numbers]
        options = list(dict.fromkeys([*self.numbers, *inside]))
        parts = [self.pick(must)] if must else []
        parts += [self.pick(options) for _ in range(self.draw(st.integers(0, 2))) if options]
        parts += ["shared()"] if self.numbers and self.chance(8) else []
        parts += [f"len({self.pick(self.lists)})"] if self.lists and self.chance(15) else []
        return f"({' + '.join([*parts, str(self.draw(st.integers(1, 9)))])}) % 97"

    # cells

    def step(self, options: str, *lines: str) -> str:
        name = f"s{self.steps}"
        self.steps += 1
        self.cells.append("\n".join([f"%%step {name} {options}".rstrip(), *lines]))
        return name

    def add(self) -> None:
        """One more thing; inside of a foreach mostly something per item."""
        if self.levels and self.chance(70):
            self.pick_from(self.per_item, self.per_item, self.per_item_guarded, self.join, self.open)
        else:
            self.pick_from(
                self.plain, self.plain, self.maybe, self.list, self.change, self.open, self.guarded, self.loop,
                self.depending, self.own_self, self.by_step,
            )  # fmt: skip

    def pick_from(self, *kinds: Callable[[], None]) -> None:
        kinds[self.draw(st.integers(0, len(kinds) - 1))]()

    @property
    def outside(self) -> Notebook:
        """The same notebook, seen by a step that is in no foreach."""
        return replace(self, levels=[])

    def plain(self) -> None:
        name, value = self.fresh_outside(), self.outside.sum()
        self.made.append((self.step("", f"{name} = {value}"), name))
        self.note(name)

    def by_step(self) -> None:
        """What one step has made, whoever wrote that name since."""
        if self.made:
            step, read = self.made[self.draw(st.integers(0, len(self.made) - 1))]
            name = f"n{self.steps}"
            self.step("", f"{name} = (inputs.{step}.{read} + {self.outside.sum()}) % 97")
            self.note(name)

    def fresh_outside(self) -> str:
        return self.pick(self.numbers) if self.numbers and self.chance(35) else f"n{self.steps}"

    def note(self, name: str) -> None:
        if name not in self.numbers:
            self.numbers.append(name)

    def maybe(self) -> None:
        if self.numbers:
            name = self.pick(self.numbers)
            self.step("", f"if {self.pick(self.numbers)} % 2:", f"    {name} = {self.outside.sum()}")

    def list(self) -> None:
        name = f"l{self.steps}"
        parts = ", ".join(str(self.draw(st.integers(0, 9))) for _ in range(self.draw(st.integers(0, 3))))
        self.step("", f"{name} = [{parts}]")
        self.lists.append(name)

    def change(self) -> None:
        if self.lists:
            name = self.pick(self.lists)
            self.step("", f"{name}.append({self.outside.sum()})")

    def own_self(self) -> None:
        if self.numbers:
            name, read = self.fresh_outside(), self.pick(self.numbers)
            self.step("", f"self.{name} = (self.{read} + 1) % 97")
            self.note(name)

    def guarded(self) -> None:
        """One step of two, or one or none."""
        if not self.numbers:
            return
        flag, known = f"f{self.steps}", self.chance(50) and self.numbers
        self.step("", f"{flag} = {self.pick(self.numbers)} % 2 == 0")
        name = self.pick(self.numbers) if known else f"n{self.steps}"
        self.step(f"--if {flag}", f"{name} = {self.outside.sum()}")
        if self.chance(60):
            self.step(f"--else {flag}" if self.chance(50) else f"--if not {flag}", f"{name} = {self.outside.sum()}")
            self.note(name)
        elif not known:
            self.sometimes.append(name)

    def depending(self) -> None:
        """A step that is skipped with what it reads."""
        if self.sometimes:
            name = f"n{self.steps}"
            self.step("", f"{name} = ({self.pick(self.sometimes)} + 1) % 97")
            self.sometimes.append(name)

    def loop(self) -> None:
        if self.numbers:
            name, again = self.pick(self.numbers), f"a{self.steps}"
            more = f"{name} = {name} + {self.draw(st.integers(1, 5))}"
            self.step(f"--while {again}", more, f"{again} = {name} % 7 != 0")

    # foreachs

    def open(self) -> None:
        if len(self.levels) >= 2:
            return
        var, name = f"v{self.steps}", f"p{self.steps}"
        inside = [n for level in self.levels for n in level.own]
        options = [f"range({self.draw(st.integers(0, 3))})", "[3, 1, 2]", *self.lists]
        options += [f"range({self.pick(self.numbers)} % 3)"] if self.numbers else []
        over = f"range({self.pick(self.levels[-1].own)} % 3)" if inside else self.pick(options)
        allow = " --allow-failures 9" if not self.levels and self.chance(25) else ""
        fails = [f"{self.draw(st.integers(1, 9))} // ({var} - 1)"] if allow else []
        value = self.sum([var])
        opener = self.step(f"--foreach {var} in {over}{allow}", *fails, f"{name} = {value}")
        self.levels.append(Level(opener, [var, name], [var, name]))

    def per_item(self) -> None:
        level = self.levels[-1]
        name = self.pick(level.own[1:]) if self.chance(30) else f"p{self.steps}"
        value = self.sum(level.own)
        if self.chance(20):
            self.step("", f"if {self.pick(level.own)} % 2:", f"    {name} = {value}", "else:", f"    {name} = 0")
        else:
            self.step("", f"{name} = {value}")
        for names in (level.numbers, level.own):
            if name not in names:
                names.append(name)

    def per_item_guarded(self) -> None:
        """For some of the items."""
        level, flag = self.levels[-1], f"f{self.steps}"
        name = self.pick(level.own[1:])
        self.step("", f"{flag} = {self.pick(level.own)} % 2 == 0")
        self.step(f"--if {flag}", f"{name} = {self.sum(level.own)}")
        if self.chance(50):
            self.step(f"--else {flag}", f"{name} = {self.sum(level.own)}")

    def join(self) -> None:
        """Of one level, or of all at once."""
        flat = len(self.levels) == 2 and self.chance(40)
        closed = self.levels[0] if flat else self.levels[-1]
        read = self.pick(self.levels[-1].own)
        self.levels = [] if flat else self.levels[:-1]
        name = f"{'p' if self.levels else 'n'}{self.steps}"
        form = self.pick([f"sum(inputs.{read})", f"sum(task.{read} for task in inputs)", "len(inputs)"])
        self.step(f"--join {closed.opener}", f"{name} = ({form} + {self.sum()}) % 97")
        if self.levels:
            self.levels[-1].numbers.append(name)
            self.levels[-1].own.append(name)
        else:
            self.note(name)


@st.composite
def notebooks(draw: Draw, most: int = 9) -> tuple[str, ...]:
    """The texts of the cells."""
    notebook = Notebook(draw, ["def shared():\n    return n0 + 1"])
    notebook.plain()
    for _ in range(draw(st.integers(1, most))):
        notebook.add()
    while notebook.levels and notebook.chance(70):
        notebook.join()
    return tuple(notebook.cells)
