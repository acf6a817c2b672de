"""What a report of a sweep shows when it is not told: which figures, over which names, and what the best case is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.edge import is_number
from heatsim.errors import UsageError, listed, near_miss
from heatsim.plot.sweep_values import along_cases, figure_names, quantity, swept_names

COSTS = ("cost_compared", "cost_total", "cost_per_heat")
"""Figures of the built-in studies that are costs, in the order of preference."""
PREFERRED = (
    *COSTS,
    *("co2_total", "unmet_share", "network_supply_min", "chip_max", "seasonal_cop", "energy_reuse_factor"),
    *("peak_share", "heat_pump_heat", "actuator_reversals", "mode_changes"),
)
"""Figures of the built-in studies that people ask for first."""
_CHECKS = ("residual",)
"""Words in the names of figures that say whether a run is sound, not what the plant does."""
_CONSTANT = 1e-3
"""Variation, as a share of the largest value, below which a figure tells nothing."""
_NO_SHARE = 1e-4
"""% below which a share is nothing."""
_TOGETHER = 0.95
_ALIKE = 0.995
"""Rank correlation from which on even figures that people ask for tell the same."""
_GROUPS = 8
_SOME = 3
_MANY = 12
"""Cases from which on figures that rise and fall together say something of the plant."""


@dataclass(frozen=True)
class Objective:
    """What makes a case good: the lowest or highest value of a figure; `why` it was taken."""

    figure: str
    largest: bool
    why: str

    @property
    def word(self) -> str:
        """ "lowest" or "highest"."""
        return "highest" if self.largest else "lowest"


@dataclass(frozen=True)
class Shown:
    """Figures that are drawn, each with the reason, and those that are not, likewise."""

    figures: dict[str, str]
    left_out: dict[str, str]


def objective(ds: xr.Dataset, best: str | None, largest: bool) -> Objective | None:
    """Return what makes a case good: what was asked for, else a cost; None when the sweep has none.

    Raises
    ------
    UsageError
        When the figure is unknown or no number.
    """
    known = figure_names(ds)
    if best is not None:
        check_figures(ds, [best])
        return Objective(best, largest, "as asked for")
    costs = [name for name in COSTS if name in known]
    costs += [n for n in known if "cost" in n.lower() and str(ds[n].attrs.get("units", "")).startswith("EUR")]
    if not costs:
        return None
    return Objective(costs[0], False, "the first cost among the figures, as none was asked for by --best")


def check_figures(ds: xr.Dataset, names: Sequence[str]) -> None:
    """Refuse names that are no figures of a sweep, or no numbers."""
    known = figure_names(ds)
    for name in names:
        if name in known:
            continue
        if name in ds.data_vars:
            raise UsageError(f"'{name}' is no single number of each case; figures are {listed(known)}")
        raise UsageError(f"the sweep has no figure '{name}'{near_miss(name, known)}; it has {listed(known)}")


def telling(ds: xr.Dataset, asked: Sequence[str], first: Sequence[str], most: int = 4) -> Shown:
    """Return the figures that a report draws.

    In this order, until there are `most`: those asked for (all of them), those that the best case and the constraints
    are chosen by, costs, those of `PREFERRED`, then those that vary most against their largest value. Left out are
    those that do not vary, that fewer than three cases have, a second one of `COSTS`, and those that rise and fall with
    one before them (of twelve cases or more over two names or more: rank correlation of 0.95, for `PREFERRED` 0.995).

    Parameters
    ----------
    ds
        A sweep.
    asked
        Names of figures that a person wants.
    first
        Names of figures that decide on the best case.
    most
        Figures, unless more are asked for.
    """
    check_figures(ds, asked)
    if asked:
        return Shown(dict.fromkeys(asked, "asked for"), {})
    cases = along_cases(ds)
    found = {name: quantity(cases, name) for name in figure_names(ds)}
    values, units = {n: one.values for n, one in found.items()}, {n: one.unit for n, one in found.items()}
    varied = [name for name in sorted(values, key=lambda n: -_variation(values[n])) if not _is_check(name)]
    order = {name: "decides on the best case" for name in first if name in values}
    for name in PREFERRED:
        if name in values:
            order.setdefault(name, "one of the figures that heatsim shows first")
    for name in varied:
        order.setdefault(name, "varies most of the others")
    # along one line, everything rises and falls together
    varied_names = [n for n in swept_names(ds) if np.unique(quantity(ds, n).values.astype(str)).size > 1]
    independent = len(varied_names) > 1 and cases.sizes["case"] >= _MANY
    shown: dict[str, str] = {}
    left: dict[str, str] = {}
    for name, why in order.items():
        if len(shown) >= most:
            break
        hindrance = _hindrance(values, units, name, shown if independent else ())
        if hindrance:
            left[name] = hindrance
        else:
            shown[name] = why
    return Shown(shown, left)


def strengths(ds: xr.Dataset, figure: str) -> dict[str, float]:
    """Return for each swept name the share of a figure's variance that lies between the groups of its values.

    The correlation ratio of the one-way analysis of variance (Pearson, 1905), over the cases that ended well: 0 when
    the means of all groups are equal, 1 when the name decides alone. Names with more than eight values are cut into
    eight groups of equal size.
    """
    cases = along_cases(ds)
    values = quantity(cases, figure).values
    good = np.isfinite(values)
    found = {}
    for name in swept_names(ds):
        one = quantity(cases, name)
        found[name] = _between(one.values[good], values[good], one.number)
    return found


def _between(x: np.ndarray, y: np.ndarray, number: bool) -> float:
    total = float(np.var(y)) * y.size if y.size else 0.0
    if total <= 0.0 or np.unique(x.astype(str)).size < 2:
        return 0.0
    if number and np.unique(x).size > _GROUPS:
        groups = np.array_split(np.argsort(x, kind="stable"), _GROUPS)
    else:
        _, which = np.unique(x.astype(str), return_inverse=True)
        groups = [np.flatnonzero(which == k) for k in range(which.max() + 1)]
    mean = y.mean()
    return float(sum(group.size * (y[group].mean() - mean) ** 2 for group in groups if group.size) / total)


def _variation(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    if known.size < _SOME:
        return 0.0
    largest = float(np.abs(known).max())
    return float(np.ptp(known)) / largest if largest > 0.0 else 0.0


def _is_check(name: str) -> bool:
    return any(word in name for word in _CHECKS)


def _hindrance(values: dict[str, np.ndarray], units: dict[str, str], name: str, shown: Collection[str]) -> str:
    known = np.isfinite(values[name])
    if known.sum() < _SOME:
        return f"only {int(known.sum())} cases have it"
    if _variation(values[name]) < _CONSTANT:
        return "the same in all cases, within 0.1 %"
    if units[name] == "%" and float(np.abs(values[name][known]).max()) < _NO_SHARE:
        return "zero in all cases"
    if name in COSTS and any(other in COSTS for other in shown):
        return "another cost is shown"
    for other in shown:
        both = known & np.isfinite(values[other])
        together = _rank_correlation(values[name][both], values[other][both])
        if abs(together) >= (_ALIKE if name in PREFERRED else _TOGETHER):
            words = f"rises and falls with {other}" if together > 0.0 else f"falls as {other} rises"
            return f"{words} (rank correlation {together:.2f})"
    return ""


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation, ties with their mean rank; 0 where there is none."""
    if a.size < _SOME or not is_number(a):
        return 0.0
    ranks = [xr.DataArray(v, dims="case").rank("case").values for v in (a, b)]
    if min(float(np.std(r)) for r in ranks) == 0.0:
        return 0.0
    return float(np.corrcoef(ranks)[0, 1])
