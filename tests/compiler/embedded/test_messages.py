"""Mistakes in a model are told in one line: place, thing, next step. Places are counted by hand in the texts below."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heatsim.compiler.embedded.reading import frontend
from heatsim.errors import CompilerError

# eight lines before the model `P.M`, whose body begins in line 10
PREAMBLE = """package P
  connector C Real p; flow Real f; end C;
  connector Q Real T; flow Real Q; end Q;
  model R parameter Real k = 1; C a; C b; equation a.p - b.p = k*a.f; a.f + b.f = 0; end R;
  function g input Real x; input Real z = 1; output Real y; algorithm y := x*z; end g;
  record S Real r; end S;
  type E = enumeration(one, two);
  partial model B Real h; protected Real hidden; equation h = 1; hidden = 2; end B;
"""


def model(body: str) -> str:
    return f"{PREAMBLE}  model M\n{body}\n  end M;\nend P;\n"


STATE = "    Real x(start=1);\n  equation\n    der(x) = "

MISTAKES = {
    "unknown variable": (model(STATE + "-xx;"), r"12:15: there is no 'xx' \(did you mean 'x'\?\): declare it"),
    "unknown variable of a component": (model("    R r;\n" + STATE + "-r.kk;"), r"13:15: there is no 'r\.kk': "),
    "unknown subscripted variable": (model("    R r[2];\n" + STATE + "-r[1].kk;"), r"13:15: there is no 'r.*kk': "),
    "unknown class": (model("    Rr r;\n" + STATE + "-x;"), r"10:5: there is no class 'Rr'"),
    "class in a wrong package": (
        model("    P.Nope.R r;\n" + STATE + "-x;"),
        r"10:5: there is no class 'P\.Nope\.R' \(did you mean 'P\.R'\?\): correct the name",
    ),
    "class of the standard library": (
        model("    Modelica.Units.SI.Temperature T;\n" + STATE + "-x;"),
        r"10:5: .*the Modelica Standard Library is not read; declare the class",
    ),
    "unknown function": (model(STATE + "-foo(x);"), r"12:15: there is no function 'foo': declare it"),
    "unknown base class": (model("    extends Base;\n" + STATE + "-x;"), r"10:5: there is no class 'Base' to extend: "),
    "unknown import": (model("    import P.Nothing;\n" + STATE + "-x;"), r"10:5: there is no 'P\.Nothing' to import: "),
    "string for a number": (model(STATE + '"a";'), r"12:5: type mismatch: expected 'Real', found 'String': write"),
    "number for a Boolean": (
        model("    Boolean b = 2;\n" + STATE + "-x;"),
        r"10:17: the value in 'b = 2' .*true or false",
    ),
    "Real for an Integer": (
        model("    parameter Integer n = 1.5;\n" + STATE + "-x;"),
        r"10:27: type mismatch: expected",
    ),
    "arithmetic with a Boolean": (
        model("    parameter Boolean b = true;\n" + STATE + "-x*b;"),
        r"13:17: operator '\*' expects Real or Integer .*use if",
    ),
    "unknown modifier": (model("    R r(kk=2);\n" + STATE + "-x;"), r"10:9: unknown modifier 'kk'.*correct the name"),
    "unknown attribute": (model("    Real z(minn=3) = 1;\n" + STATE + "-x;"), r"10:12: unknown modifier 'minn'"),
    "array of another size": (
        model("    Real x[3](each start=1); parameter Real k[2] = {1, 2};\n  equation\n    der(x) = -k;"),
        r"12:5: array dimension mismatch: expected '\[3\]', found '\[2\]': make both sides the same size",
    ),
    "array value of another size": (
        model("    parameter Real k[3] = {1, 2};\n" + STATE + "-k[1]*x;"),
        r"10:27: the value '\{1, 2\}' has not the size of 'k\[3\]': make the sizes equal",
    ),
    "subscript out of range": (
        model("    parameter Real k[3] = {1, 2, 3};\n" + STATE + "-k[4];"),
        r"13:15: subscript 4 for 'k' is out of bounds for dimension of size 3: ",
    ),
    "too many subscripts": (
        model("    parameter Real k[3] = {1, 2, 3};\n" + STATE + "-k[1,1];"),
        r"13:15: 'k' has 1 dimension.*as many subscripts",
    ),
    "connection to a missing connector": (
        model("    R r;\n" + STATE + "-x;\n    connect(r.a, r.c);"),
        r"14:18: there is no 'r\.c'",
    ),
    "connection of a variable": (
        model("    R r;\n" + STATE + "-x;\n    connect(r.a, x);"),
        r"14:16: 'x' in a connect is a Real, not a connector: ",
    ),
    "declared twice": (
        model("    Real x(start=2);\n" + STATE + "-x;"),
        r"11:10: 'x' is declared twice, first at line 10: give",
    ),
    "too few equations": (
        model("    Real y; Real z;\n" + STATE + "-y;"),
        r"10:13: too few equations, 1 for 3 unknowns; not determined is one of .*'z'.*; add an equation",
    ),
    "too many equations": (
        model("    Real y;\n" + STATE + "-y;\n    y = x;\n    y = 2*x;"),
        r"15:5: too many equations, 3 for 2 unknowns; too many is one of 'y = 2\*x' .*'y = x' .*take an equation away",
    ),
    "given input": (
        model("    input Real u;\n" + STATE + "u - x;\n    u = 1;"),
        r"14:5: too many equations, .*too many: 'u = 1'",
    ),
    "two ties": (
        model("    Real x(start=1); Real z(start=1); Real q;\n  equation\n    der(x) = q; der(z) = -q;\n    x = z;"),
        r"13:5: not solvable; .*13:5\).*the states x, z are tied to each other .*high index",
    ),
    "component alone": (
        model("    extends R;"),
        r".*not solvable; not determined .*unconnected a\.f.*; connect the connectors that are not connected, or build",
    ),
    "missing argument": (model(STATE + "-g();"), r"12:15: wrong call of function 'g': input 'x' has no argument"),
    "too many arguments": (model(STATE + "-g(x, 1, 2);"), r"12:15: wrong call of function 'g': 3 positional"),
    "unknown argument": (model(STATE + "-g(x, w=2);"), r"12:15: wrong call of function 'g': named argument 'w'"),
    "arguments of sin": (model(STATE + "-sin(x, x);"), r"12:15: sin\(\) expects 1 argument"),
    "redeclaration of what is not replaceable": (
        model("    R r(redeclare C a);\n" + STATE + "-x;"),
        r"10:9: 'a' is not replaceable.*declare it replaceable",
    ),
    "final parameter": (
        PREAMBLE + "  model F final parameter Real k = 1; end F;\n" + "  model M F f(k=2); end M;\nend P;\n",
        r"10:14: 'k' is final and cannot be changed: ",
    ),
    "protected variable": (
        PREAMBLE
        + "  model F protected Real hidden = 1; end F;\n  model M F f; Real y; equation y = f.hidden; end M;\nend P;\n",
        r"10:37: 'f\.hidden' is protected: declare it in the public part",
    ),
    "partial class": (
        model("    B b;\n" + STATE + "-x;"),
        r"10:5: component 'b' has the partial class 'B': use a class",
    ),
    "outer without inner": (model("    outer Real T0;\n" + STATE + "T0 - x;"), r"10:16: 'T0' is outer, .*with `inner`"),
    "unknown enumeration value": (
        model("    parameter E e = E.three;\n" + STATE + "-x;"),
        r"10:21: there is no 'E\.three'",
    ),
    "unknown field": (model("    S s(r=1);\n" + STATE + "-s.t;"), r"13:15: there is no 's\.t'"),
    "parameter that varies": (
        model("    parameter Real k = x;\n" + STATE + "-k;"),
        r"10:20: parameter 'k' depends on the variable 'x': make it a variable",
    ),
    "class in itself": (
        PREAMBLE + "  model L L l; end L;\n  model M L l; end M;\nend P;\n",
        r"9:9: class 'L' contains itself",
    ),
    "circle of base classes": (
        PREAMBLE + "  model K extends L; end K;\n  model L extends K; end L;\n  model M K k; end M;\nend P;\n",
        r"(9|10):9: class 'P\.[KL]' extends",
    ),
    "derivative of a parameter": (
        model("    parameter Real k = 1;\n" + STATE + "-x + der(k);"),
        r"13:19: der\(\.\.\.\) of something that is not a continuous variable",
    ),
    "missing semicolon": (model(STATE + "-x"), r"13:3: syntax error: unexpected `end`: a semicolon or a bracket may"),
    "other name at the end": (PREAMBLE + "  model M Real x = 1; end N;\nend P;\n", r"9:27: syntax error: End name 'N'"),
    "branches of an if": (
        model("    Real y;\n" + STATE + "-x;\n    if x > 1 then y = 1; else end if;"),
        r"14:5: the branches of this 'if' have different numbers of equations; ",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_a_place_and_a_next_step(build, name: str) -> None:
    source, message = MISTAKES[name]
    with pytest.raises(CompilerError) as caught:
        build(source, "P.M")
    text = str(caught.value)
    assert "\n" not in text
    assert frontend.WRAPPER not in text
    if not message.startswith("^"):
        file, _, rest = text.partition(".mo:")
        assert file.rpartition("/")[2] == "source1", text
        text = rest
    assert re.match(message, text), str(caught.value)


def test_the_first_place_is_said_when_it_could_be_in_several_classes(build) -> None:
    source = "package P\n model A Real a = q; end A;\n model B Real b = q; end B;\n model M A a; B b; end M;\nend P;\n"
    with pytest.raises(CompilerError, match=r":2:19: 'a = q': there is no 'q': declare it or correct the name$"):
        build(source, "P.M")


def test_a_class_that_declares_the_name_is_not_blamed(build) -> None:
    source = (
        "package P\n model A Real q = 1; Real a = q; end A;\n model B\n  Real b = q; end B;\n"
        " model M A a; B b; end M;\nend P;\n"
    )
    with pytest.raises(CompilerError, match=r":4:12: there is no 'q'"):
        build(source, "P.M")


def test_names_in_comments_and_strings_are_no_places(build) -> None:
    source = 'model M "has xx"\n // xx\n Real x(start=1) "xx"; equation\n  der(x) = xx; end M;'
    with pytest.raises(CompilerError, match=r":4:12: there is no 'xx'"):
        build(source)


def test_details_name_every_equation_and_variable_in_question(build) -> None:
    source = (
        "package P\n  model V Real x(start=1); Real q; equation der(x) = q; end V;\n"
        "  model M V v[2]; Real z; equation v[1].q = 1; end M;\nend P;\n"
    )
    with pytest.raises(CompilerError) as caught:
        build(source, "P.M")
    details = "\n".join(caught.value.details)
    assert "unknowns: 5 (2 derivatives of states, 3 algebraic variables), equations: 3" in details
    assert re.search(r":3:19: 'z'\n    occurs in no equation", details)
    assert re.search(r":2:28: 'v\[2\]\.q', in component v\[2\]\n    occurs in 'der\(x\) = q'", details)
    assert "v[1].q" not in details  # this one is determined


def test_details_of_equations_that_repeat_each_other(build) -> None:
    with pytest.raises(CompilerError) as caught:
        build("model M Real a; Real b; equation\n  a + b = 1;\n  a + b = 2; end M;")
    assert [line.partition(".mo:")[2] or line for line in caught.value.details] == [
        "a block with 2 unknowns: a, b",
        "2:3: a + b = 1",
        "3:3: a + b = 2",
    ]


def test_spare_equations_of_an_unbalanced_model_leave_no_trace(tmp_path: Path) -> None:
    loop = "for i in 1:3 loop der(x[i]) = -x[i]*(if i < 3 then 1 else 2); end for;"
    file = tmp_path / "m.mo"
    file.write_text(f"model M Real x[3](each start=1); Real y; Real z; equation {loop} end M;", encoding="utf-8")
    front = frontend.flatten("M", file)
    assert "5 unknowns" in front.problem
    assert set(front.flat["variables"]) == {"x", "y", "z"}
    assert "heatsim" not in str(front.flat["equations"])
    file.write_text(f"model M Real x[3](each start=1); equation {loop} end M;", encoding="utf-8")
    balanced = frontend.flatten("M", file)
    assert balanced.problem == ""
    assert len(balanced.flat["equations"]) == len(front.flat["equations"])
    assert [f["first_equation_index"] for f in balanced.flat["structured_equations"]] == [
        f["first_equation_index"] for f in front.flat["structured_equations"]
    ]
