"""Mistakes for which the front end gives no place are found by taking statements away.

Places are counted by hand: the body of `P.M` begins in line 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest

from heatsim.compiler.embedded.reading import bisection, frontend
from heatsim.compiler.embedded.reading.bisection import Change
from heatsim.compiler.embedded.reading.classes import used_classes
from heatsim.compiler.embedded.reading.pieces import pieces
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.errors import CompilerError

PREAMBLE = """package P
  connector C Real p; flow Real f; end C; type E = enumeration(one, two); model K parameter Real k[2] = {1, 2}; end K;
  function g input Real x[2]; output Real y; algorithm y := x[1]; end g; model W K inside; end W; model M
"""
ARRAYS = "  Real x(start=1); Real a[2] = {1, 2}; Real b[3] = {1, 2, 3};\n"

MISTAKES = {
    "sum": (
        ARRAYS + "  Real c[2];\nequation\n  der(x) = -x;\n  c = a + b;",
        r"8:3: .*'c = a \+ b'.*c\[2\], a\[2\], b\[3\]",
    ),
    "product of vectors": (ARRAYS + "  Real c;\nequation\n  der(x) = -x;\n  c = a*b;", r"8:3: .*as many columns as"),
    "factor that is a number": (
        ARRAYS + "equation\n  der(x) = -x;\n  a*x = time*b;",
        r"7:3: .*array dimension mismatch|7:\d+: .*(same size|make them equal)",
    ),
    "quotient": (ARRAYS + "  Real c[2];\nequation\n  der(x) = -x;\n  c = a/a;", r"8:3: .*write \./ to divide"),
    "argument of a function for numbers": (
        ARRAYS + "  Real c;\nequation\n  der(x) = -x;\n  c = exp(a);",
        r"8:3: .*'c = exp\(a\)'.*arguments",
    ),
    "branches of an if expression": (
        ARRAYS + "  Real c[2];\nequation\n  der(x) = -x;\n  c = if x > 1 then {1, 2} else {1, 2, 3};",
        r"8:3: .*do not fit together",
    ),
    "inside for": (
        ARRAYS + "  Real c[2];\nequation\n  der(x) = -x;\n  for i in 1:2 loop\n    c[i] = i*(a*b);\n  end for;",
        r"9:5: .*'c\[i\] = i\*\(a\*b\)'",
    ),
    "inside if inside for": (
        ARRAYS + "  Real c[2];\nequation\n  der(x) = -x;\n  for i in 1:2 loop\n    if i > 1 then\n      c[i] = a*b;\n"
        "    else\n      c[i] = 1;\n    end if;\n  end for;",
        r"10:7: .*'c\[i\] = a\*b'",
    ),
    "initial equation": (
        ARRAYS + "  Real c;\ninitial equation\n  c = a*b;\nequation\n  der(x) = -x;\n  der(c) = 1;",
        r"7:3: .*'c = a\*b'",
    ),
    "too few equations besides": (
        ARRAYS + "  Real c; Real d;\nequation\n  der(x) = -x;\n  c = a*b;",
        r"8:3: .*'c = a\*b'",
    ),
    "too many equations besides": (
        ARRAYS + "  Real c;\nequation\n  der(x) = -x;\n  c = a*b;\n  c = 2;\n  x = 3;",
        r"8:3: .*'c = a\*b'",
    ),
    "two mistakes": (
        ARRAYS + "  Real c; Real d;\nequation\n  der(x) = -x;\n  c = a*b;\n  d = b*a;",
        r"8:3: .*'c = a\*b'",
    ),
    "value of a declaration": (
        ARRAYS + "  parameter Integer n = 3;\n  parameter Real k[n] = {1, 2};\nequation\n  der(x) = -k[1]*x;",
        r"6:25: the value '\{1, 2\}' has not the size of 'k\[n\]': make the sizes equal",
    ),
    "array for a number": (
        ARRAYS + "  parameter Real k = {1, 2};\nequation\n  der(x) = -x;",
        r"5:22: .*the scalar 'k'",
    ),
    "start value": (
        ARRAYS + "  Real y[2](start={1, 2, 3});\nequation\n  der(x) = -x;\n  der(y) = -y;",
        r"5:13: the value in 'start=\{1, 2, 3\}' .*'y\[2\]'",
    ),
    "modification": (ARRAYS + "  K k(k={1, 2, 3});\nequation\n  der(x) = -x;", r"5:7: .*'k=\{1, 2, 3\}'"),
    "modification in a modification": (
        ARRAYS + "  W w(inside(k={1, 2, 3}));\nequation\n  der(x) = -x;",
        r"5:14: .*'k=\{1, 2, 3\}'",
    ),
    "modification of a base class": (
        "  extends W(inside(k={1, 2, 3}));\n" + ARRAYS + "equation\n  der(x) = -x;",
        r"4:20: .*'k=\{1, 2, 3\}'",
    ),
    "Real for an Integer": (
        ARRAYS + "  Integer n;\nequation\n  der(x) = -x;\n  n = 2*x;",
        r"8:3: .*Integer 'n' .*integer\(",
    ),
    "Real for an Integer in when": (
        ARRAYS + "  Integer n(start=0);\nequation\n  der(x) = -x;\n  when x < 0.5 then\n    n = 1.5;\n  end when;",
        r"9:5: 'n = 1\.5' gives the Integer 'n' a Real value: write integer",
    ),
    "number for an enumeration": (
        ARRAYS + "  E e = 1;\nequation\n  der(x) = -x;",
        r"5:9: .*'e = 1' has not the type of 'e': give it a value of type E, such as E\.name",
    ),
    "number for a Boolean in assert": (
        ARRAYS + 'equation\n  der(x) = -x;\n  assert(x, "no");',
        r"7:3: .*a Real where it needs one of type Boolean: .*x > 0",
    ),
    "broken subscript": (
        ARRAYS + "  Real c;\nequation\n  der(x) = -x;\n  c = a[1.5];",
        r"8:3: a subscript in .*whole numbers",
    ),
    "one connector and many": (
        ARRAYS + "  C c[2]; C d;\nequation\n  der(x) = -x;\n  connect(c, d);",
        r"8:3: 'connect\(c, d\)' joins connectors of different sizes",
    ),
    "connectors of two kinds": (
        "  connector D Real p; Real f; end D;\n" + ARRAYS + "  C c; D d;\nequation\n  der(x) = -x;\n  connect(c, d);",
        r"9:3: .*'c\.f' is flow.*connectors of one class",
    ),
    "parameter of a wrong size that others have theirs from": (
        ARRAYS + "  parameter Real k[3] = {1, 2};\n  Real y[2](start=k);\nequation\n  der(x) = -x;\n  der(y) = -y;",
        r"5:25: the value '\{1, 2\}' has not the size of 'k\[3\]'",
    ),
    "argument of another size": (
        ARRAYS + "  Real c;\nequation\n  der(x) = -x;\n  c = g(b);",
        r"8:3: the argument 'x' .*has size 3 where the function takes 2",
    ),
    "set in two when clauses": (
        ARRAYS + "  Integer n(start=0);\nequation\n  der(x) = -x;\n  when x < 0.5 then\n    n = 1;\n  end when;\n"
        "  when x < 0.2 then\n    n = 2;\n  end when;",
        r"12:5: the discrete variable 'n' is set here and at .*:9:5: set it in one when, with elsewhen",
    ),
    "set in a when and in a declaration": (
        ARRAYS + "  Integer n(start=0) = 3;\nequation\n  der(x) = -x;\n  when x < 0.5 then\n    n = 1;\n  end when;",
        r"9:5: .*'n' is set here and at .*:5:\d+: set it",
    ),
    "branches of a when": (
        ARRAYS + "  Integer n(start=0); Integer m(start=0);\nequation\n  der(x) = -x;\n"
        "  when x < 0.5 then\n    n = 1;\n  elsewhen x < 0.2 then\n    m = 2;\n  end when;",
        r"8:3: the branches of this when set different variables \(n; m\)",
    ),
    "values for an array of components": (
        "  model S parameter Real k = 1; end S;\n" + ARRAYS + "  S s[3](k={1, 2});\nequation\n  der(x) = -x;",
        r"6:10: 'k=\{1, 2\}' gives 2 values to the 3 elements of 's'.*each k",
    ),
    "what the front end breaks down at": (
        ARRAYS
        + "  Real c[3];\nequation\n  der(x) = -x;\n  for i in 1:3 loop\n    c[i] = sum(i*j for j in 1:3);\n  end for;",
        r"9:5: .*broke down.*write it with arrays",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_statement_is_found(build, name: str) -> None:
    body, message = MISTAKES[name]
    with pytest.raises(CompilerError) as caught:
        build(f"{PREAMBLE}{body}\nend M;\nend P;\n", "P.M")
    text = str(caught.value)
    assert "\n" not in text
    assert frontend.WRAPPER not in text
    assert re.match(message, text.partition(".mo:")[2]), text


def test_the_statement_is_found_in_another_file(tmp_path, build) -> None:
    library = tmp_path / "Lib"
    library.mkdir()
    (library / "package.mo").write_text("package Lib end Lib;\n", encoding="utf-8")
    (library / "Wall.mo").write_text(
        "within Lib;\nmodel Wall\n  parameter Real a[2] = {1, 2};\n  parameter Real b[3] = {1, 2, 3};\n  Real q;\n"
        'equation\n  q = a*b "heat";\nend Wall;\n',
        encoding="utf-8",
    )
    (library / "House.mo").write_text(
        "within Lib;\nmodel House\n  Wall wall[2];\n  Real x(start=1);\nequation\n  der(x) = wall[1].q;\nend House;\n",
        encoding="utf-8",
    )
    with pytest.raises(CompilerError, match=r"Wall\.mo:7:3: .*'q = a\*b"):
        build(library, "Lib.House")


SOURCES = SourceMap(
    {0: ("m.mo", b'model M "m"\n Real a(start=1, fixed=true) = if b then 1 else 2 "d"; Boolean b;\nequation\n'
         b" when a > 1 then\n  reinit(a, if b then 1 else if b then 2 else 3);\n end when;\n a = 1;\nend M;")}
)  # fmt: skip


def names(blanked: Mapping[int, Sequence[Change]]) -> list[str]:
    text = SOURCES.files[0][1].decode()
    return [text[start:end] for start, end, _ in blanked.get(0, ())]


def test_statements_are_split_where_they_end() -> None:
    found = pieces(used_classes("M", SOURCES)[0], SOURCES)
    assert [(piece.kind, SOURCES.text(piece.span(SOURCES))) for piece in found] == [
        ("modifications", "(start=1, fixed=true)"),
        ("value", "= if b then 1 else 2"),
        ("block", "when a > 1 then reinit(a, if b then 1 else if b then 2 else 3); end when;"),
        ("equation", "a = 1"),
    ]
    assert [SOURCES.text(piece.span(SOURCES)) for piece in found[2].inner] == [
        "reinit(a, if b then 1 else if b then 2 else 3)"
    ]


def test_nothing_is_said_when_taking_statements_away_says_nothing() -> None:
    assert bisection.find("M", SOURCES, "X failed in ToDae: bad", lambda _blanked: "X failed in Resolve: other") is None
    assert bisection.find("M", SOURCES, "X failed in ToDae: bad", lambda _blanked: "X failed in ToDae: bad") is None


def test_of_two_statements_that_do_not_go_together_the_second_is_found() -> None:
    def run(blanked: Mapping[int, Sequence[Change]]) -> str:
        taken = names(blanked)
        return "" if "a = 1;" in taken or any(text.startswith("when") for text in taken) else "X failed in ToDae: bad"

    found = bisection.find("M", SOURCES, "X failed in ToDae: bad", run)
    assert found is not None
    assert SOURCES.text(found.span(SOURCES)) == "a = 1"


def test_the_search_ends_after_a_number_of_runs(monkeypatch) -> None:
    monkeypatch.setattr(bisection, "RUNS", 1)
    assert bisection.find("M", SOURCES, "X failed in ToDae: bad", lambda _blanked: "") is None


def test_blanks_leave_lines_where_they_are() -> None:
    def run(blanked: Mapping[int, Sequence[Change]]) -> str:
        for start, end, new in blanked.get(0, ()):
            old = SOURCES.files[0][1].decode()[start:end]
            assert len(new) == len(old)
            assert new.count("\n") == old.count("\n")
        return ""

    bisection.find("M", SOURCES, "X failed in ToDae: bad", run)
