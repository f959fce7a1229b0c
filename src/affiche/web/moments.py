"""Times, durations and sizes as people read them."""

from datetime import UTC, datetime, timedelta

from affiche.texts import Language, say


def ago(language: Language, then: datetime, now: datetime) -> str:
    """How long ago, up to a week; then the day."""
    passed = max(timedelta(), now - then)
    if passed < timedelta(minutes=1):
        return say(language, "web.time.now")
    if passed < timedelta(hours=1):
        return say(language, "web.time.minutes_ago", n=int(passed.total_seconds() // 60))
    if passed < timedelta(days=1):
        return say(language, "web.time.hours_ago", n=int(passed.total_seconds() // 3600))
    if passed < timedelta(days=7):
        return say(language, "web.time.days_ago", n=passed.days)
    return say(language, "web.time.day", year=then.year, month=then.month, day=then.day)


def moment(then: datetime) -> str:
    """2026-11-22 07:04 UTC, which is the same for all who read it."""
    return f"{then.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(language: Language, passed: timedelta) -> str:
    """2.3 s under ten seconds, 42 s under a minute, then 1 min 12 s."""
    seconds = max(0.0, passed.total_seconds())
    if seconds < 9.95:
        return say(language, "web.time.seconds", n=f"{seconds:.1f}")
    if seconds < 59.5:
        return say(language, "web.time.seconds", n=round(seconds))
    minutes, rest = divmod(round(seconds), 60)
    return say(language, "web.time.minutes", n=minutes, s=rest)


def size(octets: int) -> str:
    """Bytes as 840 KB or 1.2 MB."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} KB"
    return f"{octets / 1_000_000:.1f} MB"
