"""Cells in other languages are executed in a kernel as steps."""

from __future__ import annotations

import pytest

from nbflow.errors import SQLFailed
from tests.jupyter.live import Live


def test_shift_enter_runs_sql_and_bash_over_the_values_of_the_kernel(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    live.run("%%step load\nimport pandas as pd\nmovies = pd.DataFrame({'gross': [3, 5]})")
    live.run("%%step top --lang sql\nSELECT sum(gross) AS total FROM movies")
    live.run("%%step lines --lang bash --in movies --out n\nn=$(wc -l < $movies)\necho done")
    assert (live.names["top"].total[0], live.names["n"].strip()) == (8, "3")
    assert "done\n" in capsys.readouterr().out
    with pytest.raises(SQLFailed, match="nocol"):
        live.run("%%step top --lang sql\nSELECT nocol FROM movies")
    assert live.names["top"].total[0] == 8
