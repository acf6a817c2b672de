"""The map tells calm from hunting where the linear model says, and scales loads and gains of a case."""

from __future__ import annotations

import multiprocessing
import time
from concurrent import futures
from dataclasses import replace

import control
import numpy as np
import pytest
import xarray as xr
from control_rigs import loop, steps

import heatsim as hs
from heatsim.control import PI, Lag
from heatsim.processes import processes
from heatsim.study.hunting_map import at_level, hunting_map, value_at, with_gain

K, TI, T_SENSOR, T_PROCESS, T_LAG = 2.0, 60.0, 10.0, 60.0, 20.0


def case() -> hs.Case:
    """A slow process behind two lags, under a PI; the load steps a little."""
    system = loop(PI(k=K, Ti=TI, T_sensor=T_SENSOR), T=T_PROCESS)
    system.insert("first", Lag(T=T_LAG), before="process.u").insert("second", Lag(T=T_LAG), before="first.u")
    inputs = {"r": 0.5, "load": steps((0.0, 0.1), (100.0, 0.12))}
    return hs.Case(system, 4000.0, inputs, output_step=4.0, settings={"rtol": 1e-8})


def critical_factor() -> float:
    """Factor on the gain at which the loop loses stability, by python-control."""
    s = control.tf("s")
    curve = K * (1 + 1 / (TI * s)) / ((T_PROCESS * s + 1) * (T_LAG * s + 1) ** 2 * (T_SENSOR * s + 1))
    return float(control.margin(curve)[0])


def test_verdicts_change_at_the_critical_gain() -> None:
    limit = critical_factor()
    seen: list[tuple[int, int]] = []
    found = hunting_map(
        case,
        "c",
        "load",
        [0.12, 0.16],
        [0.5 * limit, 2.0 * limit],
        flow="process.y",
        window=(1000.0, 4000.0),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert found["verdict"].dims == ("load", "gain")
    assert found["verdict"].values.tolist() == [["calm", "limit cycle"], ["calm", "limit cycle"]]
    assert np.isfinite(found["period"].values[:, 1]).all()
    np.testing.assert_allclose(found["flow"], 0.5, atol=0.01)  # what the set point asks for
    assert (found.attrs["loop"], found.attrs["over"]) == ("c", "load")
    assert seen == [(2, 4), (4, 4)]


def test_a_series_keeps_its_unit_and_its_steps_when_it_is_scaled() -> None:
    attrs = {"units": "W", "interpolation": "held"}
    load = xr.DataArray([0.10, 0.12], coords={"time": [0.0, 4000.0]}, dims="time", name="load", attrs=attrs)
    scaled = at_level(replace(case(), inputs={"r": 0.5, "load": load}), "load", 0.24)
    assert scaled.inputs is not None
    series = dict(scaled.inputs)["load"]
    assert series.attrs["interpolation"] == "held"
    assert series.attrs["units"] == "W"
    assert value_at(series, 3999.0) == pytest.approx(0.20)  # held until its next knot, at the level's scale


def test_a_step_grows_with_the_level_that_the_run_ends_at() -> None:
    scaled = at_level(case(), "load", 0.24)
    assert scaled.inputs is not None
    given = dict(scaled.inputs)["load"]
    assert (value_at(given, 0.0), value_at(given, 99.9)) == pytest.approx((0.2, 0.2))
    assert value_at(given, 100.0) == pytest.approx(0.24)
    assert value_at(0.5, 3.0) == 0.5


def test_wrong_names_are_said_before_anything_runs() -> None:
    with pytest.raises(hs.UsageError, match=r"no input 'loaf' \(did you mean 'load'\?\)"):
        hunting_map(case, "c", "loaf", [1.0], [1.0])
    with pytest.raises(hs.UsageError, match="no control loop 'd'"):
        hunting_map(case, "d", "load", [1.0], [1.0])
    with pytest.raises(hs.UsageError, match="at least one level"):
        hunting_map(case, "c", "load", [], [1.0])


def test_a_gain_is_a_factor_on_the_one_that_was_set() -> None:
    base = case()
    base.system.set("c.k", 3.0)
    assert with_gain(base, "c", 2.0).system.members["c"].parameters["k"] == 6.0
    assert base.system.members["c"].parameters["k"] == 3.0
    base.system.declare_loop("inner", "process.y", "process.y")
    with pytest.raises(hs.UsageError, match="'inner' has no gain"):
        with_gain(base, "inner", 2.0)


def test_an_interrupted_map_leaves_no_process_and_does_not_wait_for_its_rows() -> None:
    others, begun, rows = set(multiprocessing.active_children()), set(), []

    def interrupted() -> None:
        with processes(1) as pool:
            pool.submit(time.sleep, 0.0).result()
            rows.extend(pool.submit(time.sleep, 600.0) for _ in range(3))
            begun.update(set(multiprocessing.active_children()) - others)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(begun) == 1
    for process in begun:
        process.join(60.0)
        assert not process.is_alive()
    assert not futures.wait(rows, timeout=60.0).not_done
