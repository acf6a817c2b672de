"""Nothing is skipped: what the front end drops, what the flat model may newly hold, and what has no single solution."""

from __future__ import annotations

import pytest

from heatsim.errors import CompilerError, UnsupportedModelicaError

X = "Real x(start=1, fixed=true);"

# body of the model behind `der(x) = -x;`, column counted from 1 of what is refused in line 3, and what is said
DROPPED = {
    "assert in if": ('if x > 0.5 then assert(x > 2, "a"); end if;', 18, "an assert inside an if"),
    "assert in else": ('if time > 1 then\n  else assert(x > 2, "a"); end if;', 0, "an assert inside an if"),
    "assert in if of a parameter": ('if k then assert(x > 1, "a"); end if;', 12, "an assert inside an if"),
    "assert in if in for": ('for i in 1:2 loop if i > 1 then assert(x > i, "a"); end if; end for;', 34, "inside an if"),
    "terminate": ('terminate("end");', 2, "'terminate' is not supported"),
    "terminate in if": ('if x < 0.5 then terminate("end"); end if;', 18, "'terminate' is not supported"),
    "call without a result": ("f(x);", 2, r"the call of 'f' as an equation"),
    "call by its path": ('M.f(x) "with a comment";', 2, r"the call of 'M\.f' as an equation"),
}


def with_equations(text: str, declarations: str = X) -> str:
    return (
        "model M function f input Real x; output Real y; algorithm y := x; end f; parameter Boolean k = false;\n"
        f"  {declarations} equation der(x) = -x;\n {text}\nend M;"
    )


@pytest.mark.parametrize("name", DROPPED)
def test_equations_that_the_front_end_drops_are_refused(build, name: str) -> None:
    text, column, said = DROPPED[name]
    place = rf"\.mo:3:{column}: .*" if column else r"\.mo:4:\d+: .*"
    with pytest.raises(UnsupportedModelicaError, match=place + said):
        build(with_equations(text))


KEPT = {
    "assert with an if expression": 'assert(if x > 2 then false else true, "a");',
    "assert in for": 'for i in 1:2 loop assert(x < 10*i, "a"); end for;',
    "if expression in a condition": "if (if x > 0.5 then true else false) then y = 1; else y = f(x); end if;",
    "if in a condition without brackets": "if if x > 0.5 then true else false then y = 1; else y = f(x); end if;",
    "matrix with semicolons": "y = sum([x, f(x); 1, 2]);",
}


@pytest.mark.parametrize("name", KEPT)
def test_equations_that_are_kept_are_taken(build, name: str) -> None:
    has_y = "y = " in KEPT[name]
    build(with_equations(KEPT[name], f"{X} Real y;" if has_y else X))


SINGULAR = {
    "two": "Real x, y; equation 0.1*x + 0.3*y = time; 0.3*x + 0.9*y = 3*time;",
    "three": "Real x, y, z; equation 0.1*x + 0.3*y + z = time; 0.3*x + 0.9*y + 3*z = 3*time; x + y + z = 1;",
    "with parameters": "parameter Real a=0.1, b=0.3, c=0.9; Real x, y; equation a*x + b*y = time; b*x + c*y = 3*time;",
}


@pytest.mark.parametrize("name", SINGULAR)
def test_equations_that_repeat_each_other_but_for_rounding_are_refused(build, name: str) -> None:
    with pytest.raises(
        CompilerError, match=r"linear equations that contradict or repeat each other: '.*' \(.*:1:\d+\)"
    ):
        build(f"model M {SINGULAR[name]} end M;")


def test_badly_scaled_linear_equations_are_solved(build) -> None:
    text = """model M output Real p, m; equation
      1e-9*p + 1e3*m = 2e3 + time;
      1e-9*p - 1e3*m = 1e3;
    end M;"""
    model = build(text).initialized()
    p, m = 1.5e12, 0.5  # 2e-9 p = 3e3, 2e3 m = 1e3 at time 0
    assert build(text).get(model, "p", "m") == pytest.approx([p, m], rel=1e-12)
