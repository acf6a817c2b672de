"""What an engineer sees of the study of storage dispatch: a page of figures, and the same in words on the terminal."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import xarray as xr
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heatsim.analysis import limits
from heatsim.dispatch.gap import SMALL, Gap, turnover
from heatsim.dispatch.schedule import COSTS, compared_cost, stock_value, total_cost
from heatsim.plot import dispatch as plots
from heatsim.plot.loops import table as draw_table
from heatsim.plot.style import BLACK, GREEN, RED, legend_right, new_figure

if TYPE_CHECKING:
    from heatsim.study.dispatch_runs import PolicyRun
    from heatsim.study.storage_dispatch import DispatchResult

HEADER = (
    *(
        "policy",
        "planned\nEUR",
        "realised\nEUR",
        "plant to\nplan %",
        "tank earned\nEUR",
        "of perfect\nforesight %",
    ),
    *("heat pumps\nMWh", "boilers\nMWh", "electricity\nMWh", "starts", "CO2\nt", "charge at\nthe end %", "not met\n%"),
)
_LINE = 0.27
"""Height of a line of the page's text, inches."""
_WIDTH = 180
"""Letters in a line of the page."""
RULES = ("follow_demand", "recover_all", "price_threshold", "time_of_day", "state_of_charge")


def title(policy: str) -> str:
    """Return the name of a policy in words."""
    return policy.replace("_", " ")


def parts(schedule: xr.Dataset, one: PolicyRun, value: float) -> dict[str, float]:
    """Return the parts of the cost of a schedule, EUR; `value` is that of stored heat, EUR/J."""
    found = {name: float(schedule[name].sum()) for name in COSTS}
    found["cost_peak"] = float(schedule.attrs["cost_peak"])
    found["value_heat"] = float(schedule["value_heat"].sum())
    found["value_stock"] = total_cost(schedule) - compared_cost(schedule, one.plant, value)
    return found


def drawn(result: DispatchResult) -> list[plots.Drawn]:
    """Return what the figures show of each policy."""
    return [plots.Drawn(title(name), one.planned, one.realised, one.run) for name, one in result.runs.items()]


def figures(result: DispatchResult) -> dict[str, Figure]:
    """Return the figures of a study by name of their file."""
    policies = drawn(result)
    with_tank = [one for one, run in zip(policies, result.runs.values(), strict=True) if run.plant.tank is not None]
    found = {
        "overview": overview(result),
        "price": plots.price_figure(policies),
        "heat": plots.heat_figure(policies),
        "cost": plots.cost_figure(*bars(result), heading=f"Cost of {_span(result)}"),
    }
    if with_tank:
        found["tank"] = plots.tank_figure(with_tank)
    return found


