"""What a work's end tells its user: once, in their words, in the same transaction."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, ask, deliver, job, user, value, work

from affiche.texts import say

ENDS = ("completed", "failed", "cancelled")


def told(service: Connection[Any], user_id: UUID) -> list[dict[str, Any]]:
    query = "SELECT * FROM notifications WHERE user_id = %s ORDER BY id"
    return service.cursor(row_factory=dict_row).execute(query, (user_id,)).fetchall()


def end(service: Connection[Any], work_id: UUID, status: str) -> None:
    if status == "completed":
        service.execute("UPDATE works SET status = 'taken' WHERE id = %s", (work_id,))
        service.execute("UPDATE works SET status = 'processing' WHERE id = %s", (work_id,))
    service.execute("UPDATE works SET status = %s WHERE id = %s", (status, work_id))


def speaks(service: Connection[Any], user_id: UUID, language: str) -> None:
    service.execute("UPDATE users SET language = %s WHERE id = %s", (language, user_id))


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("status", ENDS)
def test_each_end_by_hand_is_told_in_the_user_s_language(
    service: Connection[Any], status: str, language: str
) -> None:
    """And in the very sentences that the pages use."""
    someone = user(service, "someone")
    speaks(service, someone, language)
    own = work(service, someone)
    service.execute(
        "UPDATE works SET input_data = %s WHERE id = %s", (Jsonb({"prompt": "해변의 노을"}), own)
    )
    end(service, own, status)
    (found,) = told(service, someone)
    assert found["type"] == f"work.{status}"
    assert found["work_id"] == own
    assert found["title"] == say(language, f"notifications.title.{status}")  # type: ignore[arg-type]
    unexplained = say(language, "notifications.unexplained")  # type: ignore[arg-type]
    assert found["message"] == (unexplained if status == "failed" else "해변의 노을")
    assert found["read_at"] is None
    assert found["data"] == {"words": "해변의 노을", "credits_refunded": 0}


def test_no_other_move_is_told(service: Connection[Any]) -> None:
    someone = user(service, "someone")
    own = work(service, someone)
    for status in ("taken", "processing", "pending", "taken", "processing"):
        service.execute("UPDATE works SET status = %s WHERE id = %s", (status, own))
    service.execute("UPDATE works SET progress = '{}', title = 'x' WHERE id = %s", (own,))
    assert told(service, someone) == []


def test_a_step_that_fails_says_why_and_keeps_what_it_takes_to_say_it_otherwise(
    service: Connection[Any],
) -> None:
    someone = user(service, "someone")
    mine = job(service, own := work(service, someone))
    service.execute(
        "UPDATE generation_jobs SET status = 'failed', error_code = 'run_timed_out',"
        " error_params = %s, error_message = '6분이 지나 멈췄습니다.' WHERE id = %s",
        (Jsonb({"minutes": 6, "detail": "a secret of the engine"}), mine),
    )
    (found,) = told(service, someone)
    assert (found["work_id"], found["message"]) == (own, "6분이 지나 멈췄습니다.")
    assert found["data"]["error_code"] == "run_timed_out"
    assert found["data"]["error_params"] == {"minutes": 6}


def test_a_delivered_picture_is_told_and_its_events_come_in_order(service: Connection[Any]) -> None:
    someone = user(service, "someone")
    own = ask(service, someone)
    row = service.execute(
        "UPDATE generation_jobs SET status = 'taken' WHERE work_id = %s RETURNING id, token", (own,)
    ).fetchone()
    assert row is not None
    service.execute("UPDATE generation_jobs SET status = 'processing' WHERE id = %s", (row[0],))
    assert deliver(service, *row) == 1
    (found,) = told(service, someone)
    assert found["type"] == "work.completed"
    events = service.execute(
        "SELECT type, data ->> 'notification_id' FROM events WHERE user_id = %s ORDER BY id",
        (someone,),
    ).fetchall()
    assert events[-2:] == [("work.completed", None), ("notification.created", str(found["id"]))]


def test_a_work_that_is_tried_again_is_told_of_twice_as_two_works(
    service: Connection[Any],
) -> None:
    someone = user(service, "someone")
    first = work(service, someone)
    end(service, first, "failed")
    again = value(
        service,
        "INSERT INTO works (user_id, template_id, retry_of) VALUES (%s, %s, %s) RETURNING id",
        *(someone, TEMPLATE, first),
    )
    end(service, again, "completed")
    assert [(n["work_id"], n["type"]) for n in told(service, someone)] == [
        (first, "work.failed"),
        (again, "work.completed"),
    ]


def test_what_is_rolled_back_was_never_told(service: Connection[Any]) -> None:
    someone = user(service, "someone")
    own = work(service, someone)
    with service.transaction(force_rollback=True):
        end(service, own, "failed")
        assert len(told(service, someone)) == 1
    assert told(service, someone) == []


def test_of_many_that_one_statement_ends_each_is_told(service: Connection[Any]) -> None:
    someone = user(service, "someone")
    for _ in range(30):
        work(service, someone)
    service.execute("UPDATE works SET status = 'cancelled' WHERE user_id = %s", (someone,))
    found = told(service, someone)
    assert len({n["work_id"] for n in found}) == len(found) == 30


def test_who_cancels_knows_and_who_is_cancelled_is_told(
    service: Connection[Any], connect: Connect
) -> None:
    someone = user(service, "someone")
    own, by_hand = work(service, someone), work(service, someone)
    person = connect("authenticated", someone)
    assert value(person, "SELECT status FROM cancel_work(%s)", own) == "cancelled"
    end(service, by_hand, "cancelled")
    mine, theirs = told(service, someone)
    assert mine["read_at"] is not None
    assert theirs["read_at"] is None


def test_the_seed_s_statement_reads_the_last_five(
    service: Connection[Any], connect: Connect
) -> None:
    someone = user(service, "someone")
    ids = [work(service, someone) for _ in range(7)]
    for each in ids:
        end(service, each, "failed")
    rows = (
        connect("authenticated", someone)
        .execute(
            "SELECT type, title, message, created_at FROM notifications WHERE user_id = %s"
            " ORDER BY created_at DESC LIMIT 5",
            (someone,),
        )
        .fetchall()
    )
    assert len(rows) == 5
    assert sorted((row[3] for row in rows), reverse=True) == [row[3] for row in rows]


# --- reading and deleting ---------------------------------------------------------------------


def test_reading_is_one_s_own_and_is_heard(service: Connection[Any], connect: Connect) -> None:
    someone, other = user(service, "someone"), user(service, "other")
    for _ in range(3):
        end(service, work(service, someone), "failed")
    first, second, third = (n["id"] for n in told(service, someone))
    me, them = connect("authenticated", someone), connect("authenticated", other)
    assert value(them, "SELECT read_notifications()") == 0
    assert value(them, "SELECT read_notifications(%s)", first) == 0
    assert value(them, "SELECT delete_notification(%s)", first) is False
    assert [n["read_at"] for n in told(service, someone)] == [None] * 3
    assert value(me, "SELECT read_notifications(%s)", third) == 1
    assert value(me, "SELECT read_notifications(%s)", third) == 0
    # Up to the second: as if the third had come meanwhile.
    assert value(me, "SELECT read_notifications(newest => %s)", second) == 2
    assert value(me, "SELECT delete_notification(%s)", first) is True
    assert value(me, "SELECT delete_notification(%s)", first) is False
    kinds = service.execute(
        "SELECT type FROM events WHERE user_id = %s AND type ~ '^notification' ORDER BY id DESC"
        " LIMIT 3",
        (someone,),
    ).fetchall()
    assert [k for (k,) in kinds] == [
        "notification.deleted",
        "notification.read",
        "notification.read",
    ]


def test_nobody_reads_who_is_not_signed_in(connect: Connect) -> None:
    anon, nobody = connect("anon"), connect("authenticated")
    for query in ("SELECT read_notifications()", f"SELECT delete_notification('{uuid4()}')"):
        with pytest.raises(InsufficientPrivilege):
            anon.execute(query)
    assert value(nobody, "SELECT read_notifications()") == 0


# --- the outbox -------------------------------------------------------------------------------


def want(service: Connection[Any], user_id: UUID, channel: str, *types: str) -> None:
    service.execute(
        "INSERT INTO message_channels (user_id, channel, types) VALUES (%s, %s, %s)",
        (user_id, channel, list(types)),
    )


def test_what_goes_out_is_what_was_chosen(service: Connection[Any]) -> None:
    someone, quiet = user(service, "someone"), user(service, "quiet")
    want(service, someone, "email", "work.failed")
    want(service, someone, "push", "work.failed", "work.completed")
    for person in (someone, quiet):
        for status in ENDS:
            end(service, work(service, person), status)
    rows = service.execute(
        "SELECT o.channel, n.type FROM outbox o JOIN notifications n ON n.id = o.notification_id"
        " WHERE o.user_id = ANY (%s) ORDER BY 1, 2",
        ([someone, quiet],),
    ).fetchall()
    assert rows == [
        ("email", "work.failed"),
        ("push", "work.completed"),
        ("push", "work.failed"),
    ]


def test_nobody_is_called_for_what_they_did_themselves(
    service: Connection[Any], connect: Connect
) -> None:
    someone = user(service, "someone")
    want(service, someone, "email", "work.cancelled")
    own = work(service, someone)
    connect("authenticated", someone).execute("SELECT FROM cancel_work(%s)", (own,))
    query = "SELECT count(*) FROM outbox WHERE user_id = %s"
    assert value(service, query, someone) == 0
    end(service, work(service, someone), "cancelled")
    assert value(service, query, someone) == 1


def test_people_read_of_their_channels_what_they_chose(
    service: Connection[Any], connect: Connect
) -> None:
    someone = user(service, "someone")
    want(service, someone, "push", "work.failed")
    service.execute(
        "INSERT INTO browsers (user_id, endpoint, p256dh, auth) VALUES (%s, %s, 'p', 'a')",
        (someone, f"https://push.example/{uuid4()}"),
    )
    me = connect("authenticated", someone)
    assert value(me, "SELECT channel FROM message_channels") == "push"
    assert value(me, "SELECT count(id) FROM browsers") == 1
    for hidden in ("SELECT auth FROM browsers", "SELECT endpoint FROM browsers"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            me.execute(hidden)
    become(me, "authenticated", uuid4())
    assert value(me, "SELECT count(id) FROM browsers") == 0


def test_what_is_returned_is_said(service: Connection[Any]) -> None:
    someone = user(service, "someone")
    speaks(service, someone, "en")
    service.execute("UPDATE credit_rules SET charging = true")
    try:
        service.execute("UPDATE users SET subscription_credits = 9 WHERE id = %s", (someone,))
        own = work(service, someone, outputs=3)
    finally:
        service.execute("UPDATE credit_rules SET charging = false")
    used = value(service, "SELECT credits_used FROM works WHERE id = %s", own)
    assert used > 0
    end(service, own, "failed")
    (found,) = told(service, someone)
    assert found["data"]["credits_refunded"] == used
    assert found["message"] == f"Something went wrong. Credits returned: {used}."
