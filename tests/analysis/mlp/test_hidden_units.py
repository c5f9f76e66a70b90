"""One token's hidden units are the run's own, and a unit is the dot product and the nonlinearity that make it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.tracing.conftest import SUBJECTS, make
from vitviz.analysis.mlp.hidden_units import hidden_units, open_unit
from vitviz.analysis.mlp.largest_terms import largest_terms


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_unit_is_made_of_what_the_layer_norm_gave(name: str) -> None:
    block = make(name).trace().blocks[1]
    token, unit = 3, 5
    units, opened = hidden_units(block, token), open_unit(block, token, unit)
    np.testing.assert_array_equal(units.pre, block["mlp_pre"].flatten(0, -2)[token].numpy())
    np.testing.assert_array_equal(units.post, block["mlp_post"].flatten(0, -2)[token].numpy())
    x = block["resid_mid" if name.startswith("Swin v2") else "ln2.out"].flatten(0, -2)[token].double()
    fc1 = block.module.mlp.fc1
    expected = (x @ fc1.weight[unit].double() + fc1.bias[unit].double()).item()
    assert opened.h == pytest.approx(expected, abs=1e-12)
    assert opened.h == pytest.approx(float(units.pre[unit]), abs=1e-5)
    np.testing.assert_array_equal(opened.products, opened.inputs * opened.weights)
    assert opened.below == pytest.approx(
        0.5 * (1 + torch.erf(torch.tensor(opened.h / 2**0.5)).item()), abs=1e-6
    )


def test_only_the_models_own_nonlinearity_has_a_value_of_torchs() -> None:
    block = make("ViT").trace().blocks[0]
    opened = open_unit(block, 0, 2)
    own = block.trace.config.activation
    assert [check.name for check in opened.checks] == list(dict.fromkeys([own, "gelu", "gelu_tanh", "relu"]))
    assert [check.name for check in opened.checks if check.computed is not None] == [own]
    assert opened.checks[0].computed == block["mlp_post"].flatten(0, -2)[0, 2].item()
    values = {check.name: check.value for check in opened.checks}
    h = torch.tensor(opened.h, dtype=torch.float64)
    assert values["gelu"] == pytest.approx(F.gelu(h).item(), abs=1e-12)
    assert values["gelu_tanh"] == pytest.approx(F.gelu(h, approximate="tanh").item(), abs=1e-12)
    assert values["relu"] == F.relu(h).item()


def test_shares_count_this_tokens_units() -> None:
    units = hidden_units(make("ViT").trace().blocks[0], 1)
    assert units.negative == pytest.approx((units.pre < 0).mean())
    assert units.limit == pytest.approx(0.05 * np.abs(units.post).max())
    assert units.near_zero == pytest.approx((np.abs(units.post) < units.limit).mean())
    assert units.largest == int(np.argmax(units.post))


def test_the_largest_terms_and_the_rest_are_the_sum() -> None:
    terms = np.array([1.0, -5.0, 2.0, 5.0, 0.5])
    found = largest_terms(terms, 3)
    assert found == ((1, 3, 2), pytest.approx(1.5), 2)
    assert largest_terms(terms, 9) == ((1, 3, 2, 0, 4), pytest.approx(0), 0)
