"""A sweep that is told to end does so in order, and one that was stopped for a while goes on as if nothing had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest
from sweep_rigs import Rig, square

from heatsim.isolation import child_process
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.running.ending import ended_in_order
from heatsim.sweeps.running.runner import CaseRunner, Limits
from heatsim.sweeps.studies.study import to_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.mark.parametrize(
    ("number", "ignored"),
    [
        (signal.SIGTERM, False),
        pytest.param(signal.SIGHUP, False, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, True, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, False, marks=pytest.mark.slow),
    ],
)
def test_script_that_is_told_to_end_ends_its_sweep_in_order(
    tmp_path: Path, number: signal.Signals, ignored: bool
) -> None:
    script, out = tmp_path / "script.py", tmp_path / "out"
    script.write_text(
        textwrap.dedent(f"""
        import signal
        if {ignored}:
            signal.signal({int(number)}, signal.SIG_IGN)
        elif {number == signal.SIGINT}:
            signal.signal({int(number)}, signal.default_int_handler)
        import time
        import heatsim as hs
        def study(case):
            time.sleep(0.0 if case["x"] < 2 or {ignored} else 1000.0)
            return {{"y": case["x"]}}
        hs.sweep(study, {{"x": list(range(5))}}, out={str(out)!r}, jobs=1)
        print("done")
        """)
    )
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60.0
    while len(list(out.glob("cases/*.json"))) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(number)
    printed, said = process.communicate(timeout=60.0)
    status = json.loads((out / "status.json").read_text())
    if ignored:
        assert (process.returncode, printed, said, status["state"]) == (0, "done\n", "", "finished")
        return
    assert (process.returncode, printed) == (-number, "")
    assert f"2 of 5 cases have ended and are kept in {out}; go on with resume=True\n" in said
    if number != signal.SIGINT:
        assert said.startswith(f"heatsim: ended by {number.name}: 2 of 5")
        assert said.count("\n") == 1
    assert (status["state"], status["cases"]["ok"], status["cases"]["running"]) == ("interrupted", 2, 0)
    assert len(children) == 2
    assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert not (out / "holder.json").exists()


def test_who_handles_the_signal_goes_on_doing_so() -> None:
    heard: list[int] = []
    old = signal.signal(signal.SIGHUP, lambda number, _frame: heard.append(number))
    try:
        with ended_in_order() as received:
            os.kill(os.getpid(), signal.SIGHUP)
            found: list[object] = []
            thread = threading.Thread(target=lambda: found.append(_in_order_elsewhere()))
            thread.start()
            thread.join()
    finally:
        signal.signal(signal.SIGHUP, old)
    assert (heard, received, found) == ([signal.SIGHUP], [], [[]])


def _in_order_elsewhere() -> list[signal.Signals]:
    with ended_in_order() as received:
        return received


def test_time_for_which_the_sweep_was_stopped_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a queue suspends a job: its clock, which the case cannot use meanwhile, goes on."""
    real, over = time.monotonic, threading.Event()
    stopped = [0.0]

    class Clock:
        def __getattr__(self, name: str) -> object:
            return getattr(time, name)

        @staticmethod
        def monotonic() -> float:
            return real() + stopped[0]

    def stop_twice() -> None:
        for _ in range(2):
            if not over.wait(0.3):
                stopped[0] += 500.0

    with CaseRunner(to_bytes(Rig(square)), SweepFolder(tmp_path / "sweep"), Limits(time=20.0)) as runner:
        assert runner.run(SweepCase("square", {"x": 1})).ok  # a process is there
        monkeypatch.setattr(child_process, "time", Clock())
        thread = threading.Thread(target=stop_twice)
        thread.start()
        try:
            record = runner.run(SweepCase("square", {"x": 2, "seconds": 1.2}))
        finally:
            over.set()
            thread.join()
    assert record.ok, record
    assert stopped[0] == 1000.0
