"""Indices of functions whose indices are known (Ishigami, Sobol' g), and what failures and repeated points do."""

import itertools
import math

import numpy as np
import pytest
from SALib.analyze import morris, sobol
from sweep_folders import kept_sweep
from synthetic_sweeps import collected

import heatsim as hs
from heatsim.errors import UsageError
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.findings.sensitivity import sensitivity

ISHIGAMI = dict.fromkeys(("x1", "x2", "x3"), (-math.pi, math.pi))


def ishigami(case):
    """Ishigami and Homma (1990), a = 7, b = 0.1."""
    return math.sin(case["x1"]) + 7.0 * math.sin(case["x2"]) ** 2 + 0.1 * case["x3"] ** 4 * math.sin(case["x1"])


def _ishigami_indices():
    """First and total order, from the closed form of the partial variances."""
    a, b = 7.0, 0.1
    v1 = 0.5 * (1.0 + b * math.pi**4 / 5.0) ** 2
    v2 = a**2 / 8.0
    v13 = b**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    total = v1 + v2 + v13
    return np.array([v1, v2, 0.0]) / total, np.array([v1 + v13, v2, v13]) / total, v13 / total


def _sweep(function, over, sample, failed=(), **options):
    return collected(design(over, sample=sample, **options), {"y": function}, failed, {"y": "W"})


def test_sobol_indices_of_ishigami():
    found = sensitivity(_sweep(ishigami, ISHIGAMI, "sobol:1024", seed=1)).sel(figure="y")
    first, total, pair = _ishigami_indices()
    np.testing.assert_allclose(found.S1, first, atol=0.03)
    np.testing.assert_allclose(found.ST, total, atol=0.03)
    np.testing.assert_allclose(found.S2.sel(parameter="x1", other_parameter="x3"), pair, atol=0.05)
    np.testing.assert_allclose(found.S2.sel(parameter="x3", other_parameter="x1"), pair, atol=0.05)
    assert np.all(np.abs(found.S1 - first) <= 1.5 * found.S1_conf)
    assert np.all(found.ST_conf < 0.15)
    assert found.cases_used == 1024 * 8
    assert found.cases_left_out == 0
    assert found.note.item() == ""


def test_sobol_indices_of_the_g_function():
    a = np.array([0.0, 1.0, 4.5, 9.0])
    names = [f"x{i}" for i in range(4)]

    def g(case):
        return math.prod((abs(4.0 * case[name] - 2.0) + c) / (1.0 + c) for name, c in zip(names, a, strict=True))

    partial = 1.0 / (3.0 * (1.0 + a) ** 2)
    variance = np.prod(1.0 + partial) - 1.0
    first = partial / variance
    total = partial * np.prod(1.0 + partial) / (1.0 + partial) / variance
    found = sensitivity(_sweep(g, dict.fromkeys(names, (0, 1)), "sobol:1024")).sel(figure="y")
    np.testing.assert_allclose(found.S1, first, atol=0.03)
    np.testing.assert_allclose(found.ST, total, atol=0.03)
    lhs = sensitivity(_sweep(g, dict.fromkeys(names, (0, 1)), "lhs:2000")).sel(figure="y")
    np.testing.assert_allclose(lhs.S1, first, atol=0.05)


def test_a_logarithmic_axis_is_even_in_the_logarithm():
    over = {"x": "logrange(1, 1000)", "z": (0, 3)}
    found = sensitivity(_sweep(lambda c: math.log10(c["x"]) + c["z"], over, "sobol:256")).sel(figure="y")
    np.testing.assert_allclose(found.S1, [0.5, 0.5], atol=0.02)
    np.testing.assert_allclose(found.ST, [0.5, 0.5], atol=0.02)


def test_choices_are_as_likely_as_each_other():
    """Additive in a choice of three: its share follows from the variance of its three effects."""
    effect = {"p": 0.0, "q": 1.0, "r": 5.0}
    over = {"m": list(effect), "x": (0, 6), "k": [1, 10]}
    share = np.array([np.var(list(effect.values())), 3.0, 0.0])
    share /= share.sum()

    def function(case):
        return effect[case["m"]] + case["x"]

    for sample, tolerance in (("sobol:512", 0.03), ("lhs:1500", 0.05)):
        found = sensitivity(_sweep(function, over, sample, seed=3)).sel(figure="y")
        np.testing.assert_allclose(found.S1, share, atol=tolerance)


