"""Lets one thread of a process at a time use CasADi.

CasADi gives way to other threads in every call, but its expressions, its functions and the memory that they work in
are not made for several threads: two runs at once would write into each other's numbers. So the threads of a process
wait for each other; processes do not.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

_lock = threading.RLock()


def _renew() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    # the thread that holds it does not live on in a child process
    os.register_at_fork(after_in_child=_renew)


def one_at_a_time(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Make the threads of a process wait for each other in the functions decorated with this."""

    @functools.wraps(function)
    def waiting(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with _lock:
            return function(*args, **kwargs)

    return waiting
