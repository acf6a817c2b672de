"""Nothing is skipped: what the front end drops, what the flat model may newly hold, and what has no single solution."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from heatsim.compiler.embedded.equations import assembly
from heatsim.compiler.embedded.equations.flat import read_flat
from heatsim.compiler.embedded.reading.frontend import FrontEndResult, flatten
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
    built = build(text)
    p, m = 1.5e12, 0.5  # 2e-9 p = 3e3, 2e3 m = 1e3 at time 0
    assert built.get(built.initialized(), "p", "m") == pytest.approx([p, m], rel=1e-12)


# -- what the front end may give one day


MODEL = """model M
  function f input Real x; output Real y; algorithm y := 2*x; end f;
  Real x(start=1, fixed=true); Boolean b(start=false); parameter Real k[3] = {i^2 for i in 1:3};
equation
  der(x) = -f(x) + sum(k[1:2]) + (if time > 1 then k[3] else 0);
  when x < 0.5 then b = not pre(b); end when;
  assert(x < 10, "large");
end M;"""


@pytest.fixture
def front(tmp_path: Path) -> FrontEndResult:
    (tmp_path / "M.mo").write_text(MODEL, encoding="utf-8")
    return flatten("M", tmp_path / "M.mo")


def compiled(flat: dict[str, Any], front: FrontEndResult) -> None:
    assembly.assemble(read_flat(flat, front.sources), ())


def places(node: object, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all expressions and statements in a part of the flat model, as the dicts behind their kinds."""
    if isinstance(node, dict):
        for key, value in node.items():
            if (
                key[:1].isupper()
                and isinstance(value, dict)
                and "span" in value
                and key not in ("Expr", "Index", "Colon")
            ):
                found.append(value)
            places(value, found)
    elif isinstance(node, list):
        for value in node:
            places(value, found)
    return found


def test_the_flat_model_of_the_front_end_is_taken(front: FrontEndResult) -> None:
    compiled(front.flat, front)


@pytest.mark.parametrize("part", ["equations", "when_chains", "functions", "assert_equations"])
def test_a_new_field_of_any_expression_or_statement_is_an_error(front: FrontEndResult, part: str) -> None:
    count = len(places(front.flat[part], []))
    assert count >= 3
    for number in range(count - (part == "assert_equations")):  # the last one is the text of the message
        flat = copy.deepcopy(front.flat)
        places(flat[part], [])[number]["news"] = 1
        with pytest.raises(CompilerError, match="news"):
            compiled(flat, front)


@pytest.mark.parametrize("part", ["variables", "equations", "when_chains", "functions", "assert_equations"])
def test_a_new_field_of_an_entry_is_an_error(front: FrontEndResult, part: str) -> None:
    entries = front.flat[part]
    for entry in entries.values() if isinstance(entries, dict) else entries:
        entry["news"] = 1
        with pytest.raises(CompilerError, match=r"'news'.* does not know"):
            compiled(front.flat, front)
        del entry["news"]


def test_a_new_part_and_a_new_origin_are_errors(front: FrontEndResult) -> None:
    with pytest.raises(CompilerError, match="'news'"):
        compiled({**front.flat, "news": [1]}, front)
    front.flat["equations"][0]["origin"] = {"News": {}}
    with pytest.raises(CompilerError, match="'News'"):
        compiled(front.flat, front)


# -- size


def test_many_terms_and_connections_are_taken(build) -> None:
    terms = " + ".join(f"{k}*time" for k in range(1, 801))
    numbers = "{" + ", ".join(map(str, range(1, 501))) + "}"
    text = f"""package P
      connector C Real p; flow Real f; end C;
      model A parameter Real k = 1; C c; equation c.f = c.p - k; end A;
      model M
        A a[500](k = {numbers}); C n; output Real s = {terms}; output Real p = n.p;
      equation
        for i in 1:500 loop connect(a[i].c, n); end for;
      end M;
    end P;"""
    built = build(text, model="P.M")
    assert built.get(built.initialized(time=2.0), "s", "p") == pytest.approx([2 * 800 * 801 / 2, 250.5], rel=1e-12)


def test_what_is_nested_too_deeply_is_told(build) -> None:
    with pytest.raises(CompilerError, match="nested too deeply"):
        build(f"model M Real y = {'sin(' * 300}time{')' * 300}; end M;")


W = "package P model W parameter Real g = 1; end W; model A outer W w; output Real y = w.g; end A;"


def test_an_inner_component_elsewhere_does_not_count(build) -> None:
    text = f"{W} model B inner W w(g=5); A a; end B; model M A a; B b; output Real s = a.y; end M; end P;"
    with pytest.raises(CompilerError, match=r":1:64: 'w' is outer, .*; declare it with inner in 'P\.M'"):
        build(text, model="P.M")


def test_an_inner_component_around_counts(build) -> None:
    text = f"{W} model B inner W w(g=5); A a; end B; model M B b; output Real s = b.a.y; end M; end P;"
    built = build(text, model="P.M")
    assert built.get(built.initialized(), "s") == [5.0]


@pytest.mark.parametrize("kind", ["connector", "record", "type", "package", "function"])
def test_only_models_and_blocks_are_built(build, kind: str) -> None:
    body = {
        "type": "type M = Real;",
        "function": "function M input Real x; output Real y; algorithm y := x; end M;",
        "package": "package M model A Real x = time; end A; end M;",
    }.get(kind, f"{kind} M Real p; end M;")
    with pytest.raises(CompilerError, match=rf"\.mo:1:\d+: 'M' is a {kind}, not a model"):
        build(body)


