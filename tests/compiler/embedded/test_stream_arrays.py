"""Arrays of components with streams: the same equations and numbers as the same network written out one by one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import casadi as ca
import numpy as np
import pytest
from stream_networks import DISTRICT, LIBRARY, NETWORKS, name, text

import heatsim.compiler.embedded as embedded
from heatsim.compiler.embedded.equations.assembly import assemble
from heatsim.compiler.embedded.equations.flat import read_flat
from heatsim.compiler.embedded.solving.blocks import solve
from heatsim.compiler.embedded.solving.initial import start_attribute
from heatsim.compiler.embedded.solving.right_hand_side import build_functions
from heatsim.compiler.embedded.solving.sorting import sort
from heatsim.errors import CompilerError, UnsupportedModelicaError

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
    defaults: Mapping[str, float]

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
    names = {
        "x": [state.name for state in functions.states],
        "u": [quantity.name for quantity in functions.inputs],
        "p": [parameter.name for parameter in functions.parameters],
        "y": [quantity.name for quantity in functions.pure_outputs],
        "q": [f"q{number}" for number in range(functions.rhs.size1_in("q"))],
    }
    names = {key: [plain(item) for item in value] for key, value in names.items()}
    values = {
        "x": functions.starts,
        "u": [float(system.table.default(start_attribute(system, quantity))) for quantity in functions.inputs],
        "p": [parameter.value for parameter in functions.parameters],
        "q": [0.0 for _ in names["q"]],
    }
    defaults = {item: value for key in values for item, value in zip(names[key], values[key], strict=True)}
    is_marked = bool(front.flat.get("own_streams"))
    return Compiled(functions.rhs, names, is_marked, len(system.hybrid.events.held), defaults)


def assert_same(arrays: Compiled, by_hand: Compiled, points: Sequence[Mapping[str, float]], rel: float = 1e-12) -> None:
    for key in ("x", "u", "p", "y", "q"):
        assert sorted(arrays.names[key]) == sorted(by_hand.names[key])
    assert arrays.indicators == by_hand.indicators
    for values in points:
        one, other = arrays(values), by_hand(values)
        size = max(abs(value) for value in other.values())
        assert np.isfinite(size)
        for key, value in other.items():
            assert one[key] == pytest.approx(value, rel=rel, abs=rel * size), key


def anywhere(model: Compiled, count: int = 12) -> list[dict[str, float]]:
    """Random states and parameters, so that flows go either way; the memories of relations are 0 or 1."""
    random = np.random.default_rng(1)
    keys = [key for kind in ("x", "u", "p") for key in model.names[kind]]
    points = [{key: random.uniform(0.2, 3.0) for key in keys} for _ in range(count)]
    for point in points:
        point |= {key: float(random.integers(2)) for key in model.names["q"]}
        if "pump.m" in point:
            point["pump.m"] *= random.choice((-1.0, 1.0))
    return points


def without_flow(model: Compiled) -> dict[str, float]:
    """A point where no pressure differs and no pump runs."""
    point = anywhere(model, 1)[0]
    return point | {key: 1.0 if key.endswith(".p") else 0.0 for key in point if key.endswith((".p", "pump.m"))}


def around_start(model: Compiled, count: int = 8) -> list[dict[str, float]]:
    """Near the start values, with every flow that is a state in either direction or zero."""
    random = np.random.default_rng(1)
    points = []
    for number in range(count):
        point = {key: value * random.uniform(0.98, 1.02) for key, value in model.defaults.items()}
        flows = [key for key in model.names["x"] if "m_flow" in key]
        points.append(point | {key: point[key] * (number % 3 - 1) * random.choice((-1.0, 1.0)) for key in flows})
    return points


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("networks") / "L.mo"
    library.write_text(text(), encoding="utf-8")
    return library


@pytest.mark.parametrize("label", NETWORKS)
def test_arrays_give_what_components_one_by_one_give(networks: Path, label: str) -> None:
    arrays = compiled(networks, f"L.{name(label)}Arrays")
    assert arrays.is_marked or label == "one in the array"  # which the front end resolves
    by_hand = compiled(networks, f"L.{name(label)}ByHand")
    assert_same(arrays, by_hand, anywhere(by_hand))
    # without flow, weights of 1e-7 stand beside flows that are zero up to rounding
    assert_same(arrays, by_hand, [without_flow(by_hand)], rel=1e-8)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_size_of_the_array_can_be_given_when_the_model_is_compiled(
    networks: Path, tmp_path: Path, size: int
) -> None:
    numbers = range(1, size + 1)
    body = (
        "Source s; Source t(p=1, h=7); " + "".join(f"Pipe c_{i}; " for i in numbers) + "equation connect(s.a, c_1.a);"
    )
    body += "".join(f" connect(c_{i}.b, c_{i + 1}.a);" for i in numbers[:-1]) + f" connect(c_{size}.b, t.a);"
    library = tmp_path / "L.mo"
    library.write_text(LIBRARY.replace("{models}", f"model ByHand {body} end ByHand;"), encoding="utf-8")
    by_hand = compiled(library, "L.ByHand")
    assert_same(compiled(networks, f"L.{name('series by slices')}Arrays", m=size), by_hand, anywhere(by_hand))


def test_pipes_tank_and_substations_of_the_library_can_stand_in_arrays(tmp_path: Path) -> None:
    library = tmp_path / "H.mo"
    library.write_text(DISTRICT, encoding="utf-8")
    arrays, by_hand = (compiled(library, f"H.{form}", [HEAT_REUSE]) for form in ("Arrays", "ByHand"))
    assert arrays.is_marked
    assert not by_hand.is_marked
    assert_same(arrays, by_hand, around_start(by_hand))


def test_streams_of_all_components_of_an_array_can_be_asked_for_together(tmp_path: Path) -> None:
    library = tmp_path / "L.mo"
    body = """Source s; Source t(p=1); Pipe c[3](each n=1); Real y[3] = inStream(c.a.h_outflow); Real z[3];
      Real w = sum(inStream(c[i].a.h_outflow) for i in 1:3); Real v = sum(actualStream(c.b.h_outflow));
    equation connect(s.a, c[1].a); for i in 1:2 loop connect(c[i].b, c[i + 1].a); end for; connect(c[3].b, t.a);
      for i in 1:3 loop z[i] = inStream(c[i].b.h_outflow); end for;"""
    library.write_text(LIBRARY.replace("{models}", f"model M {body} end M;"), encoding="utf-8")
    model = compiled(library, "L.M")
    values = model(model.defaults | {"c_1.T_1": 10.0, "c_2.T_1": 20.0, "c_3.T_1": 30.0})  # a pipe carries 2 T
    assert [values[f"y_{k}"] for k in (1, 2, 3)] == [5, 20, 40]  # 5 from the source
    assert [values[f"z_{k}"] for k in (1, 2, 3)] == [40, 60, 5]
    assert (values["w"], values["v"]) == (65, 20 + 40 + 60)  # the flow leaves at b


CHAIN = """model M "Mixed volumes in a row"
  connector Port Real p; flow Real m_flow; stream Real h_outflow; end Port;
  model Cell Port a; Port b; Real h(start=1, fixed=true);
  equation a.m_flow + b.m_flow = 0; a.p = b.p; a.h_outflow = h; b.h_outflow = h;
    der(h) = a.m_flow*(inStream(a.h_outflow) - h); end Cell;
  model Feed Port a; input Real m; equation a.m_flow = -m; a.h_outflow = 3; end Feed;
  model Drain Port a; Real h = inStream(a.h_outflow); equation a.p = 1; a.h_outflow = 0; end Drain;
  Feed feed(m=2); Cell cell[4]; Drain drain; output Real h = drain.h;
