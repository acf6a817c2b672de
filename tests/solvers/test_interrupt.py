"""Ctrl-C ends an integration; it is not taken for a step that failed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import casadi as ca
import numpy as np
import pytest

from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.interrupt import interruptible


@pytest.fixture(autouse=True)
def ctrl_c_as_in_a_terminal() -> Iterator[None]:
    """Python's own handler, also where the tests run in the background of a shell, which ignores Ctrl-C there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_error_of_the_block_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="as it was"), interruptible():
        raise RuntimeError("as it was")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to a thread of this process there")
def test_ctrl_c_in_an_integration_is_an_interrupt() -> None:
    x = ca.SX.sym("x", 2)
    # 1e6 rad/s over 10 s: longer than anyone waits, at 200 000 steps a try some seconds at most
    ode = ca.Function("ode", [ca.SX.sym("t"), x, ca.SX(0, 1)], [ca.vertcat(x[1], -1e12 * x[0])])
    integrator = SegmentIntegrator("swing", ode, ("a", "b"), np.array([1.0, 1e6]), 1e-9, Statistics())
    integrator.advance(np.array([1.0, 0.0]), 0.0, 1e-6, np.zeros(0), np.zeros(0))
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        integrator.advance(np.array([1.0, 0.0]), 0.0, 10.0, np.zeros(0), np.zeros(0))
    timer.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
