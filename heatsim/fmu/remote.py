"""Calls to the process of an isolated FMU, and the errors that its failures become."""

from __future__ import annotations

import logging
import pickle
import secrets
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn

from heatsim.errors import FmuError
from heatsim.fmu.binary import CallError
from heatsim.fmu.functions import last_lines
from heatsim.fmu.isolated_child import LOG_MARK
from heatsim.isolation.child_process import ChildProcess, ProcessEnded

_TAIL = 4000  # characters of what was printed
_LOG = logging.getLogger("heatsim.fmu")
_DAMAGED = "the FMU has damaged its process"
# what to do about the end of a process; a crash or an exit may come from the inputs
_HINTS = {"time limit": "raise time_limit= if it only needs longer", "rubbish": _DAMAGED, "silence": _DAMAGED}
# what a user knows the calls by
_FUNCTIONS = {
    "open": "instantiation",
    "get": "getting values",
    "set": "setting values",
    "group": "naming variables",
    "place": "setting time, states and inputs",
    "derivatives": "fmi{}GetDerivatives",
    "indicators": "fmi{}GetEventIndicators",
    "advance": "fmi{}DoStep",
    "initialise": "initialisation",
    "enter_initialization": "fmi{}EnterInitializationMode",
    "exit_initialization": "fmi{}ExitInitializationMode",
    "update_discrete_states": "the event iteration",
    "completed_step": "fmi{}CompletedIntegratorStep",
    "directional_derivative": "fmi{}GetDirectionalDerivative",
    "reset": "fmi{}Reset",
    "close": "fmi{}FreeInstance",
}


class Remote:
    """The process of one isolated FMU, as something to be called.

    Parameters
    ----------
    label
        Name of the unit, for messages.
    version
        "2" or "3", of FMI.
    log
        Gets the lines that the FMU logs.
    time_limit
        Longest time of one call, s.
    situation
        Gives time and last inputs for a message; a method, which is not kept alive.

    Attributes
    ----------
    child
        The process.
    """

    def __init__(
        self, label: str, version: str, log: deque[str], time_limit: float, situation: Callable[[], str]
    ) -> None:
        self.child = ChildProcess("heatsim.fmu.isolated_child", time_limit)
        self._label = label
        self._version = version
        self._log = log
        self._situation = weakref.WeakMethod(situation)
        self._told = 0  # lines of the log

    def request(self, name: str, content: Any, limit: float | None = None) -> Any:
        """Send a request and return the result.

        Parameters
        ----------
        name
            What it is, for messages.
        content
            Anything that can be pickled.
        limit
            Time limit, s, when it is not that of the process.

        Raises
        ------
        CallError
            When the FMU fails, or its process ends.
        FmuError
            When heatsim refuses the call.
        """
        try:
            answer = self.child.call(pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL), limit)
        except ProcessEnded as ended:
            raise self._gone(name, str(ended), _HINTS.get(ended.cause, "")) from ended
        if not isinstance(answer, tuple) or len(answer) < 3 or not _is_log(answer[-1]):
            self.garbage(name)
        self._told = answer[-1][0]
        for line in answer[-1][1]:
            self._log.append(line)
            _LOG.info("%s: %s", self._label, line)
        if answer[0] == "ok":
            return answer[1]
        if answer[0] == "other":
            raise self._gone(name, f"failed with {answer[1]}", "")
        message = f"{answer[1]}{last_lines(deque(), self.all_printed())}"
        if answer[0] == "call" and len(answer) == 6:
            raise CallError(message, str(answer[2]), str(answer[3]), answer[4])
        raise FmuError(message)

    def garbage(self, name: str) -> NoReturn:
        """End the process, whose answer to this call makes no sense."""
        self.child.kill()
        raise self._gone(name, "gave an answer that cannot be used", _DAMAGED)

    def printed(self) -> str:
        """Tail of what the FMU has printed; text that it printed a moment ago may be on the way."""
        lines = self.child.printed().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(LOG_MARK))[-_TAIL:]

    def all_printed(self) -> str:
        """Tail of what the FMU has printed up to now."""
        if self.child.alive:
            mark = b"\0" + secrets.token_hex(8).encode() + b"\n"
            try:
                self.child.call(pickle.dumps(("mark", (mark,))))
                self.child.wait_printed(mark)
            except ProcessEnded as ended:
                _LOG.info("%s: the process of the FMU %s", self._label, ended)
        return self.printed()

    def _gone(self, name: str, how: str, hint: str) -> CallError:
        """Error of a process that cannot be used any more: unit, call, time, last inputs, last lines, next step."""
        call = _FUNCTIONS.get(name, name.replace("_", " ")).format(self._version)
        situation = self._situation()
        self._log.extend(_logged(self.child.printed(), self._told))
        words = last_lines(self._log, self.printed())
        at = "" if situation is None else situation()
        usual = "check these inputs, or ask the author of the FMU" if " with " in at else "ask the author of the FMU"
        step = hint or usual
        return CallError(f"{self._label}: {call}{at}: the process of the FMU {how}{words}; {step}", call, "fatal")


def _is_log(found: Any) -> bool:
    """Whether an answer ends with the number of lines logged and the new ones."""
    return (
        isinstance(found, tuple)
        and len(found) == 2
        and isinstance(found[0], int)
        and isinstance(found[1], tuple)
        and all(isinstance(line, str) for line in found[1])
    )


def _logged(printed: str, told: int) -> list[str]:
    """Lines of the log that came with no answer, from what was printed."""
    lines = []
    for line in printed.splitlines():
        number, _, text = line.removeprefix(LOG_MARK).partition(" ")
        if line.startswith(LOG_MARK) and number.isdecimal() and int(number) > told:
            lines.append(text)
    return lines
