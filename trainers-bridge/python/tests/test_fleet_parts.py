"""The fleet's record and its issuer, against naive models; neither starts Ray."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from coppice_rl.errors import FormatError

pytest.importorskip("ray", reason='ray is not installed: pip install "coppice-rl[ray]"')
pytest.importorskip("cryptography")

from coppice_rl.ray.issuer import Issuer  # noqa: E402
from coppice_rl.ray.__main__ import main  # noqa: E402
from coppice_rl.ray.dealing import dealt  # noqa: E402
from coppice_rl.ray.sink import Account, Delivered, Origin, Sink, Weights  # noqa: E402

ORIGIN = Origin("engine-0", "here")
TAKEN = Delivered(ORIGIN, "engine-0.1", tokens=100, paths=3, draws=4, scored=2, reward=1.5)


def test_the_issuer_holds_every_group_in_one_place() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        limit = chance.randint(1, 12)
        issuer = Issuer(limit)
        where: dict[int, str] = {}
        tasks: dict[int, int] = {}
        homes: dict[int, str] = {}
        for step in range(300):
            engine = f"e{chance.randint(0, 2)}"
            action = chance.randint(0, 5)
            out = [n for n, place in where.items() if place != "waiting"]
            if action == 0:
                new = range(len(tasks), len(tasks) + chance.randint(1, 5))
                tasks.update((n, chance.randint(0, 9)) for n in new)
                where.update((n, "waiting") for n in new)
                issuer.add((n, tasks[n]) for n in new)
            elif action == 1:
                waiting = sorted(n for n, place in where.items() if place == "waiting")
                most = chance.randint(0, 6)
                room = max(0, min(most, limit - len(out)))
                seen = waiting[: room + 64]
                own = [n for n in seen if homes.get(tasks[n], engine) == engine]
                others = [n for n in seen if homes.get(tasks[n], engine) != engine]
                expected = sorted((own + others)[:room])
                given = [
                    (first + place, task)
                    for first, run in issuer.lease(engine, most)
                    for place, task in enumerate(run)
                ]
                assert given == [(n, tasks[n]) for n in expected], (seed, step)
                where.update((n, engine) for n in expected)
                homes.update((tasks[n], engine) for n in expected)
            elif action == 2 and where:
                number = chance.choice(list(where))
                fits = where[number] == engine
                assert issuer.arrived(engine, number) == fits, (seed, step)
                if fits:
                    where[number] = "hand"
            elif action == 3:
                owed = sorted(n for n, place in where.items() if place == engine)
                assert issuer.leased(engine) == owed, (seed, step)
                assert issuer.revoke(engine) == owed, (seed, step)
                homes = {task: home for task, home in homes.items() if home != engine}
                where.update((n, "waiting") for n in owed)
            elif action == 4 and out:
                number = chance.choice(out)
                issuer.again(number)
                where[number] = "waiting"
            elif where:
                gone = chance.sample(list(where), chance.randint(1, min(3, len(where))))
                issuer.ended(gone)
                for number in gone:
                    del where[number]
            places = list(where.values())
            assert issuer.standing() == (
                places.count("waiting"),
                len([p for p in places if p.startswith("e")]),
                places.count("hand"),
            ), (seed, step)


def test_a_paused_issuer_leases_nothing() -> None:
    issuer = Issuer(4)
    issuer.add([(0, 7)])
    issuer.paused = True
    assert issuer.lease("e", 4) == []
    issuer.paused = False
    assert issuer.lease("e", 4) == [(0, [7])]


def test_the_record_ends_a_group_once_and_remembers_it(tmp_path: Path) -> None:
    sink = Sink(tmp_path)
    assert sink.submit("a", [3, 4, 4], 3, 5) == (range(0, 3), False)
    assert sink.submit("a", [3, 4, 4], 3, 5) == (range(0, 3), True)
    assert sink.submit("b", None, 7, 5)[0] == range(3, 10)
    assert [task for _, task in sink.tasks(range(3, 10))] == [0, 1, 2, 3, 4, 0, 1]
    weights = Weights(1, "/w/v1", "0" * 64)
    assert sink.acknowledge([(0, TAKEN), (2, None), (99, None)], weights) == ([0, 2], [], [99])
    assert sink.acknowledge([(0, TAKEN), (1, TAKEN)]) == ([1], [0], [])
    assert sink.drop(3, ORIGIN, "by its engine") and not sink.drop(3, ORIGIN, "again")
    assert not sink.drop(0, ORIGIN, "by its engine")
    sink.close()
    again = Sink(tmp_path)
    assert [number for number, _ in again.open_groups()] == [4, 5, 6, 7, 8, 9]
    assert again.weights() == weights
    assert again.counts() == {
        "submitted": 10,
        "open": 6,
        "acknowledged": 3,
        "dropped:by its engine": 1,
    }
    assert again.accounts() == {ORIGIN: Account(2, 200, 6, 8, 4, 3.0)}
    assert [(row[0], row[2], row[5]) for row in again.groups()] == [
        (0, 1, "engine-0.1"),
        (1, 1, "engine-0.1"),
        (2, 1, None),
        (3, 2, None),
    ]
    assert again.submit("c", None, 1, 5)[0] == range(10, 11)
    assert again.tasks(range(10, 11)) == [(10, 2)]
    again.close()


def test_one_record_has_one_driver(tmp_path: Path) -> None:
    sink = Sink(tmp_path)
    with pytest.raises(FormatError, match="another driver"):
        Sink(tmp_path)
    sink.close()


def test_what_was_acknowledged_is_on_the_disk_when_the_driver_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from coppice_rl.ray.sink import Sink\n"
        f"sink = Sink({str(tmp_path)!r})\n"
        "sink.submit('all', None, 500, 7)\n"
        "for number in range(500):\n"
        "    sink.acknowledge([(number, None)])\n"
        "    print(number, flush=True)\n"
    )
    source = Path(__file__).parents[1] / "src"
    for seed in range(3):
        folder_script = script.replace(str(tmp_path), str(tmp_path / str(seed)))
        child = subprocess.Popen(
            [sys.executable, "-c", folder_script],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(source)},
        )
        assert child.stdout is not None
        stop = random.Random(seed).randint(1, 300)
        said = [int(child.stdout.readline()) for _ in range(stop)]
        child.kill()
        said += [int(line) for line in child.stdout.read().split(b"\n")[:-1]]
        child.wait()
        sink = Sink(tmp_path / str(seed))
        still_open = {number for number, _ in sink.open_groups()}
        assert not still_open.intersection(said), f"seed={seed}"
        assert sink.counts()["acknowledged"] in (len(said), len(said) + 1), f"seed={seed}"
        sink.close()


def test_ranks_get_whole_groups_and_as_many_tokens_as_the_others() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        ranks, each = chance.randint(1, 9), chance.randint(1, 20)
        count = chance.choice([ranks * each, chance.randint(0, ranks * each)])
        tokens = [int(chance.paretovariate(1.2) * 100) for _ in range(count)]
        hands = dealt(tokens, ranks, each)
        assert sorted(place for hand in hands for place in hand) == list(range(count)), seed
        assert max(map(len, hands)) <= each, seed
        sums = [sum(tokens[place] for place in hand) for hand in hands]
        if count == ranks * each and ranks > 1:
            # Random hands of the same size are what it must beat, and never lose to by more than a group.
            places = list(range(count))
            chance.shuffle(places)
            drawn = [sum(tokens[p] for p in places[r * each : (r + 1) * each]) for r in range(ranks)]
            assert max(sums) <= max(drawn) + max(tokens), seed
            assert max(sums) - min(sums) <= max(tokens), seed
    with pytest.raises(ValueError, match="5 groups are more than 2"):
        dealt([1] * 5, 2, 2)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("start nofile.toml", 2, "nofile.toml is no file"),
        ("start @ a.toml b.toml", 2, "one configuration is needed, not 2"),
        ("start {file} --set a", 2, "--set takes KEY=VALUE, each key once, not a"),
        ("start {file} --set a=1 --set a=2", 2, "--set takes KEY=VALUE, each key once"),
        ("start {file} --resources CPU=many", 2, "--resources: CPU must be a number, not many"),
        ("report {folder}", 2, "has no fleet.sqlite"),
    ],
)
def test_a_wrong_call_is_named(
    words: str, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "some.toml"
    file.write_text("")
    call = [word.format(file=file, folder=tmp_path) for word in words.split()]
    assert main(call) == status
    assert said in capsys.readouterr().err


def test_a_record_is_reported_by_engine_and_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Delivered(Origin("engine-1", "there"), "engine-1.2", 50, 2, 2, 2, 2.0)
    sink = Sink(tmp_path)
    sink.submit("a", None, 5, 3)
    sink.acknowledge([(0, TAKEN), (1, TAKEN), (3, other)])
    sink.drop(2, ORIGIN, "by its engine")
    sink.note_life("engine-0.1", "here", 1.0, {"prefilled_tokens": 30, "decoded_tokens": 200})
    sink.note_life("engine-1.1", "there", 2.0, {"prefilled_tokens": 5, "decoded_tokens": 7})
    sink.note_life("engine-1.2", "there", 3.0, {"prefilled_tokens": 10, "decoded_tokens": 60})
    sink.close()
    before = (tmp_path / "fleet.sqlite").read_bytes()
    assert main(["report", str(tmp_path), "--json", "--csv", str(tmp_path / "groups.csv")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(e["engine"], e["lives"], e["groups"], e["computed"]) for e in told["engines"]] == [
        ("engine-0", 1, 2, 230),
        ("engine-1", 2, 1, 82),
    ]
    assert told["total"]["groups"] == 3 and told["total"]["tokens"] == 250
    assert told["total"]["computed"] == 312 and told["total"]["lower_bound"]
    assert told["total"]["mean_reward"] == 5.0 / 6 and told["counts"]["open"] == 1
    rows = (tmp_path / "groups.csv").read_text().splitlines()
    assert [row.split(",")[:4] for row in rows[1:]] == [
        ["0", "0", "acknowledged", "engine-0"],
        ["1", "1", "acknowledged", "engine-0"],
        ["2", "2", "dropped", "engine-0"],
        ["3", "0", "acknowledged", "engine-1"],
    ]
    assert (tmp_path / "fleet.sqlite").read_bytes() == before
    assert main(["report", str(tmp_path)]) == 0
    assert "lower bound" in capsys.readouterr().out
