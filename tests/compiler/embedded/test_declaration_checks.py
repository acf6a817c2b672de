"""What the front end would take without an error, with something else coming out, is refused by place."""

from __future__ import annotations

import re

import pytest

from heatsim.errors import CompilerError

SUB = "model S parameter Real k=1; end S; model B S s; Real x(start=1); equation der(x)=-s.k*x; end B;\n"
CONNECTORS = (
    "connector C Real p; flow Real f; end C; connector D Real T; flow Real Q; end D;\n"
    "model A C c; C v[2]; equation c.p=1; v.p={1,2}; end A;\n"
)

REFUSED = {
    "modification behind extends": (
        SUB + "model M\n extends B(y=3); end M;",
        r":4:12: 'B' has no 'y' to modify",
    ),
    "modification inside a modification": (
        SUB + "model M\n B b(s(kk=3)); end M;",
        r":4:8: 'S' has no 'kk' to modify \(did you mean 'k'\?\): correct the name",
    ),
    "modification inside one behind extends": (
        SUB + "model M\n extends B(s(kk=3)); end M;",
        r":4:14: 'S' has no 'kk' to modify",
    ),
    "modification of what is protected": (
        "model A Real x(start=1); protected parameter Real k=1; public parameter Real j=1; equation der(x)=-k*j*x;"
        " end A;\nmodel M\n A a(j=2,\n k=3); end M;",
        r":5:2: 'k' is protected in 'A' and cannot be modified from outside: take the modification away",
    ),
    "class declared twice": (
        "model N Real x; equation x=1; end N;\nmodel N Real x; equation x=2; end N;\nmodel M N n; end M;",
        r":3:7: class 'P\.N' is declared twice, first at .*:2:7: rename one",
    ),
    "connection of connectors with other variables": (
        CONNECTORS + "model B D d; equation d.T=2; end B;\nmodel M A a; B b; equation\n connect(a.c, b.d); end M;",
        r":6:10: connect\(a\.c, b\.d\) joins connectors with different variables \(f, p and Q, T\): use",
    ),
    "connection of arrays of different sizes": (
        CONNECTORS + "model B C d[3]; equation d.f=ones(3)-d.p; end B;\nmodel M A a; B b; equation\n"
        " connect(a.v, b.d); end M;",
        r":6:10: connect\(a\.v, b\.d\) joins arrays of different sizes: make them the same size",
    ),
    "connection of arrays of different sizes inside an array of components": (
        CONNECTORS + "model B C d[3]; equation d.f=ones(3)-d.p; end B;\nmodel I A a; B b; equation\n"
        " connect(a.v, b.d); end I;\nmodel M I i[2]; end M;",
        r":6:10: connect\(a\.v, b\.d\) joins arrays of different sizes",
    ),
    "connection inside an array of components": (
        CONNECTORS + "model B D d; equation d.T=2; end B;\nmodel I A a; B b; equation\n connect(a.c, b.d); end I;\n"
        "model M I i[2]; end M;",
        r":6:10: connect\(a\.c, b\.d\) joins connectors with different variables",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_place(build, name: str) -> None:
    source, message = REFUSED[name]
    with pytest.raises(CompilerError) as caught:
        build(f"package P\n{source}\nend P;", "P.M")
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


TAKEN = {
    "inherited names": (SUB + "model L extends B; end L; model M extends L(s(k=3), x(start=2)); end M;", 1),
    "names of a class behind another name": (SUB + "model T = B(s(k=2)); model M T t(s(k=4)); end M;", 1),
    "what is protected, behind extends": (
        "model A Real x(start=1); protected parameter Real k=1; equation der(x)=-k*x; end A;\n"
        "model M extends A(k=3); end M;",
        1,
    ),
    "attributes of a type": ('type T = Real(unit="K"); model M T x(start=2, nominal=3); equation der(x)=-x; end M;', 1),
    "names that a redeclaration brings": (
        "model A parameter Real k=1; Real x(start=1); equation der(x)=-k*x; end A;\n"
        "model L extends A; parameter Real more=1; end L;\n"
        "model H replaceable model T=A; T t; end H; model M H h(redeclare model T=L, t(more=3)); end M;",
        1,
    ),
    "same name in different packages": (
        "package I model N Real x(start=1); equation der(x)=-x; end N; end I;\n"
        "package J model N Real x(start=1); equation der(x)=-x; end N; end J; model M I.N a; J.N b; end M;",
        2,
    ),
    "components of classes of the same name elsewhere": (
        "package D record Pipe parameter Real k=1; end Pipe; end D;\n"
        "model Pipe D.Pipe a; D.Pipe b; D.Pipe c; Real x(start=1); equation der(x)=-(a.k+b.k+c.k)*x; end Pipe;\n"
        "model M Pipe p; Pipe q; end M;",
        2,
    ),
    "connectors of other classes with the same variables": (
        "connector C Real p; flow Real f; end C; connector D = C;\nmodel V C c; Real x(start=1); equation c.p=x;"
        " der(x)=c.f; end V; model R D a; D b; equation a.f=a.p-b.p; a.f+b.f=0; end R;\n"
        "model M V v; V w; R r; equation connect(v.c, r.a); connect(r.b, w.c); end M;",
        2,
    ),
    "a component that is not there": (
        "connector C Real p; flow Real f; end C; model V C c; Real x(start=1); equation c.p=x; der(x)=c.f; end V;\n"
        "model M parameter Boolean more=false; V v; V w if more; equation connect(v.c, w.c); end M;",
        1,
    ),
    "a component that is there in some elements of an array": (
        "connector C Real p; flow Real f; end C; model V C c; Real x(start=1); equation c.p=x; der(x)=c.f; end V;\n"
        "model R C a; C b; equation a.f=a.p-b.p; a.f+b.f=0; end R; model O parameter Boolean has=true; V v; R r;\n"
        "R q if has; V w; V z if has; equation connect(v.c, r.a); connect(r.b, w.c); connect(v.c, q.a);\n"
        "connect(q.b, z.c); end O; model M O o[2](has={true, false}); end M;",
        5,
    ),
    "elements of arrays": (
        "connector C Real p; flow Real f; end C; model V C c; Real x(start=1); equation c.p=x; der(x)=c.f; end V;\n"
        "model M V v[3]; C p[2]; equation for i in 1:2 loop connect(v[i].c, p[i]); end for; end M;",
        3,
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_right_is_taken(build, name: str) -> None:
    source, states = TAKEN[name]
    assert build(f"package P\n{source}\nend P;", "P.M").info.states == states
