"""Energy audit of a finished run: does every unit and every connection conserve energy?

Each plant has energy meters `E_in_<boundary>` (J, energy that has flowed into the unit over that boundary) and its
internal energy `U` (J), so `U(t) - U(0)` is the sum of its meters. A bond joins the meters of units that exchange heat
(two, or more in a loop): they add up to zero, what one loses the others gain. A coupling that holds or extrapolates
signals breaks bonds, a wrong model breaks units; both are reported as a share of the energy that crosses the system's
outer boundary. Bonds without meters have their sides in the ledger of a co-simulation, `ledger.<bond>.<unit>` (J),
which counts as a meter; by the monolithic method both sides see the same signals at every instant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heatsim.errors import AuditError, UsageError, near_miss
from heatsim.system.bonds import LEDGER

_METER = "E_in_"


@dataclass(frozen=True)
class Balance:
    """Energy balance of one unit, one bond, or the whole system.

    Attributes
    ----------
    kind
        `unit`, `bond` or `total`.
    name
        Name of the unit or bond.
    residual
        Energy that appears from nowhere (positive) or is lost (negative), at the time when it is largest in
        magnitude, J.
    exchanged
        Energy that crosses the boundary, half of what flows in plus half of what flows out, J.
    share
        Magnitude of the residual as a share of the energy that crosses the system's outer boundary, 1; without meters
        there, of that of all bonds.
    time
        When the residual is largest, s.
    """

    kind: str
    name: str
    residual: float
    exchanged: float
    share: float
    time: float

    @property
    def own_share(self) -> float:
        """Magnitude of the residual as a share of the energy that crosses this boundary, 1."""
        return abs(self.residual) / self.exchanged if self.exchanged > 0 else float(self.residual != 0)


@dataclass(frozen=True)
class AuditResult:
    """Energy balances of a run: of its units, of the bonds between them, and of the whole."""

    units: tuple[Balance, ...]
    bonds: tuple[Balance, ...]
    total: Balance

    @property
    def worst(self) -> Balance:
        """The unit or bond with the largest share; the total only when several of them add up to clearly more."""
        part = max((*self.units, *self.bonds), key=lambda balance: balance.share)
        return self.total if self.total.share > 1.1 * part.share else part

    def table(self) -> pd.DataFrame:
        """Return the balances as a table, one row each.

        Columns: kind, name, residual (J), exchanged (J), share, time (s), own_share.
        """
        rows = [{**vars(balance), "own_share": balance.own_share} for balance in (*self.units, *self.bonds, self.total)]
        return pd.DataFrame(rows).set_index(["kind", "name"])

    def print(self, console: Console | None = None) -> None:
        """Print the balances as a table in MWh, the residuals as a share of the exchanged energy."""
        printed = Table(title="Energy balance", title_justify="left", header_style="bold")
        printed.add_column("balance of", no_wrap=True)
        for header in ("exchanged in MWh", "residual in kWh", "share"):
            printed.add_column(header, justify="right", no_wrap=True)
        for balance in (*self.units, *self.bonds, self.total):
            if balance.kind == "total" or (balance.kind == "bond" and balance is self.bonds[0]):
                printed.add_section()
            name = "whole system" if balance.kind == "total" else f"{balance.kind} {balance.name}"
            figures = (f"{balance.exchanged / 3.6e9:.1f}", f"{balance.residual / 3.6e6:.2g}", f"{balance.share:.1e}")
            printed.add_row(*map(Text, (name, *figures)))
        (console or Console()).print(printed)

    def check(self, limit: float = 1e-3) -> None:
        """Raise an error when a residual exceeds `limit` as a share of the exchanged energy.

        Raises
        ------
        AuditError
            With the worst unit or bond by name.
        """
        worst = self.worst
        if worst.share <= limit:
            return
        step = {
            "bond": "take a smaller communication step or the monolithic method",
            "unit": "tighten rtol; if it stays, the unit's model does not conserve energy",
            "total": "tighten rtol or take a smaller communication step",
        }[worst.kind]
        name = "the whole system" if worst.kind == "total" else f"{worst.kind} '{worst.name}'"
        raise AuditError(
            f"energy balance of {name} is off by {worst.residual / 3.6e6:.3g} kWh at t = {worst.time:g} s, "
            f"{worst.share:.2e} of the exchanged energy (limit {limit:g}); {step}"
        )

    def __repr__(self) -> str:
        worst = self.worst
        return (
            f"AuditResult({len(self.units)} units, {len(self.bonds)} bonds, total {self.total.share:.1e}, "
            f"worst {worst.kind} {worst.name} {worst.share:.1e} of the exchanged energy)"
        )


def audit(ds: xr.Dataset, limit: float | None = None) -> AuditResult:
    """Close the energy balance of every unit and bond of a run.

    Parameters
    ----------
    ds : xr.Dataset
        A run: `unit.U` and `unit.E_in_*` (J) over `time`; for one FMU alone `U` and `E_in_*`. The bonds are in the
        attribute `bonds`, a JSON list of `[name, "a.E_in_x", "b.E_in_y", …]`; without it every meter is an outer one.
    limit : float, optional
        Largest share of the exchanged energy that may be missing anywhere; None tells the balances without a verdict.

    Returns
    -------
    AuditResult

    Raises
    ------
    UsageError
        If the run holds no meters, or a unit or bond lacks one of its variables.
    AuditError
        If a share exceeds the limit; names the worst unit or bond.
    """
    if not isinstance(ds, xr.Dataset):
        raise UsageError(f"audit: takes the Dataset of a run, not {type(ds).__name__}; give the result of simulate")
    if limit is not None and not limit >= 0.0:
        raise UsageError(f"audit: limit must be a share of at least 0, such as 1e-3, not {limit!r}")
    units = _units(ds)
    bonds = _bonds(ds)
    time = ds["time"].values
    inner = {meter for _, joined in bonds for meter in joined}
    outer = [_gain(ds, meter) for meters in units.values() for meter in meters if meter not in inner]
    # bonds of units without meters are all there is to measure by
    exchanged = _exchanged(outer) or sum(_exchanged([_gain(ds, m) for m in joined]) for _, joined in bonds)
    system_residual = np.zeros(time.size)

    def balance(kind: str, name: str, residual: np.ndarray, own: float) -> Balance:
        worst = int(np.argmax(np.abs(residual)))
        value = float(residual[worst])
        share = abs(value) / exchanged if exchanged > 0 else float(value != 0)
        return Balance(kind, name, value, own, share, float(time[worst]))

    unit_balances = []
    for unit, meters in units.items():
        flows = [_gain(ds, meter) for meter in meters]
        residual = _gain(ds, _join(unit, "U")) - np.sum(flows, axis=0)
        system_residual += residual
        unit_balances.append(balance("unit", unit or "model", residual, _exchanged(flows)))
    bond_balances = []
    for name, joined in bonds:
        flows = [_gain(ds, meter) for meter in joined]
        residual = np.sum(flows, axis=0)
        system_residual += residual
        bond_balances.append(balance("bond", name, residual, _exchanged(flows)))
    total = balance("total", "system", system_residual, exchanged)
    result = AuditResult(tuple(unit_balances), tuple(bond_balances), total)
    if limit is not None:
        result.check(limit)
    return result


def _join(unit: str, variable: str) -> str:
    return f"{unit}.{variable}" if unit else variable


def _units(ds: xr.Dataset) -> dict[str, list[str]]:
    """Return the meters of each unit that has an internal energy; none where a ledger is all there is."""
    names = [str(name) for name in ds.data_vars]
    units: dict[str, list[str]] = {}
    for name in names:
        unit, _, variable = name.rpartition(".")
        if variable.startswith(_METER):
            units.setdefault(unit, []).append(name)
    if not units and not any(name.startswith(f"{LEDGER}.") for name in names):
        raise UsageError("the run holds no energy meter 'unit.E_in_…'; keep all variables of the run for an audit")
    for unit in units:
        if _join(unit, "U") not in names:
            raise UsageError(f"the run holds no '{_join(unit, 'U')}'; keep all variables of the run for an audit")
    return units


def _bonds(ds: xr.Dataset) -> list[tuple[str, list[str]]]:
    names = [str(name) for name in ds.data_vars]
    bonds = [(str(name), [str(meter) for meter in joined]) for name, *joined in json.loads(ds.attrs.get("bonds", "[]"))]
    for name, joined in bonds:
        for meter in joined:
            if meter not in names:
                raise UsageError(f"bond '{name}': the run holds no meter '{meter}'{near_miss(meter, names)}; keep it")
    return bonds


def _gain(ds: xr.Dataset, name: str) -> np.ndarray:
    """Return a meter's gain since the start over time (J), an array's elements added up."""
    values = ds[name].transpose("time", ...).values.reshape(ds.sizes["time"], -1).sum(axis=1)
    if not np.all(np.isfinite(values)):
        raise UsageError(f"'{name}' holds values that are not finite; the run cannot be audited")
    return values - values[0]


def _exchanged(gains: list[np.ndarray]) -> float:
    return 0.5 * float(sum(np.sum(np.abs(np.diff(gain))) for gain in gains))
