"""A place of the picture is found again in every map of a Swin."""

from hypothesis import given
from hypothesis import strategies as st

from vitviz.analysis.swin_reach.places import token_back, token_there

SIDES = st.tuples(st.integers(1, 60), st.integers(1, 60))


@given(SIDES, st.integers(0, 3), st.integers(0, 3), st.data())
def test_going_back_stays_in_the_cell(
    fine: tuple[int, int], halvings: int, prefix: int, data: st.DataObject
) -> None:
    coarse = fine
    for _ in range(halvings):
        coarse = -(-coarse[0] // 2), -(-coarse[1] // 2)
    token = data.draw(st.integers(0, prefix + coarse[0] * coarse[1] - 1))
    back = token_back(token, prefix, coarse, fine)
    assert 0 <= back < prefix + fine[0] * fine[1]
    assert token_there(back, prefix, fine, coarse) == token


def test_a_cell_of_the_coarse_map_covers_its_block_of_the_fine_one() -> None:
    assert [token_there(token, 0, (4, 4), (2, 2)) for token in range(16)] == [
        0,
        0,
        1,
        1,
        0,
        0,
        1,
        1,
        2,
        2,
        3,
        3,
        2,
        2,
        3,
        3,
    ]


def test_prefix_tokens_and_equal_maps_stay() -> None:
    assert token_there(0, 1, (14, 14), (7, 7)) == 0
    assert token_there(45, 1, (14, 14), (14, 14)) == token_back(45, 1, (14, 14), (14, 14)) == 45
