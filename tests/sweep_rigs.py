"""Studies of the tests of sweeps: what goes wrong, on demand. Processes of a sweep import them by name."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import xarray as xr

from heatsim.errors import AuditError, SimulationError, UsageError
from heatsim.sweeps.case import SweepCase

_KEPT: list[Any] = []


@dataclass(frozen=True)
class Rig:
    """A study of one of the functions here, which has nothing to warm or to check."""

    function: Callable[[SweepCase], Any]
    code: Mapping[str, str] = field(default_factory=lambda: {"code": "1"})

    @property
    def name(self) -> str:
        return self.function.__name__

    def reference(self) -> str | None:
        return None

    def fingerprint(self) -> Mapping[str, str]:
        return self.code

    def files(self, name: str, value: str) -> tuple[Path, ...]:
        return ()

    def check(self, case: SweepCase) -> None:
        pass

    def describe(self, name: str) -> tuple[str | None, str | None]:
        return None, None

    def warm(self) -> None:
        pass

    def run(self, case: SweepCase) -> Any:
        return self.function(case)


class Broken(Rig):
    """A study that cannot be warmed."""

    def warm(self) -> None:
        if self.function is misbehave:
            os.abort()
        raise ModuleNotFoundError("No module named 'plant_of_last_year'")


LOG = "HEATSIM_TEST_LOG"
"""Variable with the file in which studies tell that they have run."""


def square(case: SweepCase) -> dict[str, float]:
    """A good study; whoever kills its process gets `y` only from the next attempt."""
    x = float(case["x"])  # type: ignore[arg-type]
    time.sleep(float(case.get("seconds", 0.0)))  # type: ignore[arg-type]
    _tell(case)
    return {"y": x * x}


def curve(case: SweepCase) -> xr.Dataset:
    """A good study with arrays."""
    x = float(case["x"])  # type: ignore[arg-type]
    time.sleep(float(case["seconds"]))  # type: ignore[arg-type]
    t = np.arange(50.0)
    _tell(case)
    return xr.Dataset(
        {
            "T": ("time", 300.0 + x * np.sin(t), {"units": "K", "long_name": "temperature"}),
            "peak": ((), 300.0 + x, {"units": "K", "long_name": "highest temperature"}),
            "draw": ((), np.random.random(), {"units": "1", "long_name": "without a seed of the study"}),
        },
        {"time": ("time", t, {"units": "s", "long_name": "time"})},
    )


def _tell(case: SweepCase) -> None:
    if LOG in os.environ:
        with open(os.environ[LOG], "a", encoding="utf-8") as file:
            file.write(f"{case.id}\n")


def misbehave(case: SweepCase) -> Any:
    """Do what the value `how` says."""
    how = str(case["how"])
    print(f"this is {how}", flush=True)
    return _DEEDS[how](case)


def _good(case: SweepCase) -> dict[str, float]:
    return {"y": 1.0}


def _exception(case: SweepCase) -> Any:
    raise ValueError("three is\ntoo many")


def _halves(case: SweepCase) -> Any:
    raise ValueError("half of a character: \ud800")


def _solver(case: SweepCase) -> Any:
    raise SimulationError("the integrator stopped at t = 3 s")


def _checks(case: SweepCase) -> Any:
    raise AuditError("12 J are missing")


def _usage(case: SweepCase) -> Any:
    return {"y": case["nothing"]}


def _nothing(case: SweepCase) -> Any:
    return None


def _segfault(case: SweepCase) -> Any:
    ctypes.string_at(8)


def _abort(case: SweepCase) -> Any:
    os.abort()


def _exit(case: SweepCase) -> Any:
    print("about to leave")
    os._exit(3)


def _sys_exit(case: SweepCase) -> Any:
    sys.exit("no licence")


def _interrupt(case: SweepCase) -> Any:
    raise KeyboardInterrupt


def _kill(case: SweepCase) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_once(case: SweepCase) -> Any:
    flag = Path(str(case["flag"]))
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"y": 2.0}


def _die_afterwards(case: SweepCase) -> Any:
    """End the process in a moment in which it waits for the next case."""
    subprocess.Popen(["/bin/sh", "-c", f"sleep 1.5; kill -SEGV {os.getpid()}"])
    return {"y": 3.0}


def _die_when_kept(case: SweepCase) -> Any:
    """End the process in the moment after its record was written, when it looks at its memory."""
    _tell(case)
    process = psutil.Process

    def kill(*arguments: Any) -> Any:
        if sys._getframe(1).f_code.co_name == "_resident":
            os.kill(os.getpid(), signal.SIGKILL)
        return process(*arguments)

    psutil.Process = kill  # type: ignore[misc, assignment]
    return {"y": 9.0}


def _full_disk(case: SweepCase) -> Any:
    """Let this process write no more than 100 B to a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return {"y": 10.0}


