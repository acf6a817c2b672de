"""Random functions, each as Modelica text and as a Python function that does the same."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

Statement = tuple  # ("as", target, expression), ("if", condition, yes, no), ("for", name, count, body), ...

_MODEL = """
model M
  record R Real x; Real p[3]; end R;
  function g input Real p; input Real q; output Real z;
  algorithm
    if p > q then z := p - q; return; end if;
    z := 0.3*p*q;
  end g;
  function swap input Real p; input Real q; output Real z; output Real zz; algorithm z := q; zz := p + 1; end swap;
  function idx input Boolean c; input Integer i; input Integer j; output Integer k;
  algorithm k := if c then i else j;
  end idx;
  function f
    input Real u; input Real w; output Real y;
  protected
    Real a = 1; Real b = u; Real v[3] = {{1, 2, w}}; Integer k = 2; R r;
    {counters}
  algorithm
{body}
    y := a + 10*b + v[1] + v[2] + v[3];
  end f;
  input Real u(start=0); input Real w(start=0); output Real y;
equation
  y = f(u, w);
end M;
"""


class _FromOne(list):
    """A list with Modelica's subscripts."""

    def __getitem__(self, index):  # type: ignore[override]
        return list.__getitem__(self, index - 1)

    def __setitem__(self, index, value):  # type: ignore[override]
        list.__setitem__(self, index - 1, value)


class _Record:
    def __init__(self) -> None:
        self.x: float | None = None
        self.p = _FromOne([None] * 3)


class _Writer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = 0

    def expression(self, loops: tuple[str, ...], depth: int = 0) -> str:
        kind = self.random.random()
        if depth > 2 or kind < 0.45:
            number = f"({self.random.uniform(-2, 2):.2f})"
            return self.random.choice(["u", "w", "a", "b", number, "v[1]", "v[2]", "v[3]", *loops])
        one, two = self.expression(loops, depth + 1), self.expression(loops, depth + 1)
        if kind < 0.75:
            return f"({one} {self.random.choice('+-*')} {two})"
        if kind < 0.82:
            return f"sin({one})"
        return f"g({one}, {two})" if kind < 0.9 else "v[k]"

    def condition(self, loops: tuple[str, ...]) -> str:
        sides = [self.expression(loops, 1) for _ in range(4)]
        relation = f"({sides[0]} {self.random.choice('<>')} {sides[1]})"
        kind = self.random.random()
        if kind < 0.2:
            return f"({relation} {self.random.choice(['and', 'or'])} ({sides[2]} > {sides[3]}))"
        return f"(not {relation})" if kind < 0.3 else relation

    def statements(self, depth: int, loops: tuple[str, ...], count: int | None = None) -> list[Statement]:
        found: list[Statement] = []
        for _ in range(count or self.random.randint(1, 3)):
            found += self.statement(depth, loops)
        return found

    def statement(self, depth: int, loops: tuple[str, ...]) -> list[Statement]:
        kind = self.random.random()
        if kind < 0.45 or depth > 3:
            target = self.random.choice(["a", "b", "v[1]", "v[2]", "v[3]", "v[k]", "r.x", "r.p[2]"])
            assignment = ("as", target, f"(0.5*{self.expression(loops)})")
            read = [("as", "a", f"(0.5*a + 0.1*{target})")] if target.startswith("r.") else []
            return [assignment, *read]
        if kind < 0.52:
            one, two = self.random.randint(1, 3), self.random.randint(1, 3)
            return [("as", "k", f"idx({self.condition(loops)}, {one}, {two})")]
        if kind < 0.7:
            no = self.statements(depth + 1, loops) if self.random.random() < 0.6 else []
            return [("if", self.condition(loops), self.statements(depth + 1, loops), no)]
        self.names += 1
        if kind < 0.8:
            name = f"q{self.names}"
            return [("for", name, self.random.randint(0, 4), self.statements(depth + 1, (*loops, name)))]
        if kind < 0.88:
            name = f"c{self.names}"
            condition = f"{name} < {self.random.randint(1, 4)} and {self.condition(loops)}"
            body = [("as", name, f"{name} + 1"), *self.statements(depth + 1, (*loops, name))]
            return [("as", name, "0"), ("while", condition, body)]
        if kind < 0.94 and loops:
            return [("if", self.condition(loops), [("break",)], [])]
        if kind < 0.98:
            return [("if", self.condition(loops), [*self.statements(depth + 1, loops, 1), ("return",)], [])]
        return [("as", "(a, b)", "swap(a, b)")]


def _modelica(statements: list[Statement]) -> str:
    text = ""
    for kind, *parts in statements:
        if kind == "as":
            text += f"{parts[0]} := {parts[1]};\n"
        elif kind == "if":
            other = f"else\n{_modelica(parts[2])}" if parts[2] else ""
            text += f"if {parts[0]} then\n{_modelica(parts[1])}{other}end if;\n"
        elif kind == "for":
            text += f"for {parts[0]} in 1:{parts[1]} loop\n{_modelica(parts[2])}end for;\n"
        elif kind == "while":
            text += f"while {parts[0]} loop\n{_modelica(parts[1])}end while;\n"
        else:
            text += "break;\n" if kind == "break" else "y := a + 10*b + v[1] + v[2] + v[3]; return;\n"
    return text


def _python(statements: list[Statement], indent: str = "  ") -> str:
    text, deeper = "", indent + "  "
    for kind, *parts in statements:
        if kind == "as":
            text += f"{indent}{parts[0]} = {parts[1]}\n"
        elif kind == "if":
            text += f"{indent}if {parts[0]}:\n{_python(parts[1], deeper)}{indent}else:\n{_python(parts[2], deeper)}"
        elif kind == "for":
            text += f"{indent}for {parts[0]} in range(1, {parts[1]} + 1):\n{_python(parts[2], deeper)}"
        elif kind == "while":
            text += f"{indent}while {parts[0]}:\n{_python(parts[1], deeper)}"
        else:
            text += f"{indent}break\n" if kind == "break" else f"{indent}return a + 10*b + v[1] + v[2] + v[3]\n"
    return text or f"{indent}pass\n"


def random_function(seed: int) -> tuple[str, Callable[[float, float], float]]:
    """Return a model with y = f(u, w) and f in Python, from the same random statements."""
    writer = _Writer(seed)
    statements = writer.statements(0, (), writer.random.randint(3, 6))
    counters = "".join(f"Integer c{number};" for number in range(1, writer.names + 1))
    names = {
        "V": _FromOne,
        "R": _Record,
        "sin": math.sin,
        "g": lambda p, q: p - q if p > q else 0.3 * p * q,
        "swap": lambda p, q: (q, p + 1),
        "idx": lambda c, i, j: i if c else j,
    }
    text = (
        f"def f(u, w):\n  a, b, k, v, r = 1.0, u, 2, V([1.0, 2.0, w]), R()\n{_python(statements)}"
        "  return a + 10*b + v[1] + v[2] + v[3]\n"
    )
    exec(text, names)  # made of the statements above
    return _MODEL.format(counters=counters, body=_modelica(statements)), names["f"]  # type: ignore[return-value]
