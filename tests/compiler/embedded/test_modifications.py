"""Modifications reach what they are meant for, or the model is refused."""

from __future__ import annotations

import re

import pytest

from heatsim.errors import CompilerError, UnsupportedModelicaError

C = (
    "model C parameter Real k=1; parameter Real w=2*k; Real x(start=k); output Real y=100*k+w; "
    "equation der(x)=-x; end C; "
)
A = "partial model I parameter Real k=1; output Real y; end I; model A extends I; equation y=k; end A; "
B = "model B extends I; equation y=10*k; end B; "

VALUES = {
    "array of values": (C + "model M C c[3](k={1,2,3}); output Real r=c[1].y+c[2].y+c[3].y; end M;", 612),
    "each": (C + "model M C c[3](each k=5); output Real r=sum(c.w); end M;", 30),
    "array by name, each beside": (
        C + "model M parameter Real q[3]={4,5,6}; C c[3](k=q, each w=1); output Real r=sum(c.y); end M;",
        1503,
    ),
    "start values of an array of components": (
        C + "model M C c[2](x(start={7,8})); output Real r=c[1].x+10*c[2].x; end M;",
        87,
    ),
    "nested arrays": (
        "model A parameter Real k=1; output Real y=k; end A; model D A c[2](k={1,2}); end D;"
        "model M D d(c(k={3,4})); D e[2](c(k={{5,6},{7,8}}));"
        "output Real r=d.c[2].y+10*e[2].c[1].y+100*e[1].c[2].y; end M;",
        4 + 70 + 600,
    ),
    "structural values of an array of components": (
        "model C parameter Integer n=2; Real x[n](each start=1); output Real y=sum(x)+n; equation der(x)=-x; end C;"
        "model M C c[2](n={1,3}); output Real r=c[1].y+10*c[2].y; end M;",
        62,
    ),
    "outer modification wins": (
        "model A parameter Real k=1; output Real y=k; end A; model B A a(k=2); end B;"
        "model D extends B(a(k=3)); end D; model M D d(a(k=4)); D e; B b;"
        "output Real r=d.a.y*100+e.a.y*10+b.a.y; end M;",
        432,
    ),
    "names of modifications are those of the place": (
        "model A parameter Real k=1; output Real y=k; end A; model B parameter Real k=20; A a(k=k+1); end B;"
        "model M parameter Real k=300; B b(k=k); B c; output Real r=1000*b.a.y+c.a.y; end M;",
        301021,
    ),
    "short class": (
        "model C parameter Real k=1; output Real y=k; end C; model D=C(k=7); model M D d; D e(k=8); C c;"
        "output Real r=d.y*100+e.y*10+c.y; end M;",
        781,
    ),
    "redeclared class of its own": (
        A + B + "model B7 extends B(k=7); end B7; model S replaceable model X=A constrainedby I; X x; end S;"
        "model M S s; S t(redeclare model X=B7); S u(redeclare model X=B, x(k=3));"
        "output Real r=s.x.y+t.x.y+u.x.y; end M;",
        1 + 70 + 30,
    ),
    "redeclared component": (
        A + B + "model S replaceable A x(k=3) constrainedby I; end S; model M S t; S u(redeclare B x);"
        "S w(redeclare B x(k=5)); output Real r=t.x.y+u.x.y+w.x.y; end M;",
        3 + 30 + 50,
    ),
    "inner and outer": (
        "model W parameter Real T=300; end W; model C outer W w; output Real y=w.T; end C;"
        "model D inner W w(T=320); C c; end D; model M inner W w(T=310); C c; D d;"
        "output Real r=c.y*1000+d.c.y; end M;",
        310320,
    ),
    "record with modifications": (
        "record R parameter Real a=1; parameter Real b=2*a; end R; record S extends R(a=5); end S;"
        "model C parameter R r; output Real y=r.a+r.b; end C; model M C c(r=S()); C d(r(a=7));"
        "parameter R q(b=1); C e(r=q);"
        "output Real r=c.y*10000+d.y*100+e.y; end M;",
        150000 + 2100 + 2,
    ),
    "constants of models": (
        "model A constant Real k=1; constant Real j=2*k; output Real y=k+10*j; end A; model B extends A(k=3); end B;"
        "model M B a; A b; A c(k=5); output Real r=a.y*1e6+b.y*1e3+c.y; end M;",
        63021105,
    ),
    "local names": (
        "constant Real k=9; model A parameter Real k=1; output Real y=k; end A; model B output Real y=k+.L.k; end B;"
        "function f input Real x; output Real y; protected Real k; algorithm k:=2; y:=k*x; end f;"
        "model M A a; B b; output Real r=a.y*100+b.y+1000*f(1); end M;",
        2118,
    ),
    "classes of one name": (
        "package X record R Real a=1; Real b=2; end R; type K=enumeration(a,b,c);"
        "  model A R r; parameter K k=K.c; output Real y=r.a+(if k<K.b then 100 else 0); end A; end X;"
        "package Y record R Real b=20; Real a=10; end R; type K=enumeration(c,b,a);"
        "  model A R r; parameter K k=K.c; output Real y=r.a+(if k<K.b then 100 else 0); end A; end Y;"
        "model M X.A a; Y.A b; output Real r=a.y*1000+b.y; end M;",
        1110,
    ),
    "text in comments": (
        "model A parameter Real k=1; // (a.k=4) constrainedby I(k=3)\n output Real y=k annotation(Dialog(a.k=3));"
        " end A;"
        "model M A a(k=4) \"redeclare model X=B(k=7)\"; output Real r=a.y; end M;",
        4,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_modifications_give_the_value_that_modelica_gives(build, name: str) -> None:
    source, value = VALUES[name]
    built = build(f"package L {source} end L;", "L.M")
    model = built.initialized()
    assert built.get(model, "r") == pytest.approx([value], rel=1e-12)
    model.freeInstance()


REFUSED = {
    "dotted": (
        "model A parameter Real k=1; end A; model B A a; end B;\nmodel M B b(a.k=4); end M;",
        r":2:13: .*'a\.k'; write it as a\(k=\.\.\.\)",
    ),
    "inside a redeclared class": (
        A + B + "model S replaceable model X=A constrainedby I; X x; end S;\n"
        "model M S s(redeclare model X=B(k=7)); end M;",
        r":2:\d+: .*'redeclare model X = B\(\.\.\.\)'.*model Mine extends B",
    ),
    "inside a redeclared record": (
        "record R parameter Real a=1; end R; model C replaceable record T=R; parameter T t; end C;\n"
        "model M extends C(redeclare record T=R(a=5)); end M;",
        r":2:\d+: .*'redeclare record T = R",
    ),
    "redeclared in the body": (
        A + B + "model S replaceable model X=A constrainedby I(k=2); X x; end S;\nmodel M extends S; end M;",
        r":1:\d+: .*behind constrainedby",
    ),
    "constraint of a component": (
        A + "model S\n replaceable A x constrainedby I(k=3); end S; model M S s; end M;",
        r":2:\d+: .*behind constrainedby",
    ),
    "inherited twice with different values": (
        "model B parameter Real k=1; end B; model L extends B(k=2); end L; model R extends B(k=3); end R;\n"
        "model M extends L; extends R; end M;",
        r":2:\d+: 'M' inherits 'k' of 'B' twice, through 'L' with 2 and through 'R' with 3",
    ),
    "inherited twice, once modified": (
        "model B parameter Real k=1; end B; model L extends B; end L;\n"
        "model M extends L; extends B(k(min=0)=4); end M;",
        r":2:\d+: 'M' inherits 'k' of 'B' twice, through 'L' with its own value and through 'B' with 4",
    ),
    "record modified in a function": (
        "record R Real a=1; Real b=2; end R;\nfunction f input Real u; output Real y; protected R r(b=5); algorithm "
        "y := u*r.b; end f; model M Real y = f(time); end M;",
        r":2:\d+: .*modifications of the record 'r' in a function.*assign",
    ),
    "record extended with a modification, in a function": (
        "record R Real b=2; end R; record S extends R(b=9); Real c=3; end S;\n"
        "function f input Real u; output Real y; protected S s; algorithm y := u*s.b; end f; "
        "model M Real y = f(time); end M;",
        r":2:\d+: .*record 's' in a function.*declare all fields of 'S'",
    ),
    "final through extends": (
        "model C parameter Real k=1; end C; model B C c; end B; model A extends B(c(final k=3)); end A;\n"
        "model M extends A(c(k=5)); end M;",
        r":2:\d+: 'c.k' is final in 'A'",
    ),
    "final through a component": (
        "model C parameter Real k=1; end C; model B C c; end B; model A extends B(final c(k=3)); end A;\n"
        "model W A a; end W; model M W w(a(c(k=5))); end M;",
        r":2:\d+: 'a.c.k' is final in 'A'",
    ),
    "final redeclaration": (
        "model C parameter Real k=1; end C; model D extends C(k=7); end D; model B replaceable C c; end B;\n"
        "model A extends B(redeclare final D c); end A;\nmodel M extends A(redeclare C c); end M;",
        r":3:\d+: 'c' is final in 'A'",
    ),
    "final": (
        "model C final parameter Real k=1; end C;\nmodel M C c(k=5); end M;",
        r"final",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_modifications_that_would_be_dropped_are_refused(build, name: str) -> None:
    source, message = REFUSED[name]
    with pytest.raises(CompilerError) as caught:
        build(f"package L {source} end L;", "L.M")
    assert re.search(message, str(caught.value)), str(caught.value)
    assert isinstance(caught.value, UnsupportedModelicaError) or name == "final"
    assert "\n" not in str(caught.value)


def test_inherited_twice_with_the_same_modifications_is_one(build) -> None:
    source = (
        "model B parameter Real k=1; parameter Real j=0; end B; model L parameter Real a=4; extends B(k=2); end L; "
        "model R extends B(j=7, k=2); end R; model M extends L(a=5, j=7); extends R; "
        "Real x(start=0, fixed=true); equation der(x) = k + 10*a + 100*j; end M;"
    )
    assert build(f"package P {source} end P;", "P.M").simulate(1.0)["x"] == pytest.approx(752)
