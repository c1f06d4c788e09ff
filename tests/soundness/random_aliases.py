"""Random notebooks in which names share objects: steps read, alias, look into, change, rebind and delete them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

Draw = Callable[..., int]

PRELUDE = '''\
from collections.abc import ValuesView
from contextlib import nullcontext

import numpy as np
import pandas as pd


ITEMS = [1, 2]


class Limits:
    items = [3]
    table = {"k": ITEMS}


class Box:
    def __init__(self, items):
        self.items = items
        self.n = 0

    def put(self, n):
        self.items.append(n)


def poke(thing, n):
    """Change a thing, whatever it is."""
    if isinstance(thing, Box):
        thing.put(n)
        thing.n += n
    elif isinstance(thing, list) and not isinstance(thing[0], int):
        poke(thing[0], n)
    elif isinstance(thing, list):
        thing.append(n)
    elif isinstance(thing, dict):
        poke(thing["k"] if "k" in thing else thing["items"], n)
    elif isinstance(thing, ValuesView):
        poke(next(iter(thing)), n)
    elif isinstance(thing, pd.DataFrame):
        thing[f"c{n}"] = n
    else:
        thing[:1] = n


def show(thing):
    if isinstance(thing, Box):
        return f"Box({show(thing.items)}, {thing.n})"
    if isinstance(thing, (list, ValuesView)):
        return [show(one) for one in thing]
    if isinstance(thing, dict):
        return {key: show(one) for key, one in thing.items()}
    return thing.to_dict("list") if isinstance(thing, pd.DataFrame) else getattr(thing, "tolist", lambda: thing)()
'''


@dataclass(frozen=True)
class Kind:
    """A list of numbers, an array, a frame, a box around a list or its attributes, or a list or dict of other things.

    The values of a dict are a kind of their own.
    """

    name: str
    inside: tuple[Kind, ...] = ()
    given: bool = False  # by an ordinary cell: two steps that take it share it from the first change on


NUMBERS, ARRAY, FRAME, BOX, ATTRIBUTES = (Kind(name) for name in ("numbers", "array", "frame", "box", "attributes"))
GIVEN = Kind("numbers", given=True)
CONSTANTS = {"ITEMS": GIVEN, "Limits.items": GIVEN, "Limits.table": Kind("dict", (GIVEN,), given=True)}


@dataclass
class Notebook:
    """What has been written so far."""

    draw: Draw
    cells: list[str] = field(default_factory=list)
    names: dict[str, Kind] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)  # of the step that is being written
    count: int = 0

    # choices

    def number(self, most: int = 9) -> int:
        return self.draw(st.integers(1, most))

    def pick(self, options: list[str]) -> str:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def of(self, *kinds: str) -> str | None:
        """A name of one of these kinds, if there is any; without kinds, of any."""
        options = [name for name, kind in self.names.items() if not kinds or kind.name in kinds]
        return self.pick(options) if options else None

    def bind(self, kind: Kind, value: str, form: str = "{} = {}") -> None:
        """Mostly a new name, sometimes one that is there and is taken from what it meant."""
        old = self.of()
        name = old if old is not None and self.number() <= 2 else f"n{self.count}"
        self.count += 1
        self.names[name] = kind
        self.lines.append(form.format(name, value))

    # steps

    def begin(self) -> None:
        """Make some things, two of which share something."""
        self.act(self.make)
        self.act(self.make)
        self.act(self.alias, self.gather, self.view)
        self.close()

    def step(self) -> None:
        for _ in range(self.number(4)):
            self.act(
                self.make, self.alias, self.look_into, self.gather, self.view, self.change, self.change, self.poke,
                self.poke, self.extend, self.delete, self.tell, self.take, self.grow, self.expose,
            )  # fmt: skip
        self.close()

    def act(self, *actions: Callable[[], None]) -> None:
        actions[self.draw(st.integers(0, len(actions) - 1))]()

    def close(self) -> None:
        if self.lines:
            self.cells.append("\n".join([f"# %%step s{len(self.cells)}", *self.lines]))
        self.lines = []

    def make(self) -> None:
        kind, value = [
            (NUMBERS, f"[{self.number()}, {self.number()}]"),
            (ARRAY, "np.arange(8.0)"),
            (FRAME, f"pd.DataFrame({{'x': [{self.number()}, 2], 'y': [3.5, 4.5]}})"),
            (BOX, f"Box([{self.number()}])"),
        ][self.draw(st.integers(0, 3))]
        self.bind(kind, value)

    def alias(self) -> None:
        if name := self.of():
            forms = ["{} = {}", "{} = {}", "for {} in [{}]:\n    pass", "if ({} := {}) is None:\n    pass",
                     "with nullcontext({1}) as {0}:\n    pass"]  # fmt: skip
            self.bind(self.names[name], name, self.pick(forms))

    def look_into(self) -> None:
        if not (name := self.of("list", "dict", "box", "attributes")):
            return
        kind = self.names[name]
        if kind.name == "list":
            index = self.draw(st.integers(0, len(kind.inside) - 1))
            self.bind(kind.inside[index], f"{name}[{index}]")
        else:
            inner = {"dict": '["k"]', "attributes": '["items"]', "box": ".items"}[kind.name]
            self.bind((NUMBERS, *kind.inside)[-1], name + inner)

    def gather(self) -> None:
        one, other = self.of(), self.of()
        if one and other:
            inside = self.names[one], self.names[other]
            if self.number() <= 5:
                self.bind(Kind("list", inside), f"[{one}, {other}]")
            else:
                self.bind(Kind("dict", inside[:1]), f'{{"k": {one}, "n": {self.number()}}}')

    def take(self) -> None:
        """What an ordinary cell has made."""
        name = self.pick([*CONSTANTS])
        self.bind(CONSTANTS[name], name)

    def grow(self) -> None:
        """Change what an ordinary cell has made, or show it."""
        forms = ["ITEMS.append({})", "poke(ITEMS, {})", "Limits.items.append({})", "Limits.table['n'] = {}"]
        self.lines.append(self.pick([*forms, "print(ITEMS, Limits.items, Limits.table)"]).format(self.number()))

    def expose(self) -> None:
        """The attributes of a box as a dict, or the values of a dict."""
        if name := self.of("box", "dict"):
            kind = self.names[name]
            if kind.name == "box":
                self.bind(ATTRIBUTES, f"vars({name})")
            else:
                self.bind(Kind("values", kind.inside), f"{name}.values()")

    def view(self) -> None:
        if name := self.of("array"):
            self.bind(ARRAY, name + self.pick(["[1:]", "[:2]", "[::2]", "[::-1]", ".reshape(-1)", "[:1].copy()"]))

    def change(self) -> None:
        """In place, in a way that can be seen in the code."""
        name = self.of()
        if name is None or len(set(self.names[name].inside)) > 1:  # its elements would have other kinds
            return
        n = self.number()
        forms = {
            "numbers": [f"{name}.append({n})", f"{name}[0] = {n}", f"{name} += [{n}]", f"{name}.sort()"],
            "array": [f"{name}[:1] = {n}", f"{name} += {n}", f"{name}[:] = {n}", f"{name}.fill({n})"],
            "frame": [f"{name}['x'] = {n}", f"{name}.loc[0, 'y'] = {n}", f"{name}['d{n}'] = {name}['x'] * {n}"],
            "box": [f"{name}.n = {n}", f"{name}.items.append({n})", f"{name}.put({n})"],
            "list": [f"{name}.reverse()", f"{name}[0], {name}[-1] = {name}[-1], {name}[0]"],
            "dict": [f'{name}["n"] = {n}', f"{name}.update(m={n})"],
            "attributes": [f'{name}["n"] = {n}', f"{name}.update(m={n})"],
            "values": [f"print(len({name}))"],
        }
        self.lines.append(self.pick(forms[self.names[name].name]))

    def poke(self) -> None:
        """In place, hidden in a function."""
        if name := self.of():
            self.lines.append(f"poke({name}, {self.number()})")

    def extend(self) -> None:
        """A new object in the place of the old one."""
        if name := self.of("numbers", "array"):
            self.lines.append(f"{name} = {name} + [{self.number()}]")

    def delete(self) -> None:
        if len(self.names) > 2 and self.number() <= 4 and (name := self.of()):
            self.lines.append(f"del {name}")
            del self.names[name]

    def tell(self) -> None:
        one, other = self.of(), self.of()
        if one and other:
            self.lines.append(f"print(show({one}), {self.same(one, other)})")

    def same(self, one: str, other: str) -> str:
        return "None" if self.names[one].given and self.names[other].given else f"{one} is {other}"

    def end(self) -> None:
        """Two steps that show everything there is, and which of it is the same."""
        names = list(self.names)
        self.lines = [f'print("{name}", show({name}))' for name in names]
        self.lines.append("print(ITEMS, Limits.items, Limits.table)")
        self.close()
        self.lines = [f"print([{', '.join(self.same(a, b) for a in names for b in names if a < b)}])"]
        self.close()


@st.composite
def alias_notebooks(draw: Draw, most: int = 7) -> str:
    """The text of a notebook."""
    notebook = Notebook(draw, [PRELUDE])
    notebook.begin()
    for _ in range(draw(st.integers(3, most))):
        notebook.step()
    notebook.end()
    return "".join(f"# %%\n{cell}\n\n" for cell in notebook.cells)
