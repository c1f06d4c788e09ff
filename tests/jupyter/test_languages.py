"""Cells in other languages are executed in a kernel as steps."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from shutil import which

import pytest

from nbflow.errors import SQLFailed
from tests.jupyter.kernels import Kernel
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


def test_shift_enter_runs_sql_on_a_database_of_a_shared_cell(kernel: Kernel, tmp_path: Path) -> None:
    database = tmp_path / "films.db"
    kernel.ok(f"%%shared\nimport sqlite3\ndb = sqlite3.connect({str(database)!r})", "shared")
    statements = "CREATE TABLE t (n INT); INSERT INTO t VALUES (3);\nSELECT n FROM t"
    kernel.ok(f"%%step made --lang sql --connect db\n{statements}", "made")
    assert kernel.value("int(made.n[0])") == "3"
    with sqlite3.connect(database) as other:
        assert other.execute("SELECT n FROM t").fetchall() == [(3,)]


@pytest.mark.skipif(which("Rscript") is None, reason="there is no Rscript: apt-get install r-base-core")
def test_shift_enter_runs_r_and_its_shared_code(kernel: Kernel) -> None:
    code = "twice <- function(x) {\n  if (any(x > 100)) stop('too large')\n  2 * x\n}"
    kernel.ok(f"%%shared --lang R\n{code}", "shared")
    kernel.ok("%%step load\nimport pandas as pd\ntable = pd.DataFrame({'n': [3, 5]})", "load")
    header = "%%step top --lang R --in table --out best"
    top = kernel.ok(f"{header}\nbest <- twice(max(table$n))\nprint(best)\nplot(1)", "top")
    assert "[1] 10\n" in top.text
    assert ["image/png" in one for one in (*top.displayed, *top.updates)] == [False, True]
    assert kernel.value("best") == "10.0"
    failed = kernel.run(f"{header}\n\nbest <- twice(1000)", "top")
    assert (failed.error_name, "too large" in failed.error) == ("RFailed", True)
    assert kernel.value("best") == "10.0"
