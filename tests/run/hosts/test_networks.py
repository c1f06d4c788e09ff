"""A driver and two hosts, each with a network and a disk of its own, and the store in a bucket: however a part ends.

NBFLOW_EXPLORE adds other ways to lose a host, the loss of all hosts, drivers that are killed at 30 instants, and eight
drivers at once.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.buckets import Machine, environment_of, moto, new_machine
from tests.run.hosts.hosts import Hosts, wait_until
from tests.run.hosts.networks import ADDRESS, Networks, can_have_networks, networks

EXPLORE = bool(os.environ.get("NBFLOW_EXPLORE"))

GONE_WITHIN = 10.0
"""After so many seconds no process of a run may be left on a host that it has lost."""


@dataclass
class Three:
    """A driver with the scheduler and the bucket on host `a`, and hosts `b` and `c`, which share no files with it."""

    folder: Path
    networks: Networks
    endpoint: str
    scheduler: Hosts
    hosts: Mapping[str, Hosts]
    spoilt: set[str] = field(default_factory=lambda: {"b", "c"})

    def make_ready(self) -> None:
        """Give each host whose worker is gone another one."""
        for letter in sorted(self.spoilt):
            host, name = self.hosts[letter], self.networks.name(letter)
            host.stop()
            self.networks.mend(name)
            cache, hidden = str(self.folder / f"cache-{letter}"), [self.folder / "private"]
            variables = {"XDG_CACHE_HOME": cache, **environment_of(self.endpoint)}
            host.start_worker(inside=self.networks.inside(name), hidden=hidden, **variables)
        self.spoilt.clear()

    def new_driver(self, name: str, cells: Sequence[str]) -> Machine:
        folder = self.folder / "private" / name
        made = new_machine(folder, f"s3://team/{name}", self.endpoint, cells)
        return replace(made, inside=self.networks.inside(self.networks.first))

    def start(self, driver: Machine) -> subprocess.Popen[str]:
        return driver.start("run", "flow.ipynb", "--on", self.scheduler.address)

    def lose(self, letter: str, how: str) -> None:
        self.spoilt.add(letter)
        host, name = self.hosts[letter], self.networks.name(letter)
        match how:
            case "cut":
                self.networks.cut(name)
            case "unplugged":
                self.networks.unplug(name)
            case _:
                kill(host.workers() if how == "worker" else host.processes())

    def is_asleep(self, letters: str) -> bool:
        return all(len(self.hosts[letter].processes("sleep")) == 2 for letter in letters)

    def is_left(self, letters: str) -> bool:
        return any(self.hosts[letter].agents for letter in letters)


def kill(processes: Sequence[int]) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    if not can_have_networks():
        pytest.skip("only root can give processes networks of their own, and `ip` must be there")
    folder = tmp_path_factory.mktemp("three")
    (folder / "private").mkdir()
    with networks() as made, moto(folder, ADDRESS, made.inside(made.first)) as endpoint:
        scheduler = Hosts(folder)
        try:
            scheduler.start_scheduler(host=ADDRESS, inside=made.inside(made.first))
            hosts = {letter: Hosts(folder, address=scheduler.address) for letter in "bc"}
            yield Three(folder, made, endpoint, scheduler, hosts)
        finally:
            for one in (*hosts.values(), scheduler):
                one.stop()


@pytest.fixture
def three(running: Three) -> Three:
    running.make_ready()
    return running


def cells(sleeping: str) -> list[str]:
    """A foreach whose tasks sleep with a child on the hosts of these letters, and are brief on others."""
    return [
        "import os, subprocess, time",
        "%%step start\nitems = list(range(6))",
        "%%step each --foreach item in items\nhost = os.uname().nodename\nprint('item', item, 'on', host, flush=True)\n"
        f"if host in '{sleeping}':\n    subprocess.run(['sleep', '600'])\ntime.sleep(0.2)\nsquare = item * item",
        "%%step joined --join each\nprint('the total is', sum(inputs.square))",
    ]


WAYS = ["cut", "all", *(["unplugged", "worker"] if EXPLORE else [])]


@pytest.mark.parametrize("how", WAYS)
def test_a_host_that_is_lost_has_its_tasks_done_by_another_and_keeps_no_process(how: str, three: Three) -> None:
    driver = three.new_driver(f"lost-{how}", cells("c"))
    with three.start(driver) as process:
        assert wait_until(lambda: three.is_asleep("c"), 60)
        before = {*three.hosts["c"].agents}
        three.lose("c", how)
        assert wait_until(lambda: not before & {*three.hosts["c"].agents}, GONE_WITHIN)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "the total is 55" in said
    assert len(re.findall(r"each\[\d\] · ran again, because its host was lost \(c\)", said)) == 2
    assert wait_until(lambda: not three.is_left("bc"), GONE_WITHIN)
    assert "every stored object is intact" in driver.nbflow("verify")


@pytest.mark.skipif(not EXPLORE, reason="takes half a minute: NBFLOW_EXPLORE")
def test_when_no_host_is_left_the_run_says_so_and_can_go_on_here(three: Three) -> None:
    driver = three.new_driver("none", cells("bc"))
    with three.start(driver) as process:
        assert wait_until(lambda: three.is_asleep("bc"), 60)
        for letter in "bc":
            three.lose(letter, "cut")
        assert wait_until(lambda: not three.is_left("bc"), GONE_WITHIN)
        assert process.stdout is not None
        assert any("no host is left" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert "cancelled" in said
    assert "item 0 on" in driver.nbflow("logs", "flow.ipynb", "each[0]")
    assert "the total is 55" in driver.nbflow("resume", "flow.ipynb")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, *([signal.SIGTERM] if EXPLORE else [])])
def test_a_driver_that_ends_leaves_nothing_on_hosts_and_can_go_on_here(number: int, three: Three) -> None:
    driver = three.new_driver(f"driver-{number}", cells("c"))
    with three.start(driver) as process:
        assert wait_until(lambda: three.is_asleep("c") and len(items_heard_from_c(driver)) == 2, 60)
        heard = items_heard_from_c(driver)
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    assert wait_until(lambda: not three.is_left("bc"), GONE_WITHIN)
    for item in heard if number != signal.SIGKILL else ():
        assert "cancelled" in said
        assert f"item {item} on c" in driver.nbflow("logs", "flow.ipynb", f"each[{item}]")
    assert "the total is 55" in driver.nbflow("resume", "flow.ipynb")


def items_heard_from_c(driver: Machine) -> list[str]:
    """The items of which the driver knows what they have printed on host `c`."""
    printed = (file.read_text() for file in driver.folder.rglob("*.out"))
    return [item for text in printed for item in re.findall(r"item (\d) on c", text)]


ENDING = [
    "import os, signal, subprocess, time",
    "%%step killed\nprint('before', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)",
    "%%step slow --timeout 1s\nchild = subprocess.Popen(['sleep', '600'])\nprint('waiting', flush=True)\n"
    "time.sleep(60)",
    "%%step wrong\nprint('to the other stream', file=__import__('sys').stderr)\n1 / 0",
    "%%step gone\nos._exit(3)",
    "%%step fine\nx = 1",
]


def facts(said: str) -> list[str]:
    """The lines of a run without times, process numbers and places, in an order that does not depend on luck."""
    lines = (re.sub(r" · on \S+|\d\.\d+ s|process \d+", "", line) for line in said.splitlines())
    return sorted(line for line in lines if not line.startswith("run "))


def test_what_ends_a_task_there_is_said_as_here(three: Three) -> None:
    there, here = three.new_driver("there", ENDING), three.new_driver("here", ENDING)
    said = there.nbflow("run", "flow.ipynb", "--on", three.scheduler.address, code=1)
    assert wait_until(lambda: not three.is_left("bc"), GONE_WITHIN)
    assert facts(said) == facts(here.nbflow("run", "flow.ipynb", code=1))
    assert {"  before", "  waiting", "  to the other stream"} <= {*facts(said)}


MANY = [
    "import time",
    "%%step start\nitems = list(range(40))",
    "%%step each --foreach item in items\ntime.sleep(0.2)\nsquare = item * item\nprint('item', item)",
    "%%step joined --join each\nprint('the total is', sum(inputs.square))",
]


def test_drivers_at_once_on_the_same_hosts_and_store_lose_nothing(three: Three) -> None:
    drivers = [three.new_driver(f"at-once-{n}", MANY) for n in range(8 if EXPLORE else 2)]
    shared = [replace(one, variables={**one.variables, "NBFLOW_HOME": "s3://team/shared"}) for one in drivers]
    for process in [three.start(one) for one in shared]:
        with process:
            said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
        assert "the total is 20540" in said
    assert wait_until(lambda: not three.is_left("bc"), GONE_WITHIN)
    runs = shared[0].nbflow("runs", "flow.ipynb")
    assert sorted(re.findall(r"^ *(\d+) .*succeeded", runs, re.MULTILINE)) == [
        str(n + 1) for n in range(len(shared))
    ], runs
    assert "every stored object is intact" in shared[0].nbflow("verify")


@pytest.mark.parametrize("tasks", range(30) if EXPLORE else [10])
def test_a_driver_that_is_killed_loses_nothing_that_it_said_was_done(tasks: int, three: Three) -> None:
    driver, said = three.new_driver(f"killed-{tasks}", MANY), list[str]()
    with three.start(driver) as process:
        assert process.stdout is not None
        while (not said or done(said) < tasks) and (line := process.stdout.readline()):
            said.append(line)
        process.kill()
        said += process.stdout
    assert process.returncode == -signal.SIGKILL
    assert wait_until(lambda: not three.is_left("bc"), GONE_WITHIN)
    driver.nbflow("runs", "flow.ipynb")
    other = replace(three.new_driver(f"other-{tasks}", MANY), variables=driver.variables)
    resumed = other.nbflow("resume", "flow.ipynb")
    assert "the total is 20540" in resumed
    [reused] = re.findall(r"(\d+) reused", resumed.splitlines()[-1])
    assert done(said) <= int(reused)
    assert "every stored object is intact" in other.nbflow("verify")


def done(said: Sequence[str]) -> int:
    """How many tasks of the foreach a run says have ended."""
    return max((int(n) for n in re.findall(r"^each · (\d+)/40", "".join(said), re.MULTILINE)), default=0)
