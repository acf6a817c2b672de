"""What runs in a process that works on cases: the study, warmed once, and a loop that answers calls.

A good case is written here, so that its arrays never go through another process; what went wrong is told in the
answer. Only the caller knows that this process has crashed, so it writes the records of all failures.

A case takes three calls: the case (answer: it has begun), its run (answer: it failed, or it asks for what was printed),
and what was printed (answer: it is kept).
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import sysconfig
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psutil

import heatsim
from heatsim.errors import AuditError, FmuError, HeatsimError, SimulationError, UsageError
from heatsim.fmu.printed import CATCHER
from heatsim.isolation.inside import die_with, no_core_files, own_streams, print_mark
from heatsim.isolation.messages import encode, read_message, write_message
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.keep import keep
from heatsim.sweeps.keeping.outcome import Outcome, outcome
from heatsim.sweeps.keeping.records import REASONS, UNREAD, CannotKeep, FolderGone
from heatsim.sweeps.running.files_opened import FilesOpened
from heatsim.sweeps.running.memory import limit_own
from heatsim.sweeps.running.reads import unread, watched
from heatsim.sweeps.running.surroundings import Surroundings
from heatsim.sweeps.studies import script
from heatsim.sweeps.studies.failure import ChecksFailed
from heatsim.sweeps.studies.study import FunctionStudy, Study, from_bytes

LONGEST_MESSAGE = 1000
"""Characters of a message."""

_LONGEST_TRACE = 6000
_FOREIGN = tuple(
    {str(Path(heatsim.__file__).parent), *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))}
)


@dataclass(frozen=True)
class Failure:
    """Why a case failed: key of `REASONS`, one line, traceback."""

    reason: str
    message: str
    trace: str


def main() -> None:
    """Answer calls until the other side goes."""
    requests, replies = own_streams()
    _say_where_it_ends()
    parent, where, prepared, content, search, memory = pickle.loads(read_message(requests))
    die_with(parent)
    no_core_files()
    # what an FMU prints before it crashes is read by the other side
    CATCHER.leave_alone()
    sys.path[:] = search
    try:
        study = from_bytes(content)
        study.warm()
        script.let_children_import(Path(tempfile.gettempdir(), "scripts"))
        outcome({"": 0.0})  # loads what the first Dataset of a process does
        fingerprint = dict(study.fingerprint())
    except Exception as error:  # noqa: BLE001 - told on the other side: no case can be run
        wrong_call = isinstance(error, UsageError | ImportError)
        write_message(replies, encode(("unusable", wrong_call, _said(error), _traced(error))))
        return
    surroundings = Surroundings()
    if memory is not None:
        limit_own(memory)
    # a function keeps watch over its files itself: one that goes by value may be edited meanwhile
    read_again = {} if isinstance(study, FunctionStudy) else fingerprint
    write_message(replies, encode(("ready", fingerprint, read_again, _resident())))
    _work(requests, replies, study, SweepFolder(Path(where), prepared), surroundings)


def _work(requests: BinaryIO, replies: BinaryIO, study: Study, folder: SweepFolder, surroundings: Surroundings) -> None:
    # built-in studies name their files in values
    opened = (
        FilesOpened(study.folder, [folder.path, folder.path / "cases"]) if isinstance(study, FunctionStudy) else None
    )
    while True:
        try:
            case, mark, provenance = pickle.loads(read_message(requests))
            print_mark(mark, surroundings.errors)
            write_message(replies, encode(("begun",)))
            read_message(requests)
            if opened is not None:
                opened.begin()
            begin = time.perf_counter()
            found, in_vain = run_case(study, case, surroundings)
            seconds = time.perf_counter() - begin
            print_mark(mark, surroundings.errors)
            if isinstance(found, Outcome):
                write_message(replies, encode(("log",)))
                log = read_message(requests).decode()
                files = {} if opened is None else opened.take(_declared(study, case))
                made = {**provenance, "seconds": seconds, **({UNREAD: in_vain} if in_vain else {}), **files}
                answer = _keep(folder, case, found, made, log)
                if opened is not None and answer[0] == "kept":
                    opened.forget()
            else:
                answer = ("failed", found.reason, found.message, found.trace, _resident())
            write_message(replies, encode(answer))
        except EOFError:
            return


def run_case(study: Study, case: SweepCase, surroundings: Surroundings) -> tuple[Outcome | Failure, list[str]]:
    """Run a case.

    Parameters
    ----------
    study, case
        What is run.
    surroundings
        Of the case.

    Returns
    -------
    tuple
        What came of it, and the names that the function of a study has not read, with what it may have meant.
    """
    own = os.getpid()
    returned: Any = None
    # of its own: what it changes there must not decide under which case the result is kept
    given, asked = watched(case)
    try:
        with surroundings.of(case.id):
            returned = study.run(given)
    except SystemExit as error:
        return Failure("crash", f"the study ended its process (sys.exit({error.code!r}))", _traced(error)), []
    except BaseException as error:  # noqa: BLE001 - whatever the study raises is a result of the case
        return Failure(_reason(error), _said(error), _traced(error)), []
    finally:
        if os.getpid() != own:
            # a fork that the study has made and let go on: only one process may answer
            os._exit(1)
    try:
        return outcome(returned), unread(case, asked) if isinstance(study, FunctionStudy) else []
    except Exception as error:  # noqa: BLE001 - as above
        return Failure("result", _said(error), _traced(error)), []


def _declared(study: Study, case: SweepCase) -> list[Path]:
    """Files that are watched already: inputs of the study, and what values of the case name."""
    inputs = [study.folder / one for one in study.inputs] if isinstance(study, FunctionStudy) else []
    values = {**case.settings, **case.values}
    return [*inputs, *(file for name, one in values.items() if isinstance(one, str) for file in study.files(name, one))]


def _keep(
    folder: SweepFolder, case: SweepCase, found: Outcome, provenance: Mapping[str, Any], log: str
) -> tuple[Any, ...]:
    attributes = {str(name): str(value) for name, value in found.attributes.items()}
    try:
        keep(folder, case, found, {**provenance, "attributes": attributes}, log=log)
    except FolderGone as error:
        return ("gone", str(error))
    except CannotKeep as error:
        return ("full", str(error))
    except Exception as error:  # noqa: BLE001 - the result cannot be written, whatever it is
        return ("failed", _reason(error, "result"), _said(error), _traced(error), _resident())
    return ("kept", _resident())


def _reason(error: BaseException, other: str = "exception") -> str:
    given = getattr(error, "reason", None)
    if isinstance(given, str) and given in REASONS:
        return given
    if isinstance(error, MemoryError) or "bad_alloc" in _text(error):
        return "memory limit"
    if isinstance(error, ChecksFailed | AuditError):
        return "checks"
    if isinstance(error, SimulationError | FmuError):
        return "solver"
    return other


def _said(error: BaseException) -> str:
    """One line of an error; of one that heatsim did not raise, its kind and the line of the user's that raised it."""
    text = " ".join(_text(error).split())
    if not isinstance(error, HeatsimError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_FOREIGN)]
        if own and not own[-1].filename.startswith("<"):
            text += f" ({Path(own[-1].filename).name}:{own[-1].lineno})"
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} ..."


def _text(error: BaseException) -> str:
    try:
        # halves of characters, which no file could hold
        return str(error).encode(errors="backslashreplace").decode()
    except Exception:  # noqa: BLE001 - of an error that cannot be shown its kind is left
        return ""


def _traced(error: BaseException) -> str:
    # what the frames hold may be all the memory there is
    traceback.clear_frames(error.__traceback__)
    # without the line here that has called the study
    where = error.__traceback__ and error.__traceback__.tb_next
    text = "".join(traceback.format_exception(type(error), error, where))
    return text[-_LONGEST_TRACE:].encode(errors="backslashreplace").decode()


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def _say_where_it_ends() -> None:
    """Print the line of Python that runs when the process crashes, or is about to be ended for a limit."""
    faulthandler.enable(all_threads=False)
    if sys.platform != "win32":
        faulthandler.register(signal.SIGUSR1, all_threads=False)
        # who interrupts this process from outside ends it, as with any other signal
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
