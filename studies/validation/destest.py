"""IBPSA DESTEST, common exercise 1, Network_1: 16 equal houses over a week, written by `heatsim.plants.network`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import heatsim as hs
from studies.validation.data import public
from studies.validation.rows import Row, close, within

TITLE = "District heating network (DESTEST Network_1)"
CAPTION = "A week of the network: heat loss, heat injected, and supply temperature at the worst consumer."
TEXT = """
**Compared.** The network that `heatsim.plants.network` writes from the exercise's `Pipe_data.csv` (16 houses, 24 pairs
of pipes) with the results of one tool of the exercise (plug-flow pipes). Medians count over the moments with demand.

**Input.** Supply 50 °C, consumers with a drop of 20 K (kind `prescribed`), ground 12 °C, water of 4186 J/(kg K) and
988 kg/m³, no wall. The column "U-value" of the file holds the conductivity of the insulation: the heat loss is
U = 2 π λ / ln(D_out/D_in), for a supply and a return pipe each. Nothing is fitted.

**Left out.** Without demand the tools of the exercise keep a bypass open; here the water stands and cools. So losses
and injected energy over the whole week differ, and only moments with demand count.

**Negative controls.** The column "U-value" taken by its name, and a supply pipe alone with heat loss, must miss.
"""
SOURCE = "DESTEST Network_1, result of AixLib plug-flow pipes"
T_SUPPLY, T_GROUND, DROP = 323.15, 285.15, 20.0
CP = 4186.0
MOMENT = 16200.0


@dataclass(frozen=True)
class Result:
    """Time in s, losses and injection in W, lowest supply temperature at a consumer in K."""

    time: np.ndarray
    loss: np.ndarray
    injection: np.ndarray
    T_critical: np.ndarray


@cache
def demand() -> tuple[np.ndarray, np.ndarray]:
    """Return times in s and the demand of one house in W."""
    table = pd.read_csv(public("destest/heat_profile_1_building_SFH_Network_1.txt"), sep="\t").to_numpy()
    return table[:, 0], table[:, 1]


@cache
def reference() -> Result:
    """Return what the tool of the exercise gives."""
    table = pd.read_csv(public("destest/AixLib_Plug_Flow_Network_1.csv")).to_numpy(dtype=float)
    return Result(table[:, 0], table[:, 2], table[:, 1], table[:, 3])


def tables(insulation: str = "computed") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return pipes and consumers; insulation `computed` from the thickness, or `literal`: the column's own number."""
    data = pd.read_csv(public("destest/Pipe_data.csv"))
    inner, thickness, value = (
        data[name] for name in ("Inner Diameter [m]", "Insulation Thickness [m]", "U-value [W/mK]")
    )
    loss = 2 * np.pi * value / np.log((inner + 2 * thickness) / inner) if insulation == "computed" else value
    pipes = pd.DataFrame(
        {
            "from": data["Ending Node"],
            "to": data["Beginning Node"],
            "length": data["Length [m]"],
            "D_inner": inner,
            "s_wall": 0.0,
            "U": loss,
        }
    )
    houses = [name for name in data["Beginning Node"] if name.startswith("SimpleDistrict")]
    peak = 1e3 * float(data["Peak Load [kW]"].min())
    consumers = pd.DataFrame({"name": houses, "node": houses, "Q_flow_nominal": peak, "kind": "prescribed", "dT": DROP})
    return pipes, consumers


@cache
def computed(insulation: str = "computed") -> Result:
    """Return what the network gives at the times of the reference."""
    pipes, consumers = tables(insulation)
    written = hs.plants.network(
        None,
        pipes,
        consumers,
        name="Network_1",
        plant="i",
        drive="pressure",
        medium="ConstantWater",
        T_supply_nominal=T_SUPPLY,
        T_return_nominal=T_SUPPLY - DROP,
    )
    times, heat = demand()
    ds = hs.simulate(
        written.build(),
        inputs={
            "T_supply": T_SUPPLY,
            "T_ground": T_GROUND,
            "dp_plant": written.dp_nominal,
            "Q_flow_demand": hs.Signal.linear(times, heat),
        },
        stop=float(reference().time[-1]),
        output_step=900.0,
    )
    injection = ds["m_flow"].values * CP * (T_SUPPLY - ds["T_return"].values)
    return Result(ds["time"].values, ds["Q_flow_loss"].values, injection, ds["T_consumer"].values.min(axis=1))


