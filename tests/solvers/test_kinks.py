"""Signals that a model makes from time are neither stepped over nor smeared, however long the steps could be."""

from __future__ import annotations

from pathlib import Path

import casadi as ca
import numpy as np
import pytest

import heatsim as hs
from heatsim.simulation import simulate
from heatsim.solvers.kinks import kinks
from heatsim.system import Port, System

T, X, U = ca.SX.sym("t"), ca.SX.sym("x"), ca.SX.sym("u")


def ode(expression: ca.SX) -> ca.Function:
    return ca.Function("ode", [T, X, U], [expression])


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        (ca.if_else(ca.logic_and(T > 40000, T <= 40010.5), 1, 0), [40000.0, 40010.5]),
        (ca.fmax(T - 7, 0) + ca.fabs(2 * T - 5), [2.5, 7.0]),
        (ca.if_else((T - 3) / 10 < 0.5, X, 2 * X), [8.0]),
        (ca.fmin(T * T, 2e8), [np.sqrt(2e8)]),
        (ca.fmin(X, T) + ca.if_else(U > T, 1, 0), []),  # not of time alone
        (ca.sin(T), []),
        (-X, []),
    ],
)
def test_times_are_exact(expression: ca.SX, times: list[float]) -> None:
    assert kinks(ode(expression), 0.0, 86400.0) == pytest.approx(times, rel=1e-13)


def test_whole_numbers_of_time_are_found() -> None:
    assert kinks(ode(ca.floor(T / 2)), 0.0, 9.0) == pytest.approx([2, 4, 6, 8])


def test_the_ends_of_the_run_are_no_kinks() -> None:
    assert kinks(ode(ca.fmax(T - 5, 0)), 5.0, 10.0).size == 0
    assert kinks(ode(ca.fmax(T - 5, 0)), 0.0, 5.0).size == 0


class Pulse:
    """der(x) = 1 for ten seconds half-way through a day, 0 else; the output follows x."""

    inputs = ()
    outputs = (Port("y", ""),)
    states = (Port("x", ""),)
    parameters = ()

    def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
        return {"x": ca.if_else(ca.logic_and(t >= 40000.25, t < 40010.25), 1.0, 0.0) - 1e-9 * x["x"]}, {"y": x["x"]}


@pytest.mark.parametrize("options", [{}, {"method": "jacobi", "step": 3600.0}], ids=["monolithic", "jacobi"])
@pytest.mark.parametrize("output_step", [60.0, 3600.0])
def test_a_pulse_counts_in_full(options: dict, output_step: float) -> None:
    system = System("pulse").add("a", Pulse())
    ds = simulate(system, stop=86400.0, output_step=output_step, **options)
    assert float(ds["a.y"][-1]) == pytest.approx(10.0, rel=1e-4)
    before = ds["a.y"].sel(time=ds["time"] <= 40000.0)
    assert float(np.abs(before).max()) < 1e-9


def test_a_table_of_the_library_counts_in_full(tmp_path: Path) -> None:
    """Trapezium of 12 s, foot to foot, in a day at rest: area 11."""
    file = tmp_path / "Pulse.mo"
    file.write_text(
        """model Pulse
          output Real x(start=0, fixed=true);
          HeatReuse.Tables.TimeTable table(t={0, 40000, 40001, 40011, 40012}, y={0, 0, 1, 1, 0});
        equation
          der(x) = table.v;
        end Pulse;
        """
    )
    fmu = hs.build("Pulse", library=file, compiler="embedded", out=tmp_path / "pulse.fmu")
    for shift in (0.0, 1234.5):
        moved = {f"table.t[{i}]": t + shift for i, t in enumerate((40000, 40001, 40011, 40012), start=2)}
        ds = simulate(fmu, stop=86400.0, output_step=3600.0, parameters=moved)
        assert float(ds["x"][-1]) == pytest.approx(11.0, rel=1e-6)
        assert float(ds["x"].sel(time=36000.0)) == 0.0
