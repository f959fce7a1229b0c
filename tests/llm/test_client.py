"""The client against the stand-in, through the real SDK: every fault, the limit, the ledger."""

import subprocess
import sys
from decimal import Decimal

import pytest
from tests.llm.place import TRANSLATE, bench, png

from affiche.errors import (
    LanguageModelBusy,
    LanguageModelError,
    LanguageModelRefused,
    LanguageModelUnavailable,
    LanguageModelUnfit,
)
from affiche.llm import client
from affiche.llm.questions import Message
from affiche.llm.trust import LOSSES, REST, Trust


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSES", (0.01, 0.01))


async def test_an_answer_with_what_it_cost() -> None:
    async with bench() as at:
        answer = await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert answer.text == "Change the background to a beach"
        assert answer.tokens_in > 0 < answer.tokens_out
        assert answer.cost == pytest.approx(
            Decimal(answer.tokens_in * 15 + answer.tokens_out * 60) / 100_000_000
        )
        [call] = at.book.calls
        assert (call.purpose, call.outcome, call.model) == (
            "translate", "answered", "affiche-stand-in",
        )  # fmt: skip
        assert (call.tokens_in, call.tokens_out, call.cost) == (
            answer.tokens_in, answer.tokens_out, answer.cost,
        )  # fmt: skip
        assert at.urgent.spent == 1


async def test_prices_of_ours_where_the_server_tells_no_cost() -> None:
    async with bench(told={"tells_cost": False}) as at:
        assert (await at.model.ask("translate", TRANSLATE, most_tokens=200)).cost is None
    async with bench(told={"tells_cost": False}, price_in=2.0, price_out=10.0) as at:
        answer = await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert answer.cost == Decimal(answer.tokens_in * 2 + answer.tokens_out * 10) / 1_000_000


async def test_a_picture_is_seen() -> None:
    async with bench() as at:
        messages = [Message("system", "Describe the picture."), Message("user", "This one.")]
        answer = await at.model.ask(
            "caption", messages, most_tokens=200, pictures=[png(64, 32)], patient=True
        )
        assert "landscape" in answer.text
        assert (at.urgent.spent, at.patient.spent) == (0, 1)


async def test_what_is_no_picture_is_not_sent() -> None:
    async with bench() as at:
        with pytest.raises(LanguageModelRefused):
            await at.model.ask("caption", TRANSLATE, most_tokens=20, pictures=[b"%PDF-1.7"])
        assert not at.server.asked


@pytest.mark.parametrize(
    "kind", ["drop", "junk", "truncate", "lie", "error", "empty", "cut", "decline", "refuse"]
)
async def test_what_goes_wrong_once_is_tried_again(kind: str) -> None:
    async with bench() as at:
        at.server.faults.add("chat", kind)  # type: ignore[arg-type]
        answer = await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert answer.text == "Change the background to a beach"
        assert at.urgent.spent == len(at.book.calls) == 2
        assert at.book.outcomes[0] in ("unavailable", "unfit")
        assert at.book.outcomes[1] == "answered"


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("refuse", 500, LanguageModelUnavailable),
        ("refuse", 429, LanguageModelBusy),
        ("drop", 500, LanguageModelUnavailable),
        ("junk", 500, LanguageModelUnavailable),
        ("flood", 500, LanguageModelUnavailable),
        ("error", 500, LanguageModelUnavailable),
        ("empty", 500, LanguageModelUnfit),
        ("decline", 500, LanguageModelUnfit),
    ],
)
async def test_what_stays_wrong_is_said(
    kind: str, status: int, error: type[LanguageModelError]
) -> None:
    async with bench() as at:
        at.server.faults.add("chat", kind, times=0, status=status)  # type: ignore[arg-type]
        with pytest.raises(error):
            await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert at.urgent.spent == len(at.book.calls) == client.TRIES


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
async def test_what_is_refused_for_good_is_asked_once(status: int) -> None:
    async with bench() as at:
        at.server.faults.add("chat", "refuse", times=0, status=status)
        with pytest.raises(LanguageModelRefused):
            await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert at.book.outcomes == ["refused"]


