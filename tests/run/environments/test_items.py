"""Steps whose environment depends on the item of a foreach: each task has its own lock."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from nbflow.errors import EnvironmentRefused
from nbflow.run.environments.environment_lock import task_locks_in
from nbflow.run.events.events import Outcome
from tests.run.environments.test_runs import flow
from tests.run.running import Place, Ran

SEEN = "\nimport six\nv = (version, six.__version__)"
FIT = '%%step fit --foreach version in xs --env "six=={version}"' + SEEN
JOIN = "%%step all --join fit\nvs = [one.v for one in inputs]"


def over(*versions: object) -> tuple[str, ...]:
    return f"%%step start\nxs = {[*versions]!r}", FIT, JOIN


def failures(ran: Ran) -> dict[str, str]:
    found = {str(task): entry.failure for task, entry in ran.finished.run.tasks.items()}
    return {task: f"{failure.type}: {failure.message}" for task, failure in found.items() if failure}


def test_each_item_has_its_own_environment_and_is_reused_apart(place: Place) -> None:
    first = place.run(flow(*over("1.16.0", "1.17.0")))
    assert first.value("all.vs") == [("1.16.0", "1.16.0"), ("1.17.0", "1.17.0")]
    assert place.run(flow(*over("1.16.0", "1.17.0")), reuse=True).executed == []
    other = place.run(flow(*over("1.15.0", "1.17.0")), reuse=True)
    assert (other.executed, other.value("all.vs")[0]) == (["all", "fit[0]", "start"], ("1.15.0", "1.15.0"))


def test_the_environments_of_tasks_are_recorded_with_the_run(place: Place) -> None:
    ran = place.run(flow(*over("1.16.0", "1.17.0")))
    row = ran.store.history.run_of_id(ran.finished.row.id)
    locks = task_locks_in(ran.store.history.environment(row.environment) or {}) if row else {}
    assert {task: (one.words, one.lock.packages["six"]) for task, one in locks.items()} == {
        f"fit[{place}]": ((f"six=={version}",), version) for place, version in enumerate(("1.16.0", "1.17.0"))
    }


def test_literal_items_are_resolved_before_anything_runs(place: Place) -> None:
    cells = ("%%step start\nx = 1", FIT.replace("in xs", 'in ["1.16.0", "99"]'), JOIN)
    with pytest.raises(EnvironmentRefused, match=r"cell 2, line 1: the environment of step 'fit' \(six==99\): No solu"):
        place.run(flow(*cells))
    ran = place.run(flow(cells[0], cells[1].replace("fit", "fit --allow-failures 1", 1), JOIN))
    assert ran.value("all.vs") == [("1.16.0", "1.16.0")]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "{version} is None, which is not a text"),
        ("1.16.0 --index-url x", "{version} is '1.16.0 --index-url x', which is not a version"),
        ("1" * 50 + "." + "2" * 50, "which is no version of that package"),
        ({"six": "1.16.0"}, "{version} cannot be had: there is only {version[six]}"),
    ],
)
def test_a_value_that_is_no_version_never_reaches_uv(place: Place, value: object, words: str) -> None:
    ran = place.run(flow(*over(value, "1.16.0")))
    assert ran.finished.outcome is Outcome.FAILED
    [(task, said)] = failures(ran).items()
    assert task == "fit[0]"
    assert said.startswith("EnvironmentRefused: flow.ipynb · cell 2, line 1: the environment of step 'fit[0]'")
    assert words in said
    assert said.endswith("Let it be a text such as '1.5.2'")


def test_what_uv_refuses_fails_only_that_task_and_the_fix_runs_only_that(place: Place) -> None:
    ran = place.run(flow(*over("99", "1.16.0")))
    assert [*failures(ran)] == ["fit[0]"]
    assert "(six==99): No solution found" in failures(ran)["fit[0]"]
    again = place.run(flow(*over("1.17.0", "1.16.0")), reuse=True)
    assert again.executed == ["all", "fit[0]", "start"]


def test_fields_parameters_and_artifacts_fill_braces_too(place: Place) -> None:
    grid = "from collections import namedtuple\nPair = namedtuple('Pair', 'six other')"
    cells = (
        grid,
        '%%parameters\nold: str = "1.15.0"',
        "%%step start\nxs = [{'six': '1.16.0', 'major': 1}, {'six': '1.17.0', 'major': 1}]\n"
        "pairs = [Pair('1.16.0', '1.17.0')]\nchosen = ('1.17.0', None)",
        "%%step a --foreach x in xs --env \"six=={x['six']},>={x[major]}.0\"\nimport six\nv = six.__version__",
        '%%step b --env "six=={old}"\nimport six\nw = v, six.__version__',
        "%%step c --join a\nvs = [one.w for one in inputs]",
        "%%step d --foreach pair in pairs --env six>={pair.six},<{pair[other]}\nimport six\nu = six.__version__",
        "%%step e --join d\nus = [one.u for one in inputs]",
        "%%step f --env six=={chosen[0]}\nimport six\nz = six.__version__",
    )
    ran = place.run(flow(*cells))
    assert ran.value("c.vs") == [("1.16.0", "1.15.0"), ("1.17.0", "1.15.0")]
    assert (ran.value("e.us"), ran.value("f.z")) == (["1.16.0"], "1.17.0")


def test_steps_inside_the_foreach_can_have_the_same_environment(place: Place) -> None:
    inner = '%%step more --env "six=={version}"\nimport six\nv = (*v, six.__version__)'
    ran = place.run(flow(*over("1.16.0", "1.17.0")[:2], inner, JOIN.replace("fit", "more")))
    assert ran.value("all.vs") == [(version,) * 3 for version in ("1.16.0", "1.17.0")]


@contextmanager
def index(*, is_open: bool) -> Iterator[tuple[str, threading.Event]]:
    """An index that nobody can reach, or that never answers; with an event that says that it was asked."""
    asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        if not is_open:
            server.close()
            yield url, asked
            return
        kept: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    kept.append(server.accept()[0])
                    asked.set()

        threading.Thread(target=accept, daemon=True).start()
        yield url, asked
        for one in kept:
            one.close()


def test_an_index_out_of_reach_is_told_in_the_words_of_uv(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with index(is_open=False) as (url, _):
        monkeypatch.setenv("UV_INDEX_URL", url)
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        ran = place.run(flow(*over("1.16.0")))
    said = failures(ran)["fit[0]"]
    assert "cell 2, line 1: the environment of step 'fit[0]' (six==1.16.0): " in said
    assert "onnect" in said
    assert len(said.splitlines()) <= 8


def test_a_run_that_is_cancelled_stops_uv(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with index(is_open=True) as (url, asked):
        monkeypatch.setenv("UV_INDEX_URL", url)
        threading.Thread(target=lambda: asked.wait(60) and os.kill(os.getpid(), signal.SIGINT)).start()
        ran = place.run(flow(*over("1.16.0")))
        for thread in [one for one in threading.enumerate() if one.name == "nbflow lock"]:
            thread.join(20)
            assert not thread.is_alive()  # it waits for uv
    assert ran.finished.outcome is Outcome.CANCELLED
