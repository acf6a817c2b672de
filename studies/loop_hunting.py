"""Which control loop hunts, at which load, why, and what cures it, step by step: copy this file and change it.

    python studies/loop_hunting.py

It does in Python what `heatsim run loop_hunting` does, on the reference plant with the supply temperature held far
downstream; put your own system, inputs and loop in its place.
"""

from __future__ import annotations

import os

import numpy as np

import heatsim as hs
from heatsim import plot
from heatsim.plot import loops as loop_plots
from heatsim.plot.style import new_figure
from heatsim.scenarios.hunting import SCENARIOS
from heatsim.study.hunting_map import hunting_map

LOOP = "network_supply"
LOADS = np.linspace(3e6, 9e6, 5)  # heat demand at the end of the run, W
GAINS = np.geomspace(0.25, 4.0, 5)  # factors on the gain of the loop
WINDOW = (8 * 3600.0, 24 * 3600.0)  # where the loop is judged, s


def case() -> hs.Case:
    """Return what is run: a system, its inputs, where it starts; other processes make it anew."""
    # Your own: hs.Case(system, stop=..., inputs={...}, output_step=...); a disturbance in the inputs shows what a loop
    # does, for in an exact steady state nothing grows.
    return SCENARIOS["low_load"].hunting()


def main() -> None:
    """Run the study; writes `loop_hunting.png`, `loop_hunting_map.nc`."""
    # 1. Which loop hunts? Every verdict that says so is confirmed with half the steps.
    hunting = case()
    table = hs.hunting(hunting, windows=[WINDOW])
    table.print()

    # 2. Why? Loops in manual one at a time, suspicious parts put right one at a time.
    hs.explain_hunting(hunting, table=table).print()

    # 3. At which load? The linear model opens the loop at its command; the simulation says whether it is right.
    inputs = dict(hunting.inputs) | {"Q_flow_demand": LOADS[-1]}
    margins = hs.margin_map(hunting.system, LOOP, over={"Q_flow_demand": LOADS}, inputs=inputs, twin=hunting.twin)
    print(f"loses stability below {float(hs.onset(margins, 'Q_flow_demand')) / 1e6:.2f} MW")
    jobs = os.cpu_count() or 1
    cells = hunting_map(case, LOOP, "Q_flow_demand", LOADS, GAINS, flow="grid.m_flow", window=WINDOW, jobs=jobs)
    hs.save(cells, "loop_hunting_map.nc")

    # 4. What to set? Settings that are robust at every load, and what they do.
    points = {f"{load / 1e6:.2f} MW": dict(inputs) | {"Q_flow_demand": load} for load in LOADS[2:]}
    advice = hs.tune(hunting.system, LOOP, at=points)
    advice.print()
    cured = hunting.of(advice.apply(hunting.system))
    after = hs.hunting(cured, windows=[WINDOW])
    after.print()

    # 5. One picture.
    figure = new_figure(14.0, 6.0)
    left, right = figure.subfigures(1, 2)
    loop_plots.verdict_map(left.subplots(), cells, margins["critical_gain"])
    plot.loops.comparison(table.dataset, after.dataset, LOOP, right.subplots(2, 1, sharex=True))
    figure.savefig("loop_hunting.png", dpi=130)


if __name__ == "__main__":
    main()
