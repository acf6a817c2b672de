"""Series of a dispatch study: files that were given, known files of a data folder, built-in series for the rest.

The data folder is the one that was named, or `profiles` in the folder of the environment variable `HEATSIM_DATA`. What
each series really is, is said in a line, so that nobody takes a built-in pattern for a measured one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.errors import InputError, UsageError
from heatsim.profiles.readers import read_price
from heatsim.study import load_swing
from heatsim.study.changed_series import changed

KNOWN_FILES: dict[str, tuple[str, ...]] = {
    "demand": ("district_2020.csv:heat_demand_MW",),
    "price": ("electricity_price_de_2020.csv", "district_2020.csv:electricity_price_EUR_per_MWh"),
    "gas_price": ("district_2020.csv:gas_price_EUR_per_MWh",),
    "weather": ("weather_dresden_tmy.csv",),
    "utilisation": ("it_utilisation_alibaba_hourly.csv",),
}
"""Files of a data folder by series, `FILE.csv` or `FILE.csv:column`; of several the first that covers the run."""

LOW_PRICE = 1.0
"""Highest price of a series that looks as if EUR/kWh were taken for EUR/MWh, EUR/MWh."""

VARIABLE = "HEATSIM_DATA"
"""Environment variable that names the folder of the public data; its profiles are in the folder `profiles` in it."""


@dataclass(frozen=True)
class Sources:
    """Where series come from.

    Attributes
    ----------
    files
        `FILE.csv` or `FILE.csv:column` by series of `KNOWN_FILES`; None for a built-in series.
    notes
        What was chosen and why, a line each.
    """

    files: Mapping[str, str | None]
    notes: tuple[str, ...]


def find(given: Mapping[str, str | None], *, data: str | Path | None, start: str, stop: float) -> Sources:
    """Return the sources of a run's series.

    Parameters
    ----------
    given
        Files by series of `KNOWN_FILES`; None where none was given.
    data
        Folder with the known files, or with a folder `profiles` of them; None: that of `HEATSIM_DATA`, if set.
    start, stop
        Clock time of t = 0 (ISO) and length of the run, s: of several known files one that covers them is taken.

    Raises
    ------
    UsageError
        If a folder was named and holds none of the known files.
    InputError
        If no known file of a series covers the run.
    """
    folder = _folder(data)
    files: dict[str, str | None] = {name: given.get(name) for name in KNOWN_FILES}
    if folder is None:
        built_in = [name.replace("_", " ") for name, file in files.items() if file is None]
        note = f"built-in series for {', '.join(built_in)}: no file is given, no --data DIR, and {VARIABLE} is not set"
        return Sources(files, (note,) if built_in else ())
    notes: list[str] = []
    for name, candidates in KNOWN_FILES.items():
        if files[name] is not None:
            continue
        there = [one for one in candidates if (folder / one.partition(":")[0]).is_file()]
        files[name] = _covering(name, [str(folder / one) for one in there], start, stop, notes)
        if not there:
            wanted = " or ".join(candidates)
            notes.append(f"built-in series for {name.replace('_', ' ')}: {folder} has no {wanted}")
    return Sources(files, tuple(notes))


def _folder(data: str | Path | None) -> Path | None:
    named = data if data is not None else os.environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named)
    folder = folder / "profiles" if (folder / "profiles").is_dir() else folder
    known = {one.partition(":")[0] for names in KNOWN_FILES.values() for one in names}
    if not any((folder / name).is_file() for name in known):
        where = "--data" if data is not None else VARIABLE
        raise UsageError(f"{where} {named}: none of {', '.join(sorted(known))} is there; name the folder that has them")
    return folder


def known_files(data: str | Path) -> list[Path]:
    """Return the known files that a folder, or its folder `profiles`, holds; UsageError when it holds none."""
    folder = _folder(data)
    assert folder is not None
    names = dict.fromkeys(one.partition(":")[0] for names in KNOWN_FILES.values() for one in names)
    return [folder / name for name in names if (folder / name).is_file()]


def _covering(name: str, there: list[str], start: str, stop: float, notes: list[str]) -> str | None:
    """Return the first file that covers the run; only prices have a choice."""
    if len(there) < 2:
        return there[0] if there else None
    refused: list[InputError] = []
    for path in there:
        try:
            read_price(path, start=start, duration=stop)
        except InputError as error:
            refused.append(error)
            continue
        if refused:
            notes.append(f"{name} from {Path(path).name}: {refused[0]}")
        return path
    raise refused[-1]


def series(
    sources: Sources,
    *,
    start: str,
    stop: float,
    preset: str = "reference",
    it_capacity: float | None = None,
    demand_peak: float | None = None,
    seed: int = 0,
) -> dict[str, xr.DataArray]:
    """Return the inputs of the plant and the prices, each on its own knots, SI.

    The IT load follows the hourly utilisation, without the swings of training jobs within seconds: over the hours that
    dispatch plans they average out, and a week of them would cost as many events.

    Parameters
    ----------
    sources
        Where the series come from.
    start, stop
        Clock time of t = 0 (ISO) and length of the run, s.
    preset, it_capacity
        Plant, and its rated IT power, W; None: that of the preset.
    demand_peak
        Largest heat demand of the year, W; None: the size of the preset's network.
    seed
        Seed of the IT load.
    """
    peak = load_swing.network_peak(preset, it_capacity) if demand_peak is None else demand_peak
    options = load_swing.LoadSwing(
        start=start,
        stop=stop,
        preset=preset,
        it_capacity=it_capacity,
        demand_peak=peak,
        seed=seed,
        **{name: file for name, file in sources.files.items() if file is not None},  # type: ignore[arg-type]
    )
    return load_swing.inputs(options, it_options={"training_share": 0.0})


def of(options: Any) -> tuple[dict[str, xr.DataArray], tuple[str, ...]]:
    """Return the series of a study's options, and lines that say where each comes from."""
    given = {name: getattr(options, name) for name in KNOWN_FILES}
    sources = find(given, data=options.data, start=options.start, stop=options.stop)
    found = series(
        sources,
        start=options.start,
        stop=options.stop,
        preset=options.preset,
        it_capacity=options.it_capacity,
        demand_peak=options.demand_peak,
        seed=options.seed,
    )
    found = changed(found, options.changes)
    return found, (*sources.notes, *described(found))


def described(found: Mapping[str, xr.DataArray]) -> list[str]:
    """Return a line for each series: what it is, where it comes from, and its range at the edge."""
    shown = {
        "Q_flow_demand": (1e-6, 0.0, "MW"),
        "P_IT": (1e-6, 0.0, "MW"),
        "T_outdoor": (1.0, -273.15, "°C"),
        "price_electricity": (3.6e9, 0.0, "EUR/MWh"),
        "price_gas": (3.6e9, 0.0, "EUR/MWh"),
    }
    lines = []
    for name, (factor, offset, unit) in shown.items():
        one = found[name]
        low, high = (factor * float(value) + offset for value in (one.min(), one.max()))
        source = one.attrs.get("source", "built-in")
        line = f"{one.attrs['long_name']}: {low:.1f} to {high:.1f} {unit} ({source})"
        if unit == "EUR/MWh" and 0.0 < max(abs(low), abs(high)) < LOW_PRICE:
            line += f"; all below {LOW_PRICE:g} EUR/MWh: if these are EUR/kWh, say so in the unit"
        lines.append(line)
    return lines
