"""What is not part of the language stops the build with the place, the construct and what to write instead.

Each file in `refusals` says in its first line what the message must contain, and marks the line it must name with
`// here` where there is one place to name.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conformance.compiling import compile_to

from heatsim.errors import CompilerError

REFUSALS = {path.stem: path for path in sorted((Path(__file__).parent / "refusals").glob("*.mo"))}


@pytest.mark.parametrize("name", REFUSALS)
def test_model_is_refused_by_place(name: str, embedded_only: None, tmp_path: Path) -> None:
    text = REFUSALS[name].read_text(encoding="utf-8")
    wanted = re.match(r"// expects: (.*)", text)
    assert wanted, f"{name} does not say what it expects"
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("// here")]
    target = f"{name}.Main" if re.search(rf"^package {name}\b", text, re.MULTILINE) else name
    with pytest.raises(CompilerError) as refused:
        compile_to("embedded", REFUSALS[name], target, tmp_path / "refused.fmu")
    message = str(refused.value)
    assert re.search(wanted[1], message), message
    assert "\n" not in message, message
    assert not (tmp_path / "refused.fmu").exists()
    # the place comes first, and the marked line is named
    assert re.match(rf"\S*{name}\.mo:\d+:\d+: ", message), message
    for line in marked:
        assert re.search(rf"{name}\.mo:{line}:\d+\b", message), message


def test_there_are_enough_refusals() -> None:
    assert len(REFUSALS) >= 60
