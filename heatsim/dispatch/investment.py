"""What sizes cost to build, paid back in equal yearly parts, and which size is best with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import xarray as xr

from heatsim.errors import UsageError


@dataclass(frozen=True)
class Investment:
    """What sizes cost to build.

    Attributes
    ----------
    interest
        Interest rate, 1/a; 0.05 for 5 % a year.
    tank_lifetime, heat_pump_lifetime
        Years over which each is paid back, a.
    per_volume
        Cost of the tank, EUR/m3.
    per_heat
        Cost of the heat pumps, EUR/W: EUR/MW divided by 1e6.
    """

    interest: float
    tank_lifetime: float
    heat_pump_lifetime: float
    per_volume: float
    per_heat: float

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not math.isfinite(value) or value < 0.0:
                raise UsageError(f"Investment.{one.name} is {value:g}; give a finite number of at least 0")
        if self.interest >= 1.0:
            raise UsageError(f"Investment.interest is {self.interest:g} per year; give 0.05 for 5 % a year")
        if self.per_heat >= 1000.0:
            raise UsageError(f"Investment.per_heat is {self.per_heat:g} EUR/W; divide a price in EUR/MW by 1e6")


def annuity(interest: float, lifetime: float) -> float:
    """Return what is paid each year, at its end, for an investment of 1, 1/a.

    The capital recovery factor ``i (1 + i)^n / ((1 + i)^n - 1)``, as `pmt` of numpy-financial and the annuity factor of
    VDI 2067-1 without price changes; 1/n without interest.

    Parameters
    ----------
    interest
        Interest rate, 1/a.
    lifetime
        Years of payment, a.
    """
    if not lifetime > 0.0 or not interest >= 0.0 or not math.isfinite(lifetime + interest):
        raise UsageError(f"annuity: interest {interest:g} and lifetime {lifetime:g} a; give at least 0 and above 0")
    if interest * lifetime < 1e-9:
        return 1.0 / lifetime
    return -interest / math.expm1(-lifetime * math.log1p(interest))


def invested(curves: xr.Dataset, investment: Investment) -> xr.Dataset:
    """Return value curves with the annuities of the sizes, their total cost, and the best size.

    Parameters
    ----------
    curves
        Result of `heatsim.dispatch.value.value_curves`.
    investment
        What sizes cost to build.

    Returns
    -------
    xarray.Dataset
        `curves` with `annuity_tank`, `annuity_heat_pump` and `cost_total`, EUR/a, and the attributes `best_volume`
        (m3), `best_heat` (W) and `best_at_edge`: names of the axes on whose largest or smallest size the best one lies,
        so that a better one may lie outside.
    """
    tank = annuity(investment.interest, investment.tank_lifetime) * investment.per_volume * curves["volume"]
    pumps = annuity(investment.interest, investment.heat_pump_lifetime) * investment.per_heat * curves["heat"]
    total = curves["cost"] + tank + pumps
    result = curves.assign(
        annuity_tank=tank.assign_attrs(units="EUR/a", long_name="Annuity of the tank"),
        annuity_heat_pump=pumps.assign_attrs(units="EUR/a", long_name="Annuity of the heat pumps"),
        cost_total=total.transpose("volume", "heat").assign_attrs(
            units="EUR/a", long_name="Yearly cost with the annuities of tank and heat pumps"
        ),
    )
    best = np.unravel_index(int(np.argmin(result["cost_total"].values)), result["cost_total"].shape)
    # No tank is no edge: there is no smaller one.
    edges = [
        name
        for name, at in zip(("volume", "heat"), best, strict=True)
        if curves.sizes[name] > 1 and (at == curves.sizes[name] - 1 or (at == 0 and float(curves[name][0]) > 0.0))
    ]
    result.attrs |= {
        "best_volume": float(curves["volume"].values[best[0]]),
        "best_heat": float(curves["heat"].values[best[1]]),
        "best_at_edge": ", ".join(edges),
        **{f"investment_{one.name}": getattr(investment, one.name) for one in fields(investment)},
    }
    return result
