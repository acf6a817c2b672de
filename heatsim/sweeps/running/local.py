"""Runs cases on the processors of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.running.runner import CaseRunner, Limits, Stopped

_POLL = 0.5  # s; on Windows, Ctrl-C does not reach a thread that waits


def run_local(
    cases: Iterable[SweepCase],
    study: bytes,
    folder: SweepFolder,
    limits: Limits,
    jobs: int,
    tell: Callable[[str, SweepCase, CaseRecord | None], None],
) -> None:
    """Run cases, `jobs` at a time.

    What is raised, Ctrl-C included, ends the cases that run at that moment; those that have ended are kept.

    Parameters
    ----------
    cases
        What is to run; taken one by one.
    study, folder, limits
        As for `CaseRunner`.
    jobs
        Processes.
    tell
        Called with "started" and "ended", the case, and its record when it has ended; by one thread at a time.
    """
    waiting, lock = iter(cases), threading.Lock()
    problems: list[BaseException] = []
    fingerprint: dict[str, str] = {}
    runners = [CaseRunner(study, folder, limits, fingerprint) for _ in range(jobs)]

    def work(runner: CaseRunner) -> None:
        try:
            with runner:
                while not problems:
                    with lock:
                        case = next(waiting, None)
                        if case is None:
                            return
                        tell("started", case, None)
                    record = runner.run(case)
                    with lock:
                        tell("ended", case, record)
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            problems.append(error)
            stop()

    def stop() -> None:
        for runner in runners:
            runner.stop()

    threads = [
        threading.Thread(target=work, args=(runner,), daemon=True, name=f"heatsim-sweep-{i}")
        for i, runner in enumerate(runners)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_POLL)
    except BaseException as error:
        problems.append(error)
        stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        raise
    if problems:
        raise problems[0]
