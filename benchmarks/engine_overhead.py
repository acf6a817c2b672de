"""Jacobi over Co-Simulation FMUs: what heatsim adds to the calls, against a loop written by hand with FMPy."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fmpy
from fmpy.fmi2 import FMU2Slave
from fmpy.fmi3 import FMU3Slave

import heatsim as hs

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from fmus.build import fmu

STEP = 0.01
UNITS = 3
_SHORT, _LONG = 1000, 6000


def coupled(version: str) -> hs.System:
    """Two heat capacities and an exchanger between them, each by its own FMU."""
    system = hs.System("exchange")
    for name, model in (("tank", "capacity"), ("room", "capacity"), ("exchanger", "exchanger")):
        system.add(name, hs.Fmu(fmu(model, version), interface="co_simulation"))
    system.connect("tank.T", "exchanger.T_hot").connect("room.T", "exchanger.T_cold")
    system.connect("exchanger.Q_flow_hot", "tank.Q_flow").connect("exchanger.Q_flow_cold", "room.Q_flow")
    return system.set("tank.T_start", 350.0)


def by_heatsim(version: str, steps: int, every: int, extrapolation: str = "held") -> float:
    """Final temperature; results at every so many steps."""
    ds = hs.simulate(
        coupled(version),
        stop=steps * STEP,
        output_step=every * STEP,
        method="jacobi",
        step=STEP,
        extrapolation=extrapolation,
        advise=False,
    )
    return float(ds["tank.T"][-1])


def by_hand(version: str, steps: int) -> float:
    """The same with FMPy: set inputs, step, get outputs; the exchanger passes on what it gets at once."""
    units = []
    for model in ("capacity", "capacity", "exchanger"):
        path = str(fmu(model, version))
        description = fmpy.read_model_description(path)
        slave = (FMU2Slave if version == "2.0" else FMU3Slave)(
            guid=description.guid,
            unzipDirectory=fmpy.extract(path),
            modelIdentifier=description.coSimulation.modelIdentifier,
            instanceName=model,
        )
        slave.instantiate()
        references = {v.name: v.valueReference for v in description.modelVariables}
        get, put = (slave.getReal, slave.setReal) if version == "2.0" else (slave.getFloat64, slave.setFloat64)
        if not units:
            put([references["T_start"]], [350.0])
        if version == "2.0":
            slave.setupExperiment(startTime=0.0)
            slave.enterInitializationMode()
        else:
            slave.enterInitializationMode(startTime=0.0)
        slave.exitInitializationMode()
        units.append((slave, references, get, put))
    (a, va, get_a, put_a), (b, vb, get_b, put_b), (x, vx, get_x, put_x) = units
    ia, oa, ib, ob = [va["Q_flow"]], [va["T"]], [vb["Q_flow"]], [vb["T"]]
    ix, ox = [vx["T_hot"], vx["T_cold"]], [vx["Q_flow_hot"], vx["Q_flow_cold"]]
    results = []
    T_a, T_b = get_a(oa)[0], get_b(ob)[0]
    put_x(ix, [T_a, T_b])
    Q_flow = get_x(ox)
    for i in range(steps):
        t = i * STEP
        put_a(ia, [Q_flow[0]])
        put_b(ib, [Q_flow[1]])
        put_x(ix, [T_a, T_b])
        a.doStep(t, STEP)
        b.doStep(t, STEP)
        x.doStep(t, STEP)
        T_a, T_b = get_a(oa)[0], get_b(ob)[0]
        put_x(ix, [T_a, T_b])
        Q_flow = get_x(ox)
        results.append((t + STEP, T_a, T_b, *Q_flow))
    return float(T_a)


def each_step(call: Callable[[int], Any], repeats: int) -> float:
    """Smallest CPU time for each step and unit, s, from a long and a short run, so that the setup falls out."""

    def seconds(steps: int) -> float:
        began = time.process_time()
        call(steps)
        return time.process_time() - began

    seconds(_SHORT)
    found = [(seconds(_LONG) - seconds(_SHORT)) / (_LONG - _SHORT) / UNITS for _ in range(repeats)]
    return min(found)


def overhead(quick: bool) -> list[dict[str, Any]]:
    """CPU time for each macro step and unit; both give the same temperature."""
    repeats = 2 if quick else 6
    rows = []
    for version in ("2.0", "3.0"):
        hand, own = by_hand(version, _SHORT), by_heatsim(version, _SHORT, 1)
        if abs(hand - own) > 1e-10 * hand:
            raise AssertionError(f"FMPy's loop gives {hand} and heatsim {own}")
        peer = each_step(lambda n, v=version: by_hand(v, n), repeats)
        for title, every, extrapolation in (
            ("results at every step", 1, "held"),
            ("results at every 100th step", 100, "held"),
            ("results at every 100th step, signals linear", 100, "linear"),
        ):
            ours = each_step(lambda n, v=version, k=every, e=extrapolation: by_heatsim(v, n, k, e), repeats)
            rows.append(
                {
                    "FMI": version,
                    "heatsim with": title,
                    "heatsim in us": 1e6 * ours,
                    "FMPy by hand in us": 1e6 * peer,
                    "heatsim over FMPy": ours / peer,
                }
            )
    return rows
