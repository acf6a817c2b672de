"""Arrays of components with streams: the same equations and numbers as the same network written out one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import casadi as ca
import numpy as np
import pytest
from stream_networks import NETWORKS, name, text

import heatsim.compiler.embedded as embedded
from heatsim.compiler.embedded.assembly import assemble
from heatsim.compiler.embedded.blocks import solve
from heatsim.compiler.embedded.flat import read_flat
from heatsim.compiler.embedded.right_hand_side import build_functions
from heatsim.compiler.embedded.sorting import sort

HEAT_REUSE = Path(__file__).parents[3] / "modelica" / "HeatReuse"


def plain(path: str) -> str:
    """`c[1].T[2]` and `c_1.T[2]` get one name."""
    return re.sub(r"\[([\d,]+)\]", lambda match: "_" + match[1].replace(",", "_"), path)


@dataclass
class Compiled:
    """The right-hand side of a model, with all variables as outputs, by names without brackets."""

    function: ca.Function
    names: Mapping[str, list[str]]
    is_marked: bool  # streams are resolved by the compiler, not by the front end
    indicators: int

    def __call__(self, values: Mapping[str, float], t: float = 0.0) -> dict[str, float]:
        arguments = {key: [values[item] for item in self.names[key]] for key in ("x", "u", "p", "q")}
        results = self.function(t=t, **{key: ca.DM(value) for key, value in arguments.items()})
        ode, y = (np.array(results[key]).ravel() for key in ("ode", "y"))
        return dict(zip((f"der({item})" for item in self.names["x"]), ode, strict=True)) | dict(
            zip(self.names["y"], y, strict=True)
        )


def compiled(library: Path, model: str, needs: Sequence[Path] = (), **parameters: object) -> Compiled:
    front = embedded._front_end(model, library, needs, parameters)
    assert not front.problem
    flat = read_flat(front.flat, front.sources)
    everything = [quantity.name for quantity in assemble(flat).algebraic]
    system = assemble(flat, everything)
    unknowns = [state.derivative for state in system.states] + [quantity.symbol for quantity in system.algebraic]
    order = sort(system.residuals, unknowns, frozenset(state.name for state in system.states), flat.sources)
    functions = build_functions(system, solve(system.residuals, unknowns, order, flat.sources))
    held = [item.text for item in system.hybrid.events.held]
    names = {
        "x": [state.name for state in functions.states],
        "u": [quantity.name for quantity in functions.inputs],
        "p": [parameter.name for parameter in functions.parameters],
        "y": [quantity.name for quantity in functions.pure_outputs],
        "q": [f"q{number}" for number in range(functions.rhs.size1_in("q"))],
    }
    return Compiled(
        functions.rhs,
        {key: [plain(item) for item in value] for key, value in names.items()},
        bool(front.flat.get("own_streams")),
        len(held),
    )


def assert_same(arrays: Compiled, by_hand: Compiled, points: int = 12, scale: Mapping[str, float] = {}) -> None:
    """Compare at random points, also with zero flow (no pressure differences) and with reversed flow."""
    for key in ("x", "u", "y"):
        assert sorted(arrays.names[key]) == sorted(by_hand.names[key])
    assert sorted(arrays.names["p"]) == sorted(by_hand.names["p"])
    assert arrays.indicators == by_hand.indicators
    random = np.random.default_rng(1)
    keys = [*by_hand.names["x"], *by_hand.names["u"], *by_hand.names["p"]]
    for number in range(points):
        values = {key: scale.get(key, 1.0) * random.uniform(0.2, 3.0) for key in keys}
        if number == 0:  # nothing drives a flow
            values |= {key: 1.0 for key in keys if key.endswith(".p")} | {key: 0.0 for key in keys if key == "pump.m"}
        elif number % 2 and "pump.m" in values:
            values["pump.m"] *= -1
        values |= {f"q{k}": float(random.integers(2)) for k in range(len(by_hand.names["q"]))}
        one, other = arrays(values), by_hand(values)
        size = max(abs(value) for value in other.values())
        # without flow, weights of 1e-7 stand beside flows that are zero up to rounding
        rel = 1e-12 if number else 1e-8
        assert np.isfinite(size)
        for key, value in other.items():
            assert one[key] == pytest.approx(value, rel=rel, abs=rel * size), key


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("networks") / "L.mo"
    library.write_text(text(), encoding="utf-8")
    return library


@pytest.mark.parametrize("label", NETWORKS)
def test_arrays_give_what_components_one_by_one_give(networks: Path, label: str) -> None:
    arrays = compiled(networks, f"L.{name(label)}Arrays")
    assert arrays.is_marked or label == "one in the array"  # which the front end resolves
    assert_same(arrays, compiled(networks, f"L.{name(label)}ByHand"))
