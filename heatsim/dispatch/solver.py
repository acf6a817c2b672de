"""HiGHS on a linopy model, without a line on the terminal, with bound, gap and marginal values.

linopy gives the matrices; they go to HiGHS here and not through `Model.solve`, because that prints the banner of HiGHS,
and because whole numbers are rounded and the rest is solved again with them fixed: the numbers of a plan are then
exact, and a linear problem has marginal values.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import highspy
import linopy
import numpy as np
import scipy.sparse

from heatsim.errors import SimulationError

FINE = 1e-9
"""Feasibility tolerance of a problem whose whole numbers are fixed, in units of the model."""


@dataclass
class Matrices:
    """A model as HiGHS sees it: least `c x` with `low <= A x <= high`, `lower <= x <= upper`, `x[whole]` whole.

    Attributes
    ----------
    A
        Rows by columns.
    low, high
        Limits of the rows.
    c, lower, upper, whole
        Cost, limits and kind of the columns.
    rows, columns
        Labels of linopy for rows and columns.
    """

    A: scipy.sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    c: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    whole: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, model: linopy.Model) -> Matrices:
        """Return the matrices of a linopy model."""
        own = model.matrices
        sense, right = np.asarray(own.sense), np.asarray(own.b, dtype=float)
        return cls(
            A=scipy.sparse.csr_array(own.A),
            low=np.where(sense != "<", right, -np.inf),
            high=np.where(sense != ">", right, np.inf),
            c=np.asarray(own.c, dtype=float),
            lower=np.asarray(own.lb, dtype=float),
            upper=np.asarray(own.ub, dtype=float),
            whole=np.asarray(own.vtypes) != "C",
            rows=np.asarray(own.clabels),
            columns=np.asarray(own.vlabels),
        )


@dataclass
class Solution:
    """What a solver found.

    Attributes
    ----------
    status
        "optimal" (within the gap), "time limit" (a plan, but not within the gap), "infeasible", or "no plan: …".
    objective, bound
        Objective of the plan, and a value that no plan falls below.
    x
        Columns, whole numbers exact; empty without a plan.
    dual
        Change of the objective with each row's right-hand side, whole numbers fixed; NaN where not known.
    fixed
        Whether the rest was solved again with whole numbers fixed.
    seconds
        Wall-clock time, s.
    """

    status: str
    objective: float = np.nan
    bound: float = np.nan
    x: np.ndarray = field(default_factory=lambda: np.empty(0))
    dual: np.ndarray = field(default_factory=lambda: np.empty(0))
    fixed: bool = False
    seconds: float = 0.0

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.x.size > 0


def solve(matrices: Matrices, *, gap: float = 0.0, absolute_gap: float = 0.0, time_limit: float = np.inf) -> Solution:
    """Solve a model.

    Parameters
    ----------
    matrices
        The model.
    gap, absolute_gap
        The search for whole numbers ends when objective and bound are closer than `gap` times the objective, or than
        `absolute_gap`.
    time_limit
        s; a plan found by then is returned with the status "time limit".
    """
    begin = time.perf_counter()
    mixed = bool(matrices.whole.any())
    highs = _highs(matrices, matrices.lower, matrices.upper, matrices.whole)
    highs.setOptionValue("mip_rel_gap", float(gap))
    highs.setOptionValue("mip_abs_gap", max(float(absolute_gap), 1e-6))
    if np.isfinite(time_limit):
        highs.setOptionValue("time_limit", float(time_limit))
    status = _run(highs)
    info = highs.getInfo()
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    if status == "optimal" or (mixed and feasible and status == "time limit"):
        result = Solution(status, float(info.objective_function_value))
        solution = highs.getSolution()
        result.x = np.asarray(solution.col_value, dtype=float)
        if mixed:
            result.bound = float(info.mip_dual_bound)
            _fix(matrices, result)
        else:
            result.bound, result.dual = result.objective, np.asarray(solution.row_dual, dtype=float)
            result.fixed = True
    elif status == "time limit":
        result = Solution(f"no plan: the time limit of {time_limit:g} s came first")
    else:
        result = Solution(status)
    result.seconds = time.perf_counter() - begin
    return result


def _fix(matrices: Matrices, result: Solution) -> None:
    """Round the whole numbers and solve the rest again; where that fails, the rest stays as it was."""
    x = result.x.copy()
    x[matrices.whole] = np.round(x[matrices.whole])
    lower, upper = matrices.lower.copy(), matrices.upper.copy()
    lower[matrices.whole] = upper[matrices.whole] = x[matrices.whole]
    result.dual = np.full(matrices.low.size, np.nan)
    for tolerance in (FINE, 1e-7, 1e-6):
        highs = _highs(matrices, lower, upper, np.zeros_like(matrices.whole))
        highs.setOptionValue("primal_feasibility_tolerance", tolerance)
        if _run(highs) == "optimal":
            solution = highs.getSolution()
            result.x, result.dual = np.asarray(solution.col_value), np.asarray(solution.row_dual)
            result.x[matrices.whole] = x[matrices.whole]
            result.objective = float(highs.getInfo().objective_function_value)
            result.bound = min(result.bound, result.objective)
            result.fixed = True
            return
    result.x = x


def _highs(matrices: Matrices, lower: np.ndarray, upper: np.ndarray, whole: np.ndarray) -> Any:
    """Return HiGHS with a model, silent from the start."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrices.A.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = matrices.c, lower, upper
    lp.row_lower_, lp.row_upper_ = matrices.low, matrices.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrices.A.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrices.A.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrices.A.data
    if whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(one)] for one in whole]
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SimulationError(
            "HiGHS refuses the optimisation model; are there infinite or missing numbers in the plant?"
        )
    return highs


def _run(highs: Any) -> str:
    """Run HiGHS and return its status in words."""
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return "optimal"
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return "infeasible"
    if status == highspy.HighsModelStatus.kTimeLimit:
        return "time limit"
    return f"no plan: HiGHS says {highs.modelStatusToString(status)}"
