"""The user's own code answers within its time, or something else stands for its answer."""

from __future__ import annotations

import itertools
import signal

import pytest

from nbflow.store.values import user_code
from nbflow.store.values.user_code import TakesTooLong, answer_of, reason_of, repr_of, within


def _endless() -> str:
    while True:
        try:
            for _ in itertools.count():
                pass
        except Exception:  # noqa: BLE001 - as the user's own code may do
            continue


def test_code_that_does_not_end_is_left() -> None:
    handler = signal.getsignal(signal.SIGALRM)
    assert answer_of(_endless, lambda error: type(error).__name__, 0.01) == "TakesTooLong"
    assert signal.getitimer(signal.ITIMER_REAL)[1] == 0.0
    assert signal.getsignal(signal.SIGALRM) is handler


def test_an_interrupt_of_the_user_gets_out() -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_of(interrupted, lambda _: "", 1)


def test_where_nobody_can_interrupt_an_interrupt_is_an_error_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(user_code._Interrupts, "kinds", ())
    assert answer_of(interrupted, lambda error: type(error).__name__, 1) == "KeyboardInterrupt"


def test_a_repr_is_short_whatever_it_does() -> None:
    odd = type("Odd", (), {"__repr__": lambda _self: 5})()
    assert repr_of(odd) == "<its repr cannot be shown: TypeError>"
    assert len(repr_of("x" * 10**7)) < 2_100
    assert repr_of([1, "a"]) == "[1, 'a']"


def test_a_timer_that_rings_later_is_set_again_with_its_handler() -> None:
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1000)
        with pytest.raises(TakesTooLong), within(0.01):
            _endless()
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1000
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_reason_of_an_error_is_short_whatever_its_name_and_its_message() -> None:
    error = type("E" * 10**6, (Exception,), {})("x" * 10**7)
    assert len(reason_of(error)) < 2_500
    assert "characters are left out]" in reason_of(error)
    broken = type("Broken", (Exception,), {"__str__": lambda _self: 5})()
    assert reason_of(broken) == "Broken: <its message cannot be shown: TypeError>"
