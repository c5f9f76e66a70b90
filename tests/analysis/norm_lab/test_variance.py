"""The three variances: right on easy numbers, in the precision that they say, and broken where theory says so."""

import numpy as np
import pytest

from vitviz.analysis.norm_lab.variance import (
    METHODS,
    Measured,
    Variance,
    broken,
    data,
    first_failure,
    measure,
    nearest_to_trouble,
    one_pass,
    reference,
    torchs_own,
    two_passes,
    verdict,
    welford,
)
from vitviz.tracing.norms import NormStatistics

NORMAL = np.random.default_rng(0).standard_normal(300)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 3e-2), ("float32", 1e-5), ("float64", 1e-12)])
def test_all_agree_where_the_mean_is_small(method, dtype: str, tolerance: float) -> None:
    x = data(NORMAL, np.array([0.0, 0.5]), 2.0, dtype)
    found = method(x)
    assert {values.dtype for values in found} == {np.dtype(dtype)}
    np.testing.assert_allclose(found.variance.astype(float), x.astype(float).var(axis=0), rtol=tolerance)
    np.testing.assert_allclose(found.mean.astype(float), x.astype(float).mean(axis=0), atol=tolerance)


def scalar_one_pass(x: np.ndarray) -> np.floating:
    kind = x.dtype.type
    total, squares = kind(0), kind(0)
    for value in x:
        total, squares = kind(total + value), kind(squares + kind(value * value))
    n = kind(len(x))
    mean = kind(total / n)
    return kind(kind(squares / n) - kind(mean * mean))


def scalar_two_passes(x: np.ndarray) -> np.floating:
    kind = x.dtype.type
    total, m2 = kind(0), kind(0)
    for value in x:
        total = kind(total + value)
    mean = kind(total / kind(len(x)))
    for value in x:
        m2 = kind(m2 + kind(kind(value - mean) * kind(value - mean)))
    return kind(m2 / kind(len(x)))


def scalar_welford(x: np.ndarray) -> np.floating:
    kind = x.dtype.type
    mean, m2 = kind(0), kind(0)
    for count, value in enumerate(x, 1):
        delta = kind(value - mean)
        mean = kind(mean + kind(delta / kind(count)))
        m2 = kind(m2 + kind(delta * kind(value - mean)))
    return kind(m2 / kind(len(x)))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize(
    ("method", "by_hand"),
    [(one_pass, scalar_one_pass), (two_passes, scalar_two_passes), (welford, scalar_welford)],
    ids=METHODS,
)
def test_every_single_operation_is_rounded_to_the_precision(method, by_hand, dtype: str) -> None:
    x = data(NORMAL, np.array([1.0, 9.0, 40.0]), 1.0, dtype)
    with np.errstate(all="ignore"):
        found = method(x).variance
        expected = [by_hand(column) for column in x.T]
    np.testing.assert_array_equal(found, np.array(expected, dtype))  # to the last bit


def test_one_pass_breaks_in_float32_and_the_others_do_not() -> None:
    x = data(NORMAL, np.array([1e4]), 1.0, "float32")
    measured = measure(x)
    assert measured["one_pass"].error[0] > 1
    assert measured["two_passes"].error[0] < 1e-2
    assert measured["welford"].error[0] < 1e-2


def test_one_pass_can_come_out_negative() -> None:
    means = 10.0 ** np.arange(3, 6, 0.125)
    found = one_pass(data(NORMAL, means, 1.0, "float32")).variance
    assert found.min() < 0
    assert welford(data(NORMAL, means, 1.0, "float32")).variance.min() > 0


def test_squares_overflow_in_float16_from_256_on() -> None:
    x = data(NORMAL, np.array([300.0]), 1.0, "float16")
    measured = measure(x)
    assert np.isinf(measured["one_pass"].found.rest[0])
    assert np.isfinite(measured["welford"].found.variance[0])


def test_the_reference_is_of_the_rounded_numbers() -> None:
    x = data(NORMAL, np.array([5000.0, 1e6]), 1.0, "float16")
    assert reference(x)[0] == pytest.approx(x[:, 0].astype(float).var())
    assert reference(x)[0] != pytest.approx(NORMAL.var(), rel=1e-3)
    assert np.isnan(reference(x)[1])  # does not fit float16


def test_no_relative_error_where_all_numbers_are_equal() -> None:
    measured = measure(np.full((50, 1), 3.0, np.float32))
    assert np.isnan(measured["welford"].error[0])


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 5e-3), ("float32", 1e-3)])
def test_torchs_kernel_keeps_its_digits(dtype: str, tolerance: float) -> None:
    x = data(NORMAL, np.array([100.0]), 1.0, dtype)[:, 0]
    found = torchs_own(x)
    assert found.variance == pytest.approx(x.astype(float).var(), rel=tolerance)
    assert found.mean == pytest.approx(x.astype(float).mean(), rel=tolerance)


@pytest.mark.parametrize(
    ("variance", "exact", "expected"),
    [
        (1.0, 1.0, "good"), (1.01, 1.0, "inexact"), (2.0, 1.0, "wrong"), (-0.1, 1.0, "negative"),
        (np.inf, 1.0, "overflow"), (np.nan, 1.0, "overflow"), (np.nan, np.nan, "no_data"), (0.0, 0.0, "flat"),
        (0.5, 0.0, "wrong"),
    ],
)  # fmt: skip
def test_a_variance_is_judged(variance: float, exact: float, expected: str) -> None:
    assert verdict(variance, exact) == expected


def test_the_first_failure_is_the_smallest_mean_that_breaks_a_method() -> None:
    means = 10.0 ** np.arange(8)
    x = data(NORMAL, means, 1.0, "float32")
    exact = reference(x)
    measured = measure(x)
    at = first_failure(measured["one_pass"], exact)
    assert at is not None
    judged = [
        verdict(float(v), float(e)) for v, e in zip(measured["one_pass"].found.variance, exact, strict=True)
    ]
    assert not set(judged[:at]) & {"wrong", "negative", "overflow"}
    assert judged[at] in ("wrong", "negative", "overflow")
    assert first_failure(measured["welford"], exact) != at
    easy = data(NORMAL, np.array([0.0, 1.0]), 1.0, "float32")
    assert first_failure(measure(easy)["one_pass"], reference(easy)) is None


def test_a_method_is_broken_where_it_gives_no_variance() -> None:
    found = Variance(np.zeros(4), np.zeros(4), np.array([1.0, -1e-9, np.nan, np.inf]))
    assert broken(Measured(found, np.zeros(4), 3)).tolist() == [False, True, True, True]


def test_the_nearest_to_trouble_has_the_largest_mean_beside_its_scale() -> None:
    def norm(name: str, mean: list[float], scale: list[float]) -> NormStatistics:
        length = np.ones(len(mean), np.float32)
        return NormStatistics(
            name, np.array(mean, np.float32), np.array(scale, np.float32), length, 1e-6, None
        )

    found = nearest_to_trouble([norm("a", [9.0, 1.0], [9.0, 1.0]), norm("b", [1.0, -3.0], [1.0, 2.0])])
    assert found == ("b", 1.5)
