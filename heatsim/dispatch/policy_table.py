"""The table of policies side by side: one row a policy, costs and energies, planned and realised."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table

from heatsim.dispatch.gap import shown
from heatsim.errors import UsageError, near_miss
from heatsim.whole_file import whole_file


@dataclass(frozen=True)
class PolicyRow:
    """One policy; costs in EUR after the value of the change of the heat stored, energies in MWh.

    Attributes
    ----------
    policy
        Name.
    cost_planned, cost_realised
        Cost planned, and of the run.
    gap_percent
        Realised less planned cost, over the planned, %; None where that is next to nothing.
    saving_planned, saving_realised
        What the policy costs less than no tank.
    saving_share
        Its saving over that of perfect foresight, 1; of the runs where there are any. None where that saves
        next to nothing.
    regret_planned, regret_realised
        What it costs more than perfect foresight.
    electricity, peak_heat, co2, starts, unmet_share, state_of_charge_end
        Of the run where there is one, otherwise planned: bought electricity, heat of the peak plant (MWh), CO2 (t),
        starts, unmet demand over demand (1), state of charge at the end (1).
    """

    policy: str
    cost_planned: float | None
    cost_realised: float | None
    gap_percent: float | None
    saving_planned: float | None
    saving_realised: float | None
    saving_share: float | None
    regret_planned: float | None
    regret_realised: float | None
    electricity: float | None
    peak_heat: float | None
    co2: float | None
    starts: float | None
    unmet_share: float | None
    state_of_charge_end: float | None


COSTS = {
    "cost_planned": "cost\nplan",
    "cost_realised": "cost\nrun",
    "gap_percent": "gap\n%",
    "saving_planned": "saving\nplan",
    "saving_realised": "saving\nrun",
    "saving_share": "of best\n%",
    "regret_planned": "regret\nplan",
    "regret_realised": "regret\nrun",
}
ENERGIES = {
    "electricity": "bought\nMWh",
    "peak_heat": "boilers\nMWh",
    "co2": "CO2\nt",
    "starts": "starts",
    "unmet_share": "unmet\n%",
    "state_of_charge_end": "charge\nend",
}


@dataclass(frozen=True)
class Comparison:
    """Policies side by side; `comparison["price_threshold"]` is a row.

    Attributes
    ----------
    rows
        One for each policy.
    stock_value
        Value of stored heat, EUR/J.
    baseline, reference
        Names of the policies against which saving and regret count.
    runs
        Planned and realised schedules by policy.
    """

    rows: tuple[PolicyRow, ...]
    stock_value: float
    baseline: str
    reference: str
    runs: Mapping[str, tuple[xr.Dataset | None, xr.Dataset | None]] = field(repr=False, compare=False)

    def __getitem__(self, policy: str) -> PolicyRow:
        for row in self.rows:
            if row.policy == policy:
                return row
        names = [row.policy for row in self.rows]
        raise UsageError(f"no policy '{policy}' was compared{near_miss(policy, names)}; there are {', '.join(names)}")

    def __iter__(self) -> Iterator[PolicyRow]:
        return iter(self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """Return the table, indexed by policy."""
        return pd.DataFrame([asdict(row) for row in self.rows]).set_index("policy")

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain values by policy, with the value of stored heat in EUR/MWh."""
        return {
            "baseline": self.baseline,
            "reference": self.reference,
            "stock_value_EUR_per_MWh": self.stock_value * 3.6e9,
            "policies": {r.policy: {k: v for k, v in asdict(r).items() if k != "policy"} for r in self.rows},
        }

    def to_json(self, path: str | Path) -> Path:
        """Write the table to a JSON file and return its path."""
        target = Path(path)
        with whole_file(target, "the comparison") as partial:
            text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
            partial.write_text(text + "\n", encoding="utf-8")
        return target

    def print(self, console: Console | None = None) -> None:
        """Print costs, and energies below; columns without any value are left out."""
        screen = console or Console()
        costs = (
            f"Cost in EUR, stored heat at {self.stock_value * 3.6e9:.3g} EUR/MWh; "
            f"saving against {self.baseline}, regret against {self.reference}"
        )
        self._table(costs, COSTS, screen)
        done = any(row.cost_realised is not None for row in self.rows)
        self._table("Energies of the runs" if done else "Energies planned", ENERGIES, screen)

    def _table(self, title: str, headers: Mapping[str, str], console: Console) -> None:
        table = Table(title=title, title_justify="left", header_style="bold", box=None, padding=(0, 1, 0, 0))
        table.add_column("policy", no_wrap=True)
        kept = [name for name in headers if any(getattr(row, name) is not None for row in self.rows)]
        for name in kept:
            table.add_column(headers[name], justify="right", no_wrap=True)
        for row in self.rows:
            table.add_row(row.policy, *(_cell(name, getattr(row, name)) for name in kept))
        console.print(table)


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return shown(value)
    if name == "unmet_share":
        return f"{100.0 * value:.3f}"
    if name == "saving_share":
        return f"{round(100.0 * value)}"
    if name == "state_of_charge_end":
        return f"{value:.2f}"
    return f"{value:.1f}" if name in ("gap_percent", "electricity", "peak_heat", "co2") else f"{round(value)}"
