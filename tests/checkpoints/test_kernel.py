"""The kinds of traps at once, in real kernels: one is killed, and another goes on."""

from __future__ import annotations

from pathlib import Path

from tests.jupyter.kernels import Kernel

CODE = """
import random, threading
import numpy as np
class P:
    v = 1
    def m(self): return "old"
def twice(x): return 2 * x
"""
STEP = """%%step make
p = P()
a = [1, 2, 3]
b = a
base = np.arange(10.)
view = base[2:5]
big = np.zeros(1_000_000)
g = lambda z: twice(z) + len(a)
cfg = {"lock": threading.Lock(), "rate": 3}
cfg["lock"].acquire()
random.seed(1)
"""
EXPR = (
    "(p.m(), isinstance(p, P), P.v, a is b, a, np.shares_memory(base, view), float(view[0]), float(big[0]), g(1), "
    "cfg['rate'], round(random.random(), 6))"
)
RIGHT = "('old', True, 1, True, [1, 2, 3], True, 2.0, 0.0, 5, 3, 0.134364)"
DAMAGE = """
class P:
    v = 2
    def m(self): return "new"
p = P(); a.append(4); view[0] = -1; big[0] = 9; g = None; cfg["rate"] = 0; random.random(); mine = 1
"""


def test_a_checkpoint_comes_back_after_damage_and_in_another_kernel(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    try:
        kernel.ok(CODE)
        kernel.ok(STEP)
        kernel.ok(DAMAGE)
        told = kernel.ok("%flow restore make").text
        assert "not rewound: cfg['lock'] (_thread.lock) is a live handle" in told
        assert kernel.value(EXPR) == RIGHT
        assert kernel.value("cfg['lock'].locked()") == "True"
        kernel.ok("%flow undo")
        assert (
            kernel.value("(p.m(), b, float(base[2]), float(big[0]), g, mine)")
            == "('new', [1, 2, 3, 4], -1.0, 9.0, None, 1)"
        )
    finally:
        kernel.kill()
    fresh = Kernel(tmp_path)
    try:
        told = fresh.ok("%flow restore make").text
        assert "not restored: cfg['lock'] was a _thread.lock" in told
        assert fresh.value(EXPR) == RIGHT
        failed = fresh.run("cfg['lock'].locked()")
        assert failed.error_name == "LostValue"
        assert "run its step with --cache off" in failed.error
        fresh.ok(CODE)
        fresh.ok(STEP.replace("%%step make", "%%step make --cache off"))
        assert fresh.value("cfg['lock'].locked()") == "True"
    finally:
        fresh.stop()
