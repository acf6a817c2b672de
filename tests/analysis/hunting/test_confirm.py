"""The guard: hunting that numerics make is called numerical, and hunting of the plant is confirmed."""

from __future__ import annotations

import pytest

import heatsim as hs
from heatsim.analysis.hunting import HuntingTable, LoopVerdict, Thresholds, Verdict
from heatsim.analysis.hunting.confirm import confirm, finer


def stiction(rtol: float) -> hs.Case:
    """The example of a sticking valve; the loops are inside the FMU."""
    system = hs.System("stiction")
    system.add("valves", hs.build("HeatReuse.Examples.ValveStiction"))
    for name in ("good", "sticking"):
        system.declare_loop(
            name,
            f"valves.m_flow_{name}",
            f"valves.command_{name}",
            "valves.m_flow_set",
            y_min=0.0,
            y_max=1.0,
            unit="kg/s",
            command_unit="1",
        )
    return hs.Case(system, 3600.0, output_step=2.0, start_from=None, settings={"rtol": rtol})


def judged(rtol: float) -> HuntingTable:
    return hs.hunting(stiction(rtol), windows=[(1000.0, 3600.0)])


def test_finer_case_halves_steps_and_tolerance() -> None:
    case = stiction(1e-6)
    again = finer(hs.Case(case.system, 10.0, settings={"method": "jacobi", "step": 4.0}))
    assert again.settings["step"] == 2.0
    assert again.settings["rtol"] == pytest.approx(1e-7)
    assert again.output_step == 5.0


def test_cycle_of_a_sticking_valve_at_a_loose_tolerance_is_numerical() -> None:
    table = judged(1e-6)
    row = table["sticking"]
    assert row.verdict is Verdict.NUMERICAL
    assert row.confirmed is False
    assert row.refined_period == pytest.approx(157.0, rel=0.03)
    assert row.period > 1.3 * row.refined_period
    assert not table.hunting
    assert "finer numerics" in row.reason
    assert table.refined is not None


def test_the_same_cycle_at_a_tight_tolerance_is_confirmed() -> None:
    table = judged(1e-9)
    row = table["sticking"]
    assert row.verdict is Verdict.LIMIT_CYCLE
    assert row.confirmed is True
    assert row.period == pytest.approx(row.refined_period, rel=0.01)
    assert row.amplitude == pytest.approx(0.3, rel=0.1)
    assert table["good"].verdict is Verdict.CALM
    assert table["good"].confirmed is None
    assert table.dataset.sizes["time"] == 1801


def test_a_finished_run_is_not_confirmed() -> None:
    table = hs.hunting(stiction(1e-9).run(), windows=[(1000.0, 3600.0)])
    assert table["sticking"].hunts
    assert table["sticking"].confirmed is None
    assert table.refined is None


def row(period: float, scatter: float, cycles: int = 12) -> LoopVerdict:
    return LoopVerdict(
        "loop", (0.0, 1e4), Verdict.LIMIT_CYCLE, "cycles", amplitude=1.0, period=period, cycles=cycles,
        period_scatter=scatter, amplitude_scatter=0.0, unit="K",
    )  # fmt: skip


def test_cycles_that_differ_by_themselves_are_not_called_numerical_by_chance() -> None:
    def confirmed(a: LoopVerdict, b: LoopVerdict) -> LoopVerdict:
        return confirm([a], [b], Thresholds())[0]

    assert confirmed(row(100.0, 0.0), row(104.0, 0.0)).confirmed is True
    assert confirmed(row(100.0, 0.0), row(110.0, 0.0)).verdict is Verdict.NUMERICAL
    irregular = confirmed(row(100.0, 0.2), row(110.0, 0.2))
    assert irregular.confirmed is True
    assert "within the scatter" in irregular.reason
    far = confirmed(row(100.0, 0.5), row(130.0, 0.5))
    assert far.verdict is Verdict.NUMERICAL
    assert "still hunts" in far.reason
