"""Installed characteristics of valves over their authority, and valves that stick."""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import heatsim as hs
from studies.validation.rows import Row, close, within, worse

TITLE = "Valves: authority, gain and stiction"
CAPTION = "Left: flow over lift of the installed valve, library (lines) and formula (points). Right: lift over motor."
TEXT = """
**Compared.** The flow through `HeatReuse.Valves.EqualPercentageValve` in series with a fixed resistance
(`HeatReuse.Validation.ValveBranch`) while the lift goes slowly from 0 to 1, with 1/√(1 − N + N/φ²) for the authority N,
and its slope at 10, 50 and 90 % of the flow with the table of installed gains. The lift behind
`HeatReuse.Utilities.StickingActuator` and `BacklashActuator` (`HeatReuse.Validation.Actuators`) with the stick band S,
the slip jump J and the play that were asked for.

**Input.** Rangeability 50; leakage 10⁻⁶. S = 5 %, J = 2 %, play 5 %.

**Negative controls.** A linear valve at an authority of 0.1 must have a gain that falls far more from 10 to 90 % flow
than that of the equal-percentage valve; the ideal motor must show no stick band.

**Falls short.** The gains are those of a formula; no measured valve is behind them. Jumps of the sticking stem come out
a few percent too small, because its friction needs some tenths of a second to fall.
"""

GAINS = {1.0: (0.39, 1.96, 3.52), 0.5: (0.39, 1.71, 2.09), 0.25: (0.39, 1.59, 1.38), 0.1: (0.39, 1.52, 0.95)}
"""Relative flow per relative lift at 10, 50 and 90 % flow, rangeability 50, by authority."""
R = 50.0
RAMP = 4000.0
S, J, PLAY = 0.05, 0.02, 0.05


