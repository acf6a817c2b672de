"""Model descriptions are read as the standard says, and those that cannot be meant are refused in one line."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fmu.descriptions import FMI2, FMI3
from hypothesis import given, settings
from hypothesis import strategies as st

from heatsim.errors import FmuError
from heatsim.fmu import safe_xml
from heatsim.fmu.description import Description
from heatsim.fmu.description_reader import description_of, parse_description


def parsed(text: str) -> Description:
    return parse_description(text.encode(), "tank.fmu")


def refusal(text: str) -> str:
    """Message of the refusal: one line that begins with the file and ends with the next step."""
    with pytest.raises(FmuError) as caught:
        parsed(text)
    message = str(caught.value)
    assert message.startswith("tank.fmu: ")
    assert message.isprintable()
    assert len(message) < 400
    assert re.search(r"; \w+", message)
    return message


def changed(text: str, old: str, new: str) -> str:
    """The text with one change, which must take place."""
    assert text.count(old) == 1, f"{text.count(old)} times {old}"
    return text.replace(old, new)


def test_fmi2_claims_of_both_interfaces() -> None:
    description = parsed(FMI2)
    exchange, co_simulation = description.interfaces["model_exchange"], description.interfaces["co_simulation"]
    assert list(description.interfaces) == ["model_exchange", "co_simulation"]
    assert (exchange.model_identifier, co_simulation.model_identifier) == ("tank_me", "tank_cs")
    assert description.model_identifier == "tank_me"
    assert exchange.can_get_and_set_state
    assert exchange.provides_directional_derivatives
    assert not exchange.needs_completed_integrator_step
    assert not exchange.can_be_instantiated_only_once
    assert not co_simulation.can_get_and_set_state
    assert co_simulation.can_serialize_state
    assert co_simulation.can_handle_variable_step
    assert co_simulation.can_interpolate_inputs
    assert co_simulation.max_output_derivative_order == 1
    assert co_simulation.can_be_instantiated_only_once
    assert description.log_categories == ("logEvents", "logAll")
    experiment = description.experiment
    assert (experiment.start, experiment.stop, experiment.tolerance, experiment.step) == (1.0, 10.0, 1e-6, 0.1)


def test_fmi3_claims_of_both_interfaces() -> None:
    description = parsed(FMI3)
    exchange, co_simulation = description.interfaces["model_exchange"], description.interfaces["co_simulation"]
    assert exchange.needs_completed_integrator_step
    assert exchange.provides_adjoint_derivatives
    assert not exchange.provides_directional_derivatives
    assert co_simulation.fixed_internal_step == 0.01
    assert co_simulation.has_event_mode
    assert co_simulation.can_get_and_set_state
    assert co_simulation.might_return_early
    assert co_simulation.provides_intermediate_update
    assert co_simulation.max_output_derivative_order == 2


def test_fmi3_does_not_need_completed_steps_by_default_and_fmi2_does() -> None:
    plain3 = changed(FMI3, ' needsCompletedIntegratorStep="true"', "")
    plain2 = changed(FMI2, 'completedIntegratorStepNotNeeded="true"', "")
    assert not parsed(plain3).interfaces["model_exchange"].needs_completed_integrator_step
    assert parsed(plain2).interfaces["model_exchange"].needs_completed_integrator_step


def test_variables_of_fmi2() -> None:
    variables = parsed(FMI2).variables
    assert (variables["T"].unit, variables["T"].minimum, variables["T"].nominal) == ("K", 200.0, 300.0)
    assert variables["der(T)"].derivative_of == "T"
    assert (variables["on"].type, variables["on"].start, variables["on"].variability) == ("Boolean", 1.0, "discrete")
    assert (variables["n"].type, variables["n"].start, variables["n"].variability) == ("Integer", 3.0, "fixed")
    assert (variables["file"].start, variables["file"].start_text) == (None, "a.csv")


def test_arrays_and_widths_of_fmi3() -> None:
    variables = parsed(FMI3).variables
    assert (variables["v"].shape, variables["v"].starts, variables["v"].start) == ((3,), (1.0, 2.0, 3.0), None)
    assert (variables["w"].shape, variables["w"].start, variables["w"].fmi_type) == ((2,), 7.0, "Float32")
    assert variables["w"].type == "Real"
    assert variables["T"].reinit
    assert variables["file"].start_text == "a.csv"
    assert parsed(FMI3).event_indicators == 1
    assert parsed(FMI3).states == ("T",)


def test_feedthrough_follows_the_declared_dependencies() -> None:
    two, three = parsed(FMI2), parsed(FMI3)
    assert two.feedthrough(["T", "Q_out"], ["Q", "on"]).tolist() == [[False, False], [True, False]]
    assert two.dependencies["der(T)"] == ("Q", "T")
    # y declares nothing, so it may depend on everything
    assert three.feedthrough(["T", "y"], ["Q", "v"]).tolist() == [[False, False], [True, True]]
    assert two.feedthrough([], ["Q"]).shape == (0, 1)
    assert two.feedthrough(["T_alias"], ["Q"]).dtype == np.bool_


def test_outputs_section_that_lists_inputs_is_harmless_without_dependencies_and_refused_with() -> None:
    harmless = changed(FMI2, '<Unknown index="2" dependencies=""/>', '<Unknown index="1"/>')
    assert parsed(harmless).feedthrough(["T"], ["Q"]).all()
    wrong = changed(FMI2, '<Unknown index="2" dependencies=""/>', '<Unknown index="1" dependencies=""/>')
    assert "'Q' among the outputs of the model structure, and it has the role 'input'" in refusal(wrong)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'modelIdentifier="tank_me"',
            'modelIdentifier="../../evil"',
            "model identifier of ModelExchange is '../../evil'",
        ),
        ('modelIdentifier="tank_cs"', 'modelIdentifier="/lib/evil"', "model identifier of CoSimulation"),
        ('modelIdentifier="tank_me"', 'modelIdentifier=""', "model identifier of ModelExchange is ''"),
        ('modelIdentifier="tank_me"', 'modelIdentifier="a\\b"', "model identifier of ModelExchange"),
        ('numberOfEventIndicators="1"', 'numberOfEventIndicators="-1"', "numberOfEventIndicators is '-1'"),
        ('numberOfEventIndicators="1"', 'numberOfEventIndicators="4000000000"', "at most 100000 is accepted"),
        ('numberOfEventIndicators="1"', 'numberOfEventIndicators="x"', "which is not a count"),
        (
            'canInterpolateInputs="true"',
            'canInterpolateInputs="yes"',
            "canInterpolateInputs is 'yes', which is neither",
        ),
        ('maxOutputDerivativeOrder="1"', 'maxOutputDerivativeOrder="99"', "at most 20 is accepted"),
        ('fmiVersion="2.0"', 'fmiVersion="1.0"', "FMI version 1.0 is not supported"),
        ('fmiVersion="2.0"', "", "FMI version unknown is not supported"),
        ('name="T_alias" valueReference="2"', 'name="T" valueReference="2"', "two variables have the name 'T'"),
        ('name="T_alias" valueReference="2"', 'name="" valueReference="2"', "a variable has no name"),
        ('name="T_alias" valueReference="2"', 'name="T_alias"', "value reference of 'T_alias' is missing"),
        ('name="T_alias" valueReference="2"', 'name="T_alias" valueReference="-2"', "'T_alias' is '-2', which is not"),
        ('name="T_alias" valueReference="2"', 'name="T_alias" valueReference="4294967296"', "at most 4294967295"),
        ('name="T_alias" valueReference="2"', 'name="T&#10;alias" valueReference="2"', "control characters"),
        ('name="T_alias" valueReference="2"', 'name="T&#x9b;alias" valueReference="2"', "control characters"),
        ('name="T_alias"', 'name="{}"'.format("n" * 2001), "has 2001 characters"),
        ('<Real start="1e3"/>', '<Real start="1,5"/>', "start of 'C' is '1,5', which is not a number"),
        ('<Real start="1e3"/>', '<Real start="NaN"/>', "start of 'C' is 'NaN', which is not a number"),
        ('<Real start="1e3"/>', '<Real start=""/>', "start of 'C' is '', which is not a number"),
        ('<Real start="1e3"/>', '<Real start="1_0"/>', "which is not a number"),
        ('<Real start="1e3"/>', '<Real start="\u0661"/>', "which is not a number"),
        ('<Real start="1e3"/>', '<Real start="INF"/>', "'C' starts at a value that is not finite"),
        ('<Real start="1e3"/>', '<Real start="1e999"/>', "'C' starts at a value that is not finite"),
        ('<Real start="1e3"/>', "", "variable 'C' has no type"),
        ('<Integer start="3"/>', '<Integer start="3.5"/>', "start of 'n' is '3.5', which is not an integer"),
        ('<Boolean start="true"/>', '<Boolean start="maybe"/>', "start of 'on' is 'maybe', which is neither"),
        ('min="200"', 'min="600"', "'T' has a minimum of 600 above its maximum of 500"),
        ('nominal="300"', 'nominal="INF"', "'T' has a nominal value of inf"),
        ('declaredType="Temperature"', 'declaredType="Temp"', "'T' has the type 'Temp', which is not declared"),
        ('derivative="2"', 'derivative="99"', "derivative of 'der(T)' refers to variable 99"),
        ('derivative="2"', 'derivative="0"', "derivative of 'der(T)' refers to variable 0"),
        ('derivative="2"', 'derivative="3"', "'der(T)' is its own derivative"),
        ('derivative="2"', 'derivative="1"', "the state 'Q' has the role 'input'"),
        ('derivative="2"', 'derivative="5"', "'on' is part of the continuous states, and it is Boolean"),
        (' derivative="2"', "", "the derivative 'der(T)' names no state"),
        ('<Unknown index="3" ', '<Unknown index="30" ', "the model structure refers to variable 30"),
        ('<Unknown index="3" ', "<Unknown ", "an index in the model structure is missing"),
        (
            'index="8" dependencies="1 2"',
            'index="8" dependencies="1 20"',
            "dependencies of 'Q_out' refers to variable 20",
        ),
        ('index="8" dependencies="1 2"', 'index="8" dependencies="1 x"', "dependencies of 'Q_out' is 'x'"),
        (
            '<Derivatives><Unknown index="3"',
            '<Derivatives><Unknown index="3"/><Unknown index="3"',
            "both the derivative",
        ),
        (
            'name="Q" valueReference="1" causality="input"',
            'name="Q" valueReference="4" causality="input"',
            "share the value",
        ),
        (
            'causality="parameter"><Real',
            'causality="parameter" variability="continuous"><Real',
            "contradict each other",
        ),
        ('causality="input"><Real', 'causality="input" variability="fixed"><Real', "contradict each other"),
        ('causality="input"><Real', 'causality="inptu"><Real', "causality of 'Q' is 'inptu', which is none of"),
        ('causality="input"><Real', 'causality="input" variability="v"><Real', "variability of 'Q' is 'v'"),
        ('causality="input"><Real', 'causality="input" initial="i"><Real', "initial of 'Q' is 'i'"),
        ('causality="input"><Boolean', 'causality="independent"><Boolean', "'on' has the role 'independent'"),
        ('stopTime="10"', 'stopTime="soon"', "stopTime of the default experiment is 'soon'"),
        ("<fmiModelDescription", "<!DOCTYPE a><fmiModelDescription", "declares a document type"),
        ("</fmiModelDescription>", "", "is not valid XML"),
    ],
)
def test_what_fmi2_descriptions_are_refused_for(old: str, new: str, said: str) -> None:
    assert said in refusal(changed(FMI2, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'valueReference="7" causality',
            'valueReference="1" causality',
            "'Q' (Float64) and 'on' (Boolean) have the same",
        ),
        ('valueReference="10" causality', 'valueReference="9" causality', "have the same value reference 9"),
        ('start="1 2 3"', 'start="1 2"', "'v' has 2 start values for 3 elements"),
        ('start="7 7"', 'start="7"', "'w' has 1 start values for 2 elements"),
        ('<Dimension start="2"/>', '<Dimension start="900000000"/>', "at most 10000000 is accepted"),
        ('<Dimension start="2"/>', '<Dimension start="9000000"/><Dimension start="9"/>', "more than 10000000 elements"),
        ('<Dimension start="2"/>', '<Dimension start="-2"/>', "dimension of 'w' is '-2', which is not a count"),
        (
            '<Dimension valueReference="4"/>',
            '<Dimension valueReference="44"/>',
            "dimension of 'v' refers to variable 44",
        ),
        ('<Dimension valueReference="4"/>', "<Dimension/>", "value reference of dimension of 'v' is missing"),
        ('<EventIndicator valueReference="9"/>', '<EventIndicator valueReference="90"/>', "refers to variable 90"),
        ('derivative="2"', 'derivative="20"', "derivative of 'der(T)' refers to variable 20"),
        (
            'name="z" valueReference="9"',
            'name="z" valueReference="9" causality="independent"',
            "both claim to be the time",
        ),
        (
            'fixedInternalStepSize="0.01"',
            'fixedInternalStepSize="fast"',
            "fixedInternalStepSize of the interface is 'fast'",
        ),
        ('reinit="true"', 'reinit="maybe"', "reinit is 'maybe'"),
    ],
)
def test_what_fmi3_descriptions_are_refused_for(old: str, new: str, said: str) -> None:
    assert said in refusal(changed(FMI3, old, new))


def test_values_may_be_shared_in_fmi2_where_at_most_one_is_set() -> None:
    # T and T_alias; Q, on, n and file have the same number and different types
    assert parsed(FMI2).variables["T_alias"].reference == parsed(FMI2).variables["T"].reference
    kind = '<ScalarVariable name="kind" valueReference="1" causality="input"><Enumeration start="1"/></ScalarVariable>'
    both = changed(FMI2, "</ModelVariables>", f"{kind}</ModelVariables>")
    assert "the parameter 'n' and the input 'kind' share the value reference 1" in refusal(both)


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("token")
    bomb = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    for declarations in (
        f'<!ENTITY e0 "lol">{bomb}',
        f'<!ENTITY e9 SYSTEM "file://{secret}">',
        f'<!ENTITY % p SYSTEM "file://{secret}"> %p;',
    ):
        text = FMI2.replace("<fmiModelDescription", f"<!DOCTYPE x [{declarations}]><fmiModelDescription")
        message = refusal(text.replace('modelName="Tank"', 'modelName="&e9;"'))
        assert "declares a document type (<!DOCTYPE), as entity bombs do and no FMU needs; do not use this" in message
        assert "token" not in message
        for encoding in ("utf-16", "utf-8-sig"):
            wide = text.replace('encoding="UTF-8"', f'encoding="{encoding[:6]}"').encode(encoding)
            with pytest.raises(FmuError, match="declares a document type"):
                parse_description(wide, "tank.fmu")


def test_size_depth_and_number_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = changed(
        FMI2,
        "<ModelVariables>",
        f"<VendorAnnotations>{'<a>' * 200_000}{'</a>' * 200_000}</VendorAnnotations><ModelVariables>",
    )
    assert parsed(deep).states == ("T",)
    monkeypatch.setattr("heatsim.fmu.model_variables.VARIABLE_LIMIT", 8)
    assert "9 variables, and at most 8 are accepted" in refusal(FMI2)
    monkeypatch.setattr(safe_xml, "XML_LIMIT", 1000)
    assert "modelDescription.xml has 0 MB" in refusal(FMI2)


def test_texts_are_in_one_line_and_cannot_steer_a_terminal() -> None:
    text = changed(FMI2, 'modelName="Tank"', 'modelName="Ta&#10;nk&#x9b;31m" description="&#x202e;evil&#9;one"')
    description = parsed(text)
    assert description.model_name == "Ta nk 31m"
    assert description.description == "evil one"


def test_co_simulation_does_not_care_for_a_wrong_list_of_derivatives() -> None:
    start, end = FMI2.index("<ModelExchange"), FMI2.index("<CoSimulation")
    alone = FMI2[:start] + FMI2[end:]
    assert parsed(changed(alone, ' derivative="2"', "")).states == ()


def test_description_one_folder_too_deep_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.fmu"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Tank/modelDescription.xml", FMI2)
    with pytest.raises(FmuError, match="is in the folder 'Tank'; zip the content of that folder instead"):
        description_of(path)


_ATTRIBUTE = re.compile(r'([A-Za-z]+)="([^"]*)"')
_TAG = re.compile(r"<(\w+)([^<>]*?)(/?)>")
_VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "-1",
            "0",
            "1",
            "2",
            "3",
            "99",
            "4294967295",
            "4294967296",
            "1e400",
            "NaN",
            "INF",
            "-INF",
            "1 2",
            " ",
            "true",
            "input",
            "output",
            "parameter",
            "independent",
            "local",
            "fixed",
            "constant",
            "continuous",
            "discrete",
            "exact",
            "Temperature",
            "2.0",
            "3.0",
            "999999999999999999999999999",
            "٣",
            "../x",
        ]
    ),
    st.text(st.characters(blacklist_characters='<>&"', blacklist_categories=("Cs", "Cc")), max_size=20),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """One of the descriptions with a few attributes changed, removed or doubled, and elements dropped or repeated."""
    text = draw(st.sampled_from([FMI2, FMI3]))
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["value", "value", "value", "remove", "drop", "repeat", "tag", "name"]))
        found = list((_ATTRIBUTE if kind in ("value", "remove", "name") else _TAG).finditer(text))
        match = found[draw(st.integers(0, len(found) - 1))]
        start, end = match.span()
        if kind == "value":
            new = f'{match[1]}="{draw(_VALUES)}"'
        elif kind == "remove" or kind == "drop":
            new = ""
        elif kind == "name":
            new = f'{draw(st.sampled_from(_ATTRIBUTE.findall(text)))[0]}="{match[2]}"'
        elif kind == "repeat":
            new = match[0] * 2
        else:
            new = f"<{draw(st.sampled_from(_TAG.findall(text)))[0]}{match[2]}{match[3]}>"
        text = text[:start] + new + text[end:]
        if not _ATTRIBUTE.search(text) or not _TAG.search(text):
            break
    return text


@settings(max_examples=600, deadline=None)
@given(mutated())
def test_mutations_are_refused_or_give_a_description_that_holds_together(text: str) -> None:
    try:
        description = parsed(text)
    except FmuError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        return
    variables = description.variables
    assert set(description.states) <= set(variables)
    assert len(set(description.states)) == len(description.states)
    assert {n for deps in description.dependencies.values() for n in deps or ()} <= set(variables)
    assert set(description.dependencies) <= set(variables)
    for name, variable in variables.items():
        assert name == variable.name
        assert variable.derivative_of is None or variable.derivative_of in variables
        assert len(variable.starts) in (0, int(np.prod(variable.shape, dtype=int)))
        assert not any(np.isnan(value) for value in variable.starts)
    inputs = [n for n, v in variables.items() if v.causality == "input"]
    outputs = [n for n, v in variables.items() if v.causality == "output"]
    assert description.feedthrough(outputs, inputs).shape == (len(outputs), len(inputs))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([FMI2, FMI3]), st.data())
def test_damaged_bytes_are_refused_or_give_a_description(text: str, data: st.DataObject) -> None:
    content = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(parse_description(bytes(content), "tank.fmu"), Description)
    except FmuError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(FmuError, match="not valid XML"):
        parse_description(content, "tank.fmu")
