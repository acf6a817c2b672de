"""Calls into one instance of an FMU's binary: its variables in groups, and what a call that fails tells.

Whatever the binary prints or logs is caught and goes into the message.
"""

from __future__ import annotations

import ctypes
import logging
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import fmpy
import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.description import Description
from heatsim.fmu.functions import Library, last_lines, own_folder
from heatsim.fmu.printed import CATCHER
from heatsim.fmu.values import ValueGroup

STATUS = ("ok", "warning", "discard", "error", "fatal", "pending")
_FATAL = 4
_USUAL_CATEGORIES = ("logStatusWarning", "logStatusDiscard", "logStatusError", "logStatusFatal")
_LOG = logging.getLogger("heatsim.fmu")


class CallError(FmuError):
    """A function of an FMU did not succeed.

    Attributes
    ----------
    function
        Name of the FMI function without its prefix, such as "DoStep".
    status
        One of `STATUS`.
    last_time
        Of a step that was discarded: the time that the FMU got to, s, or None when it does not say.
    """

    def __init__(self, message: str, function: str = "", status: str = "error", last_time: float | None = None) -> None:
        super().__init__(message)
        self.function = function
        self.status = status
        self.last_time = last_time


class Calls:
    """A loaded instance, its variables and its messages; parameters and attributes as of `Binary`."""

    def __init__(self, label: str, folder: Path, description: Description, interface: str) -> None:
        self.label = label
        self.description = description
        self.interface = interface
        self.log: deque[str] = deque(maxlen=50)
        self.printed = ""
        self._major = int(description.fmi_version[0])
        self._groups: list[ValueGroup] = []
        self._by_names: dict[tuple[str, ...], int] = {}
        self._lost = False
        claims = description.interfaces[interface]
        CATCHER.enter()
        try:
            with own_folder():
                self._library = Library(
                    folder,
                    self._major,
                    interface == "co_simulation",
                    claims.model_identifier,
                    description.guid,
                    label,
                    self._note,
                )
        except BaseException as error:
            text = CATCHER.leave()
            if not isinstance(error, Exception):
                raise
            # fmpy raises bare Exception for every failure of a binary
            raise FmuError(
                f"{label}: the FMU's binary cannot be used here ({' '.join(str(error).split())})"
                f"{last_lines(self.log, text)}; "
                + (
                    "it can be instantiated only once in a process, so use it once or open it with isolate=True"
                    if claims.can_be_instantiated_only_once
                    else f"{_offered(folder, self._major)}export it for this platform, or check the libraries that it "
                    "needs"
                )
            ) from error
        self.printed += CATCHER.leave()
        self._component = self._library.component
        self._functions: dict[str, Callable[..., int]] = {}
        self._switch_log_on()

    def group(self, names: Sequence[str]) -> int:
        """Number of a group of variables, for `get`, `set` and others.

        Raises
        ------
        FmuError
            For a variable that is no number or not in the description.
        """
        key = tuple(names)
        if key not in self._by_names:
            missing = [n for n in key if n not in self.description.variables]
            if missing:
                raise FmuError(f"{self.label}: the FMU has no variable '{missing[0]}'; see `heatsim info`")
            variables = [self.description.variables[n] for n in key]
            self._groups.append(ValueGroup(self.label, self._major, variables, self._library.function, self._component))
            self._by_names[key] = len(self._groups) - 1
        return self._by_names[key]

    def get(self, group: int) -> np.ndarray:
        """Values of a group, shape (n,)."""
        if CATCHER.turned:
            values, function, status = self._groups[group].get()
        else:
            CATCHER.enter()
            try:
                values, function, status = self._groups[group].get()
            finally:
                self._said(CATCHER.leave())
        if function:
            self._fail(function, status)
        return values

    def set(self, group: int, values: np.ndarray) -> None:
        """Write the values of a group, shape (n,)."""
        if CATCHER.turned:
            function, status = self._groups[group].set(values)
        else:
            CATCHER.enter()
            try:
                function, status = self._groups[group].set(values)
            finally:
                self._said(CATCHER.leave())
        if function:
            self._fail(function, status)

    def last_words(self) -> str:
        """Tail of what the FMU logged and printed, to be put behind a message; "" when there is nothing."""
        return last_lines(self.log, self.printed)

    def close(self) -> None:
        """Free the instance; it must not be used afterwards."""
        if self._lost:
            return
        self._lost = True
        CATCHER.enter()
        try:
            self._library.free()
        finally:
            self._said(CATCHER.leave())

    def _call(self, name: str, *arguments: object) -> None:
        function = self._functions.get(name)
        if function is None:
            function = self._functions[name] = self._library.function(name)
        # an interrupt by the user comes after the call, and must not leave the streams turned away
        CATCHER.enter()
        try:
            status = function(self._component, *arguments)
        finally:
            self._said(CATCHER.leave())
        if status > 1:
            self._fail(name, status)

    def _fail(self, name: str, status: int, last: float | None = None) -> None:
        self._said(CATCHER.take())
        said = STATUS[status] if 0 <= status < len(STATUS) else f"status {status}"
        if status == _FATAL:
            # the standard forbids any further call
            self._lost = True
        function = f"fmi{self._major}{name}"
        raise CallError(f"{self.label}: {function} failed ({said}){self.last_words()}", name, said, last)

    def _said(self, text: str) -> None:
        if text:
            self.printed = (self.printed + text)[-4000:]
            _LOG.info("%s printed: %s", self.label, text.rstrip())

    def _note(self, status: int, text: str) -> None:
        line = " ".join(text.split())
        self.log.append(line)
        _LOG.info("%s (%s): %s", self.label, STATUS[status] if 0 <= status < len(STATUS) else status, line)

    def _switch_log_on(self) -> None:
        """Ask for errors and warnings where the FMU has the standard's categories for them."""
        known = [n for n in self.description.log_categories if n in _USUAL_CATEGORIES]
        if not known:
            return
        texts = (ctypes.c_char_p * len(known))(*(n.encode() for n in known))
        self._call("SetDebugLogging", 1, len(known), ctypes.addressof(texts))


def _offered(folder: Path, major: int) -> str:
    """The platforms that the FMU has binaries for when this one is not among them."""
    found = sorted(child.name for child in folder.glob("binaries/*") if child.is_dir())
    own = fmpy.platform if major == 2 else fmpy.platform_tuple
    return "" if own in found else f"it has binaries for {', '.join(found) or 'no platform'}, and this is {own}; "
