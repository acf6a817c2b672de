"""Runs in several threads of a process give the numbers of runs one after the other."""

from __future__ import annotations

import multiprocessing
import sys
import threading

import numpy as np
import pytest
from small_units import Tank

from heatsim import simulate, trim
from heatsim.one_at_a_time import one_at_a_time
from heatsim.system import Signal, System

HEAT_FLOWS = (0.0, 1e4, 2e4)  # W


def temperatures(heat_flow: float) -> np.ndarray:
    system = System("s").add("tank", Tank(), inputs={"T_ambient": 290.0})
    system.add_input("Q", "W").connect("Q", "tank.Q_flow")
    signal = Signal.linear([0, 5000, 10000], [heat_flow, 2 * heat_flow, 0.0])
    point = trim(system, {"Q": heat_flow})
    ds = simulate(system, {"Q": signal}, stop=1e4, output_step=10.0, rtol=1e-8, start_from=point)
    return np.asarray(ds["tank.T"].values)


def test_threads_do_not_disturb_each_other() -> None:
    expected = {heat_flow: temperatures(heat_flow) for heat_flow in HEAT_FLOWS}
    found: dict[float, list[np.ndarray]] = {heat_flow: [] for heat_flow in HEAT_FLOWS}

    def repeat(heat_flow: float) -> None:
        for _ in range(5):
            found[heat_flow].append(temperatures(heat_flow))

    threads = [threading.Thread(target=repeat, args=(heat_flow,)) for heat_flow in HEAT_FLOWS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for heat_flow in HEAT_FLOWS:
        assert len(found[heat_flow]) == 5
        assert all(np.array_equal(values, expected[heat_flow]) for values in found[heat_flow])


@one_at_a_time
def nothing() -> None:
    pass


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_process_made_while_a_thread_is_busy_does_not_wait_for_it() -> None:
    busy, done = threading.Event(), threading.Event()

    @one_at_a_time
    def wait() -> None:
        busy.set()
        done.wait(60.0)

    thread = threading.Thread(target=wait)
    thread.start()
    busy.wait(60.0)
    try:
        child = multiprocessing.get_context("fork").Process(target=nothing)
        child.start()
        child.join(30.0)
        assert child.exitcode == 0
    finally:
        child.kill()
        done.set()
        thread.join()
