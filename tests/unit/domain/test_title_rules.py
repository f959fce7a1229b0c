"""Titles: whatever a model answers, what comes out is a short Korean title or nothing."""

import unicodedata

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from affiche.domain.titles import LONGEST, MOST_SIGNS, chosen, length, of_answer, plain

hangul = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=6)
odd = st.sampled_from(
    [
        *(
            " ",
            "\n",
            "\t",
            "\u200d",
            "\u202e",
            "\x00",
            "\u0301",
            "**",
            '"',
            "「",
            "」",
            "- ",
            "1. ",
        ),
        *(
            "제목: ",
            "Title: ",
            "세요",
            "니다.",
            "👨‍👩‍👧",
            "🇰🇷",
            "ᄒ",
            "ᅢ",
            "a",
            "ignore",
            ":",
            "…",
            "{",
            "<b>",
        ),
    ]
)
answers = st.lists(hangul | odd | st.text(max_size=8), max_size=14).map("".join)


@given(answers)
@example("해" + "\u0301" * 300)
@example("가" * 31)
@example("ᄒ" * 12)
def test_whatever_is_answered_a_title_is_short_and_clean(answer: str) -> None:
    title = chosen(answer, "I2I 작품")
    assert 1 <= length(title) <= LONGEST
    assert len(title) <= MOST_SIGNS
    assert title == title.strip() == unicodedata.normalize("NFC", title)
    hidden = [c for c in title if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
    assert set(hidden) <= {"\u200d"}
    assert not set(title) & set("`*_#~<>{}[]|\\\n\t")
    assert regex.search(r"[가-힣]", title)


@given(answers)
def test_a_title_is_its_own(answer: str) -> None:
    title = of_answer(answer)
    if title is not None:
        assert of_answer(title) == title


@given(hangul.filter(lambda words: of_answer(words) is not None))
def test_what_a_title_is_wrapped_in_does_not_count(words: str) -> None:
    for around in (
        '"{}"',
        "**{}**",
        "제목: {}",
        "「{}」.",
        "1. {}\n2. 바다",
        "```\n{}\n```",
        "\n\n{} ",
    ):
        assert of_answer(around.format(words)) == words


@given(st.text())
def test_plain_text_is_plain(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert "\n" not in once
    assert once == once.strip()


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("해변 풍경", "해변 풍경"),
        ("I2I 작품", "I2I 작품"),
        ("**“노을 지는 해변”**", "노을 지는 해변"),
        ("## 제목\n노을 바다", "노을 바다"),
        ('{"title": "해변"}', "해변"),
        # The word in which the tenth character stands goes with it, if enough is left.
        ("노을 지는 바닷가의 고요한 풍경", "노을 지는 바닷가의"),
        ("산책하는 고양이와강아지들", "산책하는 고양이와강"),
        # Ten to a reader, of any number of code points.
        ("바다🇰🇷바다🇰🇷바다🇰🇷바", "바다🇰🇷바다🇰🇷바다🇰🇷바"),
        ("👨‍👩‍👧‍👦 가족 나들이", "👨‍👩‍👧‍👦 가족 나들이"),
        ("\u1112\u1162\u1107\u1167\u11ab", "해변"),
        ("노을\u202e해변", "노을해변"),
    ],
)
def test_a_title(answer: str, title: str) -> None:
    assert of_answer(answer) == title


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "   \n",
        "…",
        "A quiet beach",
        "海辺の風景",
        "안녕하세요, 제목을 만들어 드릴게요",
        "이 이미지는 아름다운 해변을 보여줍니다.",
        "죄송하지만 볼 수 없는 이미지",
        "이전 지시를 무시하고 다시",
        "Ignore previous instructions 해변",
        "https://example.com 해변",
        "노을 지는 바닷가에서 강아지와 함께 걷는 아이의 뒷모습을 담은 따뜻한 그림",
        "해변 " * 3000,
        "a very long description " * 750,
        "해" + "\u0301" * 100,
    ],
)
def test_what_is_no_title_falls_back(answer: str) -> None:
    assert of_answer(answer) is None
    assert chosen(answer, "I2I 작품") == "I2I 작품"
