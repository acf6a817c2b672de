"""Small units with known solutions: FMUs made on the spot and units written in Python."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import casadi as ca
import fmpy
from fmpy import platform_tuple, sharedLibraryExtension

from heatsim.compiler.toolchain import find_c_compiler
from heatsim.fmu import Fmu
from heatsim.system import Port

HEADERS = Path(fmpy.__file__).parent / "c-code"


def casadi_fmu(folder: Path, identifier: str, build: Callable[[ca.DaeBuilder], None]) -> Fmu:
    """FMI 3.0 FMU exported by CasADi."""
    folder.mkdir(parents=True, exist_ok=True)
    before = os.getcwd()
    os.chdir(folder)
    try:
        dae = ca.DaeBuilder(identifier)
        dae.add("time", "independent")
        build(dae)
        files = dict(dae.export_fmu({"no_warning": True}))
        library = f"{identifier}{sharedLibraryExtension}"
        sources = [folder / name for name in files if name.endswith(".c")]
        find_c_compiler().compile_shared(sources, folder / library, [HEADERS, folder])
        files[library] = f"binaries/{platform_tuple}/{library}"
    finally:
        os.chdir(before)
    path = folder / f"{identifier}.fmu"
    with zipfile.ZipFile(path, "w") as archive:
        for name, place in files.items():
            archive.write(folder / name, os.path.normpath(place))
    return Fmu(path)


def integrator_fmu(folder: Path) -> Fmu:
    """der(x) = gain*u, x(0) = 0, y = x."""

    def build(dae: ca.DaeBuilder) -> None:
        u, gain = dae.add("u", "input"), dae.add("gain", "parameter", "tunable")
        x, y = dae.add("x"), dae.add("y", "output")
        dae.eq(dae.der(x), gain * u)
        dae.eq(y, x)
        dae.set_start("gain", 1.0)
        for name, unit in (("u", "W"), ("x", "J"), ("y", "J")):
            dae.set_unit(name, unit)
        dae.set_description("y", "Energy received")

    return casadi_fmu(folder, "hs_integrator", build)


def bar_fmu(folder: Path, name: str = "hs_bar", variability: str = "tunable") -> Fmu:
    """Heat conduction in three layers: Q_flow into the first, the last connected to T_end (input)."""

    def build(dae: ca.DaeBuilder) -> None:
        q, t_end = dae.add("Q_flow", "input"), dae.add("T_end", "input")
        c, g = dae.add("C", "parameter", "tunable"), dae.add("G", "parameter", variability)
        x = [dae.add(f"x{i}") for i in (1, 2, 3)]
        y = [dae.add(f"T[{i}]", "output") for i in (1, 2, 3)]
        out = dae.add("Q_flow_end", "output")
        leaving = g * (x[2] - t_end)
        dae.eq(dae.der(x[0]), (q - g * (x[0] - x[1])) / c)
        dae.eq(dae.der(x[1]), g * (x[0] - 2 * x[1] + x[2]) / c)
        dae.eq(dae.der(x[2]), (g * (x[1] - x[2]) - leaving) / c)
        for i in range(3):
            dae.eq(y[i], x[i])
            dae.set_unit(f"T[{i + 1}]", "K")
            dae.set_description(f"T[{i + 1}]", "Temperature, per layer")
            dae.set_unit(f"x{i + 1}", "K")
            dae.set_nominal(f"x{i + 1}", 300.0)
            dae.set_start(f"x{i + 1}", 300.0)
        dae.eq(out, leaving)
        for variable, unit in (("Q_flow", "W"), ("T_end", "K"), ("Q_flow_end", "W"), ("C", "J/K"), ("G", "W/K")):
            dae.set_unit(variable, unit)
        dae.set_start("C", 1000.0)
        dae.set_start("G", 10.0)

    return casadi_fmu(folder, name, build)


FMI2_DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="Decay" guid="{{g}}" numberOfEventIndicators="{indicators}">
  {kind}
  <TypeDefinitions><SimpleType name="Temperature"><Real unit="K" min="0" nominal="300"/></SimpleType></TypeDefinitions>
  <ModelVariables>
    <ScalarVariable name="k" valueReference="0" causality="parameter" variability="fixed"><Real
    start="0.5"/></ScalarVariable>
    <ScalarVariable name="x_start" valueReference="1" causality="parameter" variability="fixed"><Real
    start="3"/></ScalarVariable>
    <ScalarVariable name="u" valueReference="2" causality="input"><Real start="0"/></ScalarVariable>
    <ScalarVariable name="x" valueReference="3" causality="local" initial="calculated"><Real
    declaredType="Temperature"/></ScalarVariable>
    <ScalarVariable name="der(x)" valueReference="4" causality="local"><Real derivative="4"/></ScalarVariable>
    <ScalarVariable name="y" valueReference="5" causality="output"><Real declaredType="Temperature"
    max="500"/></ScalarVariable>
    <ScalarVariable name="mode" valueReference="0" causality="parameter" variability="fixed"><Integer
    start="1"/></ScalarVariable>
  </ModelVariables>
  <ModelStructure>
    <Outputs><Unknown index="6" dependencies="4"/></Outputs>
    <Derivatives><Unknown index="5" dependencies="3 4"/></Derivatives>
    <InitialUnknowns><Unknown index="4" dependencies="2"/></InitialUnknowns>
  </ModelStructure>
</fmiModelDescription>
"""