def test_repeated_points_are_run_once_and_count_in_every_row():
    over = {"a": ["p", "q"], "x": (0, 1), "b": [1, 2, 3]}
    plan = design(over, sample="sobol:64", seed=2)
    assert len(plan) < len(plan.rows)

    def function(case):
        return case["x"] * case["b"] + (case["a"] == "q")

    found = sensitivity(collected(plan, {"y": function})).sel(figure="y")
    rows = np.array([function(dict(zip(plan.names, plan.points[i], strict=True))) for i in plan.rows])
    problem = {"num_vars": 3, "names": list("axb"), "bounds": [[0, 1]] * 3}
    expected = sobol.analyze(problem, rows, seed=3)
    for name in ("S1", "S1_conf", "ST", "ST_conf"):
        np.testing.assert_array_equal(found[name], expected[name])


def test_a_failed_case_takes_its_blocks_with_it():
    plan = design(ISHIGAMI, sample="sobol:128", seed=1)
    failed = {3, 4, 8 * 50, 8 * 127 + 7}
    found = sensitivity(collected(plan, {"y": ishigami}, failed)).sel(figure="y")
    rows = np.array([ishigami(case) for case in plan]).reshape(128, 8)
    kept = np.delete(rows, [0, 50, 127], axis=0).ravel()
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    expected = sobol.analyze(problem, kept, seed=2)
    for name in ("S1", "S1_conf", "ST", "ST_conf"):
        np.testing.assert_array_equal(found[name], expected[name])
    assert (found.cases_used.item(), found.cases_left_out.item()) == (125 * 8, 3 * 8)
    assert "3 of 128 blocks left out" in found.note.item()


def test_morris_effects_are_those_of_the_function_per_full_range():
    over = {"a": (10, 20), "b": (0, 0.5), "c": "logrange(1, 100)", "m": ["p", "q"], "idle": (0, 1), "n": [1, 2, 3]}

    def linear(case):
        named = 5.0 if case["m"] == "q" else 0.0
        return 3.0 * case["a"] - 8.0 * case["b"] + 2.0 * math.log10(case["c"]) + named + 7.0 * case["n"]

    plan = design(over, sample="morris:30", seed=2)
    found = sensitivity(collected(plan, {"y": linear})).sel(figure="y")
    # the step of a trajectory is 2/3 of the range at four levels; that of two choices is all, of three all or half
    np.testing.assert_allclose(found.mu_star, [30.0, 4.0, 4.0, 5.0, 0.0, 14.0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.mu, [30.0, -4.0, 4.0, 5.0, 0.0, 14.0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-11)
    assert "mu of m depends on the order of the choices" in found.note.item()
    assert found.figure_units.item() == ""


def test_a_failed_case_takes_its_trajectories_with_it():
    plan = design(ISHIGAMI, sample="morris:40", seed=5)
    rows = np.array(plan.rows or range(len(plan))).reshape(40, 4)
    bad = int(rows[7, 2])
    found = sensitivity(collected(plan, {"y": ishigami}, {bad})).sel(figure="y")
    good = ~(rows == bad).any(axis=1)
    assert (found.cases_left_out.item(), found.cases_used.item()) == (4 * (~good).sum(), 4 * good.sum())
    points = [dict(zip(plan.names, plan.points[i], strict=True)) for i in rows[good].ravel()]
    inputs = np.array([[point[name] for name in plan.names] for point in points])
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-math.pi, math.pi]] * 3}
    expected = morris.analyze(problem, inputs, np.array([ishigami(point) for point in points]), num_levels=4, seed=6)
    for name in ("mu", "mu_star", "sigma", "mu_star_conf"):
        np.testing.assert_array_equal(found[name], np.asarray(expected[name]))


def test_a_sample_in_another_order_is_refused_and_not_analysed():
    for sample in ("sobol:32", "morris:32"):
        sweep = _sweep(ishigami, ISHIGAMI, sample)
        with pytest.raises(UsageError, match="not those of the"):
            sensitivity(sweep.sortby("y"))
        with pytest.raises(UsageError, match="not those of the"):
            sensitivity(sweep.isel(case=slice(0, -1)))
        with pytest.raises(UsageError, match="not those of the"):
            sensitivity(sweep.isel(case=slice(None, None, -1)))


