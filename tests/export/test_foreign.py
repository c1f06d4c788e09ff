"""Steps in other languages become calls in a script, which gives the same values, and come back from it as cells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from nbflow.notebook.read import read_cells
from tests.cli.shell import Shell

CELLS = (
    "%%step load\nimport pandas as pd\nmovies = pd.DataFrame({'genre': ['drama', 'other'], 'gross': [3, 5]})",
    '%%step top --lang sql --foreach least in [1, 4]\nSELECT count(*) AS n -- "all"\nFROM movies WHERE gross >= $least',
    "%%step all --lang sql --join top --out table\nSELECT * FROM inputs.top",
    '%%step size --lang bash --foreach word in ["a", "b\'b"] --out n\nn=${#word}',
    '%%step sizes --lang bash --join size --in inputs.n,table --out said\nsaid="$n $(tail -1 "$table")"',
    "%%step end\nprint('told', list(table.n), said)",
)


def output_of(script: Path) -> str:
    command = [sys.executable, script, "run"]
    ran = subprocess.run(command, cwd=script.parent, capture_output=True, text=True, check=False)
    return f"{ran.stdout}\n{ran.stderr}"


def test_a_script_gives_the_values_of_the_notebook_and_becomes_it_again(tmp_path: Path) -> None:
    shell, script = Shell(tmp_path), tmp_path / "flow.py"
    notebook = shell.write("films", *CELLS)
    assert shell("export", notebook, str(script)).code == 0
    assert 'told [2, 1] ["1", "3"] 1' in output_of(script)
    assert shell("import", str(script), str(tmp_path / "back.ipynb")).code == 0
    cells = [cell.source for cell in read_cells(tmp_path / "back.ipynb")]
    assert [cell for cell in cells if "--lang" in cell] == [cell for cell in CELLS if "--lang" in cell]


@pytest.mark.skipif(which("Rscript") is None, reason="there is no Rscript: apt-get install r-base-core")
def test_a_join_in_r_gets_its_tasks_in_a_script(tmp_path: Path) -> None:
    shell, script = Shell(tmp_path), tmp_path / "flow.py"
    notebook = shell.write(
        "words",
        '%%step size --lang R --foreach word in ["a", "bb"] --out n\nn <- nchar(word)',
        "%%step sizes --lang R --join size --out total\n"
        "total <- sapply(inputs, function(task) paste0(task$word, task$n))",
        "%%step outer --foreach a in [1, 2]\nb = a * 10",
        "%%step inner --lang R --foreach x in [1, 2] --in b --out y\ny <- b + x",
        "%%step inner_all --lang R --join inner --out ys\nys <- sapply(inputs, function(task) task$y)",
        "%%step outer_all --lang R --join outer --out all\nall <- unlist(lapply(inputs, `[[`, 'ys'))",
        "%%step end\nprint('told', total, all)",
    )
    assert "told ['a1', 'bb2'] [11, 12, 21, 22]" in shell("run", notebook).out
    assert shell("export", notebook, str(script)).code == 0
    assert "told ['a1', 'bb2'] [11, 12, 21, 22]" in output_of(script)
