"""Principal components against the eigenvectors of the covariance matrix, and against numpy's SVD."""

import numpy as np

import vitviz
from vitviz.analysis.convolution.filters import largest_magnitude, learned_filters, principal_filters

RANDOM = np.random.default_rng(0)
WEIGHT = (RANDOM.standard_normal((40, 48)) * np.linspace(3, 0.2, 48)).reshape(40, 3, 4, 4)


def test_shares_and_directions_are_those_of_the_covariance() -> None:
    parts = principal_filters(WEIGHT, 10)
    values, vectors = np.linalg.eigh(np.cov(WEIGHT.reshape(40, 48), rowvar=False))
    order = np.argsort(values)[::-1][:10]
    np.testing.assert_allclose(parts.shares, values[order] / values.sum(), atol=1e-12)
    flat = parts.components.reshape(10, 48)
    np.testing.assert_allclose(np.abs((flat * vectors[:, order].T).sum(axis=1)), 1, atol=1e-9)


def test_they_rebuild_the_filters_as_numpys_svd_does() -> None:
    points = WEIGHT.reshape(40, 48) - WEIGHT.reshape(40, 48).mean(axis=0)
    left, sizes, right = np.linalg.svd(points, full_matrices=False)
    flat = principal_filters(WEIGHT, 10).components.reshape(10, 48)
    np.testing.assert_allclose(points @ flat.T @ flat, left[:, :10] * sizes[:10] @ right[:10], atol=1e-10)


def test_components_are_unit_vectors_at_right_angles_and_all_shares_make_one() -> None:
    parts = principal_filters(WEIGHT.astype(np.float32), 100)
    flat = parts.components.reshape(len(parts.shares), 48)
    np.testing.assert_allclose(flat @ flat.T, np.eye(len(flat)), atol=1e-9)
    np.testing.assert_allclose(parts.shares.sum(), 1)
    assert (flat[np.arange(len(flat)), np.abs(flat).argmax(axis=1)] > 0).all()


def test_equal_filters_have_no_variance() -> None:
    assert principal_filters(np.ones((5, 3, 2, 2)), 3).shares.tolist() == [0, 0, 0]


def test_a_models_filters_are_its_patch_embeddings_weights() -> None:
    for name, key in (("vit-test", "patch_embed.proj.weight"), ("swin-test", "patch_embed.proj.weight")):
        network = vitviz.load_model(name).network
        np.testing.assert_array_equal(learned_filters(network), network.state_dict()[key].numpy())


def test_the_scale_ends_at_the_largest_weight_and_is_never_empty() -> None:
    assert largest_magnitude(np.array([0.5, -2.0])) == 2.0
    assert largest_magnitude(np.zeros(3)) == 1.0
