"""What runs in a process that works on cases: the study, warmed once, and a loop that answers calls.

A good case is written here, so that its arrays never go through another process; what went wrong is told in the
answer. Only the caller knows that this process has crashed, so it writes the records of all failures.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import platform
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heatsim.errors import HeatsimError, SimulationError
from heatsim.processes.inside import die_with, own_streams, print_mark
from heatsim.processes.messages import encode, read_message, write_message
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.failure import ChecksFailed
from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.keep import keep
from heatsim.sweeps.outcome import outcome
from heatsim.sweeps.records import OK, CannotKeep
from heatsim.sweeps.study import Study, from_bytes


def main() -> None:
    """Answer calls until the other side goes."""
    requests, replies = own_streams()
    parent, folder, study_bytes = pickle.loads(read_message(requests))
    die_with(parent)
    study = from_bytes(study_bytes)
    study.warm()
    fingerprint = dict(study.fingerprint())
    write_message(replies, encode(("ready",)))
    while True:
        try:
            case, mark = pickle.loads(read_message(requests))
        except EOFError:
            return
        answer = run_case(study, case, SweepFolder(Path(folder)), fingerprint)
        print_mark(mark)
        write_message(replies, encode(answer))


def run_case(
    study: Study, case: SweepCase, folder: SweepFolder, fingerprint: Mapping[str, str]
) -> tuple[str, str, str, str]:
    """Run a case and write its record when it is good; return status, reason, message and traceback."""
    begin, clock = dt.datetime.now(dt.timezone.utc), time.perf_counter()
    try:
        returned = study.run(case)
    except ChecksFailed as error:
        return "failed", "checks", str(error), traceback.format_exc()
    except SimulationError as error:
        return "failed", "solver", str(error), traceback.format_exc()
    except HeatsimError as error:
        return "failed", "exception", str(error), traceback.format_exc()
    except Exception as error:  # noqa: BLE001 - whatever the study raises is a result of the case
        return "failed", "exception", f"{type(error).__name__}: {error}", traceback.format_exc()
    try:
        found = outcome(returned)
    except HeatsimError as error:
        return "failed", "result", str(error), traceback.format_exc()
    provenance: dict[str, Any] = {
        "fingerprint": dict(fingerprint),
        "attributes": {name: str(value) for name, value in found.attributes.items()},
        "host": platform.node(),
        "pid": os.getpid(),
        "begin": begin.isoformat(timespec="milliseconds"),
        "seconds": time.perf_counter() - clock,
    }
    try:
        keep(folder, case, found, provenance)
    except CannotKeep:
        raise
    except HeatsimError as error:
        return "failed", "result", str(error), traceback.format_exc()
    return OK, "", "", ""


if __name__ == "__main__":
    main()
