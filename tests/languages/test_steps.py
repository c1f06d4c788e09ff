"""Steps in other languages run, are reused and fail as any step does: in workers, in a kernel, and in a script."""

from __future__ import annotations

from pathlib import Path

from nbflow.run.diskcheck import unmatched
from nbflow.run.events.events import Outcome, TaskFailed
from tests.flow.reading import graph_of
from tests.flows import Shape
from tests.run.driving import task
from tests.run.running import Place
from tests.run.test_kills import is_alive

SHAPE = Shape("languages", """
import pandas as pd
---
%%parameters
genre: str = "drama"
---
%%step load
movies = pd.DataFrame({"genre": ["drama", "comedy", "drama"], "gross": [3, 5, 4]})
---
%%step top --lang sql
SELECT genre, sum(gross) AS total FROM movies JOIN 'kinds.csv' USING (genre)
WHERE genre = $genre GROUP BY 1
---
%%step best --lang sql --foreach kind in ["drama", "comedy"]
SELECT $kind AS kind, max(gross) AS most FROM movies WHERE genre = $kind
---
%%step each --lang sql --join best --out table
SELECT * FROM inputs.best ORDER BY kind
---
%%step count --lang bash --in movies,genre --out lines,said
lines=$(wc -l < "$movies")
echo "counting $genre"
echo '{"is": "said"}' > "$TASK_FOLDER/said.json"
---
%%step size --lang bash --foreach word in ["a", "two words"] --out length
length=${#word}
---
%%step sizes --lang bash --join size --in inputs.length,genre --out sizes_said
sizes_said="$genre: $length"
---
%%step end
total, most, number = int(top.total[0]), list(table.most), int(lines)
""", {
    "sizes.sizes_said": 'drama: ["1", "9"]', "end.total": 7, "end.most": [5, 4], "end.number": 4,
    "count.said": {"is": "said"},
})  # fmt: skip


def place(folder: Path) -> Place:
    folder.mkdir(exist_ok=True)
    (folder / "kinds.csv").write_text("genre\ndrama\n")
    return Place(folder)


def test_a_flow_of_several_languages_gives_its_values_and_is_reused(tmp_path: Path) -> None:
    here = place(tmp_path)
    ran = here.run(SHAPE)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert {address: ran.value(address) for address in SHAPE.values} == SHAPE.values
    assert ran.text("count") == "counting drama\n"
    assert here.run(SHAPE, reuse=True).executed == []
    assert here.run(SHAPE, reuse=True, parameters={"genre": "none"}).executed == ["count", "end", "sizes", "top"]
    (tmp_path / "kinds.csv").write_text("genre\ndrama\ncomedy\n")
    assert "top" in here.run(SHAPE, reuse=True).executed


def test_a_step_that_hands_nothing_on_displays_what_it_prints_only(tmp_path: Path) -> None:
    ran = Place(tmp_path).run(Shape("silent", "%%step hello --lang bash\necho hi", {}))
    assert [one["text"] for one in ran.results[task("hello")].outputs] == ["hi\n"]


FAILING = Shape("failing", """
import pandas as pd
---
%%step load
movies = pd.DataFrame({"genre": ["drama"]})
---
%%step sql --lang sql
-- a comment

SELECT
  nocol
FROM movies
---
%%step shell --lang bash

cat /nowhere-at-all
---
%%step late --lang bash --timeout 1s
sleep 60 & echo $! > late.pid; wait
""", {})  # fmt: skip


def test_a_failure_names_the_line_of_the_cell(tmp_path: Path) -> None:
    ran = place(tmp_path).run(FAILING)
    failures = {str(one.task): one.failure for one in ran.events if isinstance(one, TaskFailed)}
    assert failures["sql"].frames[-1].where == "failing.ipynb · step sql · cell 3, line 5"
    assert failures["shell"].frames[-1].where == "failing.ipynb · step shell · cell 4, line 3"
    assert failures["late"].type == "Timeout"
    assert not is_alive(int((tmp_path / "late.pid").read_text()))


def test_a_file_of_a_query_that_nobody_has_is_said(tmp_path: Path) -> None:
    graph = graph_of(
        "%%step made\nopen('made.csv', 'w').write('n')\n---\n"
        "%%step top --lang sql\nSELECT * FROM 'made.csv', 'misspelt.csv'"
    )
    assert graph.links["top"].upstream == ("made",)
    assert [problem.message for problem in unmatched(graph, tmp_path, ["top"])] == [
        f"misspelt.csv of step 'top' matches no file in {tmp_path}"
    ]
