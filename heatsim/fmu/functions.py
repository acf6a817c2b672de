"""The C functions of an FMU's binary, by the same names for FMI 2.0 and 3.0, and the loading of the library.

A library is loaded once and never unloaded: loading and unloading one a thousand times has crashed processes.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import os
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from fmpy.fmi1 import printLogMessage
from fmpy.fmi2 import (
    FMU2Model,
    FMU2Slave,
    defaultCallbacks,
    fmi2CallbackFunctions,
    fmi2CallbackLoggerTYPE,
)
from fmpy.fmi3 import FMU3Model, FMU3Slave

try:
    # formats messages that come with further arguments
    from fmpy.logging import addLoggerProxy as _add_proxy
except (ImportError, OSError):
    _add_proxy = None

_CODES = {"p": ctypes.c_void_p, "r": ctypes.c_double, "s": ctypes.c_size_t, "i": ctypes.c_int, "b": ctypes.c_bool}
_ARGUMENTS = {
    "SetupExperiment": "pirrir",
    "EnterInitializationMode": "p",
    "ExitInitializationMode": "p",
    "Terminate": "p",
    "Reset": "p",
    "EnterEventMode": "p",
    "EnterContinuousTimeMode": "p",
    "EnterStepMode": "p",
    "NewDiscreteStates": "pp",
    "CompletedIntegratorStep": "pipp",
    "SetTime": "pr",
    "SetContinuousStates": "pps",
    "GetContinuousStates": "pps",
    "GetDerivatives": "pps",
    "GetEventIndicators": "pps",
    "GetNominalsOfContinuousStates": "pps",
    "GetDirectionalDerivative": "ppspspp",
    "GetFMUstate": "pp",
    "SetFMUstate": "pp",
    "FreeFMUstate": "pp",
    "SerializedFMUstateSize": "ppp",
    "SerializeFMUstate": "ppps",
    "DeSerializeFMUstate": "ppsp",
    "SetRealInputDerivatives": "ppspp",
    "DoStep": "prri",
    "GetRealStatus": "pip",
    "GetBooleanStatus": "pip",
    "SetDebugLogging": "pisp",
}
_ARGUMENTS3 = {
    "EnterInitializationMode": "pbrrbr",
    "NewDiscreteStates": "ppppppp",
    "CompletedIntegratorStep": "pbpp",
    "GetDirectionalDerivative": "ppspspsps",
    "DoStep": "prrbpppp",
    "SetDebugLogging": "pbsp",
}
_NAMES3 = {
    "GetFMUstate": "GetFMUState",
    "SetFMUstate": "SetFMUState",
    "FreeFMUstate": "FreeFMUState",
    "SerializedFMUstateSize": "SerializedFMUStateSize",
    "SerializeFMUstate": "SerializeFMUState",
    "DeSerializeFMUstate": "DeserializeFMUState",
    "GetDerivatives": "GetContinuousStateDerivatives",
    "NewDiscreteStates": "UpdateDiscreteStates",
}

_LOGS: dict[int, Callable[[int, str], None]] = {}


def _log_fmi2(environment: int | None, name: bytes, status: int, category: bytes, message: bytes) -> None:
    keep = _LOGS.get(environment or 0)
    if keep is None:
        # fmpy's native proxy knows one receiver for all instances of the process, its own users' included
        printLogMessage(environment, name, status, category, message)
    else:
        keep(status, (message or b"").decode(errors="replace").strip())


_RECEIVER2 = fmi2CallbackLoggerTYPE(_log_fmi2)


class Library:
    """An instance of an FMU's binary and its functions.

    Parameters
    ----------
    folder
        The unpacked FMU.
    major
        2 or 3.
    co_simulation
        Interface.
    identifier, token
        Name of the binary, and GUID or instantiation token.
    name
        Name of the instance.
    log
        Called with status and text of each message.

    Raises
    ------
    Exception, OSError, AttributeError
        From fmpy, when the binary is missing, cannot be loaded, lacks a function or refuses to instantiate.
    """

    def __init__(
        self,
        folder: Path,
        major: int,
        co_simulation: bool,
        identifier: str,
        token: str,
        name: str,
        log: Callable[[int, str], None],
    ) -> None:
        loaded = _loaded(str(folder), major, co_simulation, identifier, token)
        # fmpy's object stands for a library and an instance; the copy is another instance of the same library
        self._model = copy.copy(loaded)
        self._model.instanceName = name
        self._prefix = f"fmi{major}"
        self._major = major
        self._key = 0
        if major == 2:
            self._key = id(self)
            _LOGS[self._key] = log
            callbacks = fmi2CallbackFunctions()
            callbacks.logger = _RECEIVER2
            callbacks.allocateMemory = defaultCallbacks.allocateMemory
            callbacks.freeMemory = defaultCallbacks.freeMemory
            callbacks.componentEnvironment = self._key
            if _add_proxy is not None:
                _add_proxy(ctypes.byref(callbacks))
            self._model.instantiate(callbacks=callbacks)
        else:
            self._keep = lambda _environment, status, _category, message: log(
                status, (message or b"").decode(errors="replace").strip()
            )
            options = {"earlyReturnAllowed": True} if co_simulation else {}
            self._model.instantiate(logMessage=self._keep, **options)
        self.component = int(getattr(self._model.component, "value", self._model.component))

    def function(self, name: str) -> Callable[..., int]:
        """Function by its FMI 2.0 name without prefix; takes addresses as numbers and returns the status."""
        if self._major == 2:
            own, arguments = name, _ARGUMENTS.get(name, "ppsp")
        else:
            own, arguments = _NAMES3.get(name, name), _ARGUMENTS3.get(name, _ARGUMENTS.get(name, "ppsps"))
        # an object of its own, so that fmpy's keeps its types; those without an entry get and set values
        found = self._model.dll[self._prefix + own]
        found.restype, found.argtypes = ctypes.c_int, [_CODES[code] for code in arguments]
        return cast(Callable[..., int], found)

    def free(self) -> None:
        """Free the instance; the library stays loaded."""
        free = self._model.dll[self._prefix + "FreeInstance"]
        free.restype, free.argtypes = None, [ctypes.c_void_p]
        free(self.component)
        _LOGS.pop(self._key, None)


@cache
def _loaded(folder: str, major: int, co_simulation: bool, identifier: str, token: str) -> Any:
    kind = {(2, False): FMU2Model, (2, True): FMU2Slave, (3, False): FMU3Model, (3, True): FMU3Slave}[
        major, co_simulation
    ]
    return kind(guid=token, unzipDirectory=folder, modelIdentifier=identifier)


@contextlib.contextmanager
def own_folder() -> Iterator[None]:
    """Come back to the working folder: fmpy's constructor and some FMUs change it."""
    here = os.getcwd()
    try:
        yield
    finally:
        if os.getcwd() != here:
            os.chdir(here)


def last_lines(log: deque[str], printed: str, most: int = 3) -> str:
    """Tail of a log and of what was printed, for a message; empty when there is nothing."""
    lines = [" ".join(line.split()) for line in list(log)[-most:]]
    shown = [" ".join(line.split()) for line in printed.splitlines()[-most:] if line.strip()]
    said = f"; its log ends: {' | '.join(lines)}" if lines else ""
    return said + (f"; it printed: {' | '.join(shown)}" if shown else "")
