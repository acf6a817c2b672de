"""What a study refuses of a case is said with the case, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sweep_rigs import Rig, square

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.plan import plan


@dataclass(frozen=True)
class Planned(Rig):
    """A study for which one value may forbid another."""

    def check(self, case: SweepCase) -> None:
        if case["horizon"] < case["replan"]:  # type: ignore[operator]
            raise UsageError("a plan must last until the next one")


def test_values_that_forbid_each_other_are_named_with_the_way_out(tmp_path: Path) -> None:
    study, over = Planned(square), {"replan": ["12h", "30h"], "horizon": ["24h", "48h"]}
    with pytest.raises(UsageError) as caught:
        plan(study, over, out=tmp_path)
    assert " ".join(str(caught.value).split()) == (  # units have spaces that do not break
        "a plan must last until the next one (case replan = 30 h, horizon = 24 h; constraints leave cases out)"
    )
    left = plan(study, over, out=tmp_path, constraints=["horizon >= replan"])
    assert (len(left.definition.design), left.definition.design.left_out) == (3, 1)


def test_of_one_swept_value_the_case_says_nothing_more(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        plan(Planned(square), {"replan": ["30h"]}, out=tmp_path, settings={"horizon": "24h"})
    assert str(caught.value) == "a plan must last until the next one"