def medians(result: Result) -> tuple[float, float, float]:
    """Return the medians of loss (W), injection (W) and critical temperature (K) over the moments with demand."""
    taken = np.interp(result.time, *demand()) > 100.0
    return tuple(float(np.median(series[taken])) for series in (result.loss, result.injection, result.T_critical))


def rows() -> list[Row]:
    """Return the figures of the network and the negative controls."""
    ours, theirs = computed(), reference()
    loss, injection, coldest = medians(ours)
    loss_ref, injection_ref, coldest_ref = medians(theirs)
    at = float(np.interp(MOMENT, ours.time, ours.loss))
    literal = computed("literal")
    supply_only = float(np.interp(MOMENT, ours.time, ours.loss)) * _share_of_supply()
    return [
        within(
            "DESTEST: heat loss at 16 200 s",
            at / 1e3,
            "kW",
            lower=3.70,
            upper=3.78,
            source="DESTEST Network_1, all tools: 3.734 to 3.742 kW",
        ),
        close("DESTEST: median heat loss", loss / 1e3, "kW", reference=loss_ref / 1e3, relative=0.01, source=SOURCE),
        close(
            "DESTEST: median injection",
            injection / 1e3,
            "kW",
            reference=injection_ref / 1e3,
            relative=0.005,
            source=SOURCE,
        ),
        close("DESTEST: median critical temperature", coldest, "K", reference=coldest_ref, absolute=0.6, source=SOURCE),
        within(
            "DESTEST: heat loss at 16 200 s, U-value taken by its name",
            float(np.interp(MOMENT, literal.time, literal.loss)) / 1e3,
            "kW",
            upper=0.9 * 3.70,
            source="negative control",
            note="must miss",
        ),
        within(
            "DESTEST: heat loss at 16 200 s, supply pipes only",
            supply_only / 1e3,
            "kW",
            upper=0.9 * 3.70,
            source="negative control",
            note="must miss",
        ),
    ]


def _share_of_supply() -> float:
    """Return the supply's share of the loss: its excess over the ground against that of both pipes."""
    supply = T_SUPPLY - T_GROUND
    return supply / (supply + supply - DROP)


def figure() -> Figure:
    """Draw heat loss (kW), injection (kW) and critical temperature (°C) over the week (d)."""
    drawn = Figure(figsize=(11.0, 7.0), layout="constrained")
    FigureCanvasAgg(drawn)
    axes = drawn.subplots(3, 1, sharex=True)
    ours, theirs = computed(), reference()
    for panel, name, label, shift, factor in (
        (axes[0], "loss", "heat loss in kW", 0.0, 1e-3),
        (axes[1], "injection", "injection in kW", 0.0, 1e-3),
        (axes[2], "T_critical", "critical supply in °C", -273.15, 1.0),
    ):
        for result, who, style in (
            (theirs, "reference (plug-flow pipes)", {"color": "black", "linewidth": 3.0, "alpha": 0.4}),
            (ours, "HeatReuse", {"color": "#D55E00", "linewidth": 1.2}),
        ):
            panel.plot(result.time / 86400.0, getattr(result, name) * factor + shift, label=who, **style)
        panel.set_ylabel(label)
        panel.grid(True, color="#D9D9D9", linewidth=0.7)
    axes[0].set_ylim(2.5, 4.2)
    axes[1].set_ylim(0.0, None)
    axes[2].set_ylim(40.0, 50.5)
    axes[2].set_xlabel("time in d")
    axes[0].set_xlim(0.0, 7.0)
    axes[0].legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
    return drawn
