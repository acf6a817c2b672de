"""Several compilations at once, each in a worker process with a time limit.

One loop in the calling thread starts workers, collects what they say and ends those that take too long. When the loop
is left for any reason, Ctrl-C included, every worker and everything it started is ended.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from heatsim import errors
from heatsim.compiler.folders import package_folder
from heatsim.compiler.processes import kill_group
from heatsim.compiler.worker import MARK, Request

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """How one request ended: the manifest, or the error."""

    request: Request
    manifest: dict[str, Any] | None
    error: errors.HeatsimError | None
    seconds: float


@dataclass
class _Running:
    request: Request
    process: subprocess.Popen[str]
    started: float
    readers: list[threading.Thread]
    said: list[str] = field(default_factory=list)
    last_words: str = ""  # on stderr, if it said anything there: the order of the two streams is not known
    manifest: dict[str, Any] | None = None
    error: errors.HeatsimError | None = None


def run_requests(
    requests: Sequence[Request],
    *,
    jobs: int,
    timeout: float,
    started: Callable[[Request], None],
    phase: Callable[[Request, str], None],
    finished: Callable[[Outcome], None],
) -> None:
    """Compile all requests, at most `jobs` at a time.

    Parameters
    ----------
    requests : sequence of Request
    jobs : int
        Number of worker processes at the same time.
    timeout : float
        Time limit for each request, s.
    started, phase, finished : callable
        Called in the calling thread as things happen.
    """
    waiting = list(requests)
    running: dict[int, _Running] = {}
    lines: queue.Queue[tuple[int, str, str]] = queue.Queue()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                worker = _start(waiting.pop(0), lines)
                running[worker.process.pid] = worker
                started(worker.request)
            _take(lines, running, phase)
            for pid, worker in list(running.items()):
                elapsed = time.monotonic() - worker.started
                if worker.process.poll() is None and elapsed > timeout:
                    kill_group(worker.process)
                    worker.manifest = None
                    worker.error = errors.CompilerError(
                        f"{worker.request.model} did not compile within {timeout:g} s with the "
                        f"{worker.request.compiler} compiler: raise the time limit or make the model smaller"
                    )
                if worker.process.poll() is not None:
                    for reader in worker.readers:
                        reader.join(timeout=5.0)
                    while not lines.empty():
                        _take(lines, running, phase)
                    del running[pid]
                    finished(_outcome(worker, elapsed))
    finally:
        for worker in running.values():
            kill_group(worker.process)


def _start(request: Request, lines: queue.Queue[tuple[int, str, str]]) -> _Running:
    search = os.pathsep.join(part for part in (str(package_folder().parent), os.environ.get("PYTHONPATH")) if part)
    process = subprocess.Popen(
        [sys.executable, "-m", "heatsim.compiler.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        cwd=request.workdir,
        # the worker must find the same heatsim as this process, also when it runs from a folder that is not installed
        env={**os.environ, "PYTHONPATH": search, "PYTHONUTF8": "1"},
        start_new_session=sys.platform != "win32",
    )
    if process.stdin is not None:
        process.stdin.write(json.dumps(asdict(request)))
        process.stdin.close()
    readers = [
        threading.Thread(target=_read, args=(process.pid, name, stream, lines), daemon=True)
        for name, stream in (("out", process.stdout), ("err", process.stderr))
    ]
    for reader in readers:
        reader.start()
    return _Running(request, process, time.monotonic(), readers)


def _read(pid: int, name: str, stream: Any, lines: queue.Queue[tuple[int, str, str]]) -> None:
    with stream:
        for line in stream:
            lines.put((pid, name, line.rstrip("\n")))


def _take(
    lines: queue.Queue[tuple[int, str, str]], running: dict[int, _Running], phase: Callable[[Request, str], None]
) -> None:
    """Handle one line, waiting for it a short while."""
    try:
        pid, name, line = lines.get(timeout=POLL_SECONDS)
    except queue.Empty:
        return
    worker = running.get(pid)
    if worker is None:
        return
    if not line.startswith(MARK):
        worker.said.append(line)
        if line.strip() and (name == "err" or not worker.last_words):
            worker.last_words = line.strip()
        return
    answer = json.loads(line[len(MARK) :])
    content = answer["content"]
    if answer["kind"] == "phase":
        phase(worker.request, content)
    elif answer["kind"] == "done":
        worker.manifest = content
    elif answer["kind"] == "error":
        kind = getattr(errors, content["class"], errors.CompilerError)
        worker.error = kind(content["message"])
        worker.error.details = tuple(content["details"])


def _outcome(worker: _Running, seconds: float) -> Outcome:
    code = worker.process.returncode
    if worker.error is None and (worker.manifest is None or code != 0):
        worker.manifest = None
        worker.error = errors.CompilerError(_death(worker, code))
    if worker.error is not None and os.environ.get("HEATSIM_TRACEBACK") == "1":
        sys.stderr.write("\n".join([*worker.said, ""]))
    return Outcome(worker.request, worker.manifest, worker.error, round(seconds, 3))


def _death(worker: _Running, code: int) -> str:
    said = worker.last_words or "it said nothing"
    how = f"was ended by {_signal_name(-code)}" if code < 0 else f"stopped with exit code {code}"
    if how.endswith("SIGKILL"):
        how += ", perhaps for want of memory,"
    return (
        f"the {worker.request.compiler} compiler {how} on {worker.request.model} ({said}): "
        "set HEATSIM_TRACEBACK=1 to see everything it said"
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
