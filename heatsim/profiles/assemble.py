"""All input series of a run at once: from files where they are given, built in where they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.errors import UsageError, near_miss
from heatsim.profiles.demand import heat_demand
from heatsim.profiles.it_load import it_load
from heatsim.profiles.price import electricity_price, gas_price
from heatsim.profiles.readers import read_demand, read_price, read_utilisation, read_weather
from heatsim.profiles.series import Start, value_at
from heatsim.profiles.weather import ground_temperature, outdoor_temperature

PRICES = ("price_electricity", "price_gas")


def dataset(
    *,
    start: Start = "2020-01-15",
    duration: str | float = "24h",
    it_capacity: str | float = 10e6,
    demand: str | Path | None = None,
    demand_peak: str | float | None = None,
    weather: str | Path | None = None,
    price: str | Path | None = None,
    gas: str | Path | float = "35 EUR/MWh",
    utilisation: str | Path | None = None,
    seed: int = 0,
    utc_offset: float = 1.0,
    it_options: Mapping[str, Any] | None = None,
) -> dict[str, xr.DataArray]:
    """Return the input series of the reference plant, each on its own knots.

    Parameters
    ----------
    start : str or datetime
        Clock time of t = 0, local standard time.
    duration : str or float
        Length of the run (`"24h"`, s).
    it_capacity : str or float
        Rated IT power (`"10MW"`, W).
    demand, weather, price, utilisation : str or Path, optional
        `FILE.csv` or `FILE.csv:column`; the built-in series when not given.
    demand_peak : str or float, optional
        Largest heat demand of the year (`"14MW"`, W). Not given: a file is used as it is, the built-in demand peaks
        at 14 MW.
    gas : str, Path or float
        Gas price: a quantity (`"35 EUR/MWh"`, EUR/J) or a CSV file.
    seed : int
        Seed of the IT load.
    utc_offset : float
        Hours that the run's clock is ahead of UTC, for files whose stamps have a time zone.
    it_options : mapping, optional
        Further keywords of `it_load`.

    Returns
    -------
    dict of str to xr.DataArray
        `P_IT` (W), `T_outdoor` (K), `T_ground` (K), `Q_flow_demand` (W), `price_electricity` and `price_gas` (EUR/J).

    Raises
    ------
    InputError
        If a file cannot be used or does not cover the run.
    """
    window: dict[str, Any] = {"start": start, "duration": duration}
    zone: dict[str, Any] = {"utc_offset": utc_offset}
    used = None if utilisation is None else read_utilisation(utilisation, **window)
    load = it_load(**window, capacity=it_capacity, utilisation=used, seed=seed, **dict(it_options or {}))
    T_outdoor = outdoor_temperature(**window) if weather is None else read_weather(weather, **window, **zone)
    if demand is None:
        heat = heat_demand(T_outdoor=T_outdoor, **window, peak=14e6 if demand_peak is None else demand_peak)
    else:
        heat = read_demand(demand, **window, peak=demand_peak, **zone)
    electricity = electricity_price(**window) if price is None else read_price(price, **window, **zone)
    from_file = isinstance(gas, Path) or (isinstance(gas, str) and ".csv" in gas.lower())
    fuel = read_price(str(gas), **window, carrier="gas", **zone) if from_file else gas_price(gas, **window)  # type: ignore[arg-type]
    series = (load, T_outdoor, ground_temperature(**window), heat, electricity, fuel)
    return {str(one.name): one for one in series}


def attach(ds: xr.Dataset, series: Mapping[str, xr.DataArray], names: Sequence[str] = PRICES) -> xr.Dataset:
    """Return a run with series of its inputs added at its output times, so that key figures can use them.

    Parameters
    ----------
    ds : xr.Dataset
        A run, `time` in s.
    series : mapping of str to xr.DataArray
        Series by name, as `dataset` gives them; a held one has its new value from its knot on.
    names : sequence of str
        Which of them to add; the prices by default.

    Raises
    ------
    UsageError
        If a name is not among the series.
    """
    added = {}
    for name in names:
        if name not in series:
            raise UsageError(f"there is no series '{name}'{near_miss(name, series)} to add to the run")
        one = series[name]
        values = value_at(one, ds["time"].values)
        attrs = {key: text for key, text in one.attrs.items() if key in ("units", "long_name")}
        added[name] = ("time", values, attrs)
    return ds.assign(added)
