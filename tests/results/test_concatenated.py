"""Parts of a run in files become one file that equals what `join` makes of them in memory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from heatsim import results
from heatsim.errors import UsageError
from heatsim.results.concatenated import concatenate
from heatsim.results.joined import join


def part(first: float, last: float, offset: float = 0.0, **attrs: object) -> xr.Dataset:
    time = np.arange(first, last + 1.0, 60.0)
    return xr.Dataset(
        {
            "a": ("time", np.sin(time) + offset, {"units": "K", "long_name": "One"}),
            "b": (("time", "tank.layer"), np.outer(time, [1.0, 2.0, 3.0]) + offset, {"units": "J"}),
            "fixed": ("tank.layer", np.arange(3.0), {"units": "m"}),
        },
        coords={"time": ("time", time, {"units": "s", "long_name": "Time"})},
        attrs={
            "system": "s",
            "method": "monolithic",
            "start": first,
            "stop": last,
            "stats": json.dumps({"steps": 10}),
            **attrs,
        },
    )


def files(folder: Path, *parts: xr.Dataset) -> list[Path]:
    return [results.save(one, folder / f"part_{i}.nc") for i, one in enumerate(parts)]


@pytest.mark.parametrize("begin", [600.0, 300.0, 660.0])
def test_it_equals_a_join_in_memory(begin: float, tmp_path: Path) -> None:
    """Parts that touch, overlap, and follow after one step, with a later part that differs where they overlap."""
    second = part(begin, 1200.0, 1.0)
    second.attrs["start"] = min(begin, 600.0)
    parts = [part(0.0, 600.0), second, part(1200.0, 1500.0, 2.0)]
    target = concatenate(files(tmp_path, *parts), tmp_path / "whole.nc", {"study": "annual"})
    whole, expected = results.load(target), join(*parts)
    xr.testing.assert_equal(whole, expected.transpose(*whole.dims))
    assert whole.attrs == expected.attrs | {"study": "annual"}
    assert json.loads(whole.attrs["stats"]) == {"steps": 30}
    assert whole["b"].attrs == expected["b"].attrs
    assert whole["time"].attrs == expected["time"].attrs


def test_one_part_is_itself(tmp_path: Path) -> None:
    only = part(0.0, 600.0)
    whole = results.load(concatenate(files(tmp_path, only), tmp_path / "whole.nc"))
    xr.testing.assert_identical(whole, only)


def test_what_does_not_fit_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    for second, message in (
        (part(900.0, 1200.0), "nothing is known between t = 600 and 900 s"),
        (part(600.0, 1200.0, system="other"), "the parts differ in 'system'"),
        (part(600.0, 1200.0).drop_vars("b"), "'b' is in one part only"),
    ):
        with pytest.raises(UsageError, match=message):
            concatenate(files(tmp_path, part(0.0, 600.0), second), tmp_path / "whole.nc")
    with pytest.raises(UsageError, match="no such result file"):
        concatenate([tmp_path / "none.nc"], tmp_path / "whole.nc")
    with pytest.raises(UsageError, match="one or more"):
        concatenate([], tmp_path / "whole.nc")
    assert not (tmp_path / "whole.nc").exists()
