"""A work's end reaches a real receiver, signed; and whatever goes wrong is written down."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web
from standardwebhooks import WebhookVerificationError
from tests.fetch.servers import Names
from tests.support.studios import ask, ended
from tests.webhooks.conftest import come_due, sent
from tests.webhooks.receivers import Receiver, receiving

from affiche.domain.webhooks import PAUSES, TYPES
from affiche.pipeline.crew import Crew
from affiche.pipeline.webhooks import Webhooks
from affiche.studio import webhooks, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.studio.webhooks import Webhook

Made = tuple[Webhook, str]


async def only(studio: Studio, caller: Caller, made: Webhook) -> webhooks.Delivery:
    found = await webhooks.deliveries(studio, caller, made.id, before=None, limit=10)
    assert len(found) == 1
    return found[0]


async def reasons(studio: Studio, caller: Caller, made: Webhook) -> list[int | str | None]:
    delivery = await only(studio, caller, made)
    _, attempts = await webhooks.delivery(studio, caller, made.id, delivery.id)
    return [each.status_code or each.reason for each in attempts]


async def test_a_completed_work_is_told_with_its_picture(
    studio: Studio, alice: Caller, crew: Crew, picture: File, made: Made, receiver: Receiver
) -> None:
    webhook, secret = made
    work = await ask(studio, alice, picture)
    await ended(studio, alice, work.id)
    (message,) = await receiver.got(1)
    told = message.verified(secret)
    assert told["type"] == "work.completed"
    data = told["data"]
    assert (data["work_id"], data["status"]) == (str(work.id), "completed")
    assert (data["template"], data["number"]) == ("klein-i2i", work.number)
    assert data["links"]["work"] == f"https://studio.example/v1/works/{work.id}"
    (shown,) = data["links"]["pictures"]
    assert shown["url"].startswith("https://studio.example/o/works/")
    assert shown["mime_type"] == "image/png"
    for _ in range(100):
        if (await only(studio, alice, webhook)).status == "delivered":
            break
        await asyncio.sleep(0.02)
    delivery = await only(studio, alice, webhook)
    assert (delivery.status, delivery.attempts) == ("delivered", 1)
    assert message.id == f"msg_{delivery.id.hex}"
    with pytest.raises(WebhookVerificationError):
        message.verified("whsec_" + "A" * 43 + "=")


async def test_only_what_is_asked_for_is_told(
    studio: Studio, alice: Caller, picture: File, receiver: Receiver
) -> None:
    every, _ = await webhooks.make(studio, alice, receiver.url, types=TYPES)
    created, _ = await webhooks.make(studio, alice, receiver.url, types=["work.created"])
    ends, _ = await webhooks.make(studio, alice, receiver.url)
    off, _ = await webhooks.make(studio, alice, receiver.url, types=TYPES)
    await webhooks.change(studio, alice, off.id, is_active=False)
    work = await ask(studio, alice, picture)
    await works.cancel(studio, alice, work.id)

    async def told(webhook: Webhook) -> list[str]:
        found = await webhooks.deliveries(studio, alice, webhook.id, before=None, limit=10)
        return [each.type for each in found if each.type.startswith("work.")][::-1]

    assert await told(every) == ["work.created", "work.cancelled"]
    assert await told(created) == ["work.created"]
    assert await told(ends) == ["work.cancelled"]
    assert await told(off) == []


async def test_what_is_taken_back_is_never_told(
    studio: Studio, alice: Caller, made: Made, picture: File
) -> None:
    """The message is of the transaction of what happened."""
    work = await ask(studio, alice, picture)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE works SET status = 'cancelled' WHERE id = %s", (work.id,)
        )
        cursor = await service.connection.execute("SELECT count(*) FROM webhook_deliveries")
        assert await cursor.fetchone() == (1,)
        for each in ("ROLLBACK", "BEGIN"):
            await service.connection.execute(each)
    assert await webhooks.deliveries(studio, alice, made[0].id, before=None, limit=9) == []


async def test_a_receiver_that_fails_is_tried_until_it_does_not(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    webhook, secret = made
    answers = [web.Response(status=500, text="아직"), web.Response(status=503), web.Response()]
    receiver.answer = lambda n: answers[n]
    await webhooks.try_out(studio, alice, webhook.id)
    service = Webhooks(studio)
    for count in (1, 2):
        assert await sent(service) == 1
        # Nothing is due before its time.
        assert await sent(service) == 0
        delivery = await only(studio, alice, webhook)
        assert (delivery.status, delivery.attempts) == ("pending", count)
        left = delivery.next_at - studio.now()
        assert left < PAUSES[count - 1]
        await come_due(studio.database)
        assert webhooks.state(studio, await webhooks.get(studio, alice, webhook.id)) == "failing"
    assert await sent(service) == 1
    assert (await only(studio, alice, webhook)).status == "delivered"
    assert webhooks.state(studio, await webhooks.get(studio, alice, webhook.id)) == "on"
    first, *others = receiver.messages
    assert {each.id for each in others} == {first.id}
    assert [each.verified(secret)["type"] for each in receiver.messages] == ["webhook.test"] * 3
    assert await reasons(studio, alice, webhook) == [500, 503, 200]
    _, attempts = await webhooks.delivery(
        studio, alice, webhook.id, (await only(studio, alice, webhook)).id
    )
    assert attempts[0].answer == "아직"


async def test_a_message_is_given_up_after_its_last_attempt_and_sent_again_by_hand(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    webhook, _ = made
    receiver.answer = lambda _: web.Response(status=500)
    await webhooks.try_out(studio, alice, webhook.id)
    service = Webhooks(studio)
    for _ in range(len(PAUSES) + 1):
        assert await sent(service) == 1
        await come_due(studio.database)
    assert await sent(service) == 0
    given_up = await only(studio, alice, webhook)
    assert (given_up.status, given_up.attempts) == ("failed", len(PAUSES) + 1)
    # One bad day is no reason to put it off.
    assert (await webhooks.get(studio, alice, webhook.id)).is_active
    receiver.answer = lambda _: web.Response()
    again = await webhooks.redeliver(studio, alice, webhook.id, given_up.id)
    assert again.status == "pending"
    assert await sent(service) == 1
    assert (await only(studio, alice, webhook)).status == "delivered"
    assert {each.id for each in receiver.messages} == {f"msg_{given_up.id.hex}"}
    # And once more what came through already.
    await webhooks.redeliver(studio, alice, webhook.id, given_up.id)
    assert await sent(service) == 1


async def test_a_webhook_that_fails_for_days_is_put_off_and_says_so(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    webhook, _ = made
    receiver.answer = lambda _: web.Response(status=500)
    await webhooks.try_out(studio, alice, webhook.id)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE webhooks SET failing_since = now() - interval '4 days'"
        )
        await service.connection.execute(
            "UPDATE webhook_deliveries SET attempts = %s", (len(PAUSES),)
        )
    await sent(Webhooks(studio))
    found = await webhooks.get(studio, alice, webhook.id)
    assert (found.is_active, found.off_because) == (False, "failing")
    assert webhooks.state(studio, found) == "failing"
    on = await webhooks.change(studio, alice, webhook.id, is_active=True)
    assert (on.off_because, on.failing_since) == (None, None)


async def test_who_says_that_it_is_gone_is_sent_nothing_more(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    webhook, _ = made
    receiver.answer = lambda _: web.Response(status=410)
    await webhooks.try_out(studio, alice, webhook.id)
    await sent(Webhooks(studio))
    found = await webhooks.get(studio, alice, webhook.id)
    assert (found.is_active, webhooks.state(studio, found)) == (False, "gone")
    with pytest.raises(webhooks.WebhookOff):
        await webhooks.try_out(studio, alice, webhook.id)


async def test_a_redirect_to_a_private_place_is_not_followed(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    async with receiving() as inside:
        receiver.answer = lambda _: web.Response(status=307, headers={"Location": inside.url})
        await webhooks.try_out(studio, alice, made[0].id)
        await sent(Webhooks(studio))
        assert await reasons(studio, alice, made[0]) == [307]
        assert inside.messages == []


async def test_nobody_there_and_an_answer_that_breaks_off(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await webhooks.change(studio, alice, made[0].id, url=f"http://127.0.0.1:{port}/")
    await webhooks.try_out(studio, alice, made[0].id)
    service = Webhooks(studio)
    await sent(service)
    server.close()
    await server.wait_closed()
    await come_due(studio.database)
    await sent(service)
    assert await reasons(studio, alice, made[0]) == ["broken_off", "unreachable"]


async def test_who_does_not_answer_is_not_waited_for(
    studio: Studio,
    alice: Caller,
    made: Made,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("affiche.pipeline.webhooks.SECONDS", 0.3)
    receiver.seconds = 5.0
    await webhooks.try_out(studio, alice, made[0].id)
    await sent(Webhooks(studio))
    assert await reasons(studio, alice, made[0]) == ["slow"]


async def test_of_a_huge_answer_the_first_part_is_read_and_kept(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    receiver.answer = lambda _: web.Response(body=b"\x00\xffx" * 5_000_000)
    await webhooks.try_out(studio, alice, made[0].id)
    await sent(Webhooks(studio))
    delivery = await only(studio, alice, made[0])
    _, (attempt,) = await webhooks.delivery(studio, alice, made[0].id, delivery.id)
    assert (delivery.status, attempt.status_code) == ("delivered", 200)
    assert len(attempt.answer) == 1024
    assert "\x00" not in attempt.answer


async def test_a_name_that_leads_elsewhere_the_next_time_gains_nothing(
    studio: Studio, alice: Caller, made: Made
) -> None:
    """Judged when it is connected to, and connected to what was judged."""
    async with receiving() as inside:
        # At first public, as when it was made; by the time of sending, the studio's own machine.
        names = Names(hook=[["127.0.0.1"]])
        url = f"https://hook.example:{inside.port}/"
        await webhooks.change(studio, alice, made[0].id, url=url)
        await webhooks.try_out(studio, alice, made[0].id)
        await sent(Webhooks(studio, resolver=names))
        assert names.asked == ["hook.example"]
        assert await reasons(studio, alice, made[0]) == ["address"]
        assert inside.messages == []


async def test_what_was_sent_and_not_written_down_is_sent_again(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    """A process dies between the two: twice is allowed, never is not."""
    webhook, _ = made
    await webhooks.try_out(studio, alice, webhook.id)
    dying = Webhooks(studio)
    assert await dying.begin() == 1
    await receiver.got(1)
    for task in list(dying.under_way):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with studio.database.as_service() as service:
        # Unless it had just written it down.
        await service.connection.execute(
            "UPDATE webhook_deliveries SET status = 'pending', ended_at = NULL"
        )
    other = Webhooks(studio)
    assert await sent(other) == 0
    await come_due(studio.database)
    assert await sent(other) == 1
    first, second = await receiver.got(2)
    assert first.id == second.id
    assert (await only(studio, alice, webhook)).status == "delivered"


async def test_two_processes_do_not_send_the_same(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    for _ in range(8):
        await webhooks.try_out(studio, alice, made[0].id)
    processes = [Webhooks(studio) for _ in range(4)]
    while sum(await asyncio.gather(*(sent(each) for each in processes))):
        pass
    assert len({each.id for each in receiver.messages}) == len(receiver.messages) == 8


async def test_a_slow_one_does_not_stand_before_the_others(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    receiver.seconds = 1.0
    for _ in range(40):
        await webhooks.try_out(studio, alice, made[0].id)
    async with receiving() as quick:
        other, _ = await webhooks.make(studio, alice, quick.url)
        await webhooks.try_out(studio, alice, other.id)
        service = Webhooks(studio)
        await service.begin()
        await quick.got(1)
        assert len(receiver.messages) <= 4
        for task in list(service.under_way):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_both_secrets_sign_while_one_is_changed(
    studio: Studio, alice: Caller, made: Made, receiver: Receiver
) -> None:
    webhook, old = made
    rotated, new = await webhooks.rotate(studio, alice, webhook.id)
    assert new != old
    assert rotated.previous_until is not None
    service = Webhooks(studio)
    await webhooks.try_out(studio, alice, webhook.id)
    await sent(service)
    (message,) = receiver.messages
    assert message.verified(old) == message.verified(new)
    # When the time is over the new one signs alone.
    await webhooks.rotate(studio, alice, webhook.id, overlap=timedelta(0))
    await webhooks.try_out(studio, alice, webhook.id)
    await sent(service)
    with pytest.raises(WebhookVerificationError):
        receiver.messages[-1].verified(new)
