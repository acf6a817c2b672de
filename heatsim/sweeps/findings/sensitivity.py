"""What matters in a sweep: how much of a figure's variation each swept name explains.

The indices follow the design. Sobol' samples: first, second and total order (SALib). Morris trajectories: elementary
effects (SALib). Grids: the same shares as of a Sobol' sample, exactly for the values of the grid. Anything else:
first order from given data. Cases that did not end well take their whole block or trajectory with them, and are
counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.findings.given_data import given_data_indices
from heatsim.sweeps.findings.grid_shares import grid_shares
from heatsim.sweeps.findings.indices import DESCRIPTIONS, Indices
from heatsim.sweeps.findings.sampled_indices import morris_indices, sobol_indices
from heatsim.sweeps.findings.table import CaseTable, case_table


def sensitivity(sweep: xr.Dataset | str | Path, figures: str | Iterable[str] | None = None) -> xr.Dataset:
    """Return how sensitive the figures of a sweep are to what is swept.

    Parameters
    ----------
    sweep
        Dataset of `open_sweep`, or the folder.
    figures
        Names of figures; None: all that are numbers.

    Returns
    -------
    xarray.Dataset
        Over `figure` and `parameter` (`other_parameter` for pairs), as far as the design gives them: `S1`, `ST`, `S2`
        and their half-widths of 95 % confidence `S1_conf`, `ST_conf`, `S2_conf` (-); `mu`, `mu_star`, `sigma`,
        `mu_star_conf`, in the unit of the figure, per full range of the name or change of a choice by name;
        `rank_correlation` (-). Over `figure`: `cases_used`, `cases_left_out`, `note`, `figure_units`. NaN where a
        figure does not vary, or too few cases have a value. Attribute `method` says what was used.

    Raises
    ------
    UsageError
        When there is no such figure, the cases are not in the order of their sample any more, or too few are good.

    Notes
    -----
    Sobol': Saltelli et al., Computer Physics Communications 181 (2010) 259. Morris: Campolongo et al., Environmental
    Modelling & Software 22 (2007) 1509. Given data: Tarantola et al., Reliability Engineering & System Safety 91 (2006)
    717, with the correction of Tissot and Prieur, ibid. 107 (2012) 205.
    """
    table = case_table(sweep)
    names = [figures] if isinstance(figures, str) else list(table.figures) if figures is None else list(figures)
    names = [table.figure(name) for name in names]
    if not names:
        raise UsageError("the sweep has no figure that is a number; its cases have failed or give texts only")
    found: dict[str, Indices] = {}
    refused: dict[str, str] = {}
    for name in dict.fromkeys(names):
        try:
            found[name] = _indices(table, table.figures[name].to_numpy())
        except UsageError as error:
            if figures is not None or (not found and len(refused) + 1 == len(names)):
                raise
            refused[name] = str(error)
    # of all figures some may have too few values; that is said of them and no reason to keep silent on the others
    like = next(iter(found.values()))
    count = len(table.ok)
    for name, why in refused.items():
        found[name] = Indices(like.method, like.parameters, {}, 0, count, why)
    return _dataset(table, {name: found[name] for name in dict.fromkeys(names)})


def _indices(table: CaseTable, values: np.ndarray) -> Indices:
    # an infinite figure has no variance
    values = np.where(np.isfinite(values), values, np.nan)
    if table.design.method == "sobol":
        return sobol_indices(table, values)
    if table.design.method == "morris":
        return morris_indices(table, values)
    if table.design.method == "grid":
        return grid_shares(table, values)
    return given_data_indices(table, values)


def _dataset(table: CaseTable, found: dict[str, Indices]) -> xr.Dataset:
    first = next(iter(found.values()))
    parameters = list(first.parameters)
    variables: dict[str, tuple] = {}
    for name in DESCRIPTIONS:
        if not any(name in indices.arrays for indices in found.values()):
            continue
        shape = (len(parameters),) * (2 if name.startswith("S2") else 1)
        stacked = np.stack([indices.arrays.get(name, np.full(shape, math.nan)) for indices in found.values()])
        dims = ("figure", "parameter", "other_parameter")[: stacked.ndim]
        unit, long_name = DESCRIPTIONS[name]
        variables[name] = (dims, stacked, {"units": unit, "long_name": long_name})
    per_figure: dict[str, tuple[np.ndarray, str, str]] = {
        "cases_used": (
            np.array([indices.used for indices in found.values()]),
            "1",
            "cases that the indices follow from",
        ),
        "cases_left_out": (
            np.array([indices.left_out for indices in found.values()]),
            "1",
            "cases left out: without a value, or in a block or trajectory with such a case",
        ),
        "note": (_texts(indices.note for indices in found.values()), "", "what to know of the indices"),
        "figure_units": (_texts(table.units.get(name, "") for name in found), "", "unit of the figure"),
    }
    for name, (array, unit, long_name) in per_figure.items():
        variables[name] = (("figure",), array, {"units": unit, "long_name": long_name})
    coordinates = {
        "figure": ("figure", _texts(found), {"units": "", "long_name": "figure"}),
        "parameter": ("parameter", _texts(parameters), {"units": "", "long_name": "what is swept"}),
    }
    if "S2" in variables:
        attributes = {"units": "", "long_name": "what is swept as well"}
        coordinates["other_parameter"] = ("other_parameter", _texts(parameters), attributes)
    return xr.Dataset(variables, coordinates, {"method": first.method})


def _texts(texts: Iterable[str]) -> np.ndarray:
    return np.array(list(texts), dtype=object)