equation
  connect(feed.a, cell[1].a); connect(cell[1:3].b, cell[2:4].a); connect(cell[4].b, drain.a);
end M;"""


def test_a_step_through_mixed_volumes_arrives_as_their_residence_times_say(build) -> None:
    built = build(CHAIN)
    end = built.simulate(1.5)
    passed = 2 * 1.5  # volumes, while each of the four is renewed: Erlang distribution of order 4
    share = 1 - math.exp(-passed) * sum(passed**k / math.factorial(k) for k in range(4))
    assert end["h"] == pytest.approx(1 + (3 - 1) * share, rel=1e-8)
    model = built.initialized()
    assert built.get(model, "h") == [1.0]
    model.freeInstance()


PIPES = (
    "Source s; Source t(p=1); Pipe c[2]; {0} equation connect(s.a, c[1].a); connect(c[1].b, c[2].a);"
    " connect(c[2].b, t.a); {1}"
)


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (
            PIPES.format("Real y = inStream(c[1].a.p);", ""),
            CompilerError,
            r"L\.mo:\d+:\d+: .* is not a stream",
        ),
        (PIPES.format("Real y = nothing + 1;", ""), CompilerError, r"L\.mo:\d+:\d+: there is no 'nothing'"),
        (PIPES.format("Real y[2] = {1, 2, 3};", ""), CompilerError, r"L\.mo:\d+:\d+: the value '{1, 2, 3}'"),
        (
            PIPES.format("Real y = smooth(-73110, c[1].T[1]);", ""),
            UnsupportedModelicaError,
            r"L\.mo:\d+:\d+: smooth with a negative order",
        ),
        (
            PIPES.format("inner Source world; Leak leak[2];", "connect(leak[1].a, s.a); connect(leak[2].a, s.a);"),
            UnsupportedModelicaError,
            r"L\.mo:\d+:\d+: the connectors .* are connected across components.*; lead the connection through",
        ),
    ],
)
def test_what_is_refused_in_a_model_with_such_arrays_is_refused_by_place(
    tmp_path: Path, body: str, error: type[Exception], message: str
) -> None:
    library = tmp_path / "L.mo"
    leak = "model Leak outer Source world; Port a; Pipe p; equation connect(a, p.a); connect(p.b, world.a); end Leak;"
    library.write_text(LIBRARY.replace("{models}", f"{leak} model M {body} end M;"), encoding="utf-8")
    with pytest.raises(error, match=message):
        compiled(library, "L.M")
