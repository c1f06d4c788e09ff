"""Writes the help that `%%step?`, `%%parameters?` and `%flow?` show, from the tables of options and verbs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill, indent

from nbflow.flow.syntax.exact_values import example_of
from nbflow.flow.syntax.specs import ParameterType
from nbflow.flow.syntax.step_options import STEP_OPTIONS
from nbflow.progress.numbers import table

_WIDTH = 70
"""The number of characters of a line, few enough for a notebook beside two sidebars."""

_PARAMETERS = (
    '%%parameters\ntop: int = 3  # how many numbers\nscale: float = 0.5\nkind: Literal["full", "quick"] = "full"',
)
_STEPS = (
    "%%step load\nnumbers = [3, 1, 2]",
    "%%step square --foreach n in numbers\nsquared = n * n",
    "%%step total --join square\nresult = sum(inputs.squared)",
)
_LINES = (
    "%flow run",
    "%flow run --to square",
    "%flow why total",
    "%flow restore square[1]",
    "%flow undo",
    "%flow runs",
    "%flow rerun square[0]",
)


def help_of_step() -> str:
    """Return the help of `%%step`."""
    rows = (
        (" or ".join(f"--{word} {form}".strip() for form in option.forms), option.means)
        for word, option in STEP_OPTIONS.items()
    )
    return _page(
        "Make this cell a step of the flow:  %%step NAME [--option value …]",
        "Its inputs are the names it reads, its artifacts the names it binds. Executing the cell runs the step, or "
        "takes what it made from the store when nothing it depends on has changed. `#| step: NAME` means the same.",
        _shown("Three cells", _STEPS),
        _listed("Options", rows),
    )


def help_of_parameters() -> str:
    """Return the help of `%%parameters`."""
    rows = ((kind.value, "{}, such as {}".format(*example_of(kind))) for kind in ParameterType)
    return _page(
        "Declare parameters, one on a line:  name: type = default  # help",
        "Each becomes an option of `%flow run` and of `nbflow run`, and a field in the panel. Without a default, a "
        "value must be given. `Literal[…]` lists the values that are allowed, `Optional[…]` allows None as well.",
        _shown("A cell", _PARAMETERS),
        _beside("Types", rows),
    )


def help_of_flow(verbs: Mapping[str, str]) -> str:
    """Return the help of `%flow`, with these verbs and a line about each."""
    return _page(
        "Work with the flow of this notebook:  %flow VERB …",
        "%flow VERB --help has the details of a verb; the Tab key completes verbs, options, steps, runs and artifacts. "
        "%nbflow means the same as %flow.",
        _shown("With the steps of the example in %%step?", _LINES),
        _beside("Verbs", verbs.items()),
    )


def _page(title: str, text: str, *parts: str) -> str:
    return "\n\n".join([title, fill(text, _WIDTH), *parts]) + "\n"


def _listed(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"{title}:"]
    for name, text in rows:
        lines += [f"  {name}", indent(fill(text, _WIDTH - 6), "      ")]
    return "\n".join(lines)


def _beside(title: str, rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"{title}:", *(f"  {line}" for line in table([*rows]))])


def _shown(title: str, cells: Iterable[str]) -> str:
    return f"{title}:\n\n" + "\n\n".join(indent(cell, "    ") for cell in cells)
