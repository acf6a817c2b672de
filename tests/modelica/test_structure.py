"""The library as text and as compiled models: complete, documented, explicit, free of events."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import casadi as ca
import pytest
import rumoca

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"
FILES = sorted(LIBRARY.rglob("*.mo"))
PLANTS = ["DataCenterLoop", "HeatPumpPlant", "ThermalStorage", "PeakPlant", "DistrictGrid"]


@pytest.fixture(scope="module")
def session() -> rumoca.Session:
    """Return a front end that knows the library."""
    return rumoca.Session([str(LIBRARY)])


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in FILES if path.name == "package.mo"), ids=lambda path: path.name
)
def test_package_order_lists_every_element_once(folder: Path) -> None:
    order = (folder / "package.order").read_text().split()
    inside = re.findall(r"^  type (\w+)", (folder / "package.mo").read_text(), re.MULTILINE)
    files = [path.stem for path in folder.glob("*.mo") if path.name != "package.mo"]
    packages = [path.name for path in folder.iterdir() if (path / "package.mo").exists()]
    assert sorted(order) == sorted(inside + files + packages)
    assert order[0] != folder.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_every_class_stands_in_its_place_and_is_documented(path: Path) -> None:
    text = path.read_text()
    package = path.parent if path.name != "package.mo" else path.parent.parent
    within = ".".join(package.relative_to(LIBRARY.parent).parts)
    assert text.startswith(f"within {within};\n" if within else "within ;\n")
    name = path.stem if path.name != "package.mo" else path.parent.name
    assert re.search(rf'^(partial )?(package|model|function|record|connector) {name}\b[^;]*?"', text, re.MULTILINE)
    assert 'Documentation(info="<html>' in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_relations_on_variables_stand_inside_noevent(path: Path) -> None:
    code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', path.read_text())
    for line in code.splitlines():
        if re.search(r"\b(abs|sign|min|max)\(", line.replace("(min=", "").replace("max=", "")) and "input" not in line:
            assert "noEvent" in line, line


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if re.search(r"^function ", path.read_text(), re.MULTILINE)],
    ids=lambda path: path.stem,
)
def test_functions_are_one_expression_that_takes_the_place_of_the_call(path: Path) -> None:
    """Compilers then need no derivative of a function for directional derivatives."""
    code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', path.read_text())
    assert code.count(":=") == 1
    assert "Inline=true" in code
    assert "protected" not in code


COMPONENTS = [
    ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
    for path in FILES
    if re.search(r"^model ", path.read_text(), re.MULTILINE)
    and path.parent.name not in {"Plants", "Examples", "Validation"}  # complete models are compiled
    # arrays of fluid ports, which the front end by itself does not take
    and path.stem not in {"MixingVolume", "ParallelCDUs", "RackBranches", "Tank"}
]


@pytest.mark.parametrize("name", COMPONENTS)
def test_components_are_balanced_by_themselves(session: rumoca.Session, name: str) -> None:
    """With open connectors and known inputs, as many equations as unknowns: what other compilers check."""
    flat = session.loads(f"model Alone extends {name}; end Alone;", model="Alone").to_dict("flat")
    unknowns = 0
    for variable in flat["variables"].values():
        known = any(word in str(variable["variability"]) for word in ("Parameter", "Constant"))
        given = "Input" in str(variable["causality"]) and "." not in variable["name"]
        unknowns += 0 if known or given else math.prod(variable["dims"])
    assert unknowns == sum(equation["scalar_count"] for equation in flat["equations"])


@pytest.mark.parametrize("name", PLANTS)
def test_plants_are_explicit_and_free_of_events(compiled: Callable, plant: Callable, name: str) -> None:
    fmu, info = compiled(f"Plants.{name}")
    assert info.loops == ()
    assert info.largest_linear == 1
    assert info.states <= 220
    model = plant(f"Plants.{name}")
    assert isinstance(model.function, ca.Function)
    assert model.function.is_a("SXFunction")
    assert "EventIndicator" not in (fmu.with_suffix("") / "modelDescription.xml").read_text()


@pytest.mark.parametrize("name", PLANTS)
def test_inputs_and_outputs_have_unit_and_description(compiled: Callable, plant: Callable, name: str) -> None:
    plant(f"Plants.{name}")
    fmu, _ = compiled(f"Plants.{name}")
    root = ElementTree.parse(fmu.with_suffix("") / "modelDescription.xml").getroot()
    checked = 0
    for variable in root.find("ModelVariables"):
        if variable.get("causality") not in {"input", "output", "parameter"} or variable.get("name") == "time":
            continue
        checked += 1
        assert variable.get("unit"), variable.get("name")
        assert len(variable.get("description") or "") > 3, variable.get("name")
    assert checked > 10


def test_coolant_and_facility_water_keep_their_own_properties(plant: Callable) -> None:
    """Each circuit must carry power/(m cp dT) of its own liquid, so a confusion of media shows as 6 % of the rise."""
    run = plant("Plants.DataCenterLoop").run(20000)
    coolant = 8.5e6 / (run["m_flow_tcs"][-1] * (run["T_tcs_return"] - run["T_tcs_supply"])[-1])
    assert coolant == pytest.approx(3950, rel=0.01)
    water = run["Q_flow_recovery"][-1] / (run["m_flow_fws"][-1] * (run["T_fws_out"][-1] - 303.15))
    assert water == pytest.approx(4178, rel=1e-3)  # IAPWS-95 at 35 degC
