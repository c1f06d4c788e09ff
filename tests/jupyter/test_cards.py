"""`current.card` in a kernel, with nbflow and without it."""

from __future__ import annotations

from pathlib import Path

from tests.jupyter.kernels import Kernel

PRELUDE = "from nbflow import current\nfrom nbflow.cards import Markdown, ProgressBar"
BAR = "bar = ProgressBar(4, 'rows')\ncurrent.card.append(bar)\nbar.update(2)\ncurrent.card.refresh(force=True)"


def test_shift_enter_shows_a_card_and_draws_it_again(kernel: Kernel) -> None:
    kernel.ok(PRELUDE)
    reply = kernel.ok(f"%%step barred\n{BAR}\ncurrent.card['x'].append(Markdown('two'))")
    assert [data["text/plain"] for data in reply.displayed] == ["rows: 0 / 4", "two"]
    assert [data["text/plain"] for data in reply.updates] == ["rows: 2 / 4"]
    stored = kernel.ok("%flow card barred")
    assert [data["text/plain"] for data in stored.displayed] == ["rows: 2 / 4", "two"]


SHOWN = """bar, note = ProgressBar(3), Markdown("one")
display(bar)
handle = display(note, display_id=True)
bar.update(1)
note.update("two")
handle.update(note)
current.card.clear()
bar.value = 2"""


def test_what_is_displayed_changes_in_its_place(kernel: Kernel) -> None:
    kernel.ok(PRELUDE)
    for cell in (SHOWN, f"%%step shown\n{SHOWN}"):
        reply = kernel.ok(cell)
        assert [data["text/plain"] for data in reply.displayed] == ["0 / 3", "one"]
        assert [data["text/plain"] for data in reply.updates] == ["1 / 3", "two", "2 / 3"]


def test_a_notebook_without_nbflow_shows_what_is_appended_in_each_cell(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path, extension=False)
    try:
        kernel.ok(PRELUDE)
        reply = kernel.ok(f"# fit\n{BAR}\nbar.value = 4")
        assert [data["text/plain"] for data in reply.displayed] == ["rows: 0 / 4"]
        assert [data["text/plain"] for data in reply.updates] == ["rows: 2 / 4", "rows: 4 / 4"]
        assert kernel.ok("bar.value = 3\ncurrent.card.refresh(force=True)").updates == []
    finally:
        kernel.stop()