def test_too_few_good_cases_are_refused():
    with pytest.raises(UsageError, match=r"7 of 8 blocks of 8 cases are complete, and indices need 8"):
        sensitivity(_sweep(ishigami, ISHIGAMI, "sobol:8", failed={5}))
    with pytest.raises(UsageError, match="3 of 4 trajectories of 4 cases are complete, and indices need 4"):
        sensitivity(_sweep(ishigami, ISHIGAMI, "morris:4", failed={5}))
    with pytest.raises(UsageError, match="59 of 60 cases have a value"):
        sensitivity(_sweep(ishigami, ISHIGAMI, "lhs:60", failed={5}))
    with pytest.raises(UsageError, match="no figure that is a number"):
        sensitivity(_sweep(lambda _: "text", ISHIGAMI, "lhs:60"))


def test_a_full_grid_gives_the_shares_of_its_values_exactly():
    rng = np.random.default_rng(3)
    cells = rng.normal(size=(3, 4, 2)) + 1e6
    over = {"a": [0, 1, 2], "m": list("pqrs"), "b": [5.0, 7.0]}

    def function(case):
        return float(cells[case["a"], "pqrs".index(case["m"]), 0 if case["b"] == 5.0 else 1])

    found = sensitivity(_sweep(function, over, "grid")).sel(figure="y")
    assert found.parameter.values.tolist() == ["a", "m", "b"]
    # the decomposition of Hoeffding, effect by effect
    centred = cells - cells.mean()
    effects = {}
    for size in range(1, 4):
        for axes in itertools.combinations(range(3), size):
            others = tuple(i for i in range(3) if i not in axes)
            effect = centred.mean(axis=others, keepdims=True) if others else centred
            for smaller in range(1, size):
                for part in itertools.combinations(axes, smaller):
                    effect = effect - effects[part]
            effects[axes] = effect
    share = {axes: np.mean(effect**2) / centred.var() for axes, effect in effects.items()}
    np.testing.assert_allclose(found.S1, [share[(i,)] for i in range(3)], rtol=1e-6)
    np.testing.assert_allclose(
        found.ST, [sum(part for axes, part in share.items() if i in axes) for i in range(3)], rtol=1e-6
    )
    np.testing.assert_allclose(found.S2.sel(parameter="a", other_parameter="b"), share[(0, 2)], rtol=1e-6)
    assert "S1_conf" not in found
    assert sum(share.values()) == pytest.approx(1.0)


def test_a_fine_grid_comes_near_the_indices_of_the_continuous_function():
    middles = ((np.arange(20) + 0.5) / 20 * 2 - 1) * math.pi
    found = sensitivity(_sweep(ishigami, dict.fromkeys(ISHIGAMI, middles), "grid")).sel(figure="y")
    first, total, _ = _ishigami_indices()
    np.testing.assert_allclose(found.S1, first, atol=0.01)
    np.testing.assert_allclose(found.ST, total, atol=0.01)


def test_a_grid_with_cells_missing_gives_first_order_only_and_says_so():
    over = {"a": [0.0, 1.0, 2.0, 3.0], "b": [0.0, 1.0]}
    sweep = _sweep(lambda c: c["a"], over, "grid", failed={1})
    found = sensitivity(sweep).sel(figure="y")
    values, groups = np.array([0, 1, 1, 2, 2, 3, 3.0]), np.array([0, 0, 1, 0, 1, 0, 1])
    between = sum((groups == g).mean() * (values[groups == g].mean() - values.mean()) ** 2 for g in (0, 1))
    np.testing.assert_allclose(found.S1, [1.0, between / values.var()], rtol=1e-12)
    assert "ST" not in found
    assert "1 of 8 cells have no value" in found.note.item()
    part = sensitivity(sweep.sel(b=0.0))
    assert part.parameter.values.tolist() == ["a"]
    np.testing.assert_allclose(part.S1, 1.0)


def test_a_figure_that_does_not_vary_has_no_shares():
    plan = design(ISHIGAMI, sample="sobol:16")
    # the last digits of a sum are no variation
    sweep = collected(plan, {"y": ishigami, "flat": lambda c: 3e5 + 1e-11 * c["x1"], "zero": lambda _: 0.0})
    found = sensitivity(sweep)
    assert np.isnan(found.S1.sel(figure=["flat", "zero"])).all()
    assert not np.isnan(found.S1.sel(figure="y")).any()
    assert found.note.values.tolist() == ["", "does not vary", "does not vary"]


def test_a_figure_with_few_values_does_not_silence_the_others():
    sweep = collected(
        design(ISHIGAMI, sample="lhs:100"),
        {"y": ishigami, "rare": lambda c: 1.0 if c["x1"] > 3.0 else float("nan"), "odd": lambda _: math.inf},
    )
    found = sensitivity(sweep)
    assert np.isnan(found.S1.sel(figure=["rare", "odd"])).all()
    assert found.cases_used.values.tolist() == [100, 0, 0]
    assert "have a value" in found.note.sel(figure="rare").item()
    with pytest.raises(UsageError, match="have a value"):
        sensitivity(sweep, "rare")


