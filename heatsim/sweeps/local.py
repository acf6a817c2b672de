"""Runs cases on the processors of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.records import CaseRecord
from heatsim.sweeps.runner import CaseRunner, Limits


def run_local(
    cases: Iterable[SweepCase],
    study: bytes,
    folder: SweepFolder,
    limits: Limits,
    jobs: int,
    tell: Callable[[str, SweepCase, CaseRecord | None], None],
) -> None:
    """Run cases, `jobs` at a time.

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

    def work() -> None:
        try:
            with CaseRunner(study, folder, limits) as runner:
                while not problems:
                    with lock:
                        case = next(waiting, None)
                        if case is None:
                            return
                        tell("started", case, None)
                    record = runner.run(case)
                    with lock:
                        tell("ended", case, record)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            problems.append(error)

    threads = [threading.Thread(target=work, daemon=True, name=f"heatsim-sweep-{i}") for i in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
