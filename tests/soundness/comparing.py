"""What is wrong with a notebook under an engine, for whoever mends it; an empty text where all is right."""

from __future__ import annotations

from collections.abc import Iterator

from tests.soundness.books import Lines
from tests.soundness.engines import LIVE, Bench, Shown


def check(bench: Bench) -> str:
    """Return the difference between what `nbflow check` says and what the notebook states."""
    answer, book = bench.check(), bench.book
    refusal = book.refusal("check")
    texts = [*book.warnings, *([] if refusal is None else [refusal])]
    if answer.code != (0 if refusal is None else 1) or not all(text in answer.out for text in texts):
        return f"expected of check: {texts or 'no error'}\nit says:\n{answer.out}{answer.err}"
    return ""


def compare(bench: Bench, engine: str) -> str:
    """Return the difference between what the engine shows and what is expected of it."""
    shown, refusal = bench.show(engine), bench.book.refusal(engine)
    if refusal is not None:
        said = shown.said + shown.noted
        return "" if refusal in said else f"expected to be refused with: {refusal}\nit says: {said}"
    cells = (number for number in bench.plain if engine in LIVE or number in bench.book.steps)
    expected = {number: bench.plain[number] for number in cells}
    if shown.said or shown.lines != expected:
        return "\n".join(differences(bench, expected, shown))
    return ""


def differences(bench: Bench, expected: Lines, shown: Shown) -> Iterator[str]:
    for number in sorted({*expected, *shown.lines}):
        wanted, got = expected.get(number, []), shown.lines.get(number, [])
        if wanted != got:
            yield f"cell {number}, step {bench.book.steps.get(number, '-')}"
            yield from (f"  expected  {line}" for line in wanted)
            yield from (f"  printed   {line}" for line in got)
    if shown.said:
        yield f"it says:\n{shown.said}"
    if shown.noted:
        yield f"it notes:\n{shown.noted}"
