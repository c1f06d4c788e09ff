"""Holds the source of what a notebook has and a module lacks; it is written into each script that uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template

DISPLAY = '''
def $display(*values):
    """Show values on the card of the step, as a notebook shows them below the cell."""
    for value in values:
        if value is None:
            continue
        kind, part = type(value), $Artifact(value)
        with $suppress(Exception):  # what cannot be drawn is shown as Python prints it
            if hasattr(kind, "savefig"):
                part = $Image.from_matplotlib(value)
            elif kind.__name__ == "DataFrame" and kind.__module__.split(".")[0] == "pandas":
                part = $Table.from_dataframe(value)
            elif hasattr(kind, "_repr_markdown_"):
                part = $Markdown(value._repr_markdown_())
        $current.card.append(part)
'''

DISPLAY_PARTS = DISPLAY.replace(
    'if hasattr(kind, "savefig"):',
    """if isinstance(value, $MetaflowCardComponent):
                part = value
            elif hasattr(kind, "savefig"):""",
)
"""Holds the same for a notebook that makes parts of cards itself."""

FIGURES = '''
def $show_figures():
    """Show the figures that the step has drawn on its card."""
    for number in $plt.get_fignums():
        $display($plt.figure(number))
    $plt.close("all")
'''

TASKS = '''
class $Tasks(list):
    """The tasks of a foreach, with what a notebook asks of all of them at once."""
'''

FAILED = '''
    def __init__(self, tasks, failed=()):
        """`failed` holds (item, error) of each task whose failure is allowed."""
        super().__init__(tasks)
        self.failed = [
            $SimpleNamespace(item=item, error=f"{error.type.rpartition('.')[2]}: {error.exception}")
            for item, error in failed
        ]
'''

LISTS = '''
    def __getattr__(self, name):
        """Return the values of all tasks: `inputs.score` is the list of their scores."""
        if name.startswith("__"):
            raise AttributeError(name)
        return [getattr(task, name) for task in self]
'''

TABLE = '''
    def table(self, *names):
        """Return a table with a row for each task and a column for each name."""
        columns = {name: [getattr(task, name) for task in self] for name in names}
        return $pandas.DataFrame(columns, columns=list(names))
'''

SEED = '''
def $seed(number, *items):
    """Seed the random generators: each item of a foreach in its own way, and always in the same."""
    if items:
        text = " ".join(str(part) for part in (number, *items))
        number = int($sha256(text.encode()).hexdigest()[:8], 16)
    $random.seed(number)
    if "numpy" in $sys.modules:
        $sys.modules["numpy"].random.seed(number)
    if "torch" in $sys.modules:
        $sys.modules["torch"].manual_seed(number)
'''

VARY = '''
def $vary(seed, number, *items):
    """Seed a random generator with a number and an item of a foreach, so that each item has numbers of its own."""
    text = " ".join(str(part) for part in (int(number), *items))
    seed(int($sha256(text.encode()).hexdigest()[:8], 16))
'''


@dataclass(frozen=True, slots=True)
class Extra:
    source: str
    modules: Mapping[str, str] = field(default_factory=dict)  # placeholder -> module
    things: Mapping[str, str] = field(default_factory=dict)  # placeholder -> thing in a module
    others: tuple[str, ...] = ()  # the extras that it uses


SUPPRESS = {"suppress": "contextlib.suppress"}
DISPLAY_NAME = "display"
"""The name that bodies use. Whatever a notebook may import under this name does not know cards."""

CARD_COMPONENTS = ("Artifact", "Image", "Markdown", "Table")
EXTRAS = {
    "display": Extra(DISPLAY, things=SUPPRESS),
    "show_figures": Extra(FIGURES, {"plt": "matplotlib.pyplot"}, others=("display",)),
    "Tasks": Extra(TASKS),
    "failed": Extra(FAILED, things={"SimpleNamespace": "types.SimpleNamespace"}, others=("Tasks",)),
    "lists": Extra(LISTS, others=("Tasks",)),
    "table": Extra(TABLE, {"pandas": "pandas"}, others=("Tasks",)),
    "seed": Extra(SEED, {"random": "random", "sys": "sys"}, {"sha256": "hashlib.sha256"}),
    "vary": Extra(VARY, things={"sha256": "hashlib.sha256"}),
}
"""Maps the names that bodies and prologues use to extras; some are parts of `Tasks`."""

PARTS = frozenset({"failed", "lists", "table"})


def fill(extra: Extra, names: Mapping[str, str]) -> str:
    """Return the source with the names under which this script has what it uses."""
    return Template(extra.source).substitute(names).strip("\n")