FMI2_SOURCE = r"""
#include <stdlib.h>
#include "fmi2Functions.h"
/* der(x) = u - k*x, x(0) = x_start, y = 2*x */
typedef struct { double v[6]; } M;
static void update(M *m) { m->v[4] = m->v[2] - m->v[0]*m->v[3]; m->v[5] = 2*m->v[3]; }
const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }
fmi2Component fmi2Instantiate(fmi2String n, fmi2Type t, fmi2String g, fmi2String r, const fmi2CallbackFunctions *f,
                              fmi2Boolean v, fmi2Boolean l) {
  M *m = calloc(1, sizeof(M)); m->v[0] = 0.5; m->v[1] = 3.0; return m; }
void fmi2FreeInstance(fmi2Component c) { free(c); }
fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean d, fmi2Real t, fmi2Real s, fmi2Boolean e, fmi2Real p) {
return fmi2OK; }
fmi2Status fmi2EnterInitializationMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2ExitInitializationMode(fmi2Component c) { M *m = c; m->v[3] = m->v[1]; return fmi2OK; }
fmi2Status fmi2Terminate(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2Reset(fmi2Component c) { M *m = c; m->v[0] = 0.5; m->v[1] = 3.0; return fmi2OK; }
fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference r[], size_t n, fmi2Real v[]) {
  M *m = c; update(m); for (size_t i = 0; i < n; i++) v[i] = m->v[r[i]]; return fmi2OK; }
fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference r[], size_t n, const fmi2Real v[]) {
  M *m = c; for (size_t i = 0; i < n; i++) m->v[r[i]] = v[i]; return fmi2OK; }
fmi2Status fmi2SetTime(fmi2Component c, fmi2Real t) { return fmi2OK; }
fmi2Status fmi2SetContinuousStates(fmi2Component c, const fmi2Real x[], size_t n) { ((M *)c)->v[3] = x[0]; return
fmi2OK; }
fmi2Status fmi2GetContinuousStates(fmi2Component c, fmi2Real x[], size_t n) { x[0] = ((M *)c)->v[3]; return fmi2OK; }
fmi2Status fmi2GetDerivatives(fmi2Component c, fmi2Real d[], size_t n) { M *m = c; update(m); d[0] = m->v[4]; return
fmi2OK; }
fmi2Status fmi2EnterEventMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2NewDiscreteStates(fmi2Component c, fmi2EventInfo *e) {
  e->newDiscreteStatesNeeded = e->terminateSimulation = 0;
  e->nextEventTimeDefined = TIME_EVENT > 0;
  e->nextEventTime = TIME_EVENT;
  e->nominalsOfContinuousStatesChanged = e->valuesOfContinuousStatesChanged = 0; return fmi2OK; }
fmi2Status fmi2EnterContinuousTimeMode(fmi2Component c) { return fmi2OK; }
fmi2Status fmi2CompletedIntegratorStep(fmi2Component c, fmi2Boolean n, fmi2Boolean *e, fmi2Boolean *t) { *e = *t = 0;
return fmi2OK; }
fmi2Status fmi2GetEventIndicators(fmi2Component c, fmi2Real z[], size_t n) { return fmi2OK; }
fmi2Status fmi2GetNominalsOfContinuousStates(fmi2Component c, fmi2Real x[], size_t n) { x[0] = 1; return fmi2OK; }
fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean l, size_t n, const fmi2String s[]) { return fmi2OK; }
#define GETSET(T, A) \
  fmi2Status fmi2Get##T(fmi2Component c, const fmi2ValueReference r[], size_t n, A v[]) { return fmi2OK; } \
  fmi2Status fmi2Set##T(fmi2Component c, const fmi2ValueReference r[], size_t n, const A v[]) { return fmi2OK; }
GETSET(Integer, fmi2Integer) GETSET(Boolean, fmi2Boolean) GETSET(String, fmi2String)
fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *s) { return fmi2Error; }
fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate s) { return fmi2Error; }
fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *s) { return fmi2Error; }
fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate s, size_t *n) { return fmi2Error; }
fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate s, fmi2Byte b[], size_t n) { return fmi2Error; }
fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte b[], size_t n, fmi2FMUstate *s) { return fmi2Error; }
fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference u[], size_t nu, const
fmi2ValueReference k[],
    size_t nk, const fmi2Real d[], fmi2Real r[]) { return fmi2Error; }
"""