def _hang(case: SweepCase) -> Any:
    while True:
        time.sleep(0.1)


def _hang_in_c(case: SweepCase) -> Any:
    """Never come back from a library that keeps the interpreter to itself."""
    ctypes.PyDLL(None).sleep(1000)


def _family(case: SweepCase) -> Any:
    """Start programs that leave the group of this process, and hang."""
    for _ in range(5):
        subprocess.Popen(["sleep", "4321.25"], start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            if os.fork() != 0:
                os._exit(0)
            time.sleep(4321.25)
            os._exit(0)
    Path(str(case["flag"])).touch()
    return _DEEDS[str(case["then"])](case)


def _relatives(case: SweepCase) -> Any:
    """Start programs, one of them in a group of its own, say where temporary files go, and go on."""
    subprocess.Popen(["sleep", "4321.5"])
    subprocess.Popen(["sleep", "4321.5"], start_new_session=True)
    Path(str(case["flag"])).write_text(tempfile.gettempdir(), encoding="utf-8")
    return _DEEDS[str(case["then"])](case)


def _fork(case: SweepCase) -> Any:
    """Fork, and let both go on."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return {"y": 4.0}


def _input(case: SweepCase) -> Any:
    return {"y": float(input("how much? "))}


def _prints(case: SweepCase) -> Any:
    """Print 8 MB, half of it by C, and the last line without an end."""
    line = "x" * 99
    for _ in range(40_000):
        print(line)
    for _ in range(40):
        os.write(1, f"{line}\n".encode() * 1000)
    print("the last of all", end="")
    return {"y": 5.0}


def _c_print(case: SweepCase) -> Any:
    library = ctypes.CDLL(None)
    library.printf(b"printed by C\n")
    return {"y": 6.0}


def _memory(case: SweepCase) -> Any:
    """Take 8 MB after 8 MB."""
    held = []
    while True:
        held.append(np.ones(1 << 20))
        time.sleep(0.005)


def _memory_of_a_child(case: SweepCase) -> Any:
    code = "import time\nheld = []\nwhile True:\n    held.append(bytearray(8 << 20)); time.sleep(0.005)"
    subprocess.run([sys.executable, "-S", "-c", code], check=False)


def _memory_at_once(case: SweepCase) -> Any:
    return {"y": float(np.ones(1 << 40).sum())}


def _leak(case: SweepCase) -> Any:
    """Keep 60 MB for good."""
    _KEPT.append(np.ones(60 * 10**6 // 8))
    return {"y": 7.0}


def _vandal(case: SweepCase) -> Any:
    """Change all that a process has, and the case itself."""
    case.values.update(how="draw")  # type: ignore[attr-defined]
    case.settings.update(again=1)  # type: ignore[attr-defined]
    np.seterr(all="raise")
    os.umask(0o777)
    sys.setrecursionlimit(300)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 60.0)
    faulthandler.dump_traceback_later(60.0, exit=True)
    os.chdir("/")
    os.environ["HEATSIM_VANDAL"] = "1"
    sys.stdout.close()
    os.close(1)
    os.close(2)
    random.seed()
    np.random.seed()
    warnings.simplefilter("ignore")
    return {"y": 8.0}


def _new_file() -> int:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "new").touch()
        return Path(folder, "new").stat().st_mode


def _draw(case: SweepCase) -> Any:
    warnings.warn("this is drawn", stacklevel=1)
    return {
        "y": random.random() + np.random.random(),
        "folder": os.getcwd(),
        "vandal": os.environ.get("HEATSIM_VANDAL", ""),
        "threads": os.environ["OPENBLAS_NUM_THREADS"],
        "errors": str(np.geterr()),
        "depth": sys.getrecursionlimit(),
        "handler": str(signal.getsignal(signal.SIGTERM)),
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0],
        "rights": _new_file(),
    }


def _unwritable(case: SweepCase) -> Any:
    return {"y": object()}


def _reads(case: SweepCase) -> Any:
    raise UsageError("the series ends at 3 h; give a longer one")


_DEEDS = {name[1:]: deed for name, deed in list(globals().items()) if name.startswith("_") and callable(deed)}


def leave_file(case: SweepCase) -> dict[str, float]:
    """Leave a temporary file, and the place where it is."""
    handle, name = tempfile.mkstemp()
    os.close(handle)
    Path(str(case["flag"])).write_text(name, encoding="utf-8")
    return {"y": 1.0} if case["then"] == "good" else _exit(case)
