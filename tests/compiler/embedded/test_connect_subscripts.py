"""Connections in loops and conditions: each one counts, or is refused by place; none is dropped."""

from __future__ import annotations

import re

import pytest

from heatsim.errors import CompilerError

CLASSES = (
    "connector C Real p; flow Real f; end C;\n"
    "model V C c; Real x(start=1, fixed=true); equation c.p=x; der(x)=c.f; end V;\n"
    "model G C left; C right; Real m(start=0, fixed=true); equation left.f=left.p-m; right.f=right.p-m;"
    " der(m)=left.f+right.f; end G;\n"
    "function one input Integer n; output Integer m; algorithm m:=n; end one;\n"
)
HEAD = "model M\n parameter Integer n=3; G g[n]; V v[n]; V u;"

REFUSED = {
    "pass without a partner": (
        " equation for i in 1:n loop if i <= n then\n connect(g[i].right, g[i+1].left); end if; end for;",
        r":8:2: .*the subscript i \+ 1 of 'g' becomes 4, which is outside of 1\.\.3; .*for i in 1:n - 1",
    ),
    "branch for the other passes": (
        " equation for i in 1:n loop if i == 1 then connect(v[i].c, g[i].left); else\n"
        " connect(g[i].right, g[i+1].left); end if; end for;",
        r":8:2: .*the subscript i \+ 1 of 'g' becomes 4",
    ),
    "range with a function": (
        " parameter Integer k=one(3); equation for i in 1:k loop\n connect(v[i].c, u.c); end for;",
        r":8:2: .*the range i in 1:k cannot be worked out.*write i in from:to with numbers and Integer parameters",
    ),
    "range of an inner loop": (
        " equation for i in 1:n loop for j in i:n loop\n connect(v[i].c, g[j+1].left); end for; end for;",
        r":8:2: .*the subscript j \+ 1 of 'g' becomes 4",
    ),
    "slice": (" equation\n connect(g[3:4].left, v[1:2].c);", r":8:2: .*the subscript 3:4 of 'g' becomes 4"),
    "condition with a function": (
        " equation for i in 1:n loop if mod(i, 2) == 1 then\n connect(v[i].c, g[i].left); end if; end for;",
        r":8:2: .*may take the condition mod\(i, 2\) == 1 for true; write comparisons of loop variables",
    ),
    "condition that follows from others": (
        " parameter Boolean a=false; parameter Boolean b=a; equation if b then\n connect(v[1].c, u.c); end if;",
        r":8:2: .*may take the condition b for true",
    ),
    "condition of another component": (
        " model S parameter Boolean has=true; end S; S s(has=false); equation if s.has then\n"
        " connect(v[1].c, u.c); end if;",
        r":8:2: .*may take the condition s\.has for true",
    ),
    "condition on Real parameters": (
        " parameter Real a=1.5; equation if a > 2 then\n connect(v[1].c, u.c); end if;",
        r":8:2: .*may take the condition a > 2 for true",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_place(build, name: str) -> None:
    body, message = REFUSED[name]
    with pytest.raises(CompilerError) as caught:
        build(f"package P\n{CLASSES}{HEAD}{body} end M;\nend P;", "P.M")
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


# a flow is the difference of the potentials of two volumes that are connected
START = {"v[1].x": 1.0, "v[2].x": 5.0, "v[3].x": 2.0, "u.x": 7.0}
BETWEEN = {"g[1].m": 10.0, "g[2].m": 20.0, "g[3].m": 30.0}
TAKEN = {
    "neighbours": (
        " equation for i in 1:n loop if i < n then connect(v[i].c, g[i].left); connect(g[i].right, v[i+1].c); end if;"
        " end for;",
        [10 - 1, (10 - 5) + (20 - 5), 20 - 2, 0],
    ),
    "branches": (
        " equation for i in 1:n loop connect(v[i].c, g[i].left); if i == n then connect(g[i].right, u.c);"
        " elseif i > 7 then connect(g[i+20].right, u.c); else connect(g[i].right, v[i+1].c); end if; end for;",
        [10 - 1, (10 - 5) + (20 - 5), (20 - 2) + (30 - 2), 30 - 7],
    ),
    "inner loop": (
        " equation for i in 1:2 loop for j in i:2 loop if j > i then connect(v[i].c, g[j].left);"
        " connect(g[j].right, v[j].c); end if; end for; end for;",
        [20 - 1, 20 - 5, 0, 0],
    ),
    "flags": (
        " parameter Boolean no=false; equation if not no and n >= 3 then connect(v[1].c, g[1].left);"
        " connect(g[1].right, u.c); elseif no then connect(v[9].c, u.c); end if;",
        [10 - 1, 0, 0, 10 - 7],
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_each_connection_that_counts_is_there(build, name: str) -> None:
    body, flows = TAKEN[name]
    built = build(f"package P\n{CLASSES}{HEAD}{body} end M;\nend P;", "P.M")
    model = built.instance()
    built.set(model, START | BETWEEN)
    model.enterInitializationMode(startTime=0.0)
    model.exitInitializationMode()
    assert built.get(model, *(f"der({state})" for state in START)) == pytest.approx(flows, abs=1e-12)


SIDES = CLASSES + (
    "model D parameter Boolean has=false; parameter Integer n=3; G g[n]; V v[n]; equation for i in 1:n loop\n"
    " if has then connect(v[i].c, g[i].left); else if i < {last} then connect(v[i].c, g[i+1].left); end if; end if;"
    " end for; end D;\nmodel M parameter Boolean yes=true; D d[2](n={{2, 3}}, has={{false, yes}}); end M;"
)


def test_sizes_and_conditions_are_those_of_each_element_of_an_array(build) -> None:
    assert build(f"package P\n{SIDES.format(last='n').replace('{false, yes}', '{false, true}')}\nend P;", "P.M")
    with pytest.raises(CompilerError, match=r":7:\d+: .*the subscript i \+ 1 of 'g' becomes 3, which is outside of 1"):
        build(f"package P\n{SIDES.format(last='3').replace('{false, yes}', '{false, true}')}\nend P;", "P.M")
