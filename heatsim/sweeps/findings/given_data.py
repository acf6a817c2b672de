"""First-order shares from cases that have no structure: Latin hypercubes, lists, rows that go together."""

from __future__ import annotations

import importlib

import numpy as np

from heatsim.errors import UsageError
from heatsim.sweeps.findings.indices import CONFIDENCE, Indices, joined, numbered, varies
from heatsim.sweeps.findings.table import CaseTable

_FEWEST = 60
"""Below, the 10 harmonics of the method take most of the half sample that its interval is found from."""

_FEWEST_OF_A_GROUP = 5
_RESAMPLES = 100


def given_data_indices(table: CaseTable, values: np.ndarray) -> Indices:
    """Return first-order shares and rank correlations.

    Names with numbers throughout: RBD-FAST (SALib). Choices and values that repeat: variance between the groups over
    the variance, corrected for the number of groups (epsilon squared: Kelley, Proceedings of the National Academy of
    Sciences 21 (1935) 554).

    Parameters
    ----------
    table
        The cases.
    values
        Of the figure, NaN where there is none; (cases,).
    """
    names = tuple(table.swept)
    good = ~np.isnan(values)
    if good.sum() < _FEWEST:
        raise UsageError(
            f"{good.sum()} of {len(values)} cases have a value, and shares of cases without structure need {_FEWEST}; "
            "let the sweep go on, or take a larger sample"
        )
    inputs, kept = numbered(table)[good], values[good]
    rng = np.random.default_rng(table.design.seed)
    # equal values would otherwise stand in the order of the cases, which is no chance
    shuffled = rng.permutation(len(kept))
    inputs, kept = inputs[shuffled], kept[shuffled]
    arrays: dict[str, np.ndarray] = {}
    thin: list[str] = []
    if varies(kept):
        shares = [_share(inputs[:, i], kept, rng) for i in range(len(names))]
        arrays = {
            "S1": np.array([share for share, _ in shares]),
            "S1_conf": np.array([half for _, half in shares]),
            "rank_correlation": np.array([_rank_correlation(table, i, inputs[:, i], kept) for i in range(len(names))]),
        }
        thin = [name for name, (share, _) in zip(names, shares, strict=True) if np.isnan(share)]
    missing = int((~good).sum())
    return Indices(
        "first-order shares from given data (RBD-FAST of SALib; of choices: variance between groups)",
        names,
        arrays,
        len(kept),
        missing,
        joined(
            "" if arrays else "does not vary",
            "interactions are what the shares leave to 1",
            f"{missing} of {len(values)} cases have no value" if missing else "",
            ""
            if table.design.method == "lhs" and not table.design.left_out
            else "the names do not vary independently, so their shares overlap",
            f"too few cases per value of {', '.join(thin)}" if thin else "",
        ),
    )


def _share(inputs: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Return share and half-width of its interval; NaN when the values of a name have too few cases each."""
    distinct, group = np.unique(inputs, return_inverse=True)
    if len(distinct) == len(inputs):
        found = importlib.import_module("SALib.analyze.rbd_fast").analyze(
            {"num_vars": 1, "names": ["x0"], "bounds": [[0.0, 1.0]]},
            inputs[:, None],
            values,
            num_resamples=_RESAMPLES,
            conf_level=CONFIDENCE,
            seed=rng,
        )
        return float(found["S1"][0]), float(found["S1_conf"][0])
    if len(distinct) < 2 or len(inputs) < _FEWEST_OF_A_GROUP * len(distinct):
        return float("nan"), float("nan")
    draws = rng.integers(len(values), size=(_RESAMPLES, len(values)))
    spread = np.std([_between(group[draw], values[draw]) for draw in draws], ddof=1)
    normal = importlib.import_module("scipy.stats").norm
    return _between(group, values), float(normal.ppf(0.5 + CONFIDENCE / 2.0) * spread)


def _between(group: np.ndarray, values: np.ndarray) -> float:
    counts = np.bincount(group)
    some = counts > 0
    means = np.bincount(group, values)[some] / counts[some]
    middle = values - values.mean()
    everything = float(middle @ middle)
    between = float(counts[some] @ (means - values.mean()) ** 2)
    free = len(values) - int(some.sum())
    return 1.0 - (everything - between) / free * (len(values) - 1) / everything


def _rank_correlation(table: CaseTable, i: int, inputs: np.ndarray, values: np.ndarray) -> float:
    column = table.swept.iloc[:, i]
    if isinstance(column.iloc[0], bool | np.bool_ | str) or np.ptp(inputs) == 0.0:
        return float("nan")
    return float(importlib.import_module("scipy.stats").spearmanr(inputs, values).statistic)
