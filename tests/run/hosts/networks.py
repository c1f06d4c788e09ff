"""Hosts with networks of their own, which can be cut: namespaces that a bridge joins. Only root can make them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

ADDRESS = "10.77.0.1"
"""The address of the first network, which has the bridge."""


@dataclass(frozen=True)
class Networks:
    """Is the network of a driver, named `first`, and of two hosts that reach it through a bridge."""

    first: str
    hosts: tuple[str, ...]

    def name(self, letter: str) -> str:
        """The name of the host that calls itself by this letter."""
        return next(name for name in self.hosts if name.endswith(letter))

    def inside(self, name: str) -> Sequence[str]:
        """How a command begins whose processes are on this host; the host calls itself by the last letter."""
        return ["ip", "netns", "exec", name, "unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', name[-1]]

    def cut(self, name: str) -> None:
        """Let nothing through to a host and from it any more; its processes are not told."""
        _ip("-n", self.first, "link", "set", f"to-{name[-1]}", "down")

    def unplug(self, name: str) -> None:
        """Cut the network on the side of the host, so that its system knows that nobody can be reached."""
        _ip("-n", name, "link", "set", "e0", "down")

    def mend(self, name: str) -> None:
        """Let everything through again."""
        _ip("-n", self.first, "link", "set", f"to-{name[-1]}", "up")
        _ip("-n", name, "link", "set", "e0", "up")

    def _make(self) -> None:
        for name in (self.first, *self.hosts):
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", self.first, "link", "add", "br0", "type", "bridge")
        _ip("-n", self.first, "addr", "add", f"{ADDRESS}/24", "dev", "br0")
        _ip("-n", self.first, "link", "set", "br0", "up")
        for number, name in enumerate(self.hosts, 2):
            port = f"to-{name[-1]}"
            _ip("-n", self.first, "link", "add", port, "type", "veth", "peer", "name", "e0", "netns", name)
            _ip("-n", self.first, "link", "set", port, "master", "br0", "up")
            _ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "e0")
            _ip("-n", name, "link", "set", "e0", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def networks() -> Iterator[Networks]:
    """Make the networks of a driver and of two hosts, until the block ends."""
    driver, *hosts = (f"nbflow-{os.getpid()}-{letter}" for letter in "abc")
    made = Networks(driver, tuple(hosts))
    try:
        made._make()
        yield made
    finally:
        for name in (driver, *hosts):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def can_have_networks() -> bool:
    """Whether processes can have networks of their own here, as root's can."""
    tries = ["unshare", "--net", "--mount", "--uts", "ip", "link", "add", "br0", "type", "bridge"]
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    if subprocess.run(tries, check=False, capture_output=True).returncode:
        return False
    name = f"nbflow-{os.getpid()}"
    works = not subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode
    subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    return works
