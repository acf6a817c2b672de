"""Heat loss of buried pre-insulated pipes from their dimensions: two single pipes, or twin pipes in one casing.

Conductances are per metre and kelvin. A pair at T1 and T2 in ground at T_g loses, from pipe 1,
U_ground (T1 - T_g) + U_between (T1 - T2).
"""

from __future__ import annotations

import math

R_SURFACE = 0.0685
"""Resistance of the ground surface, m2 K/W (EN 13941-1)."""
LAMBDA_FOAM = 0.0245
"""Conductivity of the foam at 50 degC, W/(m K); at most 0.029 by EN 253, 0.023 to 0.026 when made in a line."""
LAMBDA_SOIL = 1.5
"""Conductivity of moist soil, W/(m K)."""
LAMBDA_CASING = 0.40
"""Conductivity of polyethylene, W/(m K)."""


def single_pair(
    D_outer: float,
    D_casing: float,
    *,
    s_casing: float = 0.003,
    cover: float = 0.8,
    gap: float = 0.15,
    lambda_foam: float = LAMBDA_FOAM,
    lambda_soil: float = LAMBDA_SOIL,
) -> float:
    """Return U of one of two equal single pipes side by side, W/(m K).

    Parameters
    ----------
    D_outer, D_casing
        Outer diameters of steel pipe and casing, m.
    s_casing
        Wall of the casing, m.
    cover
        Soil above the casings, m.
    gap
        Distance between the casings, m.
    lambda_foam, lambda_soil
        Conductivities, W/(m K).

    Notes
    -----
    EN 13941-1, annex on heat loss: resistances of insulation, casing and soil in series, and that of the neighbour,
    R_h = ln(1 + (2 Z/C)^2)/(4 pi lambda_soil), with the depth Z enlarged by lambda_soil R_0. The loss is that of the
    mean of both pipes, U (T1 + T2 - 2 T_g) for the pair.
    """
    depth = cover + 0.5 * D_casing + lambda_soil * R_SURFACE
    insulation = math.log((D_casing - 2 * s_casing) / D_outer) / (2 * math.pi * lambda_foam)
    casing = math.log(D_casing / (D_casing - 2 * s_casing)) / (2 * math.pi * LAMBDA_CASING)
    soil = math.log(4 * depth / D_casing) / (2 * math.pi * lambda_soil)
    neighbour = math.log(1 + (2 * depth / (D_casing + gap)) ** 2) / (4 * math.pi * lambda_soil)
    return 1 / (insulation + casing + soil + neighbour)


def twin(
    D_outer: float,
    D_casing: float,
    gap: float,
    *,
    cover: float = 0.8,
    lambda_foam: float = LAMBDA_FOAM,
    lambda_soil: float = LAMBDA_SOIL,
) -> tuple[float, float]:
    """Return U_ground and U_between of twin pipes, W/(m K).

    Parameters
    ----------
    D_outer, D_casing
        Outer diameters of each steel pipe and of the casing, m.
    gap
        Distance between the steel pipes, m.
    cover
        Soil above the casing, m.
    lambda_foam, lambda_soil
        Conductivities, W/(m K).

    Notes
    -----
    First-order multipole solution of Wallenten (1991), Steady-state heat loss from insulated pipes, Lund: symmetric and
    antisymmetric part; the casing counts as foam.
    """
    depth = cover + 0.5 * D_casing + lambda_soil * R_SURFACE
    r, R, d = 0.5 * D_outer, 0.5 * D_casing, 0.5 * (D_outer + gap)
    sigma = (lambda_foam - lambda_soil) / (lambda_foam + lambda_soil)
    inner = R**4 - d**4
    symmetric = (
        2 * lambda_foam / lambda_soil * math.log(2 * depth / R)
        + math.log(R**2 / (2 * d * r))
        + sigma * math.log(R**4 / inner)
        - (r / (2 * d) - sigma * 2 * r * d**3 / inner) ** 2
        / (1 + (r / (2 * d)) ** 2 + sigma * (2 * r * R**2 * d / inner) ** 2)
    )
    gamma = 2 * (1 - sigma**2) / (1 - sigma * (R / (2 * depth)) ** 2)
    antisymmetric = (
        math.log(2 * d / r)
        + sigma * math.log((R**2 + d**2) / (R**2 - d**2))
        - (r / (2 * d) - gamma * d * r / (4 * depth**2) + 2 * sigma * r * R**2 * d / inner) ** 2
        / (1 - (r / (2 * d)) ** 2 - gamma * r / (2 * depth) + 2 * sigma * r**2 * R**2 * (R**4 + d**4) / inner**2)
        - gamma * (d / (2 * depth)) ** 2
    )
    ground = 2 * math.pi * lambda_foam / symmetric
    return ground, 0.5 * (2 * math.pi * lambda_foam / antisymmetric - ground)
