"""What an annual run runs, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from heatsim import analysis
from heatsim.analysis.monthly import Month
from heatsim.study.changed_series import SeriesChange

SUPERVISOR = "supervisor"
"""Policy of the plant's own supervisor: no plan, all waste heat into network and tank until that is full."""

HOUR = 3600.0
"""Interval of plans, s."""


@dataclass(frozen=True)
class Annual:
    """What to run; times in s, powers in W.

    Attributes
    ----------
    policy
        "supervisor" (no plan), or a policy of `heatsim.study.dispatch_policies`.
    replan, horizon
        Time between plans, and length of a plan: whole hours.
    start_cost, grid_charge, co2_price
        Wear of a start of a heat pump, EUR, charge on each unit of electricity, EUR/J, and price of CO2, EUR/kg: plans
        reckon with them, and the figures have them beside the cost of energy.
    start
        Local standard time of t = 0, ISO date or date and time.
    stop
        Length of the run.
    part
        Length of the parts that an interrupted run goes on from; None: calendar months.
    preset, it_capacity, heat_capacity, storage_volume
        Plant and its sizes, as in `heatsim.study.load_swing.LoadSwing`.
    demand, weather, price, gas_price, utilisation, demand_peak, seed
        Series as in `heatsim.study.load_swing.LoadSwing`; the IT load is without swings within seconds, since
        over a year only means count.
    data
        Folder of known files for series that are not given, as in `heatsim.study.dispatch_series`.
    period
        Sample time of the supervisor. A longer one is faster: against 60 s, 300 s change the cost of a week by 0.01 %.
    rtol, output_step
        Relative tolerance, and distance of the results.
    compiler
        `auto`, `openmodelica` or `embedded`.
    settings
        `unit.name` -> value: parameters, start values and constant inputs of the system, such as `storage.V`.
    changes
        Input series -> what becomes of it, as in `heatsim.study.changed_series`.
    """

    policy: str = SUPERVISOR
    replan: float = 86400.0
    horizon: float = 2 * 86400.0
    start_cost: float = 20.0
    grid_charge: float = 0.0
    co2_price: float = 0.0
    start: str = "2020-01-01"
    stop: float = 365 * 86400.0
    part: float | None = None
    preset: str = "reference"
    it_capacity: float | None = None
    heat_capacity: float | None = None
    storage_volume: float | None = None
    demand: str | None = None
    weather: str | None = None
    price: str | None = None
    gas_price: str | None = None
    utilisation: str | None = None
    demand_peak: float | None = None
    seed: int = 0
    data: str | None = None
    period: float = 300.0
    rtol: float = 1e-5
    output_step: float = 900.0
    compiler: str = "auto"
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, SeriesChange] = field(default_factory=dict)


@dataclass(frozen=True)
class AnnualResult:
    """What a run gave.

    Attributes
    ----------
    dataset
        The year, open on disk; values are read when they are used.
    months
        Key figures and energy balance of each month.
    kpis
        Those of the whole run.
    audit
        Energy balance of the units, the bonds between them and the whole.
    options
        What was run.
    failure
        None, or one line that says which check the run did not pass.
    """

    dataset: xr.Dataset
    months: tuple[Month, ...]
    kpis: analysis.KpiTable
    audit: analysis.AuditResult
    options: Annual
    failure: str | None = None
