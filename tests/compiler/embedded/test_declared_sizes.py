"""Arrays have the sizes that they are declared with."""

from __future__ import annotations

import pytest

from heatsim.errors import CompilerError

REST = "Real x(start=1); equation der(x) = -x;"
LARGER = {
    "a number": (f"Real a[2]; {REST} for i in 1:3 loop a[i] = i*x; end for;", "'a' is declared with size \\[2\\]"),
    "a parameter": (
        f"parameter Integer n=2; Real a[n+1]; {REST} for i in 1:n+2 loop a[i] = i*x; end for;",
        "'a' is declared with size \\[3\\].*size \\[4\\]",
    ),
    "the second of a list": (
        f"Real a[2]={{1,2}}, b[2](each start=1); {REST} for i in 1:3 loop b[i] = i*x; end for;",
        "'b' is declared",
    ),
    "at the type": (
        f"parameter Integer n=2; Real[n] a; {REST} for i in 1:3 loop a[i] = i*x; end for;",
        "'a' is declared with size \\[2\\]",
    ),
}


@pytest.mark.parametrize("name", LARGER)
def test_equations_beyond_the_declared_size_are_refused(build, name: str) -> None:
    text, message = LARGER[name]
    with pytest.raises(CompilerError, match=rf":\d+:\d+: .*{message}.*subscripts"):
        build(f"model M {text} end M;")


def test_sizes_differ_between_instances_of_a_class(build) -> None:
    built = build(
        """package P
          model C parameter Integer n=2; Real a[n]; equation for i in 1:n loop a[i] = i*time; end for; end C;
          model M C c[2](n={2,3}); C d(n=4); output Real y = sum(c[1].a) + sum(c[2].a) + sum(d.a);
            Real x(start=1); equation der(x) = -x; end M;
        end P;""",
        "P.M",
    )
    model = built.initialized(time=1.0)
    assert built.get(model, "y") == [3.0 + 6.0 + 10.0]
    model.freeInstance()
