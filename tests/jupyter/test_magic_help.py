"""What `%%step?`, `%%parameters?` and `%flow?` show, and its examples, which work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow.flow.syntax.specs import ParameterType
from nbflow.flow.syntax.step_options import STEP_OPTIONS
from nbflow.jupyter.kernel.verbs.dispatch import LIVE_VERBS
from nbflow.verbs.table_of_verbs import VERBS
from tests.jupyter.kernels import Kernel

EXAMPLE = re.compile(r"^    (%.*(?:\n    (?!%).+)*)", re.M)


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.stop()


def shown(kernel: Kernel, magic: str) -> str:
    """Ask for help as a user does, and return the text of the pager."""
    return shown_for(kernel, f"{magic}?")


def shown_for(kernel: Kernel, cell: str) -> str:
    [page] = kernel.answer_to(kernel.client.execute(cell))["payload"]
    return re.sub(r"\x1b\[[\d;]*m", "", page["data"]["text/plain"])


def examples(help_text: str) -> list[str]:
    return [cell.replace("\n    ", "\n") for cell in EXAMPLE.findall(help_text)]


def test_the_help_names_everything_and_its_examples_run(kernel: Kernel) -> None:
    assert shown(kernel, "%%step") == shown_for(kernel, "%%step? \n") != ""
    texts = {magic: shown(kernel, magic) for magic in ("%%parameters", "%%step", "%flow")}
    assert [line for magic in ("%%step", "%%parameters") for line in texts[magic].splitlines() if len(line) > 76] == []
    assert [word for word in STEP_OPTIONS if f"\n  --{word}" not in texts["%%step"]] == []
    assert [kind for kind in ParameterType if f"\n  {kind.value} " not in texts["%%parameters"]] == []
    assert [verb for verb in [*VERBS, *LIVE_VERBS] if f"\n  {verb} " not in texts["%flow"]] == []
    assert {magic: len(examples(text)) for magic, text in texts.items()} == {"%%parameters": 1, "%%step": 3, "%flow": 7}
    for text in texts.values():
        for cell in examples(text):
            kernel.ok(cell)
    assert kernel.value("top, scale, kind, result") == "(3, 0.5, 'full', 14)"


def test_help_on_one_magic_is_help_on_its_other_name(kernel: Kernel) -> None:
    assert shown(kernel, "%nbflow") == shown(kernel, "%flow")
