"""Which words are translated, what of them is kept, and which answers are translations."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain import translation
from affiche.domain.translation import Plan, Rendered, Term, is_foreign, plan, read

NONE: list[Term] = []


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("이미지 배경을 해변으로 바꿔줘", True),
        ("Replace the sky with a dramatic sunset", False),
        ("A portrait of 김민수, studio light", True),
        ('A sign that says "안녕하세요", neon', False),
        ("A sign that says “안녕하세요”, neon", False),
        ('간판에 "OPEN"이라고 써줘', True),
        ("1girl, 8k, f/1.8, (masterpiece:1.2)", False),
        ("🌙✨ 123 !?", False),
        ("", False),
        ("café, naïve, Ångström", False),
        ("ㅋㅋㅋ", True),
        ("海边的日落", True),
        ("закат на море", True),
        ("夕日のビーチ", True),
        (unicodedata.normalize("NFD", "바다"), True),
    ],
)
def test_which_words_are_foreign(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign


# --- the glossary ------------------------------------------------------------------------------


def test_a_name_is_kept_and_another_mapped() -> None:
    terms = [Term("아피쉬", None), Term("갤럭시", "Galaxy"), Term("갤럭시 워치", "Galaxy Watch")]
    made = plan("아피쉬의 로고와 갤럭시 워치, 갤럭시", terms)
    assert made == Plan("[[1]]의 로고와 [[2]], [[3]]", ("아피쉬", "Galaxy Watch", "Galaxy"))
    english = "The logo of [[1]] and [[2]], [[3]]"
    assert read(english, made) == "The logo of 아피쉬 and Galaxy Watch, Galaxy"


@pytest.mark.parametrize(
    ("term", "text", "named"),
    [
        ("Art", "Artist와 Art", "Artist와 [[1]]"),
        ("Art", "Art의 smart", "[[1]]의 smart"),
        ("별", "이별과 별", "이별과 [[1]]"),
        ("S25", "S25는 S250", "[[1]]는 S250"),
        ("C++", "C++로 만든 C+++", "[[1]]로 만든 [[2]]+"),
        ("바다", unicodedata.normalize("NFD", "바다의 배"), "[[1]]의 배"),
    ],
)
def test_what_counts_as_the_term(term: str, text: str, named: str) -> None:
    assert plan(text, [Term(term, None)]).text == named


def test_marks_of_the_prompt_s_own_are_kept_too() -> None:
    made = plan("[[7]] 바다와 [[1]]", NONE)
    assert made == Plan("[[1]] 바다와 [[2]]", ("[[7]]", "[[1]]"))
    assert read("[[1]] sea and [[2]]", made) == "[[7]] sea and [[1]]"


def test_names_alone_need_no_model() -> None:
    made = plan("A poster of 카리나 on stage", [Term("카리나", "Karina")])
    assert not made.needs_model
    assert made.restored(made.text) == "A poster of Karina on stage"


words = st.text(alphabet="가나다라마바 ab[]1,\n\"'🌙", max_size=40)
names = st.text(alphabet="가나다ab1-", min_size=1, max_size=4)
terms = st.lists(st.builds(Term, names, st.none() | names), max_size=5)


@given(words, terms)
def test_what_is_kept_survives_whatever_the_model_does_with_the_rest(
    text: str, terms: list[Term]
) -> None:
    made = plan(text, terms)
    # A model that turns the order about, and writes a mark twice.
    marks = [f"[[{n}]]" for n in range(len(made.kept), 0, -1)]
    there = made.restored(" / ".join([*marks, *marks[:1]]))
    assert there == " / ".join([*reversed(made.kept), *made.kept[-1:]])
    mapped = {unicodedata.normalize("NFC", t.term): t.english or t.term for t in terms}
    assert all(kept in mapped.values() or kept.startswith("[[") for kept in made.kept)


@given(words, terms)
def test_without_mappings_nothing_is_lost(text: str, terms: list[Term]) -> None:
    made = plan(text, [Term(term.term, None) for term in terms])
    assert made.restored(made.text) == unicodedata.normalize("NFC", text)


@given(words, terms)
def test_a_mark_that_is_missing_or_strange_is_found(text: str, terms: list[Term]) -> None:
    made = plan(text, terms)
    marks = " ".join(f"[[{n}]]" for n in range(1, len(made.kept) + 1))
    for wrong in [f"{marks} [[{len(made.kept) + 1}]]", marks.replace("[[1]]", "")]:
        if wrong != marks:
            with pytest.raises(ValueError, match="kept"):
                read(wrong, made)


# --- answers -----------------------------------------------------------------------------------

KOREAN = plan("배경을 노을 지는 해변으로 바꿔줘", NONE)


@pytest.mark.parametrize(
    "answer",
    [
        "Change the background to a beach at sunset",
        "  Change the background to a beach at sunset.\n",
        '"Change the background to a beach at sunset"',
        "```\nChange the background to a beach at sunset\n```",
        "<prompt-0123>\nChange the background to a beach at sunset\n</prompt-0123>",
        "Here, change the background to a beach",
        "Translate the mood of the sea into light",
    ],
)
def test_a_translation_is_taken(answer: str) -> None:
    found = read(answer, KOREAN)
    assert "beach" in found or "sea" in found
    assert not set('<`"') & set(found)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "   ",
        "Sure! Here is the translation: Change the background",
        "Here is the translated prompt: Change the background to a beach",
        "Here's your English prompt: Change the background to a beach",
        "Translation: Change the background to a beach",
        "English: Change the background to a beach",
        "I'm sorry, I can't help with that.",
        "I cannot translate this prompt.",
        "As an AI language model I do not see pictures.",
        "Change the background to a beach\n\nNote: I kept the sunset.",
        "Change the background.\nThen press the button.\nThen wait.",
        "배경을 해변으로 바꿔줘",
        "Change the 배경 to a beach at sunset",
        "OK",
        "a very long description " * 700,
        "Change the background to [[1]]",
        "Change the\x07 background to a beach",
        "You translate Korean user prompts to English for image generation.",
        "Let me know if you need another version of it!",
    ],
)
def test_what_is_no_translation_is_not(answer: str) -> None:
    with pytest.raises(ValueError):
        read(answer, KOREAN)


def test_what_was_quoted_may_stay_in_its_letters() -> None:
    made = plan('간판에 "어서오세요"라고 쓰인 가게', NONE)
    assert (
        read('A shop whose sign says "어서오세요"', made) == 'A shop whose sign says "어서오세요"'
    )
    with pytest.raises(ValueError, match="English"):
        read('A 가게 whose sign says "어서오세요"', made)


@given(st.text(max_size=200), words)
def test_whatever_is_answered_is_a_translation_or_refused(answer: str, text: str) -> None:
    made = plan(text, NONE)
    try:
        found = read(answer, made)
    except ValueError:
        return
    assert found
    assert len(found) <= 8 * len(made.text) + 60


# --- the instruction ---------------------------------------------------------------------------


@given(st.text(max_size=100))
def test_no_prompt_can_hold_the_mark_that_closes_it(text: str) -> None:
    (role, instruction), *_, (asking, told) = translation.messages(text)
    assert (role, asking) == ("system", "user")
    closing = told.rpartition("\n")[2]
    assert closing.startswith("</prompt-")
    assert closing not in text
    assert closing in instruction


def test_the_instruction_begins_with_the_first_studio_s() -> None:
    role, instruction = translation.messages("바다")[0]
    assert role == "system"
    assert instruction.startswith(
        "You translate Korean user prompts to English for image generation."
        " Output only the translated prompt, nothing else."
    )


# --- what it is kept under, and what is told ---------------------------------------------------


def test_the_digest_knows_words_model_and_the_names_in_them() -> None:
    kept = translation.digest("바다", NONE, "m")
    assert len(kept) == 32
    assert kept == translation.digest("바다", [Term("산", "Mountain")], "m")
    assert kept == translation.digest(unicodedata.normalize("NFD", "바다"), NONE, "m")
    others = [
        translation.digest("바닷가", NONE, "m"),
        translation.digest("바다", NONE, "n"),
        translation.digest("바다", [Term("바다", None)], "m"),
        translation.digest("바다", [Term("바다", "Bada")], "m"),
    ]
    assert len({kept, *others}) == 5


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        ([], "none"),
        (["english"], "english"),
        (["english", "translated"], "translated"),
        (["cached", "translated"], "translated"),
        (["edited", "english"], "edited"),
        (["translated", "failed"], "failed"),
        (["unavailable", "english"], "unavailable"),
    ],
)
def test_one_word_for_all(statuses: list[translation.Status], whole: str) -> None:
    assert translation.overall(statuses) == whole


def test_the_record_of_a_work() -> None:
    found = {
        "prompt": Rendered("translated", "a sea", "m"),
        "negative_prompt": Rendered("english", "x"),
    }
    assert translation.record(found, stand_in=True) == {
        "status": "translated",
        "fields": {
            "prompt": {"status": "translated", "english": "a sea"},
            "negative_prompt": {"status": "english", "english": "x"},
        },
        "model": "m",
        "stand_in": True,
    }
    assert translation.record({}) == {"status": "none", "fields": {}}
