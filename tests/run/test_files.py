"""Files are inputs and outputs: a task is reused while what it read and wrote is as it was."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome
from nbflow.run.surroundings.disk import Disk
from tests.flows import Shape
from tests.run.running import Place, Ran


def flow(*cells: str) -> Shape:
    return Shape("flow", "\n---\n".join(cells), {})


IMPORTS = "import csv, glob, json, os, sqlite3\nfrom pathlib import Path\nimport pandas as pd\nDATA = Path('data')"
READERS = {
    "open": "with open('data/x.csv') as f:\n    t = f.read()",
    "pandas": "t = pd.read_csv(DATA / 'x.csv')['a'].sum()",
    "csv": "with open('data/x.csv') as f:\n    t = list(csv.reader(f))",
    "parameter": "t = open(f'data/{name}.csv').read()",
    "function": "t = read('x.csv')",
    "path that no text holds": "_p = b'data/x.csv'.decode()\nt = open(_p).read()",
    "glob": "t = [open(p).read() for p in sorted(glob.glob('data/*.csv'))]",
    "loop": "for p in DATA.iterdir():\n    t = p.read_text()",
    "listing": "t = os.listdir('data')",
    "existence": "t = Path('data/y.csv').exists()",
}


def change(place: Place, name: str, text: str) -> None:
    path = place.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("body", READERS.values(), ids=READERS)
def test_a_changed_file_runs_its_readers_and_an_untouched_one_does_not(place: Place, body: str) -> None:
    change(place, "data/x.csv", "a\n1\n")
    function = "def read(name): return (DATA / name).read_text()"
    shape = flow(IMPORTS, function, "%%parameters\nname: str = 'x'", f"%%step one\n{body}", "%%step two\nu = str(t)")
    first = place.run(shape)
    assert place.run(shape, reuse=True).executed == []
    change(place, "data/x.csv", "a\n2\n")
    change(place, "data/y.csv", "a\n3\n")
    again = place.run(shape, reuse=True)
    assert again.executed == ["one", "two"]
    assert again.value("two.u") != first.value("two.u") or "listing" in body


def test_a_file_that_was_only_touched_changes_nothing(place: Place) -> None:
    change(place, "data/x.csv", "1")
    shape = flow("%%step one\nt = open('data/x.csv').read()")
    place.run(shape)
    os.utime(place.folder / "data/x.csv", (1, 1))
    assert place.run(shape, reuse=True).executed == []


def test_content_that_was_there_before_is_known_again(place: Place) -> None:
    shape = flow("%%step one\nt = open('data/x.csv').read()")
    for text in ("1", "2"):
        change(place, "data/x.csv", text)
        place.run(shape)
    change(place, "data/x.csv", "1")
    again = place.run(shape, reuse=True)
    assert (again.executed, again.value("one.t")) == ([], "1")


WRITES = flow(
    "from pathlib import Path",
    "%%step write\nPath('out.txt').write_text(str(1 + 1))",
    "%%step read\nback = open('out.txt').read()",
)


def test_a_reader_waits_for_the_writer_above_it(place: Place) -> None:
    shape = flow("%%step write\nimport time; time.sleep(0.2)\nopen('x.txt', 'w').write('new')", WRITES.cells[-1])
    shape = flow(shape.cells[0], "%%step read\nback = open('x.txt').read()")
    change(place, "x.txt", "old")
    assert place.run(shape, slots=2).value("read.back") == "new"


def test_a_writer_waits_for_the_reader_above_it(place: Place) -> None:
    change(place, "x.txt", "old")
    shape = flow(
        "%%step read\nimport time; time.sleep(0.2)\nback = open('x.txt').read()",
        "%%step write\nopen('x.txt', 'w').write('new')",
    )
    assert place.run(shape, slots=2).value("read.back") == "old"
    again = place.run(shape, reuse=True)
    assert (again.executed, again.value("read.back")) == ([], "old")


def test_steps_that_add_to_one_file_do_so_in_order_and_are_reused(place: Place) -> None:
    shape = flow(*(f"%%step s{i}\nwith open('log.txt', 'a') as f:\n    f.write('{i}')" for i in range(4)))
    place.run(shape, slots=2)
    assert (place.folder / "log.txt").read_text() == "0123"
    assert place.run(shape, reuse=True).executed == []
    (place.folder / "log.txt").unlink()
    assert len(place.run(shape, reuse=True).executed) == 4
    assert (place.folder / "log.txt").read_text() == "0123"


@pytest.mark.parametrize("text", ["gone", "changed"])
def test_an_output_that_is_gone_or_changed_is_made_again(place: Place, text: str) -> None:
    place.run(WRITES)
    assert place.run(WRITES, reuse=True).executed == []
    if text == "gone":
        (place.folder / "out.txt").unlink()
    else:
        change(place, "out.txt", text)
    again = place.run(WRITES, reuse=True)
    assert (again.executed, (place.folder / "out.txt").read_text()) == (["write"], "2")


def test_an_output_that_the_next_step_writes_anew_is_not_missed(place: Place) -> None:
    shape = flow("%%step one\nopen('x.txt', 'w').write('1')", "%%step two\nopen('x.txt', 'w').write('2')")
    place.run(shape)
    assert place.run(shape, reuse=True).executed == []
    (place.folder / "x.txt").unlink()
    place.run(shape, reuse=True)
    assert (place.folder / "x.txt").read_text() == "2"


def test_a_file_that_steps_change_in_turn_is_as_from_top_to_bottom(place: Place) -> None:
    def cells(last: str) -> Shape:
        return flow(
            "from pathlib import Path\nP = Path('x.txt')",
            "%%step one\nP.write_text('1')",
            "%%step two\nP.write_text(P.read_text() + '2')",
            f"%%step three\nP.write_text(P.read_text() + '{last}')\nt = P.read_text()",
        )

    place.run(cells("3"))
    again = place.run(cells("4"), reuse=True)
    assert (again.value("three.t"), (place.folder / "x.txt").read_text()) == ("124", "124")


def test_a_step_that_keeps_its_own_cache_runs_again_when_that_is_gone(place: Place) -> None:
    body = "p = Path('cache.txt')\nif not p.exists():\n    p.write_text('made')\nt = p.read_text()"
    shape = flow("from pathlib import Path", f"%%step one\n{body}")
    place.run(shape)
    assert place.run(shape, reuse=True).executed == []
    (place.folder / "cache.txt").unlink()
    assert place.run(shape, reuse=True).executed == ["one"]


def test_a_database_that_is_only_asked_is_an_input(place: Place) -> None:
    def connect(statement: str) -> str:
        return f"c = sqlite3.connect('x.db')\nn = c.execute('{statement}').fetchall()\nc.commit(); c.close(); del c"

    shape = flow(
        "import sqlite3",
        f"%%step make\n{connect('create table t as select 1')}",
        f"%%step ask\n{connect('select * from t')}",
        f"%%step again\n{connect('select count(*) from t')}",
    )
    assert place.run(shape, slots=2).value("again.n") == [(1,)]
    assert place.run(shape, reuse=True).executed == []


def test_items_of_a_foreach_over_files_are_tasks_of_their_own(place: Place) -> None:
    change(place, "data/a.txt", "1")
    shape = flow(
        "import glob",
        "%%step each --foreach f in sorted(glob.glob('data/*.txt'))\nwith open(f) as g:\n    t = g.read()",
    )
    place.run(shape)
    change(place, "data/b.txt", "2")
    assert place.run(shape, reuse=True).executed == ["each[1]"]
    change(place, "data/a.txt", "3")
    assert place.run(shape, reuse=True).executed == ["each[0]"]


def test_what_a_step_below_writes_is_not_news_in_a_listing_above(place: Place) -> None:
    change(place, "out/a.txt", "1")
    shape = flow(
        "import glob", "%%step count\nn = len(glob.glob('out/*'))", "%%step write\nopen('out/b.txt', 'w').close()"
    )
    assert place.run(shape).value("count.n") == 1
    assert place.run(shape, reuse=True).executed == []


def test_what_a_step_has_written_itself_is_not_news_in_its_listing(place: Place) -> None:
    change(place, "out/a.txt", "1")
    shape = flow(
        "import glob, os",
        "%%step write\nopen('out/b.txt', 'w').close()\nn = len(glob.glob('out/*'))",
        "%%step remove\nos.remove('out/b.txt')",
    )
    assert place.run(shape).value("write.n") == 2
    assert place.run(shape, reuse=True).executed == []
    change(place, "out/c.txt", "1")
    assert "write" in place.run(shape, reuse=True).executed


CHANGED_BELOW = [
    ("n = len(glob.glob('out/*'))", "os.rename('out/a.txt', 'out/c.txt')"),
    ("n = len(glob.glob('out/*'))", "Path('out/a.txt').write_text('2')"),
    ("n = [p.name for p in Path('out').iterdir()]", "shutil.rmtree('out')"),
    ("shutil.make_archive('packed', 'zip', 'out')", "shutil.rmtree('out')"),
    ("shutil.make_archive('packed', 'zip', 'out')", "os.rename('out', 'moved')"),
    ("n = os.path.exists('x.txt')", "Path('x.txt').write_text('1')"),
    ("n = open('out/a.txt').read()", "os.truncate('out/a.txt', 0)"),
]


@pytest.mark.parametrize(("above", "below"), CHANGED_BELOW)
def test_what_a_step_below_does_to_what_was_read_is_no_change_of_it(place: Place, above: str, below: str) -> None:
    write = "os.makedirs('out', exist_ok=True)\nPath('out/a.txt').write_text('1')"
    cells = [f"%%step {name}\n{body}" for name, body in (("write", write), ("read", above), ("change", below))]
    shape = flow("import glob, os, shutil\nfrom pathlib import Path", *cells)
    place.run(shape)
    assert "read" not in place.run(shape, reuse=True).executed
    change(place, "out/a.txt", "3")
    change(place, "x.txt", "3")
    shape = flow(*(cell.replace("write_text('1')", "write_text('4')") for cell in shape.cells))
    assert "read" in place.run(shape, reuse=True).executed or "x.txt" in above


def test_two_notebooks_with_one_text_have_each_their_files(tmp_path: Path) -> None:
    shape = flow("%%step one\nt = open('x.txt').read()")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(name)
    store = tmp_path / ".nbflow"
    store.mkdir()
    assert [_in(tmp_path / name, shape).value("one.t") for name in ("a", "b")] == ["a", "b"]


def _in(folder: Path, shape: Shape) -> Ran:
    os.symlink(folder.parent / ".nbflow", folder / ".nbflow")
    return Place(folder).run(shape, reuse=True)


def test_a_file_that_changes_while_it_is_read_is_not_trusted(place: Place) -> None:
    change(place, "x.txt", "1")
    body = (
        "with open('x.txt') as f:\n    t = f.read()\nimport subprocess\nsubprocess.run(['sh', '-c', 'echo 22 > x.txt'])"
    )
    shape = flow(f"%%step one\n{body}")
    place.run(shape)
    assert place.run(shape, reuse=True).executed == ["one"]


def test_a_stored_digest_is_believed_only_when_the_file_was_left_alone_for_a_while(tmp_path: Path) -> None:
    path, disk = tmp_path / "x.txt", Disk(tmp_path)
    path.write_text("1")
    fresh = disk.state("x.txt")
    os.utime(path, (time.time() - 60, time.time() - 60))
    assert fresh.stamp == (0, 0, 0, 0)
    assert disk.state("x.txt").digest == fresh.digest


def test_a_step_that_fails_leaves_no_files_to_compare(place: Place) -> None:
    ran = place.run(flow("%%step one\nopen('x.txt', 'w').write('1')\n1 / 0"))
    assert ran.finished.outcome is Outcome.FAILED
    assert ran.store.history.files_of_run(ran.finished.row.id) == {}


def test_an_error_about_a_name_that_was_not_given_says_how_to_give_it(place: Place) -> None:
    make = "%%step make\ndf = pd.DataFrame({'a': [1, 2, 3]})\nlimit = 1\nq = ' > @'.join(['a', 'lim' 'it'])"
    ran = place.run(flow("import pandas as pd", make, "%%step use\nn = len(df.query(q))"))
    text = next(event.failure.traceback for event in ran.events if hasattr(event, "failure"))
    fix = "write --in df,limit,q in its header"
    assert (
        f"'limit' is written by step 'make' (cell 2), but the analysis did not see that step 'use' reads it: {fix}"
        in text
    )
    applied = place.run(flow("import pandas as pd", make, "%%step use --in df,limit,q\nn = len(df.query(q))"))
    assert applied.value("use.n") == 2


def test_steps_that_share_a_file_unseen_are_told_how_to_keep_their_order(place: Place) -> None:
    above = "%%step one\nwith open(bytes([120]).decode(), 'w') as f:\n    f.write('1')"
    wait = "import os\nwhile not os.access(bytes([120]).decode(), os.R_OK): pass"
    below = f"%%step two{{after}}\n{wait}\nwith open(bytes([120]).decode()) as f:\n    t = f.read()"
    ran = place.run(flow(above, below.format(after="")))
    (said,) = [text for result in ran.results.values() for text in result.warnings]
    assert said.endswith("'two' does not wait for 'one': write --after one in the header of 'two'")
    told = place.run(flow(above, below.format(after=" --after one")))
    assert not any(result.warnings for result in told.results.values())


def test_a_step_may_use_all_imports_of_the_notebook(place: Place) -> None:
    make = "%%step make\nformula = 'math.sqrt(x) + half(8)'"
    imports = "import math, json\nfrom operator import truediv\ndef half(n): return truediv(n, 2)"
    shape = flow(imports, make, "%%step use --in formula,half\nx = 9\ny = eval(formula)")
    assert place.run(shape).value("use.y") == 7


def test_a_folder_that_is_gone_is_made_again_before_anybody_writes_into_it(place: Place) -> None:
    shape = flow(
        "import os, shutil",
        "%%step make\nos.makedirs('out/deep', exist_ok=True)",
        "%%step write\nwith open('out/deep/x.txt', 'w') as f:\n    f.write('1')",
    )
    place.run(shape, slots=2)
    assert place.run(shape, reuse=True).executed == []
    shutil.rmtree(place.folder / "out")
    assert place.run(shape, reuse=True).executed == ["make", "write"]
    assert (place.folder / "out/deep/x.txt").read_text() == "1"
