"""Small FMUs written in C, for FMI 2.0 and 3.0, compiled when a test asks for them and kept for the session.

    from fmus.build import fmu
    path = fmu("ball", "3.0")                                         # both interfaces
    path = fmu("capacity", "2.0", interfaces=("co_simulation",))      # as if it offered only one
    path = fmu("capacity", "2.0", start={"C": 5000.0})                # other start values
    path = fmu("lag", "2.0", attributes={"canGetAndSetFMUstate": "true"})   # other claims in the description

The model is called `hs_NAME`. Except where noted, all bring Model Exchange (ME) and Co-Simulation (CS), say truthfully
that they can get, set and serialise their state and give directional derivatives, and their CS solver is exact to
rounding for polynomials (Runge-Kutta of order 4, internal steps of at most 0.01 s, events located).

capacity
    C*der(T) = Q_flow + G*(T_ambient - T). Input Q_flow, output T; parameters C, G (0), T_ambient, T_start.
exchanger
    Q = UA*(T_hot - T_cold), feed-through without states. Outputs Q_flow_hot = -Q and Q_flow_cold = Q.
integrator
    der(x) = k*u. Input u, output y = x; parameters k, x_start.
integrator_interpolating, integrator_boasting
    The same; both say for FMI 2.0 CS that they use input derivatives. The first does so (orders 1 and 2), exactly.
start_at_input
    der(x) = (u - x)/tau with x(0) = u. Output x.
lag
    der(x) = (u - x)/tau from x_start, output y. CS only, cannot give its state.
feed_through
    y = k*u, and inputs passed on of other types: count (Integer), on (Boolean; `off` is its contrary), mode
    (Enumeration); FMI 3.0 also single (Float32), byte (Int8), long (UInt64). Outputs end in `_out`.
ball
    Bouncing ball with one event indicator. States and outputs h, v; output bounces; parameters g, e, h_start, v_min (it
    rests when slower).
branch
    der(x) = u*(if x > x_switch then k_above else k_below), one event indicator; the branch is held between events.
    Input u (1), outputs x, above; parameters k_below (1), k_above (0.1), x_switch (1), x_start (0).
sampler
    Time events: y += u every period (1 s), der(x) = y. Input u (1), outputs x, y.
turns
    Step events: der(phi) = omega, and phi -= 2*pi after a step that ended beyond. Outputs phi, turns, y = sin(phi).
mass
    Half of the two-mass oscillator: m*der(v) = F + link - k*x - c*v with
    link = k_link*(x_other - x) + c_link*(v_other - v).
    Inputs F, x_other, v_other; outputs x, v, F_other = -link; internal steps of 0.001 s.
failing
    der(x) = u, y = x; fails at t_fail (1 s) as `how` (1) says: 1 error, 2 discard (CS: of steps that go beyond t_fail
    and are longer than h_max), 3 fatal, 4 crash, 5 hang, 6 exit, 7 NaN, 8 early return at t_fail (FMI 2.0: discard of
    the rest), 9 asks to stop, 10 only prints. It prints on both streams and logs before.
hostile, hostile_at_load
    der(x) = u, y = x; harms its process at t_fail (1 s) as `how` (1) says: 1 abort, 2 prints 200 MB, 3 memory without
    end, 4 rubbish to all open files, 5 another program and hang, 6 prints without end, 7 closes all files, 8 kills
    itself; or aborts when it is loaded. For isolated runs on POSIX only.
witness
    der(x) = u, y = x; writes a line into the file HEATSIM_TEST_WITNESS when its library is loaded.
liar_state, liar_derivatives, liar_reset
    der(x) = u + number of steps so far, y = x. Set of the state leaves the counter; directional derivatives are twice
    too large; reset leaves the counter.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import fmpy

from heatsim.compiler.platforms import own_platform
from heatsim.compiler.toolchain import SHARED_SUFFIX, find_c_compiler

HERE = Path(__file__).parent
INTERFACES = ("model_exchange", "co_simulation")
_FMI2_TYPES = {"Float64": "Real", "Int32": "Integer", "Boolean": "Boolean", "Enumeration": "Enumeration"}


@dataclass(frozen=True)
class Var:
    """A variable; its value reference is its place in the list plus one (0 is the time)."""

    name: str
    causality: str
    start: float | None = None
    unit: str = ""
    type: str = "Float64"
    derivative: str = ""
    only: str = ""
    description: str = ""

    @property
    def variability(self) -> str:
        if self.causality == "parameter":
            return "fixed"
        return "continuous" if self.type in ("Float64", "Float32") else "discrete"


@dataclass(frozen=True)
class Model:
    """What the description of a test FMU says; `depends`: what outputs depend on directly, states included."""

    variables: tuple[Var, ...]
    depends: Mapping[str, Sequence[str]]
    source: str = ""
    indicators: int = 0
    state: bool = True
    interpolates: bool | None = None  # None: neither says so nor does it
    interfaces: tuple[str, ...] = INTERFACES
    internal_step: float = 0.01
    defines: Mapping[str, str] = field(default_factory=dict)


def _in(name: str, start: float = 0.0, unit: str = "", type: str = "Float64", only: str = "") -> Var:  # noqa: A002
    return Var(name, "input", start, unit, type, only=only)


def _out(name: str, unit: str = "", type: str = "Float64", only: str = "") -> Var:  # noqa: A002
    return Var(name, "output", None, unit, type, only=only)


def _par(name: str, start: float, unit: str = "") -> Var:
    return Var(name, "parameter", start, unit)


def _der(state: str, unit: str = "") -> Var:
    return Var(f"der_{state}", "local", None, unit, derivative=state)


_INTEGRATOR = (_in("u"), _out("y"), Var("x", "local"), _der("x"), _par("k", 1.0), _par("x_start", 0.0))
_LAG = (_in("u"), _out("y"), Var("x", "local"), _der("x"), _par("tau", 2.0, "s"), _par("x_start", 0.0))
_HOSTILE = (_in("u", 1.0), _out("y"), Var("x", "local"), _der("x"), _par("t_fail", 1.0, "s"), _par("how", 1.0))
_LIAR = (_in("u", 1.0), _out("y"), Var("x", "local"), _der("x"))

MODELS: dict[str, Model] = {
    "capacity": Model(
        (
            _in("Q_flow", 0.0, "W"),
            _out("T", "K"),
            _der("T", "K/s"),
            _par("C", 1000.0, "J/K"),
            _par("G", 0.0, "W/K"),
            _par("T_ambient", 293.15, "K"),
            _par("T_start", 300.0, "K"),
        ),
        {"T": ["T"], "der_T": ["T", "Q_flow"]},
    ),
    "exchanger": Model(
        (
            _in("T_hot", 350.0, "K"),
            _in("T_cold", 300.0, "K"),
            _out("Q_flow_hot", "W"),
            _out("Q_flow_cold", "W"),
            _par("UA", 40.0, "W/K"),
        ),
        {"Q_flow_hot": ["T_hot", "T_cold"], "Q_flow_cold": ["T_hot", "T_cold"]},
    ),
    "integrator": Model(_INTEGRATOR, {"y": ["x"], "der_x": ["u"]}),
    "integrator_interpolating": Model(
        _INTEGRATOR, {"y": ["x"], "der_x": ["u"]}, source="integrator", interpolates=True
    ),
    "integrator_boasting": Model(_INTEGRATOR, {"y": ["x"], "der_x": ["u"]}, source="integrator", interpolates=False),
    "start_at_input": Model((_in("u"), _out("x"), _der("x"), _par("tau", 2.0, "s")), {"x": ["x"], "der_x": ["x", "u"]}),
    "lag": Model(_LAG, {"y": ["x"], "der_x": ["x", "u"]}, state=False, interfaces=("co_simulation",)),
    "feed_through": Model(
        (
            _in("u"),
            _out("y"),
            _par("k", 2.0),
            _in("count", 0, type="Int32"),
            _out("count_out", type="Int32"),
            _in("on", 0, type="Boolean"),
            _out("off", type="Boolean"),
            _in("mode", 1, type="Enumeration"),
            _out("mode_out", type="Enumeration"),
            _in("single", 0.0, type="Float32", only="3.0"),
            _out("single_out", type="Float32", only="3.0"),
            _in("byte", 0, type="Int8", only="3.0"),
            _out("byte_out", type="Int8", only="3.0"),
            _in("long", 0, type="UInt64", only="3.0"),
            _out("long_out", type="UInt64", only="3.0"),
        ),
        {
            "y": ["u"],
            "count_out": ["count"],
            "off": ["on"],
            "mode_out": ["mode"],
            "single_out": ["single"],
            "byte_out": ["byte"],
            "long_out": ["long"],
        },
    ),
    "ball": Model(
        (
            _out("h", "m"),
            _out("v", "m/s"),
            _der("h", "m/s"),
            _der("v", "m/s2"),
            _out("bounces", type="Int32"),
            _par("g", 9.81, "m/s2"),
            _par("e", 0.7),
            _par("h_start", 1.0, "m"),
            _par("v_min", 0.1, "m/s"),
        ),
        {"h": ["h"], "v": ["v"], "bounces": [], "der_h": ["v"], "der_v": []},
        indicators=1,
    ),
    "branch": Model(
        (
            _in("u", 1.0),
            _out("x"),
            _der("x"),
            _out("above", type="Boolean"),
            _par("k_below", 1.0),
            _par("k_above", 0.1),
            _par("x_switch", 1.0),
            _par("x_start", 0.0),
        ),
        {"x": ["x"], "above": [], "der_x": ["u"]},
        indicators=1,
    ),
    "sampler": Model(
        (_in("u", 1.0), _out("x"), _der("x"), _out("y"), _par("period", 1.0, "s")),
        {"x": ["x"], "y": [], "der_x": []},
    ),
    "turns": Model(
        (_in("omega", 1.0, "rad/s"), _out("phi", "rad"), _der("phi", "rad/s"), _out("turns", type="Int32"), _out("y")),
        {"phi": ["phi"], "turns": [], "y": ["phi"], "der_phi": ["omega"]},
    ),
    "mass": Model(
        (
            _in("F", 0.0, "N"),
            _in("x_other", 0.0, "m"),
            _in("v_other", 0.0, "m/s"),
            _out("x", "m"),
            _out("v", "m/s"),
            _out("F_other", "N"),
            _der("x", "m/s"),
            _der("v", "m/s2"),
            _par("m", 1.0, "kg"),
            _par("k", 10.0, "N/m"),
            _par("c", 0.2, "N.s/m"),
            _par("k_link", 0.0, "N/m"),
            _par("c_link", 0.0, "N.s/m"),
            _par("x_start", 0.0, "m"),
        ),
        {
            "x": ["x"],
            "v": ["v"],
            "F_other": ["x", "v", "x_other", "v_other"],
            "der_x": ["v"],
            "der_v": ["x", "v", "F", "x_other", "v_other"],
        },
        internal_step=0.001,
    ),
    "failing": Model(
        (
            _in("u", 1.0),
            _out("y"),
            Var("x", "local"),
            _der("x"),
            _par("t_fail", 1.0, "s"),
            _par("how", 1.0),
            _par("h_max", 0.0, "s"),
        ),
        {"y": ["x"], "der_x": ["u"]},
    ),
    "witness": Model(_LIAR, {"y": ["x"], "der_x": ["u"]}),
    "hostile": Model(_HOSTILE, {"y": ["x"], "der_x": ["u"]}),
    "hostile_at_load": Model(_HOSTILE, {"y": ["x"], "der_x": ["u"]}, source="hostile", defines={"AT_LOAD": "1"}),
    **{
        f"liar_{what}": Model(_LIAR, {"y": ["x"], "der_x": ["u"]}, source="liar", defines={"LIE": str(i)})
        for i, what in enumerate(("state", "derivatives", "reset"), 1)
    },
}


def fmu(
    name: str,
    fmi: str = "2.0",
    *,
    interfaces: Sequence[str] | None = None,
    start: Mapping[str, float] | None = None,
    attributes: Mapping[str, str] | None = None,
) -> Path:
    """Path of a test FMU; built once a session.

    Parameters
    ----------
    name
        One of `MODELS`.
    fmi
        "2.0" or "3.0".
    interfaces
        "model_exchange", "co_simulation" or both; default is what the model has.
    start
        Other start values in description and binary.
    attributes
        Other attributes of the interfaces' elements in the description, whatever the binary can do.
    """
    chosen = tuple(interfaces or MODELS[name].interfaces)
    return _fmu(name, fmi, chosen, json.dumps(dict(start or {})), json.dumps(dict(attributes or {})))


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="heatsim-test-fmus-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _fmu(name: str, fmi: str, interfaces: tuple[str, ...], start: str, attributes: str) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    binary = _binary(name, fmi, start)
    place = {"2.0": fmpy.platform, "3.0": own_platform()}[fmi]
    path = folder / f"hs_{name}.fmu"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "modelDescription.xml", description(name, fmi, interfaces, json.loads(start), json.loads(attributes))
        )
        archive.write(binary, f"binaries/{place}/hs_{name}{SHARED_SUFFIX}")
    return path


@cache
def _binary(name: str, fmi: str, start: str) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_folder()))
    model = MODELS[name]
    (folder / "variables.h").write_text(_header(name, fmi, json.loads(start)), encoding="ascii")
    parts = ["variables.h", "core.h", f"models/{model.source or name}.c", "solver.h", f"fmi{fmi[0]}.c"]
    source = folder / f"{name}.c"
    source.write_text("".join(f'#include "{part}"\n' for part in parts), encoding="ascii")
    output = folder / f"hs_{name}{SHARED_SUFFIX}"
    headers = Path(fmpy.__file__).parent / "c-code"
    find_c_compiler().compile_shared([source], output, [folder, HERE, headers], ["-O1", "-fvisibility=hidden"])
    return output


def _variables(name: str, fmi: str, start: Mapping[str, float]) -> list[Var]:
    """Variables of one version of FMI, start values put in; places in the list are value references less one."""
    chosen = [v for v in MODELS[name].variables if v.only in ("", fmi)]
    unknown = set(start) - {v.name for v in chosen}
    assert not unknown, f"{name} has no {unknown}"
    return [
        Var(v.name, v.causality, start.get(v.name, v.start), v.unit, v.type, v.derivative, v.only, v.description)
        for v in chosen
    ]


def _header(name: str, fmi: str, start: Mapping[str, float]) -> str:
    model = MODELS[name]
    variables = _variables(name, fmi, start)
    derivatives = [v for v in variables if v.derivative]
    values = ", ".join(["0.0", *(repr(float(v.start or 0.0)) for v in variables)])
    # C has no empty arrays: a last 0 that is not counted
    states = ", ".join([*(f"vr_{v.derivative}" for v in derivatives), "0"])
    rates = ", ".join([*(f"vr_{v.name}" for v in derivatives), "0"])
    lines = [
        "#include <stddef.h>",
        f"#define FMI{fmi[0]}",
        f'#define TOKEN "{_token(name, fmi)}"',
        f"#define N_VARIABLES {len(variables) + 1}",
        f"#define N_STATES {len(derivatives)}",
        f"#define N_INDICATORS {model.indicators}",
        f"#define CAN_STATE {int(model.state)}",
        f"#define INTERPOLATES {int(bool(model.interpolates))}",
        f"#define INTERNAL_STEP {model.internal_step!r}",
        *(f"#define {key} {value}" for key, value in model.defines.items()),
        "enum { " + ", ".join(["vr_time", *(f"vr_{v.name}" for v in variables)]) + " };",
        f"static const double start_values[N_VARIABLES] = {{{values}}};",
        f"static const unsigned state_references[] = {{{states}}};",
        f"static const unsigned derivative_references[] = {{{rates}}};",
    ]
    return "\n".join(lines) + "\n"


def _token(name: str, fmi: str) -> str:
    return f"{{heatsim-test-{name}-{fmi}}}"


def description(
    name: str, fmi: str, interfaces: Sequence[str], start: Mapping[str, float], attributes: Mapping[str, str]
) -> str:
    """Text of modelDescription.xml."""
    return (_description2 if fmi == "2.0" else _description3)(name, interfaces, start, attributes)


def _element(tag: str, attributes: Mapping[str, str | None], inside: str = "") -> str:
    text = f"<{tag}" + "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value is not None)
    return text + (f">{inside}</{tag}>" if inside else "/>")


def _number(variable: Var) -> str | None:
    if variable.start is None:
        return None
    if variable.type == "Boolean":
        return "true" if variable.start else "false"
    return repr(float(variable.start)) if variable.type.startswith("Float") else str(int(variable.start))


def _units(variables: Sequence[Var]) -> str:
    units = "".join(_element("Unit", {"name": unit}) for unit in dict.fromkeys(v.unit for v in variables if v.unit))
    return f"<UnitDefinitions>{units}</UnitDefinitions>" if units else ""


def _is_state(variable: Var, variables: Sequence[Var]) -> bool:
    return any(v.derivative == variable.name for v in variables)


def _description2(
    name: str, interfaces: Sequence[str], start: Mapping[str, float], attributes: Mapping[str, str]
) -> str:
    model, variables = MODELS[name], _variables(name, "2.0", start)
    place = {v.name: str(i) for i, v in enumerate(variables, 1)}
    can = "true" if model.state else "false"
    common = {
        "modelIdentifier": f"hs_{name}",
        "canGetAndSetFMUstate": can,
        "canSerializeFMUstate": can,
        "providesDirectionalDerivative": "true",
    }
    co_simulation = {"canHandleVariableCommunicationStepSize": "true"}
    if model.interpolates is not None:
        co_simulation["canInterpolateInputs"] = "true"
    kinds = {
        "model_exchange": _element("ModelExchange", {**common, **attributes}),
        "co_simulation": _element("CoSimulation", {**common, **co_simulation, **attributes}),
    }
    items = "".join(_element("Item", {"name": item, "value": str(i)}) for i, item in enumerate(("off", "half", "full")))
    types = _element("SimpleType", {"name": "Mode"}, _element("Enumeration", {}, items))
    listed = "".join(
        _element(
            "ScalarVariable",
            {
                "name": v.name,
                "valueReference": place[v.name],
                "causality": v.causality,
                "variability": v.variability,
                "initial": "exact" if v.causality == "parameter" else None,
            },
            _element(
                _FMI2_TYPES[v.type],
                {
                    "declaredType": "Mode" if v.type == "Enumeration" else None,
                    "start": _number(v),
                    "unit": v.unit or None,
                    "derivative": place.get(v.derivative),
                },
            ),
        )
        for v in variables
    )

    def unknown(key: str) -> str:
        return _element(
            "Unknown", {"index": place[key], "dependencies": " ".join(place[d] for d in model.depends[key])}
        )

    outputs = [v.name for v in variables if v.causality == "output"]
    derivatives = [v.name for v in variables if v.derivative]
    calculated = [n for n in outputs if n not in derivatives] + [
        v.name for v in variables if v.causality == "local" and (v.derivative or _is_state(v, variables))
    ]
    structure = _element("Outputs", {}, "".join(unknown(n) for n in outputs))
    if derivatives:
        structure += _element("Derivatives", {}, "".join(unknown(n) for n in derivatives))
    structure += _element("InitialUnknowns", {}, "".join(_element("Unknown", {"index": place[n]}) for n in calculated))
    inside = (
        "".join(kinds[k] for k in INTERFACES if k in interfaces)
        + _units(variables)
        + (f"<TypeDefinitions>{types}</TypeDefinitions>" if any(v.type == "Enumeration" for v in variables) else "")
        + f"<ModelVariables>{listed}</ModelVariables><ModelStructure>{structure}</ModelStructure>"
    )
    head = {
        "fmiVersion": "2.0",
        "modelName": f"hs_{name}",
        "guid": _token(name, "2.0"),
        "numberOfEventIndicators": str(model.indicators),
    }
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _element("fmiModelDescription", head, inside)


def _description3(
    name: str, interfaces: Sequence[str], start: Mapping[str, float], attributes: Mapping[str, str]
) -> str:
    model, variables = MODELS[name], _variables(name, "3.0", start)
    place = {v.name: str(i) for i, v in enumerate(variables, 1)}
    can = "true" if model.state else "false"
    common = {
        "modelIdentifier": f"hs_{name}",
        "canGetAndSetFMUState": can,
        "canSerializeFMUState": can,
        "providesDirectionalDerivatives": "true",
    }
    co_simulation = {"canHandleVariableCommunicationStepSize": "true"}
    kinds = {
        "model_exchange": _element("ModelExchange", {**common, **attributes}),
        "co_simulation": _element("CoSimulation", {**common, **co_simulation, **attributes}),
    }
    items = "".join(_element("Item", {"name": item, "value": str(i)}) for i, item in enumerate(("off", "half", "full")))
    listed = _element(
        "Float64", {"name": "time", "valueReference": "0", "causality": "independent", "variability": "continuous"}
    )
    listed += "".join(
        _element(
            v.type,
            {
                "name": v.name,
                "valueReference": place[v.name],
                "causality": v.causality,
                "variability": v.variability,
                "initial": "exact" if v.causality == "parameter" else None,
                "declaredType": "Mode" if v.type == "Enumeration" else None,
                "start": _number(v),
                "unit": v.unit or None,
                "derivative": place.get(v.derivative),
            },
        )
        for v in variables
    )
    indicators = "".join(
        _element("Float64", {"name": f"indicator_{i}", "valueReference": str(1000 + i), "causality": "local"})
        for i in range(model.indicators)
    )

    def unknown(tag: str, key: str) -> str:
        depends = " ".join(place[d] for d in model.depends[key])
        return _element(tag, {"valueReference": place[key], "dependencies": depends})

    outputs = [v.name for v in variables if v.causality == "output"]
    derivatives = [v.name for v in variables if v.derivative]
    calculated = outputs + [v.name for v in variables if v.causality == "local" and _is_state(v, variables)]
    calculated += derivatives
    structure = (
        "".join(unknown("Output", n) for n in outputs)
        + "".join(unknown("ContinuousStateDerivative", n) for n in derivatives)
        + "".join(_element("InitialUnknown", {"valueReference": place[n]}) for n in calculated)
        + "".join(_element("EventIndicator", {"valueReference": str(1000 + i)}) for i in range(model.indicators))
    )
    types = _element("EnumerationType", {"name": "Mode"}, items)
    inside = (
        "".join(kinds[k] for k in INTERFACES if k in interfaces)
        + _units(variables)
        + (f"<TypeDefinitions>{types}</TypeDefinitions>" if any(v.type == "Enumeration" for v in variables) else "")
        + f"<ModelVariables>{listed}{indicators}</ModelVariables><ModelStructure>{structure}</ModelStructure>"
    )
    head = {"fmiVersion": "3.0", "modelName": f"hs_{name}", "instantiationToken": _token(name, "3.0")}
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _element("fmiModelDescription", head, inside)