def test_given_data_of_cases_that_go_together_say_so():
    rng = np.random.default_rng(1)
    a = rng.uniform(size=300)
    sweep = _sweep(lambda c: c["a"], {"a": a, "b": a + 0.1 * rng.uniform(size=300), "m": ["x", "y", "z"] * 100}, "zip")
    found = sensitivity(sweep).sel(figure="y")
    assert found.S1.sel(parameter="a") > 0.95
    assert abs(found.S1.sel(parameter="m")) < 0.05
    assert found.rank_correlation.sel(parameter="a").item() == pytest.approx(1.0)
    assert np.isnan(found.rank_correlation.sel(parameter="m"))
    assert "do not vary independently" in found.note.item()
    thinned = _sweep(ishigami, ISHIGAMI, "lhs:300", constraints=["x1 < x2"])
    assert "do not vary independently" in sensitivity(thinned).note.item()


@pytest.mark.parametrize("sample", ["sobol:16", "morris:8", "lhs:100", "grid"])
def test_results_repeat_bit_for_bit_and_have_units(sample):
    over = {name: [0.1, 0.2, 0.5] for name in ISHIGAMI} if sample == "grid" else ISHIGAMI
    sweep = _sweep(ishigami, over, sample)
    state = np.random.get_state()[1].copy()
    found = sensitivity(sweep)
    assert found.identical(sensitivity(sweep, ["y"]))
    assert np.array_equal(np.random.get_state()[1], state)
    for variable in found.variables.values():
        assert set(variable.attrs) == {"units", "long_name"}


def test_a_name_with_a_cell_or_two_of_each_value_explains_nothing():
    over = {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5]}

    def study(case):
        return math.sin(100.0 * case["b"])

    # each name has one cell of each value, and a share of 1 would follow for both
    found = sensitivity(_sweep(study, over, "grid", failed=set(range(25)) - {0, 6, 12, 18, 24}))
    assert np.isnan(found.S1).all()
    assert "too few cells per value of a, b" in found.note.item()
    # two rows of twenty: those of `b` have two cells each, and `a` has twenty
    wide = {"a": list(range(20)), "b": list(range(20))}
    found = sensitivity(_sweep(study, wide, "grid", failed=set(range(40, 400)))).sel(figure="y")
    assert found.S1.sel(parameter="a") == pytest.approx(0.0)
    assert np.isnan(found.S1.sel(parameter="b"))
    assert found.note.item().endswith("too few cells per value of b")
    # most of the cells: shares of what is there
    found = sensitivity(_sweep(study, over, "grid", failed={3, 9})).sel(figure="y")
    assert found.S1.sel(parameter="b") == pytest.approx(1.0)


def test_unknown_figures_get_one_line():
    with pytest.raises(UsageError, match=r"figure 'Y' is unknown; there are y"):
        sensitivity(_sweep(ishigami, ISHIGAMI, "lhs:60"), "Y")


@pytest.mark.parametrize("sample", ["sobol:16", "morris:12", "lhs:80"])
def test_folder_dataset_and_its_netcdf_file_give_the_same(tmp_path, sample):
    def study(case):
        if case["x"] > 0.97:
            raise ValueError("too large")
        return {"y": case["x"] * (2.0 if case["on"] else 1.0) + case["k"], "text": case["m"], "count": 3}

    over = {"x": (0, 1), "m": ["a", "b", "c"], "on": [True, False], "k": [1, 2, 3]}
    folder = kept_sweep(tmp_path / "sweep", over, study, sample=sample)
    found = sensitivity(folder.path)
    assert found.figure.values.tolist() == ["y", "count"]
    ds = hs.open_sweep(folder.path)
    assert found.identical(hs.sensitivity(ds))
    assert found.identical(sensitivity(hs.load(hs.save(ds, tmp_path / "all.nc"))))
    strongest = next(name for name in ("ST", "mu_star", "S1") if name in found)
    assert found.parameter[found[strongest].sel(figure="y").argmax("parameter")].item() == "k"
    lowest = hs.best(folder.path, "y", 1, constraints=["on and m == 'b' and k == 2"])
    assert lowest["y"].item() == pytest.approx(2.0 * lowest["x"].item() + 2.0)
    assert lowest[["m", "on", "k"]].values.tolist() == [["b", True, 2]]
