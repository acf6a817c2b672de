"""Groups of variables of an FMU instance, read and written together as one vector of floats.

A group is sorted by FMI type, with buffers that stay in place, so that a call costs little more than the C function.
Whole numbers, Booleans and enumerations are floats outside: 3.0, 1.0 for true, the number of the item.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.description import Variable

# FMI type -> (middle of the function's name, type in C)
_FMI2: dict[str, tuple[str, Any]] = {
    "Real": ("Real", np.float64),
    "Integer": ("Integer", np.int32),
    "Enumeration": ("Integer", np.int32),
    "Boolean": ("Boolean", np.int32),
}
_FMI3: dict[str, tuple[str, Any]] = {
    "Float64": ("Float64", np.float64),
    "Float32": ("Float32", np.float32),
    **{
        f"{sign}{n}": (f"{sign}{n}", np.dtype(f"{sign.lower()}{n}").type)
        for sign in ("Int", "UInt")
        for n in (8, 16, 32, 64)
    },
    "Enumeration": ("Int64", np.int64),
    "Boolean": ("Boolean", np.bool_),
}


_DONE = ("", 0)


@dataclass(frozen=True)
class _Part:
    """The variables of a group that share a type."""

    kind: str
    boolean: bool
    names: tuple[str, ...]
    where: np.ndarray
    references: np.ndarray
    buffer: np.ndarray
    getter: Callable[..., int]
    setter: Callable[..., int]
    arguments: tuple[Any, ...]


class ValueGroup:
    """Variables that are read or written together.

    Parameters
    ----------
    label
        Name of the unit, for messages.
    major
        2 or 3, of the FMI version.
    variables
        In the order of the vector; an array takes as many places as it has elements.
    function
        Gives a function of the binary by its name without prefix.
    component
        The instance.
    """

    def __init__(
        self,
        label: str,
        major: int,
        variables: Sequence[Variable],
        function: Callable[[str], Callable[..., int]],
        component: int,
    ) -> None:
        self._label = label
        kinds: dict[str, list[tuple[Variable, int]]] = {}
        place = 0
        for variable in variables:
            known = (_FMI2 if major == 2 else _FMI3).get(variable.fmi_type)
            if known is None:
                raise FmuError(
                    f"{label}: variable '{variable.name}' is {variable.fmi_type}, which is no number; connect or set "
                    "others"
                )
            kinds.setdefault(known[0] + (" truth" if variable.type == "Boolean" else ""), []).append((variable, place))
            place += int(np.prod(variable.shape, dtype=int))
        self.size = place
        self._vector = np.zeros(place)
        self._parts = [self._part(kind, members, major, function, component) for kind, members in kinds.items()]
        only = self._parts[0] if len(self._parts) == 1 else None
        # the usual case needs no sorting by type: functions, their arguments and the buffer
        self.plain = (
            (only.getter, only.setter, only.arguments, only.buffer)
            if only is not None and only.buffer.dtype == np.float64
            else None
        )

    def _part(
        self,
        key: str,
        members: list[tuple[Variable, int]],
        major: int,
        function: Callable[[str], Callable[..., int]],
        component: int,
    ) -> _Part:
        kind = key.partition(" ")[0]
        table = _FMI2 if major == 2 else _FMI3
        references = np.array([variable.reference for variable, _ in members], dtype=np.uint32)
        where = np.concatenate([place + np.arange(int(np.prod(v.shape, dtype=int))) for v, place in members])
        names = [
            v.name if not v.shape else f"{v.name}[{','.join(str(i + 1) for i in index)}]"
            for v, _ in members
            for index in np.ndindex(*v.shape)
        ]
        buffer = np.zeros(where.size, dtype=table[members[0][0].fmi_type][1])
        size = () if major == 2 else (ctypes.c_size_t(buffer.size),)
        return _Part(
            kind=kind,
            boolean=key.endswith("truth"),
            names=tuple(names),
            where=where,
            references=references,
            buffer=buffer,
            getter=function(f"Get{kind}"),
            setter=function(f"Set{kind}"),
            # made once: numbers would be converted in each call, which takes longer than the call
            arguments=(
                ctypes.c_void_p(component),
                ctypes.c_void_p(references.ctypes.data),
                ctypes.c_size_t(references.size),
                ctypes.c_void_p(buffer.ctypes.data),
                *size,
            ),
        )

    def get(self) -> tuple[np.ndarray, str, int]:
        """Values, and the function and its status when it did not succeed ("", 0 when all did)."""
        if self.plain is not None:
            getter, _, arguments, buffer = self.plain
            status = getter(*arguments)
            return buffer.copy(), f"Get{self._parts[0].kind}" if status > 1 else "", status
        vector = np.empty(self.size)
        for part in self._parts:
            status = part.getter(*part.arguments)
            if status > 1:
                return vector, f"Get{part.kind}", status
            vector[part.where] = part.buffer
        return vector, "", 0

    def set(self, values: np.ndarray) -> tuple[str, int]:
        """Write values; gives the function and its status when it did not succeed ("", 0 when all did).

        Raises
        ------
        FmuError
            For a number that the type of a variable cannot hold.
        """
        if self.plain is not None:
            _, setter, arguments, buffer = self.plain
            buffer[:] = values
            status = setter(*arguments)
            return (f"Set{self._parts[0].kind}", status) if status > 1 else _DONE
        vector = np.asarray(values, dtype=float)
        for part in self._parts:
            part.buffer[:] = self._converted(part, vector[part.where])
            status = part.setter(*part.arguments)
            if status > 1:
                return f"Set{part.kind}", status
        return "", 0

    def _converted(self, part: _Part, values: np.ndarray) -> np.ndarray:
        dtype = part.buffer.dtype
        if dtype.kind == "f":
            return values
        whole = np.rint(values)
        if part.boolean:
            bad, what = (values != 0.0) & (values != 1.0), "is Boolean and takes 0 or 1"
        else:
            limits = np.iinfo(dtype)
            bad = ~((whole == values) & (whole >= limits.min) & (whole <= limits.max))
            what = f"takes whole numbers from {limits.min} to {limits.max}"
        if bad.any():
            i = int(np.argmax(bad))
            raise FmuError(
                f"{self._label}: '{part.names[i]}' {what}, not {values[i]:g}; round the signal before it is connected"
            )
        return whole
