import pytest

from nbflow.progress.numbers import ago, brief, duration, format_size, indent, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"), (0.994, "0.99 s"), (0.996, "1.0 s"), (59.94, "59.9 s"), (59.96, "1 m"), (185, "3 m 5 s"),
        (3599.4, "59 m 59 s"), (3599.6, "1 h"), (7080, "1 h 58 m"), (86399.9, "1 d"), (187200, "2 d 4 h"),
    ],
)  # fmt: skip
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "just now"), (59, "59 s ago"), (60, "1 m ago"), (7300, "2 h ago"), (200_000, "2 d ago")]
)
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    assert ago(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (812, "812 B"), (4200, "4.2 kB"), (500e6, "500 MB"), (999_999, "1.0 MB"), (2.5e12, "2.5 TB")],
)
def test_a_size_has_two_or_three_digits(number: float, text: str) -> None:
    assert format_size(number) == text


def test_tables_align_and_texts_are_indented_and_cut() -> None:
    assert list(table([["a", "bb", "c"], ["aaa", "b", ""]])) == ["a    bb  c", "aaa  b"]
    assert list(table([])) == []
    assert indent("a\n\nb\n") == "  a\n\n  b\n"
    assert brief("one\ntwo three", 9) == "one two …"