def test_fixed_of_another_size_is_refused(build) -> None:
    with pytest.raises(CompilerError, match=r":1:9: 'x' has 3 elements, its fixed has 2"):
        build("model M Real x[3](each start=1, fixed={true, false}); equation der(x) = -x; end M;")


# -- types in functions

REAL_TO_INTEGER = {
    "variable": "k := x;",
    "quotient": "k := n/2;",
    "element": "v[2] := 0.5*n;",
    "result of a function": "k := g(n);",
    "if": "k := if x > 0 then n else 1.5;",
    "floor": "k := floor(x);",
}
WHOLE = {
    "integer": "k := integer(x);",
    "loop": "for i in 1:3 loop k := k + i; end for;",
    "whole division": "k := div(n, 2) + mod(n, 2) + size(v, 1);",
    "largest": "k := max(n, 2)*min({n, 3});",
}


def in_function(text: str) -> str:
    return (
        "package P function g input Integer n; output Real y; algorithm y := n; end g;\n"
        "function f input Real x; input Integer n; output Real y; "
        "protected Integer k = 1; Integer v[2] = {1, 2}; algorithm\n"
        f"  {text} y := k + v[2]; end f; model M output Real s = f(2.5 + time, 3); end M; end P;"
    )


@pytest.mark.parametrize("name", REAL_TO_INTEGER)
def test_an_integer_in_a_function_gets_no_real(build, name: str) -> None:
    with pytest.raises(CompilerError, match=r":3:\d+: '[kv]' in '.*f' is an Integer and gets a Real: write integer"):
        build(in_function(REAL_TO_INTEGER[name]), model="P.M")


@pytest.mark.parametrize(("name", "result"), list(zip(WHOLE, [4.0, 9.0, 6.0, 11.0], strict=True)))
def test_an_integer_in_a_function_gets_integers(build, name: str, result: float) -> None:
    built = build(in_function(WHOLE[name]), model="P.M")
    assert built.get(built.initialized(), "s") == [result]


# -- subscripts in connect, which the front end drops or takes for all elements

NETWORK = """package P
  connector C Real p; flow Real f; end C;
  model A parameter Real k = 1; C c; equation c.f = c.p - k; end A;
  model M
    parameter Integer n = 3; parameter Integer w = {w}; parameter Integer q[2] = {{3, 1}};
    A a[3](k = {{1, 2, 3}}); A g[2, 2](k = {{{{1, 2}}, {{3, 4}}}}); A b(k = 10); output Real s = b.c.p;
  equation
    {connect}
  end M;
end P;"""

WRONG = {
    "beyond": ("connect(a[4].c, b.c);", "becomes 4, which is outside of 1..3"),
    "zero": ("connect(b.c, a[0].c);", "becomes 0, which is outside"),
    "last pass of a loop": ("for i in 1:n loop connect(a[i].c, a[i + 1].c); end for;", "i \\+ 1 of 'a' becomes 4"),
    "parameter beyond": ("connect(a[w + 2].c, b.c);", "becomes 4"),
    "fraction": ("connect(a[1.5].c, b.c);", "becomes 1.5"),
    "too many": ("connect(a[1, 1].c, b.c);", "has 1 dimensions, not 2"),
    "too few": ("connect(g[1].c, b.c);", "has 2 dimensions, not 1"),
    "end": ("connect(a[end].c, b.c);", "may connect other elements"),
    "element of a parameter": ("connect(a[q[1]].c, b.c);", "may connect other elements"),
    "size": ("connect(a[size(q, 1)].c, b.c);", "may connect other elements"),
    "vector": ("connect(a[{1, 3}].c, g[:, 2].c);", "may connect other elements"),
    "all": ("connect(a[:].c, b.c);", "write 'a' without"),
}


@pytest.mark.parametrize("name", WRONG)
def test_connections_with_wrong_subscripts_are_refused(build, name: str) -> None:
    text, said = WRONG[name]
    with pytest.raises(CompilerError, match=rf"\.mo:8:\d+: connect\(.*{said}"):
        build(NETWORK.format(connect=text, w="n - 1"), model="P.M")


def test_parameters_in_subscripts_must_be_plain(build) -> None:
    with pytest.raises(CompilerError, match="subscript w of 'a' means"):
        build(NETWORK.format(connect="connect(a[w].c, b.c);", w="q[2]"), model="P.M")


@pytest.mark.parametrize(
    ("text", "s"),
    [
        ("connect(a[w].c, b.c);", 6.0),  # (2 + 10)/2
        ("connect(a[n - 2].c, b.c);", 5.5),
        ("for i in 1:1 loop connect(a[3*i].c, b.c); end for;", 6.5),
        ("for i in n:-1:2 loop connect(a[i].c, a[i - 1].c); end for; connect(a[1].c, b.c);", 4.0),
    ],
)
def test_connections_join_the_elements_that_subscripts_mean(build, text: str, s: float) -> None:
    built = build(NETWORK.format(connect=text, w="n - 1"), model="P.M")
    assert built.get(built.initialized(), "s") == pytest.approx([s], rel=1e-12)