@cache
def characteristic(authority: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lift, flow of the equal-percentage valve and flow of the linear valve, relative to the open valve."""
    command = xr.DataArray([0.0, 0.0, 1.0, 1.0], dims="time", coords={"time": [0.0, 200.0, RAMP, RAMP + 200.0]})
    model = hs.build("HeatReuse.Validation.ValveBranch")
    run = hs.simulate(model, {"command": command}, stop=RAMP, output_step=10.0, parameters={"authority": authority})
    later = run["time"].values >= 200.0
    lift, flow, linear = (run[name].values[later] for name in ("opening", "relative_flow", "relative_flow_linear"))
    return lift, flow, linear


def formula(lift: np.ndarray, authority: float) -> np.ndarray:
    """Return the relative flow of an equal-percentage valve above the seat, by lift."""
    return 1.0 / np.sqrt(1.0 - authority + authority / R ** (2.0 * (lift - 1.0)))


def gains(lift: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return the slope of flow over lift at 10, 50 and 90 % flow."""
    return np.interp((0.1, 0.5, 0.9), flow, np.gradient(flow, lift))


@cache
def actuators(*, slope: float = 0.0, amplitude: float = 0.1) -> xr.Dataset:
    """Return a run of three actuators with a sine of 1000 s (amplitude) or a ramp (slope in 1/s)."""
    model = hs.build("HeatReuse.Validation.Actuators")
    parameters = {"S": S, "J": J, "backlash": PLAY, "slope": slope, "amplitude": amplitude}
    return hs.simulate(model, stop=600.0 if slope else 3000.0, output_step=0.25, parameters=parameters)


def stairs(run: xr.Dataset) -> np.ndarray:
    """Return the heights of the jumps of the sticking stem."""
    lift = run["y_sticking"].values
    moves = np.diff(lift) > 1e-4
    begins, ends = (np.flatnonzero(np.diff(moves.astype(int)) == sign) for sign in (1, -1))
    return np.array([lift[min(end + 4, len(lift) - 1)] - lift[begin] for begin, end in zip(begins, ends, strict=False)])


def dead_band(run: xr.Dataset, name: str) -> float:
    """Return the way of the motor after a reversal until the lift begins to move back, relative to the full stroke.

    It counts from where the pull at the stem's last stop is that of the moving stem: what the motor went on after that
    stop, before it turned, is taken off.
    """
    time, lift, motor = (run[key].values for key in ("time", name, "y_motor"))
    turn = int(np.argmax(np.where((time > 1000.0) & (time < 2000.0), motor, 0.0)))
    top = lift[turn]
    stop = int(np.flatnonzero(np.abs(lift[: turn + 1] - top) > 2e-4)[-1]) + 1
    back = turn + int(np.argmax(lift[turn:] < top - 2e-4))
    return float(motor[stop] - motor[back])


def rows() -> list[Row]:
    """Return gains, the distance from the formula, the figures of stiction and play, and the negative controls."""
    found, error = [], 0.0
    for authority, table in GAINS.items():
        lift, flow, _ = characteristic(authority)
        for share, gain, reference in zip((10, 50, 90), gains(lift, flow), table, strict=True):
            name = f"valve, authority {authority:g}: gain at {share} % flow"
            source = "table of installed gains, rangeability 50"
            found.append(close(name, float(gain), "1", reference=reference, absolute=0.03, source=source))
        error = max(error, 100.0 * float(np.abs(flow - formula(lift, authority))[lift > 0.1].max()))
    name = "valve, all authorities: flow over lift above 10 % lift, largest difference"
    found.append(within(name, error, "% of full flow", upper=0.5, source="1/√(1 − N + N/φ²)"))
    lift, flow, linear = characteristic(0.1)
    fall = gains(lift, flow)[0] / gains(lift, flow)[2]
    name = "valve, authority 0.1: fall of the gain from 10 to 90 % flow, linear valve"
    linear_fall = float(np.divide(*gains(lift, linear)[[0, 2]]))
    found.append(worse(name, linear_fall, "1", than=float(fall), factor=5.0, source="negative control"))
    return found + _stiction()


def _stiction() -> list[Row]:
    ramp, sine = actuators(slope=5e-4, amplitude=0.0), actuators()
    jumps = stairs(ramp)
    definition = "definition of S and J (Choudhury et al. 2005)"
    motion = ramp["y_motor"].values[np.argmax(ramp["y_sticking"].values > 0.5 + 1e-4)] - 0.5
    steps = (len(jumps) - 1) / float(jumps[1:].sum())
    back = {name: dead_band(sine, f"y_{name}") for name in ("sticking", "backlash", "ideal")}
    first = "stiction: motor's way until the stem first moves"
    found = [
        close(first, float(motion), "1", reference=(S + J) / 2, absolute=0.001, source="static friction (S + J)/2"),
        close("stiction: mean jump on a ramp", float(jumps.mean()), "1", reference=J, relative=0.1, source=definition),
        close("stiction: jumps per unit of lift", steps, "1", reference=1 / J, relative=0.1, source=definition),
        close("stiction: stick band", back["sticking"], "1", reference=S, relative=0.05, source=definition),
        close(
            "play: dead band", back["backlash"], "1", reference=PLAY, relative=0.02, source="play that was asked for"
        ),
        within("ideal motor: dead band", round(back["ideal"], 4), "1", upper=0.2 * S, source="negative control"),
    ]
    return found


def figure() -> Figure:
    """Draw flow over lift for four authorities, and lift over the position of the motor for a slow sine."""
    drawn = Figure(figsize=(11.0, 4.6), layout="constrained")
    FigureCanvasAgg(drawn)
    left, right = drawn.subplots(1, 2)
    for authority, colour in zip(GAINS, ("#0072B2", "#009E73", "#E69F00", "#D55E00"), strict=True):
        lift, flow, linear = characteristic(authority)
        left.plot(lift, flow, color=colour, linewidth=1.5, label=f"authority {authority:g}")
        left.plot(lift, linear, color=colour, linewidth=1.0, linestyle="--")
        points = np.linspace(0.1, 1.0, 10)
        left.plot(points, formula(points, authority), "o", color=colour, markersize=3.5)
    left.set_xlabel("lift (full: equal percentage, dashed: linear)")
    left.set_ylabel("flow over that of the open valve")
    left.legend(frameon=False, fontsize=9)
    run = actuators()
    late = run["time"].values > 1000.0
    motor = run["y_motor"].values[late]
    for name, label, colour in (
        ("y_ideal", "ideal", "#999999"),
        ("y_backlash", "play of 5 %", "#009E73"),
        ("y_sticking", "S = 5 %, J = 2 %", "#D55E00"),
    ):
        right.plot(motor, run[name].values[late], color=colour, linewidth=1.4, label=label)
    right.set_xlabel("position of the motor")
    right.set_ylabel("lift")
    right.legend(frameon=False, fontsize=9)
    for panel in (left, right):
        panel.grid(True, color="#D9D9D9", linewidth=0.7)
    return drawn
