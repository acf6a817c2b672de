"""A measured pipe: 39 m of insulated steel on a test bench of the University of Liège, two runs.

The models are in `PipeULg.mo`: the library's pipe with wall, and simpler ones as negative controls.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import heatsim as hs
from studies.validation.data import public
from studies.validation.rows import Row, reported, within, worse

TITLE = "District heating pipe (University of Liège)"
CAPTION = "Outlet water: measured, the library's pipe, and the negative controls. Below: computed minus measured."
TEXT = """
**Compared.** The water temperature at the outlet of `HeatReuse.Pipes.PipeWithWall` (40 cells) with the measured one,
over both runs from their first sample to their last; nothing is left out.

**Input.** Measured flow and inlet temperature, as straight lines between the samples; the initial temperatures of
water and wall, as a straight line between inlet and outlet at the first sample; room at 18 °C; geometry, wall and
insulation as documented for the bench (inner diameter 52.48 mm, wall 3.9 mm, steel 8000 kg/m³ and 500 J/(kg K), heat
loss 1/2.164 W/(m K)); heat transfer from water to wall after Dittus and Boelter (Re 37300, Pr 4.3, Nu 187 at 1 kg/s and
40 °C: 2240 W/(m² K)). Nothing is fitted.

**Negative controls.** The pipe without heat capacity of the wall, with 10 cells, and 10 cells of first order (what most
simple pipe models are) must be clearly worse: by a factor of 1.5 at least, and those without wall or of first order
must miss the limit too.

**Falls short.** Run 160104_2 is a slow one (the inlet changes by less than 1 K a minute), so it tells a pipe with wall
from one without, but not few cells from many: those errors are reported without a limit. Lag of the sensors and heat
capacity of the insulation are not modelled.
"""

LIBRARY = Path(__file__).with_name("PipeULg.mo")
SOURCE = "measured, University of Liège (IBPSA data); a plug-flow pipe with wall reaches {best} K"


@dataclass(frozen=True)
class Measurement:
    """One run on the bench; times in s, flow in kg/s, temperatures in K, `limit` and `best` (of other tools) in K."""

    name: str
    limit: float
    best: float
    time: np.ndarray
    m_flow: np.ndarray
    T_out: np.ndarray
    T_in: np.ndarray


@cache
def measurements() -> tuple[Measurement, ...]:
    """Read both runs."""
    return (
        _read("151202", "PipeDataULg151202.mos", 0.7, 0.59),
        _read("160104_2", "PipeDataULg160104_2.mos", 0.3, 0.14),
    )


def _read(name: str, file: str, limit: float, best: float) -> Measurement:
    lines = public(f"pipe_ulg/{file}").read_text(encoding="utf-8").splitlines()
    rows = [line.rstrip(";,) \n").split(",") for line in lines[2:]]
    data = np.array([[float(value) for value in row] for row in rows if len(row) == 6])
    return Measurement(name, limit, best, data[:, 0], data[:, 1], data[:, 3] + 273.15, data[:, 5] + 273.15)


@cache
def outlet(name: str, model: str = "WithWall", cells: int = 40) -> np.ndarray:
    """Return the outlet temperature that a model of `PipeULg.mo` gives at the times of the measurement `name`, K."""
    run = next(run for run in measurements() if run.name == name)
    ds = hs.simulate(
        hs.build(f"PipeULg.{model}", library=LIBRARY, parameters={"n": cells}),
        inputs={"m_flow": hs.Signal.linear(run.time, run.m_flow), "T_a": hs.Signal.linear(run.time, run.T_in)},
        parameters={"T_start_a": float(run.T_in[0]), "T_start_b": float(run.T_out[0])},
        start=float(run.time[0]),
        stop=float(run.time[-1]),
        output_step=1.0,
        rtol=1e-7,
    )
    return np.asarray(np.interp(run.time, ds["time"].values, ds["T_b"].values))


def rmse(run: Measurement, computed: np.ndarray) -> float:
    """Return the root mean square error of the outlet temperature over all samples, K."""
    return float(np.sqrt(np.mean((computed - run.T_out) ** 2)))


def rows() -> list[Row]:
    """Return the errors of the pipe and of the negative controls, for both runs."""
    found = []
    for run in measurements():
        name, good = f"ULg {run.name}: outlet RMSE", rmse(run, outlet(run.name))
        source = SOURCE.format(best=run.best)
        found.append(within(name, good, "K", upper=run.limit, source=source, reference=run.best, note="40 cells"))
        for what, model, cells, misses in (
            ("without wall capacity", "WithoutWall", 40, True),
            ("10 cells", "WithWall", 10, False),
            ("10 cells of first order", "FirstOrder", 10, True),
        ):
            bad = rmse(run, outlet(run.name, model, cells))
            row = f"{name}, {what}"
            if run.name == "160104_2" and cells == 10:
                found.append(reported(row, bad, "K", source="negative control", note="slow run: cannot tell"))
            elif misses:
                found.append(within(row, bad, "K", lower=max(1.5 * good, run.limit), source="negative control"))
            else:
                found.append(worse(row, bad, "K", than=good, source="negative control"))
    return found


def figure() -> Figure:
    """Draw measured and computed outlet temperatures (°C) and the error (K) over time (min)."""
    drawn = Figure(figsize=(11.0, 6.0), layout="constrained")
    FigureCanvasAgg(drawn)
    axes = drawn.subplots(2, 2, sharex="col", height_ratios=[3, 2])
    curves = (
        ("pipe with wall, 40 cells", "WithWall", 40, "#0072B2"),
        ("10 cells of first order", "FirstOrder", 10, "#009E73"),
        ("without wall", "WithoutWall", 40, "#D55E00"),
    )
    for column, run in enumerate(measurements()):
        above, below = axes[0, column], axes[1, column]
        minutes = run.time / 60.0
        above.plot(minutes, run.T_in - 273.15, color="#999999", linewidth=1.0, label="inlet, measured")
        above.plot(minutes, run.T_out - 273.15, color="black", linewidth=3.0, alpha=0.5, label="outlet, measured")
        for label, model, cells, colour in curves:
            computed = outlet(run.name, model, cells)
            above.plot(minutes, computed - 273.15, color=colour, linewidth=1.3, label=label)
            below.plot(minutes, computed - run.T_out, color=colour, linewidth=1.3)
        above.set_title(f"run {run.name}", loc="left", fontsize=11)
        above.set_ylabel("water in °C")
        below.set_ylabel("computed − measured in K")
        below.set_xlabel("time in min")
        for panel in (above, below):
            panel.grid(True, color="#D9D9D9", linewidth=0.7)
            panel.set_xlim(minutes[0], minutes[-1])
    axes[0, 0].legend(frameon=False, fontsize=9, loc="lower right")
    return drawn
