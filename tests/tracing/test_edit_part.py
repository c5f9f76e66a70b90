"""Parts of a block changed in every way, in small networks of all kinds, and runs that begin at the edited block."""

from __future__ import annotations

import pytest
import torch

from tests.conftest import random_picture
from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz.tracing.edits import edit_part, forbid_attention, zero_head, zero_tokens
from vitviz.tracing.interventions import Edit
from vitviz.tracing.parts import KINDS, NUMBERED, TENSORS
from vitviz.tracing.trace import run_edited

EXACT = {"rtol": 0.0, "atol": 0.0}


def test_a_run_from_the_edited_block_on_is_the_whole_run(subject: Subject) -> None:
    plain = subject.trace()
    other = Subject(subject.network, random_picture(*subject.image.shape[-2:], seed=7)).trace()
    for block in range(len(plain.blocks)):
        for kind in KINDS:
            # A prefix token is the same for every picture before the first block: the last patch is not.
            last = plain.blocks[block].num_tokens - 1
            which = last if kind == "tokens" else 1 if kind in NUMBERED else ()
            for edit in (
                edit_part(kind, block, which),
                edit_part(kind, block, which, "mean"),
                edit_part(kind, block, which, "scale", factor=2.0),
                edit_part(kind, block, which, "take", other=other),
            ):
                whole, edited = subject.trace(edit), run_edited(plain, edit)
                assert dict(edited.kept).keys() == dict(whole.kept).keys()
                for name, tensor in whole.kept.items():
                    torch.testing.assert_close(edited.kept[name], tensor, **EXACT)
                for name in TENSORS[kind]:  # and what is derived of it, by running the block again
                    full = f"{whole.blocks[block].name}.{name}"
                    torch.testing.assert_close(edited[full], whole[full], **EXACT)
                    assert not torch.equal(whole[full], plain[full])


def test_a_run_that_goes_on_from_another_edited_one_is_the_whole_run(subject: Subject) -> None:
    plain = subject.trace()
    last = len(plain.blocks) - 1
    zero, scale = edit_part("tokens", last, 0), edit_part("tokens", last, 0, "scale", factor=2.0)
    first, unit = edit_part("mlp", 0), edit_part("unit", last, 1, "scale", factor=3.0)
    pairs = {
        "more behind": (first, first + zero),
        "less behind": (first + zero, first),
        "another way with the same input": (first + zero, first + scale),
        "the same input, and more of that block": (first + scale, first + scale + unit),
        "the same input, and less of that block": (scale + unit, scale),
        "other order": (first + zero + scale, first + scale + zero),
        "nothing in common": (first, zero),
        "the very same": (first + scale, first + scale),
    }
    for begun, edit in pairs.values():
        whole = subject.trace(edit)
        found = run_edited(plain, edit, begun=run_edited(plain, begun))
        assert dict(found.kept).keys() == dict(whole.kept).keys()
        for name, tensor in whole.kept.items():
            torch.testing.assert_close(found.kept[name], tensor, **EXACT)
        full = f"{whole.blocks[last].name}.mlp_post"
        torch.testing.assert_close(found[full], whole[full], **EXACT)


def test_what_both_edits_begin_with_is_not_run_again(subject: Subject) -> None:
    plain = subject.trace()
    first = edit_part("mlp", 0)
    begun = run_edited(plain, first)
    found = run_edited(plain, first + edit_part("unit", len(plain.blocks) - 1, 1), begun=begun)
    name = plain.segment_of(f"{plain.blocks[-1].name}.q").input_name
    assert found.kept[name] is begun.kept[name]
    other = Subject(subject.network, random_picture(*subject.image.shape[-2:], seed=7)).trace()
    stranger = run_edited(other, first)
    assert run_edited(plain, first, begun=stranger).kept[name] is not stranger.kept[name]


def test_an_edit_before_the_blocks_or_behind_them_runs_what_it_changes(subject: Subject) -> None:
    plain = subject.trace()
    for name in ("embed", "pooled"):
        edit = Edit({name: lambda x: 2 * x})
        torch.testing.assert_close(run_edited(plain, edit).logits, subject.trace(edit).logits, **EXACT)
    torch.testing.assert_close(run_edited(plain, Edit(())).logits, plain.logits, **EXACT)


def test_what_is_below_the_edit_is_the_plain_runs_own(subject: Subject) -> None:
    plain = subject.trace()
    edited = run_edited(plain, edit_part("mlp", 1))
    first = plain.blocks[0].name
    assert edited.kept[f"{first}.q"] is plain.kept[f"{first}.q"]
    assert edited.kept["logits"] is not plain.kept["logits"]


