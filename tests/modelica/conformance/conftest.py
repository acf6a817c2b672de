"""The compiler the conformance suite runs with: `pytest --compiler openmodelica tests/modelica/conformance`."""

from __future__ import annotations

import pytest

from heatsim.compiler.openmodelica import find_omc


@pytest.fixture(scope="session")
def compiler(request: pytest.FixtureRequest) -> str:
    """Return the name of the compiler; skips when OpenModelica is asked for and absent."""
    name = str(request.config.getoption("--compiler"))
    if name == "openmodelica":
        omc = find_omc()
        if not omc.usable:
            pytest.skip(f"OpenModelica cannot be used here: {omc.problem}")
    return name


@pytest.fixture
def embedded_only(compiler: str) -> None:
    """Skip what is about the embedded compiler alone."""
    if compiler != "embedded":
        pytest.skip("this is about the embedded compiler")