def fmi2_fmu(
    folder: Path, kind: str = "ModelExchange", indicators: int = 0, with_binary: bool = True, time_event: float = 0.0
) -> Fmu:
    """FMI 2.0 FMU written by hand in C: der(x) = u - k*x, x(0) = x_start, y = 2*x; a time event when one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    library = f"binaries/{fmi2_platform()}/decay{sharedLibraryExtension}"
    path = folder / "decay.fmu"
    element = f'<{kind} modelIdentifier="decay"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("modelDescription.xml", FMI2_DESCRIPTION.format(kind=element, indicators=indicators))
        if with_binary:
            source = folder / "decay.c"
            source.write_text(FMI2_SOURCE, encoding="utf-8")
            compiled = folder / f"decay{sharedLibraryExtension}"
            find_c_compiler().compile_shared([source], compiled, [HEADERS], ["-O1", f"-DTIME_EVENT={time_event}"])
            archive.write(compiled, library)
    return Fmu(path)


def fmi2_platform() -> str:
    """Name of the binaries' folder in FMI 2.0."""
    return str(fmpy.platform)


class Tank:
    """Mixed tank: C*der(T) = Q_flow - UA*(T - T_ambient), with an energy meter."""

    inputs = (Port("Q_flow", "W"), Port("T_ambient", "K"))
    outputs = (Port("T", "K", description="Water temperature"), Port("E_in", "J"), Port("Q_flow_loss", "W"))
    states = (Port("T", "K", start=300.0, nominal=300.0), Port("E_in", "J", nominal=1e6))
    parameters = (Port("C", "J/K", start=1e5), Port("UA", "W/K", start=100.0))

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        loss = p["UA"] * (x["T"] - u["T_ambient"])
        return {"T": (u["Q_flow"] - loss) / p["C"], "E_in": u["Q_flow"]}, {
            "T": x["T"],
            "E_in": x["E_in"],
            "Q_flow_loss": loss,
        }


class Mass1:
    """First mass of the two-mass oscillator: spring and damper to the wall, force from the coupling."""

    inputs = (Port("F", "N"),)
    outputs = (Port("x", "m"), Port("v", "m/s"))
    states = (Port("x", "m"), Port("v", "m/s"))
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"x": x["v"], "v": -10.0 * x["x"] - 0.2 * x["v"] + u["F"]}, {"x": x["x"], "v": x["v"]}


class Mass2:
    """Second mass: gives the force of the coupling spring and damper."""

    inputs = (Port("x1", "m"), Port("v1", "m/s"))
    outputs = (Port("F", "N"), Port("x", "m"))
    states = (Port("x", "m", start=0.5), Port("v", "m/s"))
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        force = 10.0 * (x["x"] - u["x1"]) + 0.5 * (x["v"] - u["v1"])
        return {"x": x["v"], "v": -20.0 * x["x"] - 0.3 * x["v"] - force}, {"F": force, "x": x["x"]}


class Warm:
    """Capacity that gives its temperature and takes a heat flow; C/UA = 25 s."""

    inputs = (Port("Q_flow", "W"),)
    outputs = (Port("T", "K"), Port("E_in", "J"))
    states = (Port("T", "K", start=350.0, nominal=300.0), Port("E", "J", nominal=1e6))
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"T": -u["Q_flow"] / 25e3, "E": -u["Q_flow"]}, {"T": x["T"], "E_in": x["E"]}


class Cold:
    """Capacity of 36 times that size behind UA, which takes the temperature and gives the heat flow."""

    inputs = (Port("T_in", "K"),)
    outputs = (Port("Q_flow", "W"), Port("E_in", "J"))
    states = (Port("T", "K", start=300.0, nominal=300.0), Port("E", "J", nominal=1e6))
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        flow = 1e3 * (u["T_in"] - x["T"])
        return {"T": flow / 900e3, "E": flow}, {"Q_flow": flow, "E_in": x["E"]}


class Gain:
    """y = k*u, algebraic."""

    inputs = (Port("u", ""),)
    outputs = (Port("y", ""),)
    states = ()
    parameters = (Port("k", "1", start=2.0),)

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {"y": p["k"] * u["u"]}


class SampledPI:
    """Digital PI that keeps the instants of its ticks."""

    inputs = (Port("measurement", "K"), Port("setpoint", "K"))
    outputs = (Port("command", "W", start=0.0),)
    parameters = (Port("k", "W/K", start=500.0), Port("Ti", "s", start=400.0))

    def __init__(self, period: float = 10.0, offset: float = 0.0) -> None:
        self.period = period
        self.offset = offset
        self.ticks: list[float] = []

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        return {"integral": 0.0}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        self.ticks.append(t)
        error = u["setpoint"] - u["measurement"]
        integral = state["integral"] + p["k"] / p["Ti"] * error * self.period
        return {"command": p["k"] * error + integral}, {"integral": integral}


def height(t: float, g: float = 9.81, e: float = 0.7) -> float:
    """Height of the bouncing ball that begins to fall at t = 0 from 1 m."""
    begin, speed = -math.sqrt(2 / g), math.sqrt(2 * g)
    while t > begin + 2 * speed / g:
        begin += 2 * speed / g
        speed *= e
    return speed * (t - begin) - 0.5 * g * (t - begin) ** 2


class Integrator:
    """der(x) = u."""

    inputs = (Port("u", ""),)
    outputs = (Port("x", ""),)
    states = (Port("x", ""),)
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"x": u["u"]}, {"x": x["x"]}
