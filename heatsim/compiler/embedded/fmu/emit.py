"""Write, compile and pack the FMU.

Files in the FMU:

- `modelDescription.xml`
- `binaries/<platform>/<identifier>.<so|dylib|dll>`: `model_exchange.c` with the model's C code, one translation unit
- `sources/`: the C code, to compile for other platforms
- `extra/org.casadi.fmi-ls-serialization/oracle.casadi`: the same right-hand side as a CasADi function. heatsim reads
  this file and `model.json` itself (`heatsim.fmu.equations`), so it can be called in one expression graph with others;
  its form is that of `casadi.DaeBuilder(name, folder)`, which can import the FMU as well
- `extra/org.heatsim/start.casadi`: start values, a function `p -> x` (only when they depend on parameters alone)
- `extra/org.heatsim/checks.casadi`: assertions, `(t, x, u, p) -> holds` (only when the model has some)
- `extra/org.heatsim/model.json`: the names of t, x, u, p, y in the order of these functions, and what the compiler
  found
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import casadi as ca
import fmpy

from heatsim.compiler.c_code import c_code
from heatsim.compiler.embedded.equations.assembly import System
from heatsim.compiler.embedded.fmu.description import Defaults, Identity, input_start, write_description
from heatsim.compiler.embedded.solving.event_functions import EventFunctions
from heatsim.compiler.embedded.solving.initial import start_attribute
from heatsim.compiler.embedded.solving.loops import nominal_value
from heatsim.compiler.embedded.solving.right_hand_side import Functions
from heatsim.compiler.platforms import library_suffix
from heatsim.errors import CompilerError

TEMPLATES = (Path(__file__).with_name("model_exchange.c"), Path(__file__).with_name("events.h"))
SERIALIZATION = "extra/org.casadi.fmi-ls-serialization"
HEATSIM_FOLDER = "extra/org.heatsim"
FLAGS = ("-O1",)

_LS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<fmiLayeredStandardManifest xmlns:fmi-ls="http://fmi-standard.org/fmi-ls-manifest" fmi-ls:fmi-ls-name="{name}" '
    'fmi-ls:fmi-ls-version="1.0.0" fmi-ls:fmi-ls-description="{text}"/>\n'
)


class CCompiler(Protocol):
    """What is needed of a C compiler (see `heatsim.compiler.toolchain`)."""

    def compile_shared(
        self, sources: Sequence[Path], output: Path, include_dirs: Sequence[Path] = (), flags: Sequence[str] = ()
    ) -> None:
        """Compile sources to one shared library."""


def start_defaults(system: System, functions: Functions) -> Defaults:
    """Evaluate start values and nominals with default parameters.

    Raises
    ------
    CompilerError
        A start value is not finite.
    """
    states = functions.starts
    for state, start in zip(functions.states, states, strict=True):
        if start != start or abs(start) == float("inf"):
            system.flat.sources.fail(state.variable.span, f"the start value of '{state.name}' is {start}")
    return Defaults(
        states,
        tuple(input_start(system, quantity) for quantity in functions.inputs),
        tuple(nominal_value(system, state) for state in functions.states),
        tuple(float(system.table.default(start_attribute(system, item))) for item in system.hybrid.discretes),
    )


def write_fmu(
    out: Path,
    system: System,
    functions: Functions,
    identity: Identity,
    c_compilers: Mapping[str, CCompiler],
    facts: dict[str, Any],
) -> None:
    """Write the FMU to a file, which is replaced in one go when everything has worked.

    Parameters
    ----------
    c_compilers : what makes the binary for each platform, by FMI 3.0 platform tuple
    facts : goes into `model.json`

    Raises
    ------
    CompilerError
        The C compiler fails.
    """
    defaults = start_defaults(system, functions)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="heatsim-") as name:
        folder = Path(name)
        sources = folder / "sources"
        sources.mkdir()
        for file in TEMPLATES:
            shutil.copy(file, sources / file.name)
        _write_functions(sources, functions)
        body = (sources / "model_functions.h").read_bytes()
        numbers = [[p.value for p in functions.parameters], list(defaults.states), list(defaults.inputs)]
        signature = json.dumps([identity.model, identity.tool, facts, numbers], default=str)
        token = hashlib.sha256(body + signature.encode()).hexdigest()[:32]
        (sources / "model_data.h").write_text(_model_data(functions, defaults, token), encoding="utf-8")
        (sources / "buildDescription.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<fmiBuildDescription fmiVersion="3.0">\n'
            f'  <BuildConfiguration modelIdentifier="{identity.identifier}">\n    <SourceFileSet>\n'
            '      <SourceFile name="model_exchange.c"/>\n    </SourceFileSet>\n  </BuildConfiguration>\n'
            "</fmiBuildDescription>\n",
            encoding="utf-8",
        )
        xml = write_description(system, functions, defaults, identity, token)
        (folder / "modelDescription.xml").write_text(xml, encoding="utf-8")
        headers = Path(fmpy.__file__).parent / "c-code"
        with ThreadPoolExecutor(max_workers=1) as compiling:  # C compilers are processes of their own
            binaries = [
                compiling.submit(
                    c_compiler.compile_shared,
                    [sources / "model_exchange.c"],
                    folder / "binaries" / platform / f"{identity.identifier}{library_suffix(platform)}",
                    include_dirs=[sources, headers],
                    flags=FLAGS,
                )
                for platform, c_compiler in c_compilers.items()
            ]
            _write_extras(folder, functions, identity.identifier, facts)
            for binary in binaries:
                binary.result()
        _pack(folder, out)


def _write_functions(folder: Path, functions: Functions) -> None:
    """Write the C code of all functions into `model_functions.h`."""
    all_functions = [functions.start, functions.rhs, functions.jvp, functions.dependent_values]
    if functions.events is not None:
        events = functions.events
        all_functions += [events.event, events.indicators, events.before, events.samples]
    text = c_code([function for function in all_functions if function is not None])
    (folder / "model_functions.h").write_text(text, encoding="utf-8")


def _c_array(kind: str, name: str, items: Sequence[str]) -> str:
    values = ",\n  ".join(items) if items else {"double": "0", "int": "0"}.get(kind, '""')
    return f"static const {kind} {name}[] = {{\n  {values}\n}};\n"


def _c_string(text: str) -> str:
    escaped = "".join(
        c if 32 <= ord(c) < 127 and c not in '\\"?' else "".join(f"\\{byte:03o}" for byte in c.encode()) for c in text
    )
    return f'"{escaped}"'


def _model_data(functions: Functions, defaults: Defaults, token: str) -> str:
    """Write the header with numbers of variables, defaults, names and messages."""
    counts = {
        "NX": len(functions.states),
        "NU": len(functions.inputs),
        "NP": len(functions.parameters),
        "NY": len(functions.pure_outputs),
        "NC": len(functions.check_list),
        "NR": functions.rhs.size1_out("residuals"),
        "NK": len(functions.constants),
        "NCP": len(functions.dependent),
        "NSR": functions.start.size1_out(1),
        "START_COUPLES": int(functions.start_couples),
        "EVENTS": int(functions.events is not None),
        **_event_counts(functions.events),
    }
    parts = [f"#define HS_{name} {count}\n" for name, count in counts.items()]
    parts.append(f"#define HS_TOKEN {_c_string(token)}\n")
    parts.append(_c_array("char* const", "HS_LOOP_OF", [_c_string(names) for names in functions.loop_of]))
    parts.append(_c_array("char* const", "HS_START_LOOP_OF", [_c_string(names) for names in functions.start_loop_of]))
    parts.append(_c_array("double", "HS_START_P", [repr(p.value) for p in functions.parameters]))
    parts.append(_c_array("double", "HS_START_U", [repr(value) for value in defaults.inputs]))
    parts.append(_c_array("double", "HS_NOMINAL_X", [repr(value) for value in defaults.nominals]))
    parts.append(_c_array("char* const", "HS_STATE_NAMES", [_c_string(s.name) for s in functions.states]))
    parts.append(_c_array("char* const", "HS_OUTPUT_NAMES", [_c_string(q.name) for q in functions.pure_outputs]))
    parts.append(_c_array("int", "HS_X_SOLVED", [str(int(solved)) for solved in functions.solved]))
    parts.append(_c_array("int", "HS_P_FIXED", [str(int(fixed)) for fixed in functions.fixed]))
    parts.append(_c_array("double", "HS_K_VALUE", [repr(float(item.value)) for item in functions.constants]))
    parts.append(_c_array("int", "HS_K_TYPE", [str(_KINDS[item.kind]) for item in functions.constants]))
    if functions.check_list:
        parts.append(_c_array("char* const", "HS_CHECK_TEXTS", [_c_string(c.message) for c in functions.check_list]))
        parts.append(_c_array("int", "HS_CHECK_WARNS", [str(int(c.is_warning)) for c in functions.check_list]))
    if functions.events is not None:
        parts.append(_event_data(functions.events, defaults))
    return "".join(parts)


def _event_counts(events: EventFunctions | None) -> dict[str, int]:
    """Return the numbers of discrete variables, time and other relations, samples, indicators and assertions."""
    if events is None:
        return dict.fromkeys(("ND", "NT", "NH", "NS", "NZ", "NE"), 0)
    return {
        "ND": len(events.discretes),
        "NT": len(events.time_after),
        "NH": events.event.size1_out("held"),
        "NS": events.samples.size1_out("start"),
        "NZ": events.indicators.size1_out("z"),
        "NE": len(events.checks),
    }


_KINDS = {"Real": 0, "Boolean": 1, "Integer": 2, "Enumeration": 3}  # as in model_exchange.c


def _event_data(events: EventFunctions, defaults: Defaults) -> str:
    return "".join(
        [
            _c_array("double", "HS_START_D", [repr(value) for value in defaults.discretes]),
            _c_array("int", "HS_D_TYPE", [str(_KINDS[item.kind]) for item in events.discretes]),
            _c_array(
                "int",
                "HS_D_INPUT",
                [str(int(name in events.inputs)) for name in events.held_names[: len(events.discretes)]],
            ),
            _c_array("int", "HS_TIME_AFTER", [str(int(after)) for after in events.time_after]),
            _c_array("int", "HS_TIME_LATE", [str(int(late)) for late in events.time_late]),
            _c_array("char* const", "HS_HELD_NAMES", [_c_string(name) for name in events.held_names]),
            _c_array("char* const", "HS_EVENT_TEXTS", [_c_string(check.message) for check in events.checks]),
            _c_array("int", "HS_EVENT_WARNS", [str(int(check.is_warning)) for check in events.checks]),
        ]
    )


def oracle(functions: Functions, identifier: str) -> ca.Function:
    """Return the right-hand side in the form in which CasADi's FMU import expects it.

    The import matches scalar symbols by name, and the definition of each computed variable `v` with a variable called
    `__assign__v__` in modelDescription.xml. So the function is made by CasADi's own model class.
    """
    dae = ca.DaeBuilder(identifier)
    t = dae.time() if dae.has_t() else dae.add("time", "independent", {})
    p = [dae.add(parameter.name, "parameter", "tunable", {}) for parameter in functions.parameters]
    pure = {quantity.name for quantity in functions.pure_outputs}
    shown = {quantity.name for quantity in functions.outputs}
    x = [dae.add(state.name, "output" if state.name in shown else "local", {}) for state in functions.states]
    u = [dae.add(quantity.name, "input", {}) for quantity in functions.inputs]
    y = [dae.add(quantity.name, "output", {}) for quantity in functions.outputs if quantity.name in pure]
    ode, values = functions.rhs(t, _stack(x), _stack(u), _stack(p), ca.MX(0, 1))[:2]
    for symbol, expression in zip(y, ca.vertsplit(values) if y else [], strict=True):
        dae.eq(symbol, expression)
    for symbol, expression in zip(x, ca.vertsplit(ode) if x else [], strict=True):
        dae.eq(dae.der(symbol), expression)
    # CasADi lists outputs as they were added, states first; names elsewhere follow the order of declaration.
    dae.reorder("y", [quantity.name for quantity in functions.outputs])
    return dae.oracle()


def _stack(items: Sequence[ca.MX]) -> ca.MX:
    return ca.vertcat(*items) if items else ca.MX(0, 1)


def _write_extras(folder: Path, functions: Functions, identifier: str, facts: dict[str, Any]) -> None:
    own = folder / HEATSIM_FOLDER
    own.mkdir(parents=True)
    if functions.events is None:  # equations that jump at events are more than one function
        _write_equations(folder, functions, identifier)
    events = functions.events
    names = {
        "states": [state.name for state in functions.states],
        "inputs": [quantity.name for quantity in functions.inputs],
        "parameters": [parameter.name for parameter in functions.parameters],
        "outputs": [quantity.name for quantity in functions.outputs],
        "start_depends_on_inputs": None in functions.start_depends,
        "events": {
            "indicators": 0 if events is None else events.indicators.size1_out("z"),
            "time_events": 0 if events is None else len(events.time_after) + events.samples.size1_out("start"),
            "discrete": 0 if events is None else len(events.discretes),
        },
        "checks": [{"message": check.message, "warning": check.is_warning} for check in functions.check_list],
    }
    (own / "model.json").write_text(json.dumps({**names, **facts}, indent=1, default=str), encoding="utf-8")
    (own / "fmi-ls-manifest.xml").write_text(
        _LS_MANIFEST.format(
            name="org.heatsim", text="Start values and assertions as CasADi functions, names, compiler facts"
        ),
        encoding="utf-8",
    )


def _write_equations(folder: Path, functions: Functions, identifier: str) -> None:
    """Write the functions of a model without events for callers that put them into a graph of their own."""
    serialization, own = folder / SERIALIZATION, folder / HEATSIM_FOLDER
    serialization.mkdir(parents=True)
    _serialize(oracle(functions, identifier), serialization / "oracle.casadi")
    (serialization / "fmi-ls-manifest.xml").write_text(
        _LS_MANIFEST.format(
            name="org.casadi.fmi-ls-serialization", text="Layered standard for serialized CasADi expressions in FMU"
        ),
        encoding="utf-8",
    )
    if None not in functions.start_depends:
        p = ca.MX.sym("p", functions.start.size1_in("p"))
        given = [ca.MX(1, 1), ca.MX(functions.start.size1_in("u"), 1), p]
        x = functions.start(*given, ca.DM(functions.starts))[0]
        if functions.start_couples:
            x = functions.start(*given, x)[0]
        _serialize(ca.Function("hs_start", [p], [x], ["p"], ["x"]), own / "start.casadi")
    if functions.checks is not None:
        checks = functions.checks
        arguments = [ca.MX.sym(checks.name_in(i), checks.size1_in(i)) for i in range(4)]
        names = [checks.name_in(i) for i in range(4)]
        _serialize(
            ca.Function("hs_checks", arguments, [checks(*arguments, ca.MX(0, 1))], names, ["holds"]),
            own / "checks.casadi",
        )


def _serialize(function: ca.Function, path: Path) -> None:
    serializer = ca.FileSerializer(str(path))
    serializer.pack(function)
    del serializer  # closes the file


def _pack(folder: Path, out: Path) -> None:
    """Zip a folder with fixed time stamps, so that the same model gives the same bytes."""
    handle, name = tempfile.mkstemp(suffix=".fmu", dir=out.parent)
    os.close(handle)
    try:
        with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (2020, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o644 << 16
                    archive.writestr(info, path.read_bytes())
        os.chmod(name, 0o644)
        os.replace(name, out)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise CompilerError(f"cannot write {out}: {error.strerror}; choose another file with out=") from error