def bars(result: DispatchResult) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Return the parts of the cost by policy, planned and realised, EUR."""
    value = stock_value(result.plant, result.forecasts)
    planned = {title(name): parts(one.planned, one, value) for name, one in result.runs.items()}
    realised = {title(name): parts(one.realised, one, value) for name, one in result.runs.items()}
    return planned, realised


def overview(result: DispatchResult) -> Figure:
    """Draw the page: what the tank earned under each policy, how far from the best, and whether plant was safe."""
    said = [(name, line) for name, text in answers(result).items() for line in textwrap.wrap(text, _WIDTH)]
    rows = table_rows(result)
    heights = [0.6 + _LINE * len(said), 8.2, 0.8 + 0.3 * len(rows)]
    figure = new_figure(16.0, sum(heights))
    stacked: Any = figure.subfigures(3, 1, height_ratios=heights)
    above, middle, below = stacked
    _write(above, result, said, heights[0])
    _panels(middle, result)
    colours = [_colours(row) for row in rows]
    draw_table(below.subplots(), rows, HEADER, colours)
    return figure


def _panels(part: Any, result: DispatchResult) -> None:
    """Draw cost bars beside price, power, heat and tank of the policy that shows most."""
    name = _shown(result)
    one = result.runs[name]
    policy = plots.Drawn(title(name), one.planned, one.realised, one.run)
    left, right = part.subfigures(1, 2, width_ratios=[1.0, 1.25])
    costs = left.subplots()
    plots.cost_bars(costs, *bars(result), legend_below=True)
    costs.set_title("cost by policy: left planned, right realised", loc="left", fontsize=10, fontweight="bold")
    tank = one.plant.tank is not None
    rows = right.subplots(5 if tank else 3, 1, sharex=True, height_ratios=[1.0, 1.0, 1.6, 1.2, 0.9][: 5 if tank else 3])
    plots.price(rows[0], one.realised)
    plots.heat_pump_power(rows[1], policy)
    plots.heat_by_source(rows[2], policy, last=not tank)
    rows[0].set_title(policy.title, loc="left", fontsize=10, fontweight="bold")
    rows[1].set_ylabel("heat pumps\nin MW", fontsize=10)
    rows[2].set_ylabel("heat in MW", fontsize=10)
    for axes in rows[:3]:
        legend_right(axes)
    if tank:
        mesh = plots.tank_layers(rows[3], policy)
        if mesh is not None:
            scale = right.colorbar(mesh, cax=rows[3].inset_axes((1.012, 0.0, 0.014, 1.0)))
            scale.set_label("water in °C", fontsize=9)
        plots.state_of_charge(rows[4], policy, last=True)
        legend_right(rows[4])


def _shown(result: DispatchResult) -> str:
    """Return the policy whose run the page shows: perfect foresight, else the last one."""
    return "perfect_foresight" if "perfect_foresight" in result.runs else list(result.runs)[-1]


def answers(result: DispatchResult) -> dict[str, str]:
    """Return the answers of the study in sentences."""
    found = {
        "What it earned": earned(result),
        "How close": distance(result),
        "Plan and plant": plan_and_plant(result),
        "Safe": safe(result),
    }
    if result.failure is not None:
        found["Failed"] = f"{result.failure}."
    return {name: text for name, text in found.items() if text}


def earned(result: DispatchResult) -> str:
    """Return what the tank earned under each policy, in a sentence."""
    values = {name: result.earned(name) for name in result.runs if name != "no_tank"}
    known = {name: value for name, value in values.items() if value is not None}
    if not known or result.plant.tank is None:
        return ""
    base, size = _cost(result.gaps["no_tank"]), turnover(result.runs["no_tank"].realised)
    words = [
        f"{_eur(value)} with {title(name)}"
        for name, value in sorted(known.items(), key=lambda item: item[1], reverse=True)
    ]
    share = ""
    best = max(known.values())
    if base > SMALL * size:
        share = f"; the most is {100.0 * best / base:.0f} % of that cost"
    volume = f"{result.plant.tank.volume:,.0f}".replace(",", " ")
    return (
        f"the tank of {volume} m³, against a plant without one that cost {_eur(base)}: {_listed(words)}{share}. "
        "Realised on the plant, the heat left in the tank valued."
    )


def distance(result: DispatchResult) -> str:
    """Return how much of what perfect foresight earns the other policies reach, in a sentence."""
    shares = {name: _share(result, name) for name in result.runs}
    words = []
    horizon = shares.get("receding_horizon")
    if horizon is not None:
        hours = result.options.horizon / 3600.0
        words.append(f"receding horizon with imperfect forecasts of {hours:g} h reaches {100.0 * horizon:.0f} %")
    known = {name: value for name, value in shares.items() if name in RULES and value is not None}
    if known:
        name = max(known, key=lambda one: known[one])
        words.append(f"the best rule, {title(name)}, {'' if words else 'reaches '}{100.0 * known[name]:.0f} %")
    return f"{_listed(words)} of what perfect foresight earns." if words else ""


def plan_and_plant(result: DispatchResult) -> str:
    """Return how close plan and plant are, in a sentence."""
    if "perfect_foresight" not in result.gaps:
        return ""
    apart = result.gaps["perfect_foresight"]
    row, charge = apart["cost_compared"], apart["state_of_charge_rms"].realised
    text = f"with perfect foresight the plant cost {_eur(row.realised)}, planned {_eur(row.planned)}"
    text += _percent(row.percent)
    if result.rounds:
        first = result.rounds[0].gap
        text += f"; before the calibration {_eur(first['cost_compared'].realised)}, planned "
        text += f"{_eur(first['cost_compared'].planned)}{_percent(first['cost_compared'].percent)}"
    if charge is not None:
        text += f". State of charge and its plan are {100.0 * charge:.1f} % apart (root mean square)"
    if "no_tank" in result.gaps:
        part = [result.earned("perfect_foresight", side) for side in ("planned", "realised")]
        text += f"; the tank was planned to earn {_eur(part[0])} and earned {_eur(part[1])}"
    horizon = result.runs.get("receding_horizon")
    if horizon is not None and horizon.plans > 1:
        text += f". Of the receding horizon the first hours of its {horizon.plans} plans count as planned"
    return f"{text}."


def safe(result: DispatchResult) -> str:
    """Return whether network and hall were safe under every policy, in a sentence."""
    if not result.runs:
        return ""
    runs = list(result.runs.values())

    def worst(name: str, sign: float = 1.0) -> float:
        return sign * max(sign * float(one.figures[name][0] or 0.0) for one in runs)

    at = {name: limits.of(runs[0].run, name) - 273.15 for name in limits.DEFAULTS}
    unmet = max(one.unmet for one in runs)
    violated = [
        title(name)
        for name, one in result.runs.items()
        if any((one.figures[key][0] or 0.0) > 0.0 for key in one.figures if key.endswith("_violation"))
    ]
    end = "no limit was violated under any policy" if not violated else f"limits violated: {_listed(violated)}"
    return (
        f"demand not met within a day at most {100.0 * unmet:.3f} %; network supply at least "
        f"{worst('network_supply_min', -1.0):.1f} °C (limit {at['T_network_supply']:.0f}), chips at most "
        f"{worst('chip_max'):.1f} °C ({at['T_chip']:.0f}), technology loop {worst('tcs_supply_max'):.1f} °C "
        f"({at['T_tcs_supply']:.0f}), hall air {worst('hall_air_max'):.1f} °C ({at['T_air']:.0f}): {end}. "
        f"Largest energy residual {max(one.energy_residual for one in runs):.0e} of what is exchanged."
    )


def table_rows(result: DispatchResult) -> list[tuple[str, ...]]:
    """Return what each policy planned and did, as text for people."""
    rows: list[tuple[str, ...]] = []
    for name, one in result.runs.items():
        apart = result.gaps[name]
        gain = result.earned(name) if name != "no_tank" else None
        share = _share(result, name) if name != "no_tank" else None
        charge = apart["state_of_charge_end"].realised
        rows.append(
            (
                title(name),
                _number(apart["cost_compared"].planned),
                _number(apart["cost_compared"].realised),
                _number(apart["cost_compared"].percent, "+.1f"),
                _number(gain),
                _number(None if share is None else 100.0 * share),
                _number(apart["heat_pump_heat"].realised),
                _number(apart["peak_heat"].realised, ".1f"),
                _number(apart["electricity_bought"].realised, ".1f"),
                _number(apart["starts"].realised),
                _number(apart["co2"].realised, ".1f"),
                "–" if one.plant.tank is None or charge is None else f"{100.0 * charge:.0f}",
                f"{100.0 * one.unmet:.3f}",
            )
        )
    rows += [(title(name), "run failed", *[""] * (len(HEADER) - 2)) for name in result.errors]
    return rows


def show(result: DispatchResult) -> None:
    """Print the calibration, what each policy planned and did, and the answers in words."""
    console = Console()
    for one in result.rounds:
        one.calibration.print(console)
    if result.rounds and "perfect_foresight" in result.gaps:
        _closer(console, result.rounds[0].gap, result.gaps["perfect_foresight"])
    # Two tables, since one is wider than a terminal of 80 columns.
    cost, realised = (0, 1, 2, 3, 4, 5), (0, *range(6, len(HEADER)))
    for heading, columns in ((f"Cost, {_span(result)}", cost), ("Realised", realised)):
        printed = Table(title=heading, title_justify="left", header_style="bold", box=None, padding=(0, 0, 0, 1))
        for column in columns:
            printed.add_column(HEADER[column], justify="right" if column else "left", no_wrap=True)
        for row in table_rows(result):
            printed.add_row(*(Text(row[column]) for column in columns))
        console.print(printed, "")
    for name, text in answers(result).items():
        if name != "Failed":  # the exit says it
            console.print(Text(f"{name}: ", style="bold").append(Text(text, style="")))


def _closer(console: Console, first: Gap, second: Gap) -> None:
    """Print how far plan and plant are apart before and after the calibration."""
    printed = Table(title="Perfect foresight: plant less plan", title_justify="left", header_style="bold")
    for name in ("quantity", "before calibration", "after", "unit"):
        printed.add_column(name, justify="left" if name in ("quantity", "unit") else "right", no_wrap=True)
    for name in ("cost_compared", "electricity_bought", "heat_pump_heat", "peak_heat", "state_of_charge_rms", "starts"):
        values = [_number(each[name].difference, "+.3g") for each in (first, second)]
        unit = first[name].unit
        printed.add_row(name, *values, "" if unit == "1" else unit)
    console.print(printed)


def _write(part: Any, result: DispatchResult, said: list[tuple[str, str]], height: float) -> None:
    """Write title and answers at the top of the page."""
    heading = f"Storage dispatch: what the tank earned, {_span(result)}"
    if result.failure is not None:
        heading += ": FAILED ITS CHECKS"
    colour = BLACK if result.failure is None else RED
    part.text(0.01, 1.0 - 0.08 / height, heading, fontsize=15, fontweight="bold", color=colour, va="top")
    before = ""
    for i, (name, line) in enumerate(said):
        y = 1.0 - (0.5 + _LINE * i) / height
        if name != before:
            part.text(0.01, y, name, fontsize=10.5, fontweight="bold", color=BLACK, va="top")
        part.text(0.1, y, line, fontsize=10.5, color=BLACK, va="top")
        before = name


def _span(result: DispatchResult) -> str:
    hours = result.options.stop / 3600.0
    length = f"{hours / 24.0:g} days" if hours % 24.0 == 0.0 and hours > 24.0 else f"{hours:g} h"
    return f"{length} from {result.options.start.removesuffix('T00:00:00').replace('T', ' ')}"


def _share(result: DispatchResult, name: str) -> float | None:
    """Return what a policy earned over what perfect foresight earned, 1; None where that is no measure."""
    return result.comparison[name].saving_share


def _cost(apart: Gap) -> float:
    return float(apart["cost_compared"].realised or 0.0)


def _eur(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f} EUR".replace(",", " ")


def _percent(value: float | None) -> str:
    return "" if value is None else f" ({value:+.1f} %)"


def _number(value: float | None, form: str = ",.0f") -> str:
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:{form}}".replace(",", " ")
    return text.removeprefix("-") if not text.strip("-0.") else text


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _colours(row: tuple[str, ...]) -> tuple[str, ...]:
    """Colour what a tank earned: green when it earned, red when it cost."""
    gain = row[4] if len(row) > 4 else ""
    colour = "" if gain in ("", "–") else RED if gain.startswith("-") else GREEN
    return tuple(colour if column == 4 else "" for column in range(len(HEADER)))
