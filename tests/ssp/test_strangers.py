"""SSP files as other tools write them: hierarchy, units, parameter sets and mappings; and what is refused."""

from __future__ import annotations

import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim.errors import FmuError, UsageError
from heatsim.fmu import Fmu
from heatsim.ssp import read_ssp
from heatsim.system import System

sys.path.insert(0, str(Path(__file__).parent))
from ssp_files import NAMESPACES, archive, structure

UNITS = """
<ssc:Unit name="watt"><ssc:BaseUnit kg="1" m="2" s="-3"/></ssc:Unit>
<ssc:Unit name="kilowatt"><ssc:BaseUnit kg="1" m="2" s="-3" factor="1000"/></ssc:Unit>
<ssc:Unit name="celsius"><ssc:BaseUnit K="1" offset="273.15"/></ssc:Unit>
<ssc:Unit name="K"><ssc:BaseUnit K="1"/></ssc:Unit>
<ssc:Unit name="kJ"><ssc:BaseUnit kg="1" m="2" s="-2" factor="1000"/></ssc:Unit>
<ssc:Unit name="kJ/K"><ssc:BaseUnit kg="1" m="2" s="-2" K="-1" factor="1000"/></ssc:Unit>
<ssc:Unit name="m"><ssc:BaseUnit m="1"/></ssc:Unit>
"""


def connector(name: str, kind: str, unit: str = "") -> str:
    attribute = f' unit="{unit}"' if unit else ""
    return f'<ssd:Connector name="{name}" kind="{kind}"><ssc:Real{attribute}/></ssd:Connector>'


def component(name: str, source: str, connectors: str = "", rest: str = "", attributes: str = "") -> str:
    inside = f"<ssd:Connectors>{connectors}</ssd:Connectors>" if connectors else ""
    return f'<ssd:Component name="{name}" source="resources/{source}" {attributes}>{inside}{rest}</ssd:Component>'


def connection(start: str, end: str, inside: str = "", attributes: str = "") -> str:
    def one(which: str, path: str) -> str:
        element, _, name = path.rpartition("/")
        owner = f'{which}Element="{element}" ' if element else ""
        return f'{owner}{which}Connector="{name}"'

    return f"<ssd:Connection {one('start', start)} {one('end', end)} {attributes}>{inside}</ssd:Connection>"


def system(name: str, connectors: str, elements: str, connections: str = "", rest: str = "") -> str:
    table = f"<ssd:Connectors>{connectors}</ssd:Connectors>" if connectors else ""
    wires = f"<ssd:Connections>{connections}</ssd:Connections>" if connections else ""
    return f'<ssd:System name="{name}">{table}{rest}<ssd:Elements>{elements}</ssd:Elements>{wires}</ssd:System>'


def bindings(*values: str, mapping: str = "", attributes: str = "", units: str = UNITS) -> str:
    """One inline parameter set."""
    parameters = "".join(f"<ssv:Parameter {v}</ssv:Parameter>" for v in values)
    inside = (
        f'<ssv:ParameterSet version="1.0" name="p"><ssv:Parameters>{parameters}</ssv:Parameters>'
        f"<ssv:Units>{units}</ssv:Units></ssv:ParameterSet>"
    )
    mapped = (
        '<ssd:ParameterMapping><ssm:ParameterMapping version="1.0">'
        f"{mapping}</ssm:ParameterMapping></ssd:ParameterMapping>"
        if mapping
        else ""
    )
    return (
        f"<ssd:ParameterBindings><ssd:ParameterBinding {attributes}><ssd:ParameterValues>{inside}</ssd:ParameterValues>"
        f"{mapped}</ssd:ParameterBinding></ssd:ParameterBindings>"
    )


