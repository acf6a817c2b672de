"""What the compiler cannot take is refused with its place and what to write instead."""

from __future__ import annotations

import re

import pytest

from heatsim.compiler.embedded.equations.flat import read_flat
from heatsim.compiler.embedded.reading import frontend
from heatsim.errors import CompilerError, UnsupportedModelicaError

UNSUPPORTED = {
    "algorithm": (
        "model M Real x(start=1); Real y;\nalgorithm y := x;\nequation der(x)=-x; end M;",
        r":2:\d+: an algorithm section",
    ),
    "delay": (
        "model M Real x(start=1); Real y; equation der(x)=-x;\n y = delay(x, 1.0); end M;",
        r":2:\d+: 'delay'.*volumes",
    ),
    "external": (
        'model M function f input Real x; output Real y; external "C" y = foo(x); end f; Real '
        "x(start=1); equation\n"
        "der(x) = -f(x); end M;",
        r":2:\d+: 'f' is an external function",
    ),
    "fixed=false": (
        "model M\n parameter Real k(fixed=false) = 3; Real x(start=1); equation der(x) = k; end M;",
        r":2:\d+:.*fixed=false",
    ),
    "named argument of a built-in function": (
        "model M input Real u(start=1); Real y; equation\n y = homotopy(simplified=1, actual=u); end M;",
        r":2:\d+: .*'simplified'.*homotopy.*without names",
    ),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_unsupported_constructs_are_refused_by_place(build, name: str) -> None:
    source, message = UNSUPPORTED[name]
    with pytest.raises(CompilerError) as caught:
        build(source)
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


def test_refusals_are_of_their_own_kind(build) -> None:
    with pytest.raises(UnsupportedModelicaError):
        build(UNSUPPORTED["delay"][0])


WRONG = {
    "syntax": (
        "model M Real x;\nequation\n  der(x) = ;\nend M;",
        r":3:\d+: syntax error",
    ),
    "unknown function": (
        "model M Real x; equation der(x) = foo(x); end M;",
        r"foo",
    ),
    "no value": (
        "model M\n parameter Real k; Real x(start=1); equation der(x) = -k*x; end M;",
        r":2:\d+: parameter 'k' has no value",
    ),
    "circle": (
        "model M parameter Real a=b; parameter Real b=a; Real x(start=1); equation der(x) = a; end M;",
        r"a -> b -> a|circle|cycl",
    ),
    "two volumes": (
        "model M Real a(start=1); Real b(start=1); Real q; equation der(a) = q; der(b) = -q;\n a = b; end M;",
        r"high index",
    ),
    "repeated": (
        "model M Real a; Real b; Real x(start=1); equation der(x) = a; a = 1; a = 2*x; end M;",
        r"'b'|unbalanced",
    ),
    "constant assertion": (
        "model M parameter Integer n=3; Real x(start=1); equation der(x) = n;\n"
        ' assert(n < 2, "too many cells"); end M;',
        r":2:\d+: assertion fails: too many cells",
    ),
    "subscript": (
        "model M Real v[3](each start=1); Real y; equation der(v) = -v;\n y = v[4]; end M;",
        r"4",
    ),
    "three arguments": (
        "model M Real x(start=1); Real y; equation der(x) = -x;\n y = noEvent(min(x, 2, 3)); end M;",
        r":2:\d+: min takes two arguments or one array",
    ),
    "missing class": (
        "model Other Real x; equation x = 1; end Other;",
        r"no class M",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_models_are_reported_with_their_names(build, name: str) -> None:
    source, message = WRONG[name]
    with pytest.raises(CompilerError) as caught:
        build(source)
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_panic_of_the_front_end_becomes_an_error(build) -> None:
    source = """package P
      model C parameter Real k=1; end C;
      model M C c[2]; Real y[2]; equation for i in 1:2 loop y[i] = sum(c[j].k*i for j in 1:2); end for; end M;
    end P;"""
    with pytest.raises(CompilerError, match=r"front end broke down.*reduction"):
        build(source, "P.M")


def test_a_front_end_that_hangs_is_stopped(tmp_path) -> None:
    file = tmp_path / "m.mo"
    file.write_text("model M Real x; equation x = 1; end M;", encoding="utf-8")
    with pytest.raises(CompilerError, match="did not finish within"):
        frontend.flatten("M", file, time_limit=0.001)


def test_a_flat_model_with_something_unknown_in_it_is_refused(tmp_path) -> None:
    file = tmp_path / "m.mo"
    file.write_text("model M Real x; equation x = 1; end M;", encoding="utf-8")
    front = frontend.flatten("M", file)
    with pytest.raises(CompilerError, match="'state_machines', which the embedded compiler does not know"):
        read_flat({**front.flat, "state_machines": [1]}, front.sources)
