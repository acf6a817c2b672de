"""Every model of the library builds without a warning: the complete ones, and in them all others."""

from __future__ import annotations

import re
from pathlib import Path

import fmpy
import pytest

from heatsim.compiler import build_many, choose_compiler
from heatsim.compiler.embedded import compile_model
from heatsim.compiler.embedded.reading.classes import used_classes
from heatsim.compiler.embedded.reading.frontend import flatten
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.compiler.toolchain import find_c_compiler
from heatsim.errors import CompilerError

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"
PHYSICAL = re.compile(r"\b(FluidPort|FluidPort_[ab]|HeatPort)\b")
DECLARATION = re.compile(r"^(?:replaceable )?(model|block|class|function|record|connector) (\w+)", re.MULTILINE)


def classes() -> dict[str, str]:
    """Kind of every class that can stand in a model, by its full name; partial ones cannot."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.mo")):
        match = DECLARATION.search(path.read_text(encoding="utf-8"))
        if match and path.name != "package.mo":
            found[".".join(["HeatReuse", *path.relative_to(LIBRARY).with_suffix("").parts])] = match[1]
    return found


def has_open_ports(name: str) -> bool:
    """True for a component whose ports wait for a connection."""
    try:
        flat = flatten(name, LIBRARY).flat
    except CompilerError as error:
        return "h_outflow" in str(error)  # an array of ports, of which nobody has said how many there are
    origins = [equation["origin"] for equation in flat["equations"]]
    names = [origin["UnconnectedFlow"]["variable"] for origin in origins if "UnconnectedFlow" in origin]
    return any(len(variable.split(".")) == 2 for variable in names)


CLASSES = classes()
MODELS = [name for name, kind in CLASSES.items() if kind in ("model", "block")]


SIZES = [name for name in CLASSES if ".Pipes.Data." in name and not name.endswith("Pipe")]
TANKS = [name for name in CLASSES if ".Storage.Data." in name and not name.endswith("TankSize")]
REST = f"""model Rest "What no complete model of the library uses"
  {" ".join(f"parameter {name} size{k};" for k, name in enumerate(SIZES))}
  {" ".join(f"parameter {name} tank{k};" for k, name in enumerate(TANKS))}
  output Real V[{len(TANKS)}](each unit="m3") = {{{", ".join(f"tank{k}.V" for k in range(len(TANKS)))}}};
  output Real D_inner[{len(SIZES)}](each unit="m") = {{{", ".join(f"size{k}.D_inner" for k in range(len(SIZES)))}}};
  output Real Q_flow(unit="W") = surroundings.Q_flow;
  HeatReuse.Boundaries.HeatSource source;
  HeatReuse.Boundaries.Temperature surroundings;
equation
  source.Q_flow = 1e3;
  surroundings.T_in = 300;
  connect(source.port, surroundings.port);
end Rest;
"""


@pytest.fixture(scope="module")
def complete() -> list[str]:
    return [name for name in MODELS if not has_open_ports(name)]


@pytest.mark.xdist_group("day")  # uses the plants that those tests build
def test_every_complete_model_builds_without_a_warning(complete: list[str], pytestconfig: pytest.Config) -> None:
    compiler = pytestconfig.getoption("--compiler")
    if compiler == "openmodelica":
        try:
            choose_compiler(compiler)
        except CompilerError as error:
            pytest.skip(str(error))
    assert {name for name in MODELS if ".Plants." in name or ".Validation." in name} <= set(complete)
    results = build_many(complete, compiler=compiler)
    for result in results:
        assert result.manifest.get("warnings", []) == [], result.model
        assert result.manifest["event_indicators"] == 0, result.model


def test_every_class_of_the_library_is_part_of_a_complete_model(complete: list[str]) -> None:
    files = {number: (str(path), path.read_bytes()) for number, path in enumerate(sorted(LIBRARY.rglob("*.mo")))}
    used = {found.path for name in complete for found in used_classes(name, SourceMap(files))}
    used = {path if path.startswith("HeatReuse.") else f"HeatReuse.{path}" for path in used}
    assert [name for name in CLASSES if name not in used and name not in REST] == []


def test_the_rest_of_the_library_builds(tmp_path: Path) -> None:
    file = tmp_path / "Rest.mo"
    file.write_text(REST, encoding="utf-8")
    out = tmp_path / "rest.fmu"
    compile_model("Rest", library=file, needs=[LIBRARY], out=out, c_compiler=find_c_compiler())
    result = fmpy.simulate_fmu(str(out), stop_time=1.0)
    # heat that enters the surroundings; nominal bores lie within 15 % of the inner diameters
    assert abs(result["Q_flow"][-1]) == pytest.approx(1e3)
    for number, name in enumerate(SIZES, start=1):
        nominal = int(name.rsplit("DN", 1)[-1]) * 1e-3
        assert result[f"D_inner[{number}]"][-1] == pytest.approx(nominal, rel=0.15)
    for number, name in enumerate(TANKS, start=1):  # named after their volume in m3
        assert result[f"V[{number}]"][-1] == int(re.sub(r"\D", "", name))
