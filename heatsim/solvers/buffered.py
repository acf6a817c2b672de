"""Calls CasADi functions through arrays that stay in place.

CasADi's calls convert each number on the way in and out, which often costs more than the evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import casadi as ca
import numpy as np

from heatsim.fmu.printed import redirected
from heatsim.solvers.interrupt import interruptible


class Buffered:
    """A function whose first result is dense, called without conversions.

    Parameters
    ----------
    function
        The function.
    arguments
        Names of the arguments that are given, in the order of a call; the others are zero.
    calls_binaries
        Whether it may call binaries of FMUs, whose prints are kept from the terminal.
    """

    def __init__(self, function: ca.Function, arguments: Sequence[str], calls_binaries: bool = False) -> None:
        self.function = function
        self._calls_binaries = calls_binaries
        pair: tuple[Any, Any] = function.buffer()
        self._buffer, self._call = pair
        names = function.name_in()
        # column by column, as CasADi keeps them
        self._given = [np.zeros(function.size_in(names.index(name))[::-1]) for name in arguments]
        for name, array in zip(arguments, self._given, strict=True):
            self._buffer.set_arg(names.index(name), array.reshape(-1).data)
        self._result = np.zeros(function.size_out(0)[::-1])
        self._buffer.set_res(0, self._result.reshape(-1).data)

    def __call__(self, *arguments: np.ndarray) -> np.ndarray:
        """First result, of the shape it has in CasADi, for arguments of their shapes there; vectors may be flat.

        Raises
        ------
        RuntimeError
            When the function fails.
        """
        for own, given in zip(self._given, arguments, strict=True):
            own[:] = given.T if given.ndim == 2 else given
        with interruptible(), redirected() if self._calls_binaries else nullcontext():
            self._call()
        return np.array(self._result.T)

    def stats(self) -> dict[str, Any]:
        """What the last call did."""
        return dict(self._buffer.stats())
