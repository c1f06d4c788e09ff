# %% [markdown]
# # Line follower – offline replay
# state machine + PID, logs from the robot (serial dump)

# %%
import re
from enum import Enum, auto
from dataclasses import dataclass, field
from typing import Callable, Iterable
import logging
log = logging.getLogger("robot"); log.addHandler(logging.NullHandler())

dump = """[0.00] L=10 R=12
[0.05] L=11 R=15
[0.10] L=20 R=11
[0.15] L=?? R=10
[0.20] L=80 R=82
[0.25] L=12 R=13
[0.30] L=90 R=91
"""

# %%
class State(Enum):
    FOLLOW = auto()
    LOST = auto()
    STOP = auto()

@dataclass
class PID:
    kp: float = .5
    ki: float = .1
    kd: float = .05
    _i: float = field(default=0.0, repr=False)
    _last: float | None = field(default=None, repr=False)

    def __call__(self, err: float, dt: float = .05) -> float:
        self._i += err * dt
        d = 0 if self._last is None else (err - self._last) / dt
        self._last = err
        return self.kp * err + self.ki * self._i + self.kd * d

pid = PID()

# %%
LINE = re.compile(r"\[(?P<t>[\d.]+)\] L=(?P<l>\S+) R=(?P<r>\S+)")
samples = []
for line in dump.splitlines():
    m = LINE.match(line)
    try:
        samples.append((float(m["t"]), int(m["l"]), int(m["r"])))
    except ValueError:
        log.warning("bad line %r", line)
        samples.append((float(m["t"]), None, int(m["r"])))
len(samples)

# %%
@dataclass
class Robot:
    state: State = State.FOLLOW
    lost: int = 0
    out: list[float] = field(default_factory=list)

    def feed(self, l, r):
        match (self.state, l, r):
            case (State.STOP, _, _):
                return
            case (_, None, _):
                self.lost += 1
            case (_, l, r) if l > 60 and r > 60:
                self.lost += 1
                self.state = State.LOST if self.lost < 3 else State.STOP
            case _:
                self.state = State.FOLLOW
                self.out.append(round(pid(l - r), 4))

robot = Robot()

# %%
for t, l, r in samples[:4]:
    robot.feed(l, r)
robot

# %%
for t, l, r in samples[4:]:
    robot.feed(l, r)
    print(t, robot.state.name)

# %%
print(robot.out, pid._i.__round__(4))

# %%
pid.kp = 2
robot2 = Robot()
for t, l, r in samples:
    robot2.feed(l, r)
robot2.out == robot.out, robot2.state is State.STOP

# %%
assert robot.state is robot2.state
{s.name: s.value for s in State}
