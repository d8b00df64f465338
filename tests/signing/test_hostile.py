"""Files made to break whoever reads them get an answer, in bounded time, and it is never TOTAL-PASSED."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from signing.validation.indication import Indication
from signing.validation.validate import validate
from tests.signing.attacks.attack import PLAIN
from tests.signing.attacks.catalogue import policy
from tests.signing.attacks.hostile import HOSTILE, Builder

SECONDS: Final = 10.0
"""CPU time, so that a busy machine does not matter."""


class OutOfTime(BaseException):
    """Not an Exception: nothing that fails closed may swallow it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so much CPU time of this process."""

    def ring(*_: Any) -> None:
        raise OutOfTime(f"more than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("build", HOSTILE, ids=lambda build: build.__name__)
def test_it_is_answered(build: Builder) -> None:
    pdf = build()
    try:
        with limited(SECONDS):
            found = validate(pdf, policy(PLAIN))
    except OutOfTime as late:
        pytest.fail(str(late))
    assert found.indication is not Indication.TOTAL_PASSED
