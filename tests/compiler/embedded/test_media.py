"""Replaceable packages: every component calls the functions of its own package, with the constants of that package."""

from __future__ import annotations

import re

import pytest

from heatsim.errors import UnsupportedModelicaError

PARTIAL = """partial package Partial
    constant Real cp = 1;
    replaceable partial function enthalpy input Real T; output Real h; end enthalpy;
    replaceable partial function heat input Real T; output Real q; end heat;
  end Partial;"""


def medium(name: str, cp: float, offset: float) -> str:
    """Return a package whose functions differ from those of others in constant and body."""
    return f"""package {name} extends Partial(cp={cp});
    redeclare function extends enthalpy algorithm h := cp*T + {offset}; end enthalpy;
    redeclare function extends heat algorithm q := 10*enthalpy(T) + cp; end heat;
  end {name};"""


MEDIA = {"Anti": (3.5, 1), "Water": (4, 2), "Zero": (5, 3)}


def library(*classes: str) -> str:
    media = "\n".join(medium(name, *facts) for name, facts in MEDIA.items())
    return "package L\n" + "\n".join((PARTIAL, media, *classes)) + "\nend L;"


def user(name: str, default: str) -> str:
    return f"""model {name} replaceable package Medium = {default} constrainedby Partial;
    output Real y = Medium.enthalpy(2) + 1000*Medium.heat(3) + 1e6*Medium.cp; end {name};"""


def expected(name: str) -> float:
    cp, offset = MEDIA[name]
    return 2 * cp + offset + 1000 * (10 * (3 * cp + offset) + cp) + 1e6 * cp


def outputs(built, *names: str) -> list[float]:
    model = built.initialized()
    values = built.get(model, *names)
    model.freeInstance()
    return values


@pytest.mark.parametrize("first", MEDIA)
@pytest.mark.parametrize("second", MEDIA)
def test_components_with_different_default_packages_are_kept_apart(build, first: str, second: str) -> None:
    built = build(
        library(user("A", first), user("B", second), "model M A a; B b; output Real y[2] = {a.y, b.y}; end M;"), "L.M"
    )
    assert outputs(built, "y[1]", "y[2]") == pytest.approx([expected(first), expected(second)], rel=1e-12)


def test_default_and_redeclared_packages_stand_beside_each_other(build) -> None:
    classes = (
        user("A", "Water"),
        user("B", "Anti"),
        "model Outer replaceable package Medium = Water constrainedby Partial;"
        " A a[2](redeclare each package Medium = Medium); B b(redeclare package Medium = Medium); end Outer;",
        "model Other extends A(redeclare package Medium = Zero); end Other;",
        """model M
          A a; A a_zero(redeclare package Medium = Zero); B b(redeclare package Medium = Water); B b_default;
          Outer outer_default; Outer outer_anti(redeclare package Medium = Anti); Other other;
          output Real y[9] = {a.y, a_zero.y, b.y, b_default.y, outer_default.a[2].y, outer_default.b.y,
            outer_anti.a[1].y, outer_anti.b.y, other.y};
        end M;""",
    )
    built = build(library(*classes), "L.M")
    media = ["Water", "Zero", "Water", "Anti", "Water", "Water", "Anti", "Anti", "Zero"]
    assert outputs(built, *(f"y[{i + 1}]" for i in range(9))) == pytest.approx([expected(m) for m in media], rel=1e-12)


def test_functions_with_array_arguments_are_found_as_well(build) -> None:
    source = """package L
      partial package P replaceable partial function f input Real x[:]; input Integer n; output Real y[2]; end f; end P;
      package P1 extends P; redeclare function extends f algorithm y := {sum(x), n}; end f; end P1;
      package P2 extends P; redeclare function extends f algorithm y := {10*sum(x), 10*n}; end f; end P2;
      model A replaceable package Q = P1; output Real y[2] = Q.f({1, 2, 3}, 4); end A;
      model M A a; A b(redeclare package Q = P2); output Real y[4] = {a.y[1], a.y[2], b.y[1], b.y[2]}; end M;
    end L;"""
    assert outputs(build(source, "L.M"), *(f"y[{i}]" for i in range(1, 5))) == [6, 4, 60, 40]


def test_functions_of_equal_names_in_different_packages_are_told_apart_by_their_packages(build) -> None:
    source = """package L
      package X constant Real k = 1; function u input Real x; output Real y; algorithm y := k*x; end u;
        function f input Real x; output Real y; algorithm y := u(x); end f; end X;
      package Y constant Real k = 2; function u input Real x; output Real y; algorithm y := 10*k*x; end u;
        function f input Real x; output Real y; algorithm y := u(x); end f; end Y;
      model M output Real y[2] = {X.f(1), Y.f(1)}; end M; end L;"""
    assert outputs(build(source, "L.M"), "y[1]", "y[2]") == [1, 20]