@pytest.fixture
def make(bar: Fmu, integrator: Fmu, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Makes an archive of a system and the FMUs `bar.fmu` and `integrator.fmu`."""

    def made(text: str, check: bool = True, **more: str) -> Path:
        fmus = {"resources/bar.fmu": bar.path, "resources/integrator.fmu": integrator.path}
        content = {
            "SystemStructure.ssd": structure(text, UNITS),
            **fmus,
            **{f"resources/{k}": v for k, v in more.items()},
        }
        return archive(tmp_path / "made.ssp", content, check)

    return made


def test_nested_systems_units_and_transformations(make, bar: Fmu, integrator: Fmu) -> None:  # type: ignore[no-untyped-def]
    """Power in kW from outside, temperature in °C through a nested system: the same as coupled by hand."""
    inner = system(
        "inner",
        connector("power", "input", "kilowatt") + connector("T_outside", "input", "celsius") + connector("Q", "output"),
        component("bar", "bar.fmu", connector("Q_flow", "input", "watt") + connector("Q_flow_end", "output")),
        connection("power", "bar/Q_flow")
        + connection("T_outside", "bar/T_end")
        + connection("bar/Q_flow_end", "Q", '<ssc:LinearTransformation factor="0.5" offset="1"/>'),
    )
    outer = system(
        "outer",
        connector("heat", "input", "kilowatt") + connector("T", "input", "celsius") + connector("E", "output", "kJ"),
        inner + component("meter", "integrator.fmu"),
        connection("heat", "inner/power", '<ssc:LinearTransformation factor="2"/>')
        + connection("T", "inner/T_outside")
        + connection("inner/Q", "meter/u", '<ssc:LinearTransformation factor="3"/>')
        + connection("meter/y", "E"),
    )
    read = read_ssp(make(outer))
    assert set(read.system.members) == {"inner_bar", "meter"}
    assert {n: i.unit for n, i in read.system.inputs.items()} == {"heat": "kg.m2.s-3", "T": "K"}
    by_hand = System("by hand").add("inner_bar", bar).add("meter", integrator)
    by_hand.add_input("heat", "W").add_input("T", "K")
    by_hand.connect("heat", "inner_bar.Q_flow", factor=2.0).connect("T", "inner_bar.T_end")
    by_hand.connect("inner_bar.Q_flow_end", "meter.u", factor=1.5, offset=3.0)
    time = np.array([0.0, 600.0])
    power = xr.DataArray([0.1, 0.4], coords={"time": time}, dims="time", attrs={"units": "kW"})
    inputs = {"heat": power, "T": xr.DataArray(20.0, attrs={"units": "degC"})}
    first, second = (hs.simulate(s, inputs, stop=600.0, rtol=1e-9) for s in (read.system, by_hand))
    xr.testing.assert_allclose(first, second, rtol=1e-12)
    assert float(first["meter.y"][-1]) > 1e3


def test_offset_units_convert_before_the_transformation(make, bar: Fmu) -> None:  # type: ignore[no-untyped-def]
    """The standard: first to the unit of the target, then factor and offset; or not at all."""

    def wire(attributes: str) -> tuple[float, float]:
        text = system(
            "s",
            connector("T", "input", "K"),
            component("bar", "bar.fmu", connector("T_end", "input")),
            connection("T", "bar/T_end", '<ssc:LinearTransformation factor="2" offset="5"/>', attributes),
        )
        connections = System.from_ssp(make(text)).connections
        return connections[0].factor, connections[0].offset

    assert wire("") == (2.0, 5.0)
    inner = system("i", connector("a", "input", "celsius"), component("bar", "bar.fmu"), connection("a", "bar/T_end"))
    text = system(
        "s",
        connector("T", "input", "K"),
        inner,
        connection("T", "i/a", '<ssc:LinearTransformation factor="2" offset="5"/>'),
    )
    (c,) = System.from_ssp(make(text)).connections
    # 300 K are 26.85 °C; times 2 plus 5 are 58.7 °C, or 331.85 K
    assert c.factor * 300.0 + c.offset == pytest.approx(331.85, rel=1e-12)
    suppressed = text.replace('endConnector="T_end" ', 'endConnector="T_end" suppressUnitConversion="true"')
    (c,) = System.from_ssp(make(suppressed)).connections
    assert c.factor * 300.0 + c.offset == pytest.approx(58.7, rel=1e-12)


def test_parameter_sets_units_mapping_prefix_and_precedence(make) -> None:  # type: ignore[no-untyped-def]
    own = bindings('name="C"><ssv:Real value="2" unit="kJ/K"/>', 'name="G"><ssv:Real value="7"/>')
    mapped = bindings(
        'name="capacity"><ssv:Real value="3" unit="kJ/K"/>',
        'name="start"><ssv:Real value="40" unit="celsius"/>',
        mapping=(
            '<ssm:MappingEntry source="capacity" target="C">'
            '<ssc:LinearTransformation factor="10" offset="1"/></ssm:MappingEntry>'
            '<ssm:MappingEntry source="start" target="x1"/>'
        ),
    )
    outer = bindings(
        'name="a.G"><ssv:Real value="8"/>',
        'name="b.T_end"><ssv:Real value="25" unit="celsius"/>',
        'name="b.G"><ssv:Real value="9"/>',
        attributes='prefix="inner."',
    )
    inner = system("inner", "", component("a", "bar.fmu", rest=own) + component("b", "bar.fmu", rest=mapped))
    members = System.from_ssp(make(system("s", "", inner, rest=outer))).members
    assert members["inner_a"].parameters == {"C": 2000.0, "G": 8.0}
    assert members["inner_b"].parameters == {"C": 30001.0, "G": 9.0}
    assert members["inner_b"].start == {"x1": pytest.approx(313.15)}
    assert members["inner_b"].inputs == {"T_end": pytest.approx(298.15), "Q_flow": 0.0}


def test_parameter_sets_and_mappings_in_files(make) -> None:  # type: ignore[no-untyped-def]
    values = (
        f'<ssv:ParameterSet {NAMESPACES} version="1.0" name="v"><ssv:Parameters>'
        '<ssv:Parameter name="G0"><ssv:Real value="4"/></ssv:Parameter></ssv:Parameters></ssv:ParameterSet>'
    )
    names = (
        f'<ssm:ParameterMapping {NAMESPACES} version="1.0">'
        '<ssm:MappingEntry source="G0" target="G"/></ssm:ParameterMapping>'
    )
    binding = (
        '<ssd:ParameterBindings><ssd:ParameterBinding source="resources/a.ssv">'
        '<ssd:ParameterMapping source="resources/a.ssm"/></ssd:ParameterBinding></ssd:ParameterBindings>'
    )
    path = make(system("s", "", component("bar", "bar.fmu", rest=binding)), **{"a.ssv": values, "a.ssm": names})
    assert System.from_ssp(path).members["bar"].parameters == {"G": 4.0}


def test_parameters_and_open_inputs_of_systems_reach_components(make) -> None:  # type: ignore[no-untyped-def]
    inner = system(
        "inner",
        connector("conductance", "parameter") + connector("T", "input", "celsius"),
        component("bar", "bar.fmu", connector("G", "parameter") + connector("T_end", "input", "K")),
        connection("conductance", "bar/G") + connection("T", "bar/T_end"),
        rest=bindings('name="T"><ssv:Real value="30" unit="celsius"/>'),
    )
    top = system(
        "s",
        connector("g", "parameter"),
        inner,
        connection("g", "inner/conductance", '<ssc:LinearTransformation factor="2"/>'),
        rest=bindings('name="g"><ssv:Real value="11"/>'),
    )
    bar = System.from_ssp(make(top)).members["inner_bar"]
    assert bar.parameters == {"G": 22.0}
    assert bar.inputs["T_end"] == pytest.approx(303.15)


def test_value_of_a_system_is_in_the_unit_of_its_connector(make) -> None:  # type: ignore[no-untyped-def]
    """0.5 (kJ/K, as the connector says), times 4, plus 1 kJ/K at the connector inside: 3000 J/K."""
    inner = system(
        "inner",
        connector("c", "parameter", "kJ/K") + connector("T", "parameter"),
        component("bar", "bar.fmu"),
        connection("c", "bar/C") + connection("T", "bar/T_end", '<ssc:LinearTransformation factor="2"/>'),
        rest=bindings('name="T"><ssv:Real value="10" unit="celsius"/>'),
    )
    inner = inner.replace(
        'source="resources/bar.fmu" >',
        f'source="resources/bar.fmu"><ssd:Connectors>{connector("C", "parameter")}{connector("T_end", "input")}'
        "</ssd:Connectors>",
    )
    top = system(
        "s",
        connector("c", "parameter", "kJ/K"),
        inner,
        connection("c", "inner/c", '<ssc:LinearTransformation factor="4" offset="1"/>'),
        rest=bindings('name="c"><ssv:Real value="0.5"/>'),
    )
    bar = System.from_ssp(make(top)).members["inner_bar"]
    assert bar.parameters == {"C": pytest.approx(3000.0)}
    # a connector without a unit has that of the variable: 10 °C are 283.15 K, and then twice as many
    assert bar.inputs["T_end"] == pytest.approx(566.3)


def test_defaults_of_the_standard(make) -> None:  # type: ignore[no-untyped-def]
    """Open inputs keep the start value of their variable, system inputs that drive nothing are left out."""
    text = system(
        "s", connector("idle", "input", "K"), component("a.b/c", "bar.fmu", attributes='implementation="any"')
    )
    read = System.from_ssp(make(text))
    assert set(read.members) == {"a_b_c"}
    assert read.members["a_b_c"].inputs == {"Q_flow": 0.0, "T_end": 0.0}
    assert read.inputs == {}
    read.check()


def test_value_that_matches_nothing_is_told(make) -> None:  # type: ignore[no-untyped-def]
    text = system("s", "", component("bar", "bar.fmu", rest=bindings('name="Gg"><ssv:Real value="1"/>')))
    with pytest.warns(UserWarning, match=r"1 value\(s\) of parameter sets match nothing, the first is .*'Gg'"):
        System.from_ssp(make(text))
    known = system("s", "", component("bar", "bar.fmu", rest=bindings('name="G"><ssv:Real value="1"/>')))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        System.from_ssp(make(known))


BAR = component("bar", "bar.fmu")
REFUSED = {
    "signal dictionary": (
        system("s", "", BAR + '<ssd:SignalDictionaryReference name="d" dictionary="x"/>'),
        "system 's' uses a signal dictionary",
    ),
    "ssp in ssp": (
        system("s", "", component("part", "bar.fmu", attributes='type="application/x-ssp-package"')),
        "component 'part' is an SSP file of its own",
    ),
    "other type": (
        system("s", "", component("part", "bar.fmu", attributes='type="application/x-modelica"')),
        "component 'part' is a 'application/x-modelica'",
    ),
    "missing fmu": (
        system("s", "", component("part", "none.fmu")),
        r"component 'part': has no file 'resources/none\.fmu'",
    ),
    "outside": (
        system("s", "", component("part", "../../bar.fmu")),
        r"component 'part': the source 'resources/\.\./\.\./bar\.fmu' leads outside",
    ),
    "elsewhere": (
        system("s", "", '<ssd:Component name="part" source="https://example.org/bar.fmu"/>'),
        "'https://example.org/bar.fmu' is outside of the SSP file",
    ),
    "unknown variable": (
        system("s", "", component("bar", "bar.fmu", connector("q", "input"))),
        "component 'bar': its FMU has no variable 'q'",
    ),
    "unit of connector": (
        system("s", "", component("bar", "bar.fmu", connector("T_end", "input", "celsius"))),
        "connector 'T_end' is in 'celsius', its FMU has 'K'",
    ),
    "units": (
        system("s", connector("x", "input", "m"), BAR, connection("x", "bar/T_end")),
        r"connection x -> bar\.T_end: 'm' cannot be converted to 'K'",
    ),
    "unknown unit": (
        system("s", connector("x", "input", "cubit"), BAR, connection("x", "bar/T_end")),
        "the unit 'cubit' is not defined, so 'cubit' cannot be converted to 'K'",
    ),
    "two drivers": (
        system(
            "s",
            connector("x", "input", "K") + connector("y", "input", "K"),
            BAR,
            connection("x", "bar/T_end") + connection("y", "bar/T_end"),
        ),
        r"'bar\.T_end' is driven twice, by x and y",
    ),
    "no such element": (
        system("s", connector("x", "input"), BAR, connection("x", "baz/T_end")),
        "names the element 'baz', which is not there",
    ),
    "no such connector": (
        system("s", connector("x", "input"), BAR, connection("z", "bar/T_end")),
        "names the connector 'z', which is not there",
    ),
    "backwards": (
        system(
            "s", "", component("bar", "bar.fmu", connector("T_end", "input")), connection("bar/T_end", "bar/Q_flow")
        ),
        r"connection bar\.T_end -> bar\.Q_flow starts where a signal ends",
    ),
    "target that is no input": (
        system("s", connector("x", "input"), BAR, connection("x", "bar/T_endd")),
        r"connection x -> bar\.T_endd: 'T_endd' is no input.*T_end",
    ),
    "target that is an output": (
        system("s", connector("x", "input"), BAR, connection("x", "bar/Q_flow_end")),
        r"connection x -> bar\.Q_flow_end: 'Q_flow_end' is no input",
    ),
    "source that is no address": (
        system("s", "", '<ssd:Component name="bar" source="http://[x"/>'),
        "component 'bar': the source .* is no address",
    ),
    "deep": (
        system("s", "", "".join(f'<ssd:System name="s{i}"><ssd:Elements>' for i in range(100))).replace(
            "</ssd:Elements></ssd:System>", "", 1
        )
        + "</ssd:Elements></ssd:System>" * 101,
        "system 's49' is nested more than 50 deep",
    ),
    "number of another script": (
        system("s", "", component("bar", "bar.fmu", rest=bindings('name="C"><ssv:Real value="1_0"/>'))),
        "'1_0' is no finite number",
    ),
    "circle": (
        system(
            "s",
            "",
            system("a", connector("i", "inout") + connector("o", "inout"), BAR, connection("i", "o"))
            + component("b", "bar.fmu"),
            connection("a/o", "a/i") + connection("a/o", "b/T_end"),
        ),
        r"the connections of 'a\.[io]' run in a circle",
    ),
    "mapping of numbers": (
        system(
            "s",
            connector("x", "input"),
            BAR,
            connection(
                "x",
                "bar/T_end",
                '<ssc:BooleanMappingTransformation><ssc:MapEntry source="true" target="false"/>'
                "</ssc:BooleanMappingTransformation>",
            ),
        ),
        "has a BooleanMappingTransformation",
    ),
    "boolean input": (
        system(
            "s",
            '<ssd:Connector name="on" kind="input"><ssc:Boolean/></ssd:Connector>',
            BAR,
            connection("on", "bar/T_end"),
        ),
        "input 'on' is Boolean",
    ),
    "same names": (
        system("s", "", system("a", "", component("b_c", "bar.fmu")) + system("a_b", "", component("c", "bar.fmu"))),
        r"components 'a\.b_c' and 'a_b\.c' would both be called 'a_b_c'",
    ),
    "unit of parameter": (
        system("s", "", component("bar", "bar.fmu", rest=bindings('name="C"><ssv:Real value="1" unit="m"/>'))),
        r"'bar\.C' is given in 'm' and wanted in 'J/K'",
    ),
    "type of parameter": (
        system("s", "", component("bar", "bar.fmu", rest=bindings('name="C"><ssv:Boolean value="true"/>'))),
        r"'bar\.C' gets a Boolean, and is a real number",
    ),
    "output as parameter": (
        system("s", "", component("bar", "bar.fmu", rest=bindings('name="Q_flow_end"><ssv:Real value="1"/>'))),
        r"'bar\.Q_flow_end' is Real with the role 'output' and cannot be set",
    ),
    "mapping of nothing": (
        system(
            "s",
            "",
            component(
                "bar",
                "bar.fmu",
                rest=bindings('name="a"><ssv:Real value="1"/>', mapping='<ssm:MappingEntry source="b" target="C"/>'),
            ),
        ),
        "a mapping takes 'b', which the parameter set does not have",
    ),
    "calculated parameter": (
        system(
            "s",
            "",
            component("bar", "bar.fmu", connector("C", "parameter"))
            + component("other", "bar.fmu", connector("Q_flow_end", "output")),
            connection("other/Q_flow_end", "bar/C"),
        ),
        r"the parameter 'bar\.C' is connected to 'other\.Q_flow_end', which is calculated",
    ),
}

INVALID = ("deep", "source that is no address", "number of another script")


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_run_is_refused_by_name(make, case: str) -> None:  # type: ignore[no-untyped-def]
    text, message = REFUSED[case]
    with pytest.raises(UsageError, match=message) as caught:
        System.from_ssp(make(text, check=case not in INVALID))
    assert "\n" not in str(caught.value)


def test_arrays_of_version_2_are_refused(make) -> None:  # type: ignore[no-untyped-def]
    sized = '<ssd:Connector name="x" kind="input"><ssc:Float64/><ssd:Dimension size="3"/></ssd:Connector>'
    with pytest.raises(UsageError, match="system 's': connector 'x' is an array"):
        System.from_ssp(make(system("s", sized, BAR), check=False))
    indexed = connection("x", "bar/T_end", attributes='startIndices="1"')
    with pytest.raises(UsageError, match=r"connection x -> bar\.T_end is one of array elements"):
        System.from_ssp(make(system("s", connector("x", "input"), BAR, indexed), check=False))
    with pytest.raises(UsageError, match="component 'bar' wants ScheduledExecution"):
        System.from_ssp(
            make(system("s", "", component("bar", "bar.fmu", attributes='implementation="ScheduledExecution"')), False)
        )


def test_a_changed_fmu_is_noticed(bar: Fmu, integrator: Fmu, tmp_path: Path) -> None:
    path = System("s").add("meter", integrator, inputs={"u": 1.0}).to_ssp(tmp_path / "s.ssp")
    changed = tmp_path / "changed.ssp"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, bar.path.read_bytes() if name.endswith(".fmu") else source.read(name))
    with pytest.raises(UsageError, match=r"component 'meter': .* is not the FMU that the file was written with"):
        System.from_ssp(changed)


def test_unsafe_and_damaged_archives_are_refused(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="no such file"):
        System.from_ssp(tmp_path / "none.ssp")
    text = tmp_path / "text.ssp"
    text.write_text("no archive", encoding="utf-8")
    with pytest.raises(UsageError, match="is not a zip archive, so not an SSP file"):
        System.from_ssp(text)
    with pytest.raises(UsageError, match=r"has no 'SystemStructure\.ssd'"):
        System.from_ssp(archive(tmp_path / "empty.ssp", {"a.txt": "x"}))
    with pytest.raises(UsageError, match="would be written outside the SSP file's folder"):
        System.from_ssp(archive(tmp_path / "slip.ssp", {"../a.txt": "x"}))
    for i, (content, message) in enumerate(
        (
            ("<not xml", "'?SystemStructure.ssd'? is not valid XML"),
            ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
            ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "document type"),
            ("<a/>", "the root element is 'a', not an SSP system structure"),
            (structure(system("s", "", BAR), version="3.0"), "SSP version 3.0 is unknown"),
            (structure(system("s", "", BAR)).replace('name="s"', ""), "has no attribute 'name'"),
        )
    ):
        with pytest.raises(UsageError, match=message):
            System.from_ssp(archive(tmp_path / f"{i}.ssp", {"SystemStructure.ssd": content}, check=False))
    with pytest.raises(FmuError, match="is not a zip archive"):
        System.from_ssp(
            archive(
                tmp_path / "fmu.ssp", {"SystemStructure.ssd": structure(system("s", "", BAR)), "resources/bar.fmu": "x"}
            )
        )


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        "[" * 100_000,
        '{"inputs": 3}',
        '{"inputs": {"u": {"unit": [1]}}}',
        '{"bonds": [{"name": "a", "colour": 1}]}',
        '{"bonds": [{"name": {"a": 1}}]}',
        '{"bonds": [{"name": "a", "kind": "gravity"}]}',
        '{"bonds": [{"name": "a", "meters": "ab"}]}',
        '{"bonds": [{"name": "a", "cp": true}]}',
        '{"bonds": 5}',
        '{"bonds": ' + "1" * 5000 + "}",
    ],
    ids=range(12),
)
def test_damaged_annotation_is_named(make, data: str) -> None:  # type: ignore[no-untyped-def]
    text = system("s", "", BAR).replace("</ssd:System>", f"{annotations(data)}</ssd:System>")
    with pytest.raises(UsageError, match=r"made\.ssp: .*damaged"):
        System.from_ssp(make(text))


@pytest.mark.parametrize("limit", ["0", "-1", "true", '"1"', "NaN", "1" + "0" * 400])
def test_damaged_annotation_of_a_component_is_named(make, limit: str) -> None:  # type: ignore[no-untyped-def]
    text = system("s", "", component("bar", "bar.fmu", rest=annotations(f'{{"time_limit": {limit}}}')))
    with pytest.raises(UsageError, match=r"component 'bar': heatsim's annotation is damaged"):
        System.from_ssp(make(text))


def annotations(data: str) -> str:
    return (
        '<ssd:Annotations><ssc:Annotation type="org.heatsim"><hs:Data xmlns:hs="urn:org.heatsim:ssp">'
        f"{data}</hs:Data></ssc:Annotation></ssd:Annotations>"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("[" * 100_000, "is damaged"),
        ("1" * 5000, "is damaged"),
        ("\0", "is damaged"),
        # a class of heatsim's with a `step`, which is no unit and does not expect such arguments
        (
            '{"kind": "class", "class": "heatsim.fmu.trial:TrialRun", '
            '"arguments": {"binary": 1, "trial": 2, "connectors": 3}}',
            "does not take its arguments",
        ),
    ],
)
def test_damaged_units_written_in_python_are_named(make, data: str, said: str) -> None:  # type: ignore[no-untyped-def]
    unit = component("pi", "pi.json", attributes='type="application/x-heatsim-unit+json"')
    with pytest.raises(UsageError, match=f"component 'pi'.*{said}"):
        System.from_ssp(make(system("s", "", unit), **{"pi.json": data}))
