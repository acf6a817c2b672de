"""Pipe sizes by name: inner diameter, wall and heat loss from the records of `HeatReuse.Pipes.Data`.

The numbers stand in the Modelica library alone; they are read from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from heatsim.compiler.library import default_library

_RECORD = re.compile(r"extends\s+(?:HeatReuse\.Pipes\.Data\.)?(SteelPipe|TwinPipe)\s*\((.*?)\)\s*;", re.DOTALL)
_VALUE = re.compile(r"(\w+)\s*=\s*([-+.\deE]+)")


@dataclass(frozen=True)
class PipeSize:
    """One size: name of the record, diameters in m, heat loss to the ground and from supply to return in W/(m K)."""

    name: str
    D_inner: float
    s_wall: float
    U: float
    U_between: float = 0.0


@cache
def pipe_sizes() -> dict[str, PipeSize]:
    """Return all sizes of the library by name: `DN100` (two single pipes), `TwinDN100` (one casing)."""
    folder = default_library().path / "Pipes" / "Data"
    found = {}
    for file in sorted(folder.glob("*.mo")):
        match = _RECORD.search(file.read_text(encoding="utf-8"))
        if match is None:
            continue
        values = {name: float(value) for name, value in _VALUE.findall(match[2])}
        if match[1] == "TwinPipe":
            loss = {"U": values["U_ground"], "U_between": values["U_between"]}
        else:
            loss = {"U": values["U"]}
        found[file.stem] = PipeSize(file.stem, values["D_inner"], values["s_wall"], **loss)
    return dict(sorted(found.items(), key=lambda item: (item[0].startswith("Twin"), item[1].D_inner)))
