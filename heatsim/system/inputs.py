"""Turns what a user passes as `inputs=` into one checked `Signal` per scalar system input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from heatsim import units
from heatsim.errors import InputError, UnitError, near_miss
from heatsim.fmu.block import element_names
from heatsim.system.signals import Signal

Inputs = xr.Dataset | Mapping[str, Any]


def read_signals(
    wanted: Mapping[str, tuple[str, tuple[int, ...]]], inputs: Inputs | None, start: float, stop: float
) -> dict[str, Signal]:
    """One signal per scalar input.

    Parameters
    ----------
    wanted
        Name -> (unit, shape) of every system input.
    inputs
        Dataset with coordinate `time` in s, or mapping name -> DataArray, number, sequence of numbers (array input) or
        `Signal`. Variables of a Dataset that the system does not use (prices, say) are passed over.
    start, stop
        Time span that has to be covered, s.

    Returns
    -------
    dict
        Scalar name (`P_IT`, `Q_flow_demand[2]`) -> Signal in SI, covering [start, stop].

    Raises
    ------
    InputError
        Missing or unknown input, NaN, gap, times not increasing, series too short, wrong unit or shape.
    """
    if inputs is not None and not isinstance(inputs, xr.Dataset | Mapping):
        raise InputError(f"inputs: {type(inputs).__name__} is no mapping; give a Dataset, or a dict of name -> series")
    given: dict[str, Any] = {} if inputs is None else {str(name): values for name, values in inputs.items()}
    for name in given:
        if name not in wanted and not isinstance(inputs, xr.Dataset):
            raise InputError(
                f"inputs: the system has no input '{name}'{near_miss(name, wanted)}; its inputs are {_listing(wanted)}"
            )
    signals: dict[str, Signal] = {}
    for name, (unit, shape) in wanted.items():
        if name not in given:
            raise InputError(
                f"inputs: no series for the system input '{name}'{near_miss(name, given)}; give it in inputs="
            )
        try:
            signals.update(_read_one(name, unit, shape, given[name], start, stop))
        except UnitError as error:
            raise InputError(f"input '{name}': {error}") from error
    return signals


def sha256_of_signals(signals: Mapping[str, Signal]) -> str:
    """SHA-256 of the knots of all inputs, so that two runs can be known to have had the same."""
    digest = hashlib.sha256()
    for name, signal in signals.items():
        digest.update(f"{name} {signal.interpolation} {signal.times.size} ".encode())
        digest.update(signal.times.tobytes())
        digest.update(signal.values.tobytes())
    return digest.hexdigest()


def _listing(names: Mapping[str, Any]) -> str:
    return ", ".join(f"'{n}'" for n in names) if names else "none"


def _read_one(name: str, unit: str, shape: tuple[int, ...], value: Any, start: float, stop: float) -> dict[str, Signal]:
    scalars = element_names(name, shape) if shape else [name]
    if isinstance(value, Signal):
        if value.span is not None:
            _check_span(name, *value.span, start, stop)
        return {scalar: _converted(name, value, unit) for scalar in scalars}
    if isinstance(value, xr.DataArray) and "time" in value.dims:
        return _read_series(name, unit, shape, scalars, value, start, stop)
    if isinstance(value, xr.DataArray) and str(value.attrs.get("units", "")):
        value = _convert(name, value.values, str(value.attrs["units"]), unit)
    try:
        numbers: np.ndarray = np.ma.filled(np.ma.asarray(value, dtype=float), np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"input '{name}': {type(value).__name__} is no series; give a DataArray, a number or a Signal "
            "(hs.Signal.from_csv for a file, hs.Signal.from_callable for a function)"
        ) from error
    if not np.all(np.isfinite(numbers)):
        raise InputError(f"input '{name}': the value is not finite; give a finite number")
    if numbers.ndim and numbers.shape != shape:
        raise InputError(f"input '{name}': has shape {shape}, not {numbers.shape}; give one value per element")
    flat = np.broadcast_to(numbers, shape).ravel() if shape else numbers.reshape(1)
    return {scalar: Signal.constant(float(v)) for scalar, v in zip(scalars, flat, strict=True)}


def _read_series(
    name: str, unit: str, shape: tuple[int, ...], scalars: list[str], array: xr.DataArray, start: float, stop: float
) -> dict[str, Signal]:
    if "time" not in array.coords:
        raise InputError(f"input '{name}': dimension 'time' has no coordinate; add time in seconds")
    time = array["time"].values
    # numpy counts time differences among the numbers, and they would be taken in nanoseconds
    if time.dtype.kind not in "iuf":
        raise InputError(
            f"input '{name}': coordinate 'time' is {time.dtype}; give seconds on the clock of the run as numbers"
        )
    time = time.astype(float)
    interpolation = str(array.attrs.get("interpolation", "linear"))
    if interpolation not in ("linear", "held"):
        raise InputError(f"input '{name}': attribute interpolation is '{interpolation}'; use 'linear' or 'held'")
    try:
        values = np.asarray(array.transpose("time", ...).values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"input '{name}': its values are {array.dtype}, and a series is of numbers") from error
    if values.shape[1:] != shape:
        raise InputError(
            f"input '{name}': each time needs shape {shape}, not {values.shape[1:]}; give one column per element"
        )
    _check_times(name, time, interpolation, start, stop)
    finite = np.isfinite(values).reshape(time.size, -1).all(axis=1)
    if not finite.all():
        raise InputError(
            f"input '{name}': {int((~finite).sum())} missing values, the first at t = "
            f"{time[int(np.argmin(finite))]:g} s; fill or cut them"
        )
    given_unit = str(array.attrs.get("units", ""))
    if given_unit:
        values = _convert(name, values, given_unit, unit)
    columns = values.reshape(time.size, -1)
    return {scalar: Signal(time, columns[:, i], interpolation) for i, scalar in enumerate(scalars)}


def _check_times(name: str, time: np.ndarray, interpolation: str, start: float, stop: float) -> None:
    if time.size == 0:
        raise InputError(f"input '{name}': the series is empty")
    if not np.all(np.isfinite(time)):
        raise InputError(f"input '{name}': coordinate 'time' has missing values; cut them")
    steps = np.diff(time)
    if np.any(steps <= 0):
        raise InputError(
            f"input '{name}': time does not increase after t = {time[int(np.argmax(steps <= 0))]:g} s; sort and "
            "remove doubles"
        )
    # a held value is good for one usual step after its knot
    reach = time[-1] + (float(np.median(steps)) if interpolation == "held" and steps.size else 0.0)
    _check_span(name, float(time[0]), reach, start, stop)
    if interpolation == "linear" and steps.size >= 8:
        usual = float(np.median(steps))
        regular = np.abs(steps - usual) <= 1e-6 * usual
        widest = int(np.argmax(steps))
        if regular.mean() >= 0.9 and steps[widest] > 1.5 * usual:
            raise InputError(
                f"input '{name}': a gap of {steps[widest]:g} s after t = {time[widest]:g} s in a series with "
                f"steps of {usual:g} s; fill it"
            )


def _check_span(name: str, first: float, last: float, start: float, stop: float) -> None:
    """Refuse a series that does not cover the run."""
    slack = 1e-9 * max(1.0, abs(start), abs(stop))
    if first > start + slack or last < stop - slack:
        raise InputError(
            f"input '{name}': covers t = {first:g} to {last:g} s, the run needs {start:g} to {stop:g} s; give "
            "a longer series or shorten the run"
        )


def _converted(name: str, signal: Signal, unit: str) -> Signal:
    if not signal.unit or units.same(signal.unit, unit):
        return signal
    return Signal(signal.times, _convert(name, signal.values, signal.unit, unit), signal.interpolation, "", signal.span)


def _convert(name: str, values: np.ndarray, given: str, unit: str) -> np.ndarray:
    if not unit or units.same(given, unit):
        return values
    if not units.compatible(given, unit):
        raise InputError(
            f"input '{name}': is in '{given}', but the system needs '{unit}'; correct the series or its units attribute"
        )
    return np.asarray(units.convert(values, given, unit), dtype=float)
