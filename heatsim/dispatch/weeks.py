"""Representative weeks: a few weeks of a year with weights, that stand for all of it.

Weeks begin every seven days from the begin of the year of forecasts. Each is described by normalised profiles of
demand, IT power, prices and temperatures; k-means (Lloyd 1982; starts by Arthur and Vassilvitskii 2007, both from
SciPy) groups them, and the real week nearest to the mean of its group stands for it, so that its hours belong together
as they did.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from scipy.cluster.vq import kmeans2
from scipy.optimize import nnls

from heatsim.dispatch.forecasts import OPTIONAL, REQUIRED, check, step_of, window
from heatsim.errors import UsageError

WEEK = 7 * 86400.0
"""Length of a week, s."""
BLOCK = 6 * 3600.0
"""Length of the means that describe a week, s: night, morning, afternoon, evening."""
RESTARTS = 20
"""Runs of k-means from different starts; the one with the least squares within its groups counts."""
SUMS = ("Q_flow_demand", "P_IT", "price_electricity", "T_outdoor")
"""Variables whose error of the weighted mean is stated."""


@dataclass(frozen=True)
class Weeks:
    """Representative weeks of a year.

    Attributes
    ----------
    starts
        Begin of each week, s on the clock of the forecasts, increasing.
    weights
        Number of weeks of the year that each stands for; together the length of the year in weeks.
    groups
        For each whole week of the year, the position of the one that stands for it.
    errors
        Relative error of the weighted sum of a variable over that of the year, 1; of `T_outdoor` the error of the
        weighted mean, K.
    """

    starts: tuple[float, ...]
    weights: tuple[float, ...]
    groups: tuple[int, ...]
    errors: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.starts)

    def windows(self, year: xr.Dataset) -> Iterator[tuple[float, xr.Dataset]]:
        """Yield weight and forecasts of each week."""
        for start, weight in zip(self.starts, self.weights, strict=True):
            yield weight, window(year, start, start + WEEK)

    def sum(self, values: Sequence[float]) -> float:
        """Return the yearly sum of one value for each week."""
        if len(values) != len(self.starts):
            raise UsageError(f"{len(values)} values for {len(self.starts)} weeks; give one for each")
        return math.fsum(weight * value for weight, value in zip(self.weights, values, strict=True))

    def __str__(self) -> str:
        lines = ["week from day    stands for weeks"]
        lines += [f"{s / 86400.0:13.0f}  {w:18.2f}" for s, w in zip(self.starts, self.weights, strict=True)]
        errors = [
            f"{name} {error:+.2g} K" if name == "T_outdoor" else f"{name} {100.0 * error:+.2f} %"
            for name, error in self.errors.items()
        ]
        return "\n".join([*lines, "error of the year: " + ", ".join(errors)])


def representative_weeks(
    year: xr.Dataset,
    number: int | None = None,
    *,
    starts: Sequence[float | str] | None = None,
    keep: Sequence[str] = (),
    seed: int = 0,
    adjust: bool = True,
) -> Weeks:
    """Choose weeks that stand for a year.

    Parameters
    ----------
    year
        Forecasts of the year (or of any span of at least a week).
    number
        Number of weeks that k-means chooses.
    starts
        Begin of given weeks instead, s on the clock of the forecasts or ISO dates; the other weeks of the year then
        count for the nearest of them.
    keep
        Variables of the forecasts whose highest hour (of the whole weeks) is kept: the week that holds it stands for
        itself, beside the `number` chosen ones.
    seed
        Seed of k-means; the same seed gives the same weeks.
    adjust
        Change the sizes of the groups as little as possible (least squares of the relative change) so that the length
        of the year and its sum of the demand are kept. With False, or where positive weights cannot keep the
        demand, the sizes are scaled to the length of the year; `Weeks.errors` states what is left.

    Raises
    ------
    InputError
        If the forecasts cannot be planned with.
    UsageError
        If the span is shorter than a week, its step does not divide a block of six hours, or number, starts or
        variables do not fit.
    """
    year = check(year)
    if (number is None) == (starts is None):
        raise UsageError("representative weeks: give either a number of weeks or their starts")
    features, whole = _features(year)
    count = features.shape[0]
    kept = _kept(year, keep, count)
    if starts is not None:
        chosen = sorted({*_given(year, starts, count), *kept})
        groups = _nearest(features, chosen, kept)
    else:
        assert number is not None
        free = [i for i in range(count) if i not in kept]
        if not 1 <= number <= len(free):
            raise UsageError(
                f"{number} representative weeks of {len(free)} in the forecasts; give 1 to {len(free)}"
                + (f" (beside {len(kept)} kept for the highest hours)" if kept else "")
            )
        chosen, groups = _cluster(features, free, kept, number, seed)
    sizes = np.bincount(groups, minlength=len(chosen)).astype(float)
    weights = _weights(year, chosen, sizes, whole, adjust)
    begin = float(year["time"].values[0])
    found = tuple(begin + WEEK * i for i in chosen)
    return Weeks(found, tuple(weights.tolist()), tuple(int(g) for g in groups), _errors(year, found, weights))


def _features(year: xr.Dataset) -> tuple[np.ndarray, float]:
    """Return normalised features, shape (weeks, features), and the length of the span in weeks."""
    step = step_of(year)
    whole = year.sizes["time"] * step / WEEK
    count = int(whole + 1e-9)
    if count < 1:
        raise UsageError(f"the forecasts span {whole * 7.0:.3g} days; representative weeks need at least 7")
    per_block = BLOCK / step
    if abs(per_block - round(per_block)) > 1e-9 or per_block < 0.5:
        raise UsageError(f"intervals of {step:g} s do not divide blocks of {BLOCK / 3600.0:g} h; choose 900 or 3600 s")
    blocks = round(WEEK / BLOCK)
    columns = []
    for name in (*REQUIRED, *OPTIONAL):
        if name not in year:
            continue
        values = year[name].values
        spread = float(values.std())
        if spread <= 1e-9 * float(np.abs(values).max()):
            continue  # a constant tells weeks not apart
        normal = ((values - values.mean()) / spread)[: count * round(WEEK / step)]
        # Each variable counts alike, however many blocks it is cut into.
        columns.append(normal.reshape(count, blocks, -1).mean(axis=2) / math.sqrt(blocks))
    if not columns:
        return np.zeros((count, 1)), whole
    return np.hstack(columns), whole


def _kept(year: xr.Dataset, names: Sequence[str], count: int) -> list[int]:
    """Return the weeks that hold the highest hour of variables."""
    per_week = round(WEEK / step_of(year))
    found = set()
    for name in names:
        if name not in year:
            there = ", ".join(map(str, year))
            raise UsageError(f"the forecasts have no '{name}' to keep the highest hour of; choose of {there}")
        found.add(int(np.argmax(year[name].values[: count * per_week])) // per_week)
    return sorted(found)


def _given(year: xr.Dataset, starts: Sequence[float | str], count: int) -> list[int]:
    """Return the positions of given weeks."""
    begin = float(year["time"].values[0])
    found = []
    for one in starts:
        seconds = _seconds(year, one) if isinstance(one, str) else float(one)
        position = (seconds - begin) / WEEK
        if not math.isfinite(position) or abs(position - round(position)) > 1e-6 or not 0 <= round(position) < count:
            raise UsageError(
                f"no week of the forecasts begins at {one!r}; weeks begin every 7 days from t = {begin / 86400.0:g} d, "
                f"{count} of them"
            )
        if round(position) in found:
            raise UsageError(f"the week that begins at {one!r} is given twice")
        found.append(round(position))
    if not found:
        raise UsageError("representative weeks: the list of starts is empty; give at least one")
    return found


def _seconds(year: xr.Dataset, date: str) -> float:
    zero = year.attrs.get("start_time")
    if zero is None:
        raise UsageError(f"week '{date}': the forecasts have no attribute 'start_time'; give seconds instead of a date")
    try:
        return float((pd.Timestamp(date) - pd.Timestamp(zero)).total_seconds())
    except ValueError:
        raise UsageError(f"'{date}' is no date; write it as 2020-01-15") from None


def _nearest(features: np.ndarray, chosen: list[int], kept: list[int]) -> np.ndarray:
    """Return for each week the position of the nearest chosen one; kept weeks stand for themselves alone."""
    distance = np.linalg.norm(features[:, None, :] - features[chosen][None, :, :], axis=2)
    for position, week in enumerate(chosen):
        if week in kept and len(chosen) > len(kept):
            distance[:, position] = np.inf
    groups = np.argmin(distance, axis=1)
    groups[chosen] = np.arange(len(chosen))
    return groups


def _cluster(
    features: np.ndarray, free: list[int], kept: list[int], number: int, seed: int
) -> tuple[list[int], np.ndarray]:
    """Return the chosen weeks, increasing, and for each week the position of its own."""
    points = features[free]
    random = np.random.default_rng(seed)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for _ in range(RESTARTS):
        means, labels = _kmeans(points, number, random)
        within = float(((points - means[labels]) ** 2).sum())
        if best is None or within < best[0]:
            best = within, means, labels
    assert best is not None
    _, means, labels = best
    stands = {}
    for label in range(number):
        members = np.flatnonzero(labels == label)
        distance = ((points[members] - means[label]) ** 2).sum(axis=1)
        stands[label] = free[int(members[np.argmin(distance)])]
    chosen = sorted([*stands.values(), *kept])
    groups = np.empty(features.shape[0], dtype=int)
    groups[free] = [chosen.index(stands[label]) for label in labels]
    groups[kept] = [chosen.index(week) for week in kept]
    return chosen, groups


def _kmeans(points: np.ndarray, number: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Run k-means once, without empty groups: the point farthest from its mean takes an empty one over."""
    if number == len(points):
        return points, np.arange(number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an empty group, which is filled below
        means, labels = kmeans2(points, number, iter=100, minit="++", missing="warn", seed=random)
    for empty in np.setdiff1d(np.arange(number), labels):
        distance = ((points - means[labels]) ** 2).sum(axis=1)
        distance[np.bincount(labels, minlength=number)[labels] == 1] = -1.0  # would leave another one empty
        farthest = int(np.argmax(distance))
        means[empty], labels[farthest] = points[farthest], empty
    return means, labels


def _weights(year: xr.Dataset, chosen: list[int], sizes: np.ndarray, whole: float, adjust: bool) -> np.ndarray:
    """Return the sizes of the groups, changed to keep the length of the year and its sum of the demand."""
    scaled = sizes * whole / sizes.sum()
    per_week = round(WEEK / step_of(year))
    demand = year["Q_flow_demand"].values
    of_week = np.array([demand[i * per_week : (i + 1) * per_week].sum() for i in chosen]) / per_week
    mean = float(demand.mean())
    if not adjust or not of_week.min() <= mean <= of_week.max() or mean <= 0.0:
        return scaled
    # Least squares of the relative change, with the two sums as rows that weigh so much that they hold.
    hold = 1e5
    sums = np.vstack([np.ones(len(chosen)), of_week / mean]) / whole
    rows = np.vstack([np.diag(1.0 / np.sqrt(scaled)), hold * sums])
    weights, _ = nnls(rows, np.concatenate([np.sqrt(scaled), [hold, hold]]))
    return np.asarray(weights * whole / weights.sum())


def _errors(year: xr.Dataset, starts: Sequence[float], weights: np.ndarray) -> dict[str, float]:
    errors = {}
    for name in SUMS:
        means = [float(window(year, start, start + WEEK)[name].mean()) for start in starts]
        mean, true = float(np.dot(weights, means) / weights.sum()), float(year[name].mean())
        if name == "T_outdoor":
            errors[name] = mean - true
        else:
            errors[name] = mean / true - 1.0 if true else mean
    return errors
