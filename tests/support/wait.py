"""Bounded waiting: a condition and a deadline, never a bare sleep."""

import time

from support import binary


def seconds(amount):
    """`amount` seconds on a release build, longer on a build that is slower."""
    return amount * binary.slow_factor()


def until(condition, what, within=10.0):
    """Polls `condition` and returns its first true value; fails after `within` seconds."""
    deadline = time.monotonic() + seconds(within)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds(within):.1f} s: {what}")
        time.sleep(0.01)


def settled(measure, still_for=0.5, within=30.0):
    """The value of `measure` once it has stopped changing for `still_for` seconds."""
    last, since = measure(), time.monotonic()

    def is_still():
        nonlocal last, since
        now = measure()
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since >= seconds(still_for)

    until(is_still, "a value that stops changing", within)
    return last
