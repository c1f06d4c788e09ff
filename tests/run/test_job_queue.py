"""Whatever workers do, and whenever the driver hears of it, each job is begun at most once and answered once."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nbflow.run.events.events import TaskId
from nbflow.run.task.job import Job
from nbflow.run.workers.job_queue import DEEP, JobQueue, Ticket

TAKEN_BACK, DROPPED = object(), object()


@dataclass(eq=False)
class Far:
    """A worker as it behaves behind its channel: it reads, takes permits, does jobs and answers, each when it likes."""

    permits: int = 0
    unread: deque[object] = field(default_factory=deque)
    doing: Ticket | None = None
    is_dropping: bool = False
    sent: deque[object] = field(default_factory=deque)
    levels: list[int] = field(default_factory=list)

    def read(self, begun: Counter[Ticket]) -> None:
        """Read the next message, and begin with the job if there is a permit for it."""
        if self.doing is not None or not self.unread:
            return
        message = self.unread.popleft()
        if message is TAKEN_BACK:
            self.is_dropping = False
            self.sent.append(DROPPED)
        elif not self.is_dropping and self.permits:
            assert isinstance(message, Ticket)
            self.permits -= 1
            self.doing = message
            self.levels.append(message.job.level)
            begun[message] += 1
        else:
            self.is_dropping = True

    def finish(self) -> None:
        if self.doing is not None:
            self.sent.append(self.doing)
            self.doing = None


class Pool(RuleBasedStateMachine):
    """The driver's side of the channels, done by rules instead of by a clock and a selector."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: JobQueue[Far] = JobQueue(3)
        self.workers: list[Far] = []
        self.tickets: list[Ticket] = []
        self.begun: Counter[Ticket] = Counter()
        self.answers: dict[Ticket, list[str]] = {}

    @rule(batch=st.sampled_from([1, 2, 4, 16]), timeout=st.sampled_from([None, 5.0]), level=st.integers(0, 2))
    def submit(self, batch: int, timeout: float | None, level: int) -> None:
        job = Job(TaskId("fit", (len(self.tickets),)), level=level, batch=batch)
        self.tickets.append(Ticket(job, timeout))
        self.queue.add(self.tickets[-1])

    @rule()
    def hand_out(self) -> None:
        for worker, tickets in self.queue.hand_out().items():
            worker.permits += len(tickets)
            worker.unread.extend(tickets)
        if self.queue.needs_worker():
            self.workers.append(Far())
            self.queue.welcome(self.workers[-1])
        elif (idle := self.queue.superfluous()) is not None:
            self.die(self.workers.index(idle))

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        if self.workers:
            worker = data.draw(st.sampled_from(self.workers))
            count, worker.permits = worker.permits, 0
            if count:
                self.queue.take_back(worker, count)
                worker.unread.append(TAKEN_BACK)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Cancel jobs: those that wait are answered, those that a worker holds go on."""
        if self.tickets:
            tasks = {one.job.task for one in data.draw(st.lists(st.sampled_from(self.tickets), max_size=3))}
            for ticket in self.queue.withdraw(tasks):
                assert ticket.job.task in tasks
                assert not self.queue.has(ticket.job.task)
                self.answers.setdefault(ticket, []).append("cancelled")
            held = {ticket.job.task for worker in self.workers for ticket in self.queue.held_by(worker)}
            assert {task for task in tasks if self.queue.has(task)} == held & tasks

    @rule(number=st.integers(0, 2))
    def read(self, number: int) -> None:
        if number < len(self.workers):
            self.workers[number].read(self.begun)

    @rule(number=st.integers(0, 2))
    def finish(self, number: int) -> None:
        if number < len(self.workers):
            self.workers[number].finish()

    @rule(number=st.integers(0, 2))
    def hear(self, number: int) -> None:
        if number < len(self.workers) and self.workers[number].sent:
            self._hear(self.workers[number])

    def _hear(self, worker: Far) -> None:
        if worker.sent.popleft() is DROPPED:
            self.queue.admit(worker)
        else:
            self.answers.setdefault(self.queue.answer(worker), []).append("done")

    @rule(number=st.integers(0, 2))
    def die(self, number: int) -> None:
        if number >= len(self.workers):
            return
        worker = self.workers.pop(number)
        while worker.sent:
            self._hear(worker)
        for ticket in self.queue.lose(worker, worker.permits):
            assert ticket is worker.doing
            self.answers.setdefault(ticket, []).append("died")

    @invariant()
    def no_job_is_begun_twice(self) -> None:
        assert all(count == 1 for count in self.begun.values())

    @invariant()
    def no_job_is_answered_twice_or_before_it_began(self) -> None:
        assert all(len(said) == 1 for said in self.answers.values())
        assert all(self.begun[ticket] == (said != ["cancelled"]) for ticket, said in self.answers.items())

    @invariant()
    def no_worker_goes_back_to_a_lower_level(self) -> None:
        assert all(worker.levels == sorted(worker.levels) for worker in self.workers)

    @invariant()
    def only_brief_jobs_without_a_timeout_wait_in_a_worker(self) -> None:
        for worker in self.workers:
            held = self.queue.held_by(worker)
            assert len(held) <= 1 or all(one.may_wait for one in held)

    @invariant()
    def no_worker_holds_more_jobs_than_the_last_of_them_allows(self) -> None:
        for worker in self.workers:
            assert all(number < ticket.job.batch for number, ticket in enumerate(self.queue.held_by(worker)))

    def teardown(self) -> None:
        """Let everything run to the end: every job is answered then."""
        for _ in range(4 * len(self.tickets) + 8):
            self.hand_out()
            for worker in list(self.workers):
                worker.read(self.begun)
                worker.finish()
                while worker.sent:
                    self._hear(worker)
        assert self.answers.keys() == set(self.tickets)
        self.no_job_is_begun_twice()


def test_a_worker_that_fits_no_job_makes_room_also_where_no_other_can_start() -> None:
    queue: JobQueue[Far] = JobQueue(2)
    worker = Far()
    queue.welcome(worker)
    for level in (1, 0):
        queue.add(Ticket(Job(TaskId("fit", (level,)), level=level)))
    assert [ticket.job.level for ticket in queue.hand_out()[worker]] == [1]
    assert queue.superfluous() is None
    queue.answer(worker)
    assert queue.hand_out() == {}
    assert queue.superfluous() is worker


def test_the_driver_need_not_hurry_while_every_worker_has_enough_to_do() -> None:
    queue: JobQueue[Far] = JobQueue(2)
    one, other = Far(), Far()
    queue.welcome(one)
    assert not queue.is_deep()
    for number in range(2 * DEEP + 2):
        queue.add(Ticket(Job(TaskId("fit", (number,)), batch=64)))
    queue.hand_out()
    assert queue.is_deep()
    queue.welcome(other)
    assert not queue.is_deep()


TestPool = Pool.TestCase
TestPool.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
