"""Friction of pipes against Hagen-Poiseuille and the solution of Colebrook's equation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.optimize import brentq

import heatsim as hs
from studies.validation.rows import Row, close, within, worse

TITLE = "Pressure drop of pipes"
CAPTION = "Above: friction factor of the library (lines) and of Colebrook's equation (points). Below: their difference."
TEXT = """
**Compared.** The pressure drop of `HeatReuse.Pipes.Pipe` (in `HeatReuse.Validation.PressureDrop`), turned into a Darcy
friction factor, with 64/Re up to Re = 2000 and with the numerical solution of Colebrook's equation from Re = 4000 on.

**Input.** Water from 10 to 90 °C in pipes of 27 to 500 mm, roughness 1.5 µm (plastic) to 0.5 mm (rusty steel), Reynolds
numbers from 10 to 10⁸. The root of Colebrook's equation is found by bracketing, without the library's formula.

**Negative control.** The quadratic law with the friction factor of the design point (Re = 4·10⁵), which is what a
constant resistance is: at a tenth of the flow it must be clearly wrong.

**Falls short.** Between Re = 2000 and 4000 flow is neither laminar nor turbulent; the library blends both, for the
solver and not after a measurement. Fittings are a given share of the straight pipe.
"""

COLEBROOK = "Colebrook (1939), solved by bracketing"


@dataclass(frozen=True)
class Case:
    """One pipe: inner diameter and roughness in m, temperature in K."""

    name: str
    D_inner: float
    roughness: float
    T: float


CASES = (
    Case("DN25 steel at 10 °C", 0.0273, 5e-5, 283.15),
    Case("DN80 rusty steel at 45 °C", 0.0825, 5e-4, 318.15),
    Case("DN150 steel at 60 °C", 0.1603, 5e-5, 333.15),
    Case("DN250 plastic at 75 °C", 0.2630, 1.5e-6, 348.15),
    Case("DN500 steel at 90 °C", 0.4954, 1e-4, 363.15),
)


def colebrook(Re: float, roughness_relative: float) -> float:
    """Return the Darcy friction factor of turbulent flow: the root of Colebrook's equation."""

    def residual(x: float) -> float:
        return float(x + 2.0 * np.log10(roughness_relative / 3.7 + 2.51 * x / Re))

    return float(brentq(residual, 0.5, 100.0, xtol=1e-13)) ** -2


@cache
def run(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return Reynolds number, friction factor, flow (kg/s) and pressure drop (Pa) of the library's pipe, 100 m long."""
    model = hs.build("HeatReuse.Validation.PressureDrop")
    parameters = {"D_inner": case.D_inner, "roughness": case.roughness, "T": case.T}
    result = hs.simulate(model, stop=700.0, output_step=2.0, parameters=parameters)
    Re, f, m_flow, dp = (np.asarray(result[name].values) for name in ("Re", "f", "m_flow", "dp"))
    return Re, f, m_flow, dp


def difference(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return the Reynolds numbers above 4000 and the relative difference of the friction factor from Colebrook's."""
    Re, f, _, _ = run(case)
    turbulent = Re >= 4000.0
    exact = np.array([colebrook(value, case.roughness / case.D_inner) for value in Re[turbulent]])
    return Re[turbulent], f[turbulent] / exact - 1.0


def rows() -> list[Row]:
    """Return the largest differences, the slope of the curve, one hand calculation and the negative control."""
    found = []
    for case in CASES:
        error = 100.0 * float(np.abs(difference(case)[1]).max())
        found.append(within(f"friction, {case.name}: Re above 4000", error, "%", upper=1.0, source=COLEBROOK))
    laminar, slope = 0.0, np.inf
    for case in CASES:
        Re, f, m_flow, dp = run(case)
        slow = Re <= 2000.0
        laminar = max(laminar, 100.0 * float(np.abs(f[slow] * Re[slow] / 64.0 - 1.0).max()))
        slope = min(slope, float((np.diff(np.log(dp)) / np.diff(np.log(m_flow))).min()))
    found.append(
        within("friction, all pipes: Re below 2000", laminar, "%", upper=0.01, source="Hagen-Poiseuille, 64/Re")
    )
    found.append(
        within(
            "friction, all pipes: smallest exponent of the flow in the pressure drop",
            slope,
            "1",
            lower=0.99,
            source="1 in laminar flow; below that a pressure drop would have several flows",
        )
    )
    found.append(_at_one_metre_per_second(CASES[2]))
    design = float(np.interp(4e5, *run(CASES[2])[:2]))
    tenth = colebrook(4e4, CASES[2].roughness / CASES[2].D_inner)
    found.append(
        worse(
            "friction, DN150: constant resistance at a tenth of the flow",
            100.0 * abs(design / tenth - 1.0),
            "%",
            than=1.0,
            factor=5.0,
            source="negative control",
        )
    )
    return found


def _at_one_metre_per_second(case: Case) -> Row:
    """Return the pressure drop at 1 m/s, with density and viscosity of water at 60 °C from the tables of IAPWS."""
    rho, mu, v = 983.2, 4.664e-4, 1.0
    f = colebrook(rho * v * case.D_inner / mu, case.roughness / case.D_inner)
    _, _, m_flow, dp = run(case)
    wanted = np.log(rho * v * np.pi / 4.0 * case.D_inner**2)
    found = float(np.exp(np.interp(wanted, np.log(m_flow), np.log(dp))))
    reference = f * 100.0 / case.D_inner * rho * v**2 / 2.0
    name = "pressure drop, 100 m of DN150 at 1 m/s and 60 °C"
    return close(name, found, "Pa", reference=reference, relative=0.01, source=f"{COLEBROOK}; water after IAPWS")


def figure() -> Figure:
    """Draw friction factors over the Reynolds number, and their difference from Colebrook's equation in percent."""
    drawn = Figure(figsize=(9.0, 6.0), layout="constrained")
    FigureCanvasAgg(drawn)
    above, below = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    for case, colour in zip(CASES, ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"), strict=True):
        Re, f, _, _ = run(case)
        above.loglog(Re, f, color=colour, linewidth=1.4, label=case.name)
        points = np.geomspace(4e3, 1e8, 15)
        exact = [colebrook(value, case.roughness / case.D_inner) for value in points]
        above.loglog(points, exact, "o", color=colour, markersize=3.5)
        turbulent, error = difference(case)
        below.semilogx(turbulent, 100.0 * error, color=colour, linewidth=1.4)
    laminar = np.array([10.0, 2000.0])
    above.loglog(laminar, 64.0 / laminar, color="black", linestyle=":", label="64/Re")
    above.set_xlim(300.0, 1e8)
    above.set_ylim(0.006, 0.25)
    above.set_ylabel("Darcy friction factor")
    above.legend(frameon=False, fontsize=9)
    below.axhspan(-1.0, 1.0, color="#EEEEEE", zorder=0)
    below.set_ylabel("difference in %")
    below.set_xlabel("Reynolds number")
    for panel in (above, below):
        panel.grid(True, color="#D9D9D9", linewidth=0.7)
    return drawn
