"""The command that makes the cases of a sweep again, from its definition alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value
from heatsim.sweeps.design.axis import Axis, read_axis, read_column, sample_axis
from heatsim.sweeps.design.values import read_value
from heatsim.sweeps.keeping.definition import Definition

MOST_ROWS = 60
"""Cases of a list up to which the command names them all."""
_SAMPLES = ("lhs", "sobol", "morris")


def command(definition: Definition, out: str) -> str | None:
    """Return the command, None when it would be too long, or the study is a function of a session.

    Its cases are those of the definition, values bit for bit: what does not come back so is written out in full.

    Parameters
    ----------
    definition
        Of the sweep.
    out
        Folder for the new sweep.
    """
    design = definition.design
    if definition.reference is None:
        return None
    words = ["heatsim", "sweep", definition.reference]
    if design.method in _SAMPLES:
        over = [(axis.name, _sample(axis)) for axis in design.axes]
        words += ["--sample", f"{design.method}:{design.samples}", "--seed", str(design.seed)]
    elif design.method == "grid":
        over = [(axis.name, _grid(axis)) for axis in design.axes]
    else:
        if len(design) > MOST_ROWS:
            return None
        columns = zip(*design.points, strict=True)
        over = [(axis.name, _choices(axis, column)) for axis, column in zip(design.axes, columns, strict=True)]
        words += ["--sample", "zip"]
    if any(text is None for _, text in over):
        return None
    for name, text in over:
        words += ["--over", f"{name}={text}"]
    for text in design.constraints if design.method in ("grid", "lhs") else ():
        words += ["--constraint", text]
    for name, value in definition.settings.items():
        words += ["--set", f"{name}={_one(name, value, None)}"]
    if definition.series is True:
        words.append("--series")
    elif definition.series:
        words += ["--series", ",".join(definition.series)]
    return shlex.join([*words, "--out", out])


def _grid(axis: Axis) -> str | None:
    values = axis.values or ()
    if len(values) > 2 and axis.numeric and not any(isinstance(value, str | bool) for value in values):
        for function in ("range", "logrange"):
            ends = (_one(axis.name, value, axis.units) for value in (values[0], values[-1]))
            text = f"{function}({','.join(ends)},{len(values)})"
            try:
                same = read_axis(axis.name, text).values or ()
            except UsageError:
                continue
            if same == values and all(type(a) is type(b) for a, b in zip(same, values, strict=True)):
                return text
    return _choices(axis, values)


def _choices(axis: Axis, values: Sequence[Value]) -> str | None:
    text = f"choices({','.join(_one(axis.name, value, axis.units) for value in values)})"
    return text if read_column(axis.name, text)[0] == list(values) else None


def _sample(axis: Axis) -> str | None:
    if axis.bounds is None:
        return _choices(axis, axis.values or ())
    low, high = (_one(axis.name, bound, axis.units) for bound in axis.bounds)
    text = f"{'logrange' if axis.logarithmic else 'range'}({low},{high})"
    return text if sample_axis(axis.name, text).bounds == axis.bounds else None


def _one(name: str, value: Value, unit: str | None) -> str:
    """Return a value as text that is read as the same value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'" if _read(name, value) != value else value
    number = repr(value)
    short = number.removesuffix(".0") if isinstance(value, float) and unit else number
    return f"{short}{unit or ''}"


def _read(name: str, text: str) -> Value:
    try:
        return read_value(name, text)[0]
    except UsageError:
        return None
