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
