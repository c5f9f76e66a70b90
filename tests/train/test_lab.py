"""The lab's loop: what it records, that it can be left and gone on with, and that no two runs meet."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from vitviz.train import __main__ as command
from vitviz.train.lab import CLIP, EARLY, MEASURED, LabRun, Record, StepRecord
from vitviz.train.lab_config import LabConfig
from vitviz.train.lab_pictures import TRAIN, classes, noisy, prepared, stock
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import large_thing_scene

SHORT = LabConfig(steps=6, pictures=200, batch=8)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def finish(run: LabRun) -> list[Record]:
    return list(run.records())


def numbers(run: LabRun) -> list[tuple[float, ...]]:
    return [(step.loss, step.accuracy, step.lr, step.gradient_norm) for step in run.steps]


def test_a_run_records_every_step_and_measures_first_and_last() -> None:
    run = LabRun(SHORT)
    records = finish(run)
    assert [step.number for step in run.steps] == list(range(6))
    assert [each.steps for each in run.evaluations] == [0, 6]
    assert [each.steps for each in run.snapshots] == [0, 5, 6]
    assert [record for record in records if isinstance(record, StepRecord)] == run.steps
    assert run.finished
    assert not run.failed
    assert abs(run.steps[0].loss - np.log(6)) < 0.6
    assert all(step.clipped == (step.gradient_norm > CLIP) for step in run.steps)


def test_what_is_measured_is_what_the_network_says() -> None:
    run = LabRun(SHORT)
    finish(run)
    pixels, labels = stock(1_000_000_000, MEASURED)
    with torch.no_grad():
        right = run.network(prepared(pixels)).argmax(dim=1) == labels
    assert run.evaluations[-1].accuracy == pytest.approx(right.double().mean().item(), abs=1e-9)


def test_left_after_any_record_and_gone_on_with_it_is_the_same_run() -> None:
    whole, parts = LabRun(SHORT), LabRun(SHORT)
    finish(whole)
    while True:  # a look at the next batch and a measurement of nothing change nothing
        if parts.done:
            first = parts.next_batch()
            assert torch.equal(first[0], parts.next_batch()[0])
        if next(parts.records(), None) is None:
            break
    assert numbers(whole) == numbers(parts)


def test_runs_in_two_threads_do_not_mix() -> None:
    configs = (SHORT, LabConfig(steps=6, pictures=200, batch=8, seed=1, noise=0.5))
    alone = [LabRun(config) for config in configs]
    for run in alone:
        finish(run)
    together = [LabRun(config) for config in configs]
    threads = [threading.Thread(target=finish, args=(run,)) for run in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, together, strict=True):
        assert numbers(one) == numbers(other)
        assert all(
            torch.equal(a, b)
            for a, b in zip(one.network.parameters(), other.network.parameters(), strict=True)
        )
    assert numbers(together[0]) != numbers(together[1])


def test_rows_of_a_snapshot_are_the_patterns_of_the_network() -> None:
    run = LabRun(SHORT)
    finish(run)
    kept: dict[str, torch.Tensor] = {}

    class Pattern:
        def __call__(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
            if name.endswith(".pattern"):
                kept[name] = tensor
            return tensor

        def wants(self, name: str) -> bool:
            return name.endswith(".pattern")

    from vitviz.train.lab import FIXED

    with torch.no_grad():
        run.network(prepared(stock(1_000_000_000, MEASURED)[0][FIXED : FIXED + 1]), Pattern())
    patterns = torch.stack([kept[f"blocks.{i}.pattern"][0] for i in range(2)])  # (L, H, N, N)
    for query in (0, 17):
        torch.testing.assert_close(run.snapshots[-1].rows(query), patterns[:, :, query])


@pytest.mark.parametrize(
    "change",
    [{"positions": False}, {"post_norm": True}, {"pool": "avg"}, {"tenfold": True, "warmup": False}],
)
def test_every_switch_trains(change: dict[str, object]) -> None:
    run = LabRun(LabConfig(steps=2, pictures=200, batch=8, **change))  # type: ignore[arg-type]
    finish(run)
    assert len(run.steps) == 2
    assert (run.snapshots[0].positions is None) == ("positions" in change)
    assert (run.snapshots[0].class_token is None) == ("pool" in change)


def test_the_learning_rate_warms_up_and_falls() -> None:
    run = LabRun(LabConfig(steps=500))
    rates = []
    for run.done in range(500):
        rates.append(run.next_lr())
    assert np.argmax(rates) in range(45, 55)
    assert rates[0] == pytest.approx(rates[49] / 50, rel=0.05)
    assert rates[-1] < 0.02 * max(rates)
    at_once = LabRun(LabConfig(warmup=False))
    assert at_once.next_lr() == pytest.approx(3e-3)


def test_a_run_without_numbers_ends_and_says_so() -> None:
    run = LabRun(SHORT)
    records = run.records()
    while run.done < 2:
        next(records)
    with torch.no_grad():
        run.network.head.bias.fill_(float("nan"))  # type: ignore[union-attr]
    finish(run)
    assert run.failed
    assert run.done == 3


def test_memory_of_snapshots_is_bounded_and_counted() -> None:
    run = LabRun(SHORT)
    finish(run)
    one = run.snapshots[0].nbytes
    assert one < 100_000
    full = LabConfig()
    count = len([at for at in range(full.steps + 1) if at in EARLY or at % 50 == 0])
    assert count * one < 3 * 2**20
    assert run.nbytes == 3 * 4 * sum(p.numel() for p in run.network.parameters()) + one * len(run.snapshots)


def test_the_pictures_are_pages_with_one_large_thing_and_noise_is_a_share() -> None:
    pixels, labels = stock(TRAIN, 200)
    for seed in (0, 7, 199):
        page = draw(large_thing_scene(seed), 32)
        np.testing.assert_array_equal(pixels[seed].numpy(), page.picture.transpose(2, 0, 1))
        assert labels[seed] == page.labels[0]
        (thing,) = large_thing_scene(seed).things
        assert 0.36 <= thing.size <= 0.46
        assert max(abs(thing.x - 0.5), abs(thing.y - 0.5)) <= 0.1
    assert torch.equal(labels, classes(TRAIN, 200))
    images = prepared(pixels)
    assert images.mean(dim=(0, 2, 3)).abs().max() < 0.1
    assert (images.std(dim=(0, 2, 3)) - 1).abs().max() < 0.1
    many = torch.zeros(10_000, dtype=torch.long)
    changed = (noisy(many, 0.5, 0) != many).double().mean().item()
    assert changed == pytest.approx(0.5 * 5 / 6, abs=0.02)
    assert torch.equal(noisy(labels, 0.0, 0), labels)


def test_a_config_that_the_lab_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="batches"):
        LabConfig(batch=7)
    with pytest.raises(ValueError, match="noise"):
        LabConfig(noise=2.0)
    assert LabConfig(tenfold=True).changed() == {"tenfold": True}


def test_the_command_trains_the_same_run(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    import json

    out = tmp_path / "lab.jsonl"
    asked = ["--task", "lab", "--steps", "6", "--pictures", "200", "--batch", "8", "--out", str(out)]
    assert command.main(asked) == 0
    run = LabRun(SHORT)
    finish(run)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["loss"] for line in lines if "number" in line] == [step.loss for step in run.steps]
    assert "accuracy" in capsys.readouterr().out
