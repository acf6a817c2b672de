"""Temperature limits of key figures and plots, in K: given ones, else those of the run, else the defaults here.

A run carries its own limits in the attributes `limit_T_chip`, `limit_T_tcs_supply`, `limit_T_air` and
`limit_T_network_supply`; the study of a published plant writes them, because its networks are warmer or colder.
"""

from __future__ import annotations

import xarray as xr

T_CHIP = 358.15
"""Chip: 85 degC."""

T_TCS_SUPPLY = 313.15
"""Technology-loop supply: 40 degC, cooling class W40 (ASHRAE TC 9.9)."""

T_AIR = 305.15
"""Hall air at the server inlet: 32 degC, allowable in class A1 (ASHRAE TC 9.9)."""

T_NETWORK_SUPPLY = 343.15
"""Network supply, lower limit: 70 degC."""

DEFAULTS = {"T_chip": T_CHIP, "T_tcs_supply": T_TCS_SUPPLY, "T_air": T_AIR, "T_network_supply": T_NETWORK_SUPPLY}


def of(ds: xr.Dataset, name: str, given: float | None = None) -> float:
    """Return the limit `name` of `DEFAULTS` for a run, K: the given one, else the run's own, else the default."""
    return float(ds.attrs.get(f"limit_{name}", DEFAULTS[name])) if given is None else given
