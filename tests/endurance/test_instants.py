"""Whatever is killed at whatever instant: nothing finished is lost, nothing half-written stays, no process lives on."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell
from tests.endurance.killing import (
    CELLS,
    Killer,
    Place,
    contents,
    executed,
    finished,
    leftovers,
    values,
    wait_until_alone,
)

INSTANTS = int(os.environ.get("NBFLOW_EXPLORE") or 0) or 2
"""So many instants for each verb."""

SEED = random.randrange(1 << 30) if "NBFLOW_EXPLORE" in os.environ else 1

VERBS = {
    "run": ("run", "flow.ipynb"),
    "run --reuse": ("run", "flow.ipynb", "--reuse", "--to", "end"),
    "resume": ("resume", "flow.ipynb"),
    "gc": ("gc", "flow.ipynb", "--keep", "1"),
    "verify": ("verify", "flow.ipynb"),
    "trust": ("trust", "flow.ipynb"),
    "tag": ("tag", "flow.ipynb", "1", "kept"),
    "convert": ("convert", "flow.ipynb", "--to", "comment"),
    "export": ("export", "flow.ipynb", "script.py", "--force"),
    "sync": ("sync", "edited.py", "flow.ipynb"),
    "import": ("import", "script.py", "flow.ipynb", "--force"),
    "init": ("init", "plain.ipynb"),
    "report": ("report", "flow.ipynb", "-o", "report.html"),
}


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    killer = Killer()
    yield killer
    killer.stop()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, killer: Killer) -> Place:
    """A notebook with two runs, its script, an edited script, and an ordinary notebook."""
    folder = tmp_path_factory.mktemp("template")
    shell = Shell(folder)
    flow = shell.write("flow", *CELLS)
    shell.write("plain", "import math", "a = [math.pi, 2]", "b = sum(a)", "print(b)")
    (folder / "tmp").mkdir()
    (folder / "report.html").write_text("of old")
    for words in (("run", flow), ("run", flow), ("export", flow, "script.py"), ("export", flow, "edited.py")):
        assert killer.do(folder, *words).code == 0
    edited = (folder / "edited.py").read_text()
    (folder / "edited.py").write_text(edited.replace("int(self.large.sum())", "int(self.large.sum() + 0)"))
    return Place.of(folder)


@pytest.fixture(scope="module")
def expected(template: Place) -> Any:
    return values(template.folder)


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_any_operation(verb: str, template: Place, expected: Any, killer: Killer, tmp_path: Path) -> None:
    place = template.copy_to(tmp_path / "whole")
    whole = killer.do(place.folder, *VERBS[verb])
    assert whole.code == 0, whole.said
    after = contents(place.folder)
    chance = random.Random(f"{verb} {SEED}")
    for _ in range(INSTANTS):
        instant = chance.randrange(1, whole.operations + 1)
        place = template.copy_to(tmp_path / "killed")
        said = killer.do(place.folder, *VERBS[verb], operation=instant).said
        assert_all_is_well(place, after, killer, said, expected, f"{verb}, operation {instant}")


@pytest.mark.parametrize("verb", ["run", "resume"])
def test_killed_after_any_time(verb: str, template: Place, expected: Any, killer: Killer, tmp_path: Path) -> None:
    chance = random.Random(f"{verb} {SEED} time")
    for _ in range(2 * INSTANTS):
        seconds = chance.uniform(0.05, 1.5)
        place = template.copy_to(tmp_path / "killed")
        said = killer.do(place.folder, *VERBS[verb], seconds=seconds).said
        assert_all_is_well(place, place.files, killer, said, expected, f"{verb}, {seconds} s")


def assert_all_is_well(
    place: Place, after: dict[str, bytes], killer: Killer, said: str, expected: Any, instant: str
) -> None:
    folder = place.folder
    wait_until_alone(folder)
    for name, content in contents(folder).items():
        if not name.startswith(".nbflow-new-"):
            assert content in (place.files.get(name), after.get(name)), f"{instant}: {name} is half-written"
    assert place.files.keys() <= contents(folder).keys(), instant
    checked = killer.do(folder, "verify", "flow.ipynb")
    assert (checked.code, checked.said) == (0, "every stored object is intact\n"), instant
    again = killer.do(folder, "run", "flow.ipynb", "--reuse")
    assert again.code == 0, f"{instant}: {again.said}"
    assert finished(said).isdisjoint(executed(again.said)), f"{instant}: a finished task ran again"
    assert values(folder) == expected, instant
    assert leftovers(folder) == [], instant
