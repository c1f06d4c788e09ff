"""Files in a kernel session: a step that is executed sees them as from top to bottom."""

from __future__ import annotations

import os

import pytest

from nbflow.errors import AncestorsMissing
from tests.jupyter.live import Live

READ = "%%step read\nwith open('x.txt') as f:\n    t = f.read()"
USE = "%%step use\nu = t.upper()"
WRITE = "%%step write\nwith open('x.txt', 'w') as f:\n    f.write('b')"


@pytest.fixture(autouse=True)
def in_the_folder(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(live.session.folder)


def put(live: Live, name: str, text: str) -> None:
    (live.session.folder / name).write_text(text)


def test_a_changed_file_runs_its_reader_and_is_asked_for_before_what_follows(live: Live) -> None:
    put(live, "x.txt", "a")
    live.run(READ)
    live.run(USE)
    assert "from run" in live.run(READ)[0]
    put(live, "x.txt", "c")
    with pytest.raises(AncestorsMissing, match="read"):
        live.run(USE)
    live.run(READ)
    live.run(USE)
    assert live.names["u"] == "C"


def test_what_a_step_below_writes_over_does_not_make_its_reader_stale(live: Live) -> None:
    put(live, "x.txt", "a")
    live.run(READ)
    live.run(WRITE)
    live.run(USE)
    assert live.names["u"] == "A"


def test_an_output_that_was_changed_by_hand_is_made_again_before_it_is_read(live: Live) -> None:
    live.run(WRITE)
    live.run(READ)
    assert live.names["t"] == "b"
    put(live, "x.txt", "by hand")
    with pytest.raises(AncestorsMissing, match="write"):
        live.run(READ)
    live.run(WRITE)
    assert "from run" in live.run(READ)[0]
    assert live.names["t"] == "b"


def test_an_output_that_nobody_reads_is_missed_by_its_own_step_alone(live: Live) -> None:
    plot = "%%step plot\nimport pathlib\npathlib.Path('plot.png').write_text('x')\nn = 1"
    use = "%%step count\nm = n + 1"
    live.run(plot)
    (live.session.folder / "plot.png").unlink()
    live.run(use)
    assert live.names["m"] == 2
    live.run(plot)
    assert (live.session.folder / "plot.png").exists()


def test_a_watched_pattern_without_files_is_said(live: Live) -> None:
    assert "--watch 'no such' of step" not in live.run("%%step quiet\nx = 1")
    (said, *_) = live.run('%%step one --watch "no such/*.csv"\nx = 1')
    assert "--watch no such/*.csv of step 'one' matches no file" in said


def test_an_error_about_a_name_that_was_not_given_says_how_to_give_it(live: Live) -> None:
    live.run("%%step make\nlimit, q = 1, ''.join(['lim', 'it'])")
    with pytest.raises(NameError) as caught:
        live.run("%%step use\nn = eval(q)")
    assert "write --in limit,q in its header" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    "change", ["os.remove('out/a.txt')", "os.rename('out/a.txt', 'out/c.txt')", "Path('out/a.txt').write_text('2')"]
)
def test_a_step_that_changes_what_it_has_listed_is_stored_for_the_steps_below(live: Live, change: str) -> None:
    live.run("import os\nfrom pathlib import Path")
    live.run("%%step write\nos.makedirs('out')\nfor n in 'ab':\n    Path(f'out/{n}.txt').write_text('1')")
    live.run(f"%%step change\nn = sorted(p.name for p in Path('out').glob('*'))\n{change}")
    live.run("%%step look\nm = sorted(p.name for p in Path('out').iterdir())")
    assert live.names["n"] == ["a.txt", "b.txt"]
    assert live.names["m"] == sorted(os.listdir(live.session.folder / "out"))
    put(live, "out/new.txt", "3")
    with pytest.raises(AncestorsMissing, match="change"):
        live.run("%%step look\nm = os.listdir('out')")