async def test_a_key_that_is_not_good_stands_in_no_error() -> None:
    async with bench(key="sekret", told={"key": "another"}) as at:
        with pytest.raises(LanguageModelRefused) as caught:
            await at.model.ask("translate", TRANSLATE, most_tokens=200)
        shown = f"{caught.value} {caught.value.detail} {caught.value.__cause__}"
        assert "sekret" not in shown
        assert caught.value.__context__ is None
        assert "sekret" not in repr(at.model.place)


async def test_a_pause_that_the_server_asks_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def rested(seconds: float) -> None:
        pauses.append(seconds)

    async with bench() as at:
        at.server.faults.add("chat", "refuse", status=429, retry_after=7)
        await at.model.models()
        monkeypatch.setattr(client, "_rest", rested)
        await at.model.ask("translate", TRANSLATE, most_tokens=200)
    assert pauses == [7.0]


async def test_a_server_that_hangs_is_given_up_within_the_time() -> None:
    async with bench(seconds=1.0) as at:
        await at.model.models()
        at.server.faults.add("chat", "hang", times=0)
        with pytest.raises(LanguageModelUnavailable):
            await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert set(at.book.outcomes) == {"unavailable"}


async def test_a_server_that_hangs_once_leaves_time_for_another_try() -> None:
    async with bench(seconds=4.0) as at:
        await at.model.models()
        at.server.faults.add("chat", "hang")
        assert (await at.model.ask("translate", TRANSLATE, most_tokens=200)).text


async def test_after_several_failures_it_rests_and_asks_nothing() -> None:
    async with bench() as at:
        at.server.faults.add("chat", "refuse", times=0, status=503)
        for _ in range(LOSSES):
            with pytest.raises(LanguageModelUnavailable):
                await at.model.ask("translate", TRANSLATE, most_tokens=200)
        spent = at.urgent.spent
        at.server.faults.clear()
        with pytest.raises(LanguageModelUnavailable):
            await at.model.ask("translate", TRANSLATE, most_tokens=200)
        assert at.urgent.spent == spent


def test_a_rest_ends_and_one_answer_restores_trust() -> None:
    trust = Trust()
    for _ in range(LOSSES):
        trust.check(100.0)
        trust.lose(100.0)
    with pytest.raises(LanguageModelUnavailable):
        trust.check(100.0 + REST - 0.1)
    trust.check(100.0 + REST)
    trust.lose(100.0 + REST)
    with pytest.raises(LanguageModelUnavailable):
        trust.check(101.0 + REST)
    trust.win()
    trust.check(101.0 + REST)


async def test_an_answer_that_its_reader_refuses_is_asked_for_again_more_freely() -> None:
    seen: list[str] = []

    def read(text: str) -> str:
        seen.append(text)
        if len(seen) < 3:
            raise ValueError("not that one")
        return text.upper()

    async with bench() as at:
        answer = await at.model.ask("translate", TRANSLATE, most_tokens=200, read=read)
        assert answer.text == "CHANGE THE BACKGROUND TO A BEACH"
        assert at.book.outcomes == ["unfit", "unfit", "answered"]
        assert [question.temperature for question in at.server.asked] == [0.0, 0.4, 0.8]
        assert answer.tokens_in == sum(call.tokens_in for call in at.book.calls)


async def test_a_limit_that_is_reached_is_no_fault_of_the_server() -> None:
    async with bench() as at:
        at.urgent.left = 0
        for _ in range(LOSSES + 1):
            with pytest.raises(LanguageModelBusy):
                await at.model.ask("translate", TRANSLATE, most_tokens=200)
        at.urgent.left = 1
        assert (await at.model.ask("translate", TRANSLATE, most_tokens=200)).text
        assert at.book.outcomes == ["answered"]


async def test_whether_it_is_there() -> None:
    async with bench() as at:
        assert await at.model.models() == 1
        at.server.faults.add("models", "refuse", status=502)
        with pytest.raises(LanguageModelUnavailable):
            await at.model.models()
        at.server.faults.add("models", "junk")
        with pytest.raises(LanguageModelUnavailable):
            await at.model.models()


def test_the_sdk_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, affiche.app, affiche.cli.main; print('openai' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
