"""A coefficient that only rounding has left is no coefficient; a small one is."""

from __future__ import annotations

import casadi as ca
import pytest

from heatsim.compiler.embedded.solving.singularity import is_rounding_error

X, Y, A, B = (ca.SX.sym(name) for name in "xyab")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (0.1 * X + 0.2 * X - 0.3 * X - Y, True),
        ((A + B - 0.3) * X - Y, True),
        (1e7 * (A + B) * X - 3e6 * X - 12345.6, True),
        (5.670374419e-8 * X - Y, False),
        (1e-30 * X - 1e9, False),
        ((A - 0.1) * X + 1e-9 * X - Y, False),
        (Y * X - 3, False),  # known in the run only
    ],
)
def test_rounding_is_told_from_small_coefficients(row: ca.SX, expected: bool) -> None:
    slope = ca.densify(ca.jacobian(row, X))
    assert is_rounding_error(row, X, slope, {"a": 0.1, "b": 0.2}) is expected