BASE = (
    "package Base constant Real k = 1; constant Real twice = 2*k; "
    "function g input Real x; output Real y; algorithm y := k*x; end g; end Base; "
)
REFUSED = {
    "two functions of one name in models": (
        "model A function f input Real x; output Real y; algorithm y := x; end f; output Real y = f(1); end A;\n"
        "model B function f input Real x; output Real y; algorithm y := 10*x; end f; output Real y = f(1); end B;\n"
        "model M A a; B b; end M;",
        r":1:\d+: 'f' would get the body or default arguments of the one at .*:\d:\d+.*another name",
    ),
    "two functions of one name in packages": (
        "package X function f input Real x; output Real y; algorithm y := x; end f;\n"
        " model A output Real y = f(1); end A; end X;\n"
        "package Y function f input Real x; output Real y; algorithm y := 10*x; end f;\n"
        " model A output Real y = f(1); end A; end Y;\n"
        "model M X.A a; Y.A b; end M;",
        None,
    ),
    "two aliases of one name": (
        "function f1 input Real x; output Real y; algorithm y := x; end f1;\n"
        "function f2 input Real x; output Real y; algorithm y := 10*x; end f2;\n"
        "model A replaceable function f = f1; output Real y = f(1); end A;\n"
        "model B replaceable function f = f2; output Real y = f(1); end B;\n"
        "model M A a; B b; end M;",
        r":\d:\d+: 'f' would get the body or default arguments of the one at .*another name",
    ),
    "package from a complete one": (
        BASE + "\npackage D extends Base(k=5, twice=10); end D;\nmodel M output Real y = D.g(1); end M;",
        r":2:19: 'Base' is a complete package.*'k'.*partial package",
    ),
    "short package": (
        BASE + "\npackage D = Base(k=5);\nmodel M output Real y = D.k; end M;",
        r":2:13: .*'package D extends Base",
    ),
    "dependent constant": (
        "partial " + BASE + "\npackage D extends Base(k=5); end D;\nmodel M output Real y = D.twice; end M;",
        r":2:19: the constant 'twice' of 'Base' depends on 'k'",
    ),
    "constant changed by one only": (
        "partial package Base constant Real k = 1; end Base;\n"
        "package D extends Base(k=5); end D; package E extends Base; end E;\n"
        "model M output Real y = D.k + E.k; end M;",
        r":2:55: 'D' changes the constant 'k' of 'Base'.*extends Base\(k=\.\.\.\)",
    ),
    "inherited function": (
        "partial " + BASE + "\npackage D extends Base(k=5, twice=1); end D; "
        "package E extends Base(k=6, twice=1); end E;\n"
        "model M output Real y = D.g(1) + E.g(1); end M;",
        r":2:\d+: the function 'g' of 'Base' uses 'k'.*redeclare function extends g",
    ),
    "default arguments of functions of one name": (
        "package X constant Real d=3; function f input Real x; input Real q=d; output Real y;"
        " algorithm y:=x*q; end f; end X;"
        "package Y constant Real d=5; function f input Real x; input Real q=d; output Real y;"
        " algorithm y:=x*q; end f; end Y;"
        "model A replaceable package P=X; output Real y=P.f(2); end A;\n"
        "model B replaceable package P=Y; output Real y=P.f(2); end B; model M A a; B b; end M;",
        r":\d:\d+: 'P\.f' would get the body or default arguments",
    ),
    "constructors of records of one name": (
        "package X record R Real a=1; Real b=2; end R; model A parameter R r=R(); end A; end X;\n"
        "package Y record R Real a=3; Real b=4; end R; model A parameter R r=R(b=7); end A; end Y;"
        "model M X.A a; Y.A b; end M;",
        r":\d:\d+: there are several records 'R'.*Package\.R",
    ),
    "constant of a model in its function": (
        "model A constant Real k = 1;\n function f input Real x; output Real y; algorithm y := k*x; end f;\n"
        " output Real y = f(1); end A;\nmodel M A a(k=3); A b; end M;",
        r":2:\d+: the function 'f' uses the constant 'k' of the model.*argument",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_front_end_would_mix_up_is_refused_or_right(build, name: str) -> None:
    source, message = REFUSED[name]
    if message is None:
        model = build(f"package L {source} end L;", "L.M", expose=("a.y", "b.y"))
        assert outputs(model, "a.y", "b.y") == [1, 10]
        return
    with pytest.raises(UnsupportedModelicaError) as caught:
        build(f"package L {source} end L;", "L.M")
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


def test_unused_packages_do_not_disturb(build) -> None:
    source = f"package L {BASE} package D = Base(k=5); model M output Real y = Base.g(3) + Base.twice; end M; end L;"
    assert outputs(build(source, "L.M"), "y") == [5.0]
