import pytest

from nbflow.errors import AddressError
from nbflow.history.address import Address, read_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("fit", Address("fit")),
        ("fit[3]", Address("fit", (3,))),
        ("fit[0,2]", Address("fit", (0, 2))),
        ("fit[0, 2]", Address("fit", (0, 2))),
        ("7/fit[3]", Address("fit", (3,), run=7)),
        ("7/fit", Address("fit", run=7)),
        ("grow@4", Address("grow", turn=4)),
        ("7/grow[1]@4", Address("grow", (1,), 4, 7)),
    ],
)
def test_an_address_is_read_and_written_back(text: str, address: Address) -> None:
    assert read_address(text) == address
    assert read_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "[3]", "fit[", "fit[a]", "fit[]", "fit[1,]", "fit[-1]", "x/fit", "3", "fit[1][2]"]
)
def test_a_text_that_names_no_task_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        read_address(text)
    assert str(caught.value) == (
        f"'{text}' names no task: write fit, fit[3], fit[0,2] if nested, or 7/fit[3] for run 7"
    )


def test_an_address_covers_what_it_does_not_restrict() -> None:
    assert Address("fit").covers((3,), 2)
    assert Address("fit", (3,)).covers((3,), 0)
    assert not Address("fit", (3,)).covers((4,), 0)
    assert not Address("fit", turn=1).covers((3,), 2)
