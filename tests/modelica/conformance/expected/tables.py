"""Tables given as parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from scipy.interpolate import CubicHermiteSpline, RegularGridInterpolator

Values = Mapping[str, Value]


@case("tables/LinearTable", (0, 0.3, 1.2, 1.6, 3, 3.9, 5))
def linear_table(t: float) -> Values:
    return {"y": np.interp(t - 0.5, [0, 1, 3, 4], [2, 5, 4, 8])}


@case("tables/LinearTable", (0, 0.3, 1.2, 1.6, 3, 3.9, 5), parameters={"xs[2]": 0.5, "ys[3]": -1.0})
def linear_table_set(t: float) -> Values:
    return {"y": np.interp(t - 0.5, [0, 0.5, 3, 4], [2, 5, -1, 8])}


@case("tables/SmoothTable", (0.1, 0.9, 1.4, 2.6, 2.9, 4.4, 4.9, 6))
def smooth_table(t: float) -> Values:
    xs, ys = np.array([0, 1, 2.5, 3, 5]), np.array([1, 3, 2, 2.5, 4])
    ends = np.diff(ys) / np.diff(xs)
    slopes = np.concatenate([ends[:1], (ys[2:] - ys[:-2]) / (xs[2:] - xs[:-2]), ends[-1:]])
    return {"y": float(CubicHermiteSpline(xs, ys, slopes)(t)) if t <= 5 else 4}


@case("tables/BilinearTable", (0, 0.3, 0.9, 1.4, 2.5, 3.2, 4))
def bilinear_table(t: float) -> Values:
    table = RegularGridInterpolator(([0, 1, 3], [10, 20]), [[1, 2], [4, 8], [3, 5]])
    return {"z": table([min(t, 3), min(10 + 3 * t, 20)])[0]}


def _library_tables(t: float, third: float) -> Values:
    xs, ys = [0, 1, 3, 4], [2, 5, third, 8]
    u = t - 0.5
    ends = (2 + 3 * u) if u < 0 else 8 + (8 - third) * (u - 4) if u > 4 else np.interp(u, xs, ys)
    table = RegularGridInterpolator(([0, 1, 3], [10, 20]), [[1, 2], [4, 8], [3, 5]])
    return {
        "a": np.interp(u, xs, ys),
        "b": ends,
        "c": table([min(t, 3), min(10 + 3 * t, 20)])[0],
        "d": 5,  # a smooth table meets its points
        "e": min(1 + 2 * t, 7),  # and keeps a straight line straight
    }


@case("tables/LibraryTables", (0, 0.3, 1.2, 1.6, 2.7, 3.9, 5), libraries=("HeatReuse",))
def library_tables(t: float) -> Values:
    return _library_tables(t, 4)


@case("tables/LibraryTables", (0, 0.3, 1.2, 1.6, 2.7, 3.9, 5), libraries=("HeatReuse",), parameters={"y[3]": -1.0})
def library_tables_set(t: float) -> Values:
    return _library_tables(t, -1)