def test_only_a_plain_run_is_edited() -> None:
    subject = make("ViT")
    edited = subject.trace(zero_head(0, 1))
    with pytest.raises(ValueError, match="plain run"):
        run_edited(edited, zero_head(1, 0))
    with pytest.raises(ValueError, match="no tensor called 'nothing'"):
        run_edited(subject.trace(), Edit({"nothing": lambda x: x}))
    with pytest.raises(ValueError, match="no block 7"):
        run_edited(subject.trace(), zero_head(7, 0))


def test_the_named_edits_are_parts(subject: Subject) -> None:
    for one, other in (
        (zero_head(1, 1), edit_part("head", 1, 1)),
        (zero_tokens([2, 5], 1), edit_part("tokens", 1, [2, 5])),
    ):
        torch.testing.assert_close(subject.trace(one).logits, subject.trace(other).logits, **EXACT)


def test_a_constant_is_put_in() -> None:
    subject = make("ViT")
    value = torch.arange(16.0)
    edited = subject.trace(edit_part("mlp", 1, how="set", value=value))
    torch.testing.assert_close(edited["blocks.1.mlp_out"], value.expand(1, 17, 16), **EXACT)
    with pytest.raises(ValueError, match=r"\(3,\) does not fit"):
        subject.trace(edit_part("mlp", 1, how="set", value=torch.zeros(3)))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: edit_part("ear", 1), "'ear'"),  # type: ignore[arg-type]
        (lambda: edit_part("head", 1, 0, "loudly"), "'loudly'"),  # type: ignore[arg-type]
        (lambda: edit_part("head", 1), "which heads"),
        (lambda: edit_part("mlp", 1, 3), "no numbers"),
        (lambda: edit_part("mlp", 1, how="take"), "needs other"),
        (lambda: edit_part("mlp", 1, how="scale"), "needs factor"),
        (lambda: forbid_attention(1, []), "which keys"),
        (lambda: forbid_attention(1, [0], []), "which keys"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: object, says: str) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=says):
        wrong()


def test_what_the_block_does_not_have_is_refused(subject: Subject) -> None:
    smaller = Subject(make("ViT").network, random_picture(24, 24)).trace()
    for edit, says in (
        (edit_part("head", 1, 9), "no head 9"),
        (edit_part("unit", 1, 9999), "no MLP unit 9999"),
        (edit_part("tokens", 1, [0, 999]), "no token 999"),
        (forbid_attention(1, [999]), "no token 999"),
        (forbid_attention(1, [0], head=9), "no head 9"),
        (forbid_attention(1, range(subject.trace().blocks[1].num_tokens)), "nothing left to look at"),
        (edit_part("tokens", 1, [0], "take", other=smaller), None),
    ):
        if says is not None:
            with pytest.raises(ValueError, match=says):
                subject.trace(edit)


@pytest.mark.parametrize("name", SUBJECTS)
def test_forbidden_pairs_get_no_weight_and_the_others_a_softmax(name: str) -> None:
    subject = make(name)
    plain = subject.trace()
    block = plain.blocks[1]
    keys, queries = [1, 2], [0, 1, 5]
    edited = subject.trace(forbid_attention(1, keys, queries, head=1)).blocks[1]
    for query in range(block.num_tokens):
        for head in range(block.num_heads):
            was, now = block.pattern(head, query), edited.pattern(head, query)  # (K,)
            tokens = block.tokens[block.place(query)[0]] if hasattr(block, "place") else block.tokens[0]
            cut = torch.isin(tokens, torch.tensor(keys)) & (query in queries) & (head == 1)
            expected = was.masked_fill(cut, 0)
            torch.testing.assert_close(now, expected / expected.sum(), rtol=0, atol=1e-6)


def test_a_head_of_a_swin_is_averaged_within_its_windows() -> None:
    subject = make("Swin")
    plain = subject.trace()
    name = f"{plain.blocks[0].name}.z"
    edited = subject.trace(edit_part("head", 0, 1, "mean"))[name]  # (W, H, M*M, d)
    expected = plain[name][:, 1].mean(dim=1, keepdim=True).expand_as(edited[:, 1])
    torch.testing.assert_close(edited[:, 1], expected, **EXACT)
    torch.testing.assert_close(edited[:, 0], plain[name][:, 0], **EXACT)
