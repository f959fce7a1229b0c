"""What people are told: in both languages, with the same parameters, for every error."""

from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import PoFileError
from hatch_build import compile_texts
from tests.support.catalogues import TEXTS, catalogue, pages

from affiche import errors
from affiche.texts import LANGUAGES, Language, has, say

ROOT = Path(__file__).parents[2]


def tree(root: type[errors.AfficheError]) -> list[type[errors.AfficheError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in tree(child))]


def parameters(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_both_languages_hold_the_same_keys() -> None:
    korean, english = (set(catalogue(language)) for language in ("ko", "en"))
    assert korean == english
    assert korean


def test_a_sentence_takes_the_same_parameters_in_both_languages() -> None:
    korean, english = catalogue("ko"), catalogue("en")
    differing = {
        key: (parameters(korean[key]), parameters(english[key]))
        for key in korean.keys() & english.keys()
        if parameters(korean[key]) != parameters(english[key])
    }
    assert not differing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_and_each_takes_plain_names(language: Language) -> None:
    for key, sentence in catalogue(language).items():
        assert sentence.strip(), key
        assert all(name.isidentifier() for name in parameters(sentence)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_what_is_written(language: Language) -> None:
    for key, sentence in catalogue(language).items():
        names = {name: f"{{{name}}}" for name in parameters(sentence)}
        assert say(language, key, **names) == sentence.format(**names), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_holds_what_is_its_room_s_and_nothing_fuzzy(language: Language) -> None:
    for room, page in pages(language).items():
        assert not page.fuzzy
        for message in page:
            assert not message.id or (message.id.startswith(f"{room}.") and not message.fuzzy)


def test_a_key_that_no_page_holds_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("ko", "web.no.such")
    assert not has("web.no.such")


def written(folder: Path, room: str, *sentences: tuple[str, str]) -> None:
    lines = "".join(f'\nmsgid "{key}"\nmsgstr "{said}"\n' for key, said in sentences)
    (folder / f"{room}.po").write_text(f'msgid ""\nmsgstr ""\n{lines}', encoding="utf-8")


def test_texts_are_compiled_when_they_have_changed_and_never_with_a_key_twice(
    tmp_path: Path,
) -> None:
    folder = tmp_path / TEXTS.relative_to(ROOT) / "ko"
    folder.mkdir(parents=True)
    written(folder, "web", ("web.a", "하나"))
    compile_texts(tmp_path)
    made = folder.with_suffix(".mo").stat()
    compile_texts(tmp_path)
    assert folder.with_suffix(".mo").stat() == made
    written(folder, "web", ("web.a", "둘"))
    compile_texts(tmp_path)
    with folder.with_suffix(".mo").open("rb") as file:
        assert GNUTranslations(file).gettext("web.a") == "둘"
    written(folder, "web", ("web.a", "둘"), ("web.a", "셋"))
    with pytest.raises(ValueError, match="twice"):
        compile_texts(tmp_path)
    written(folder, "web")
    written(folder, "other", ("web.a", "둘"))
    written(folder, "third", ("web.a", "셋"))
    with pytest.raises(ValueError, match="twice"):
        compile_texts(tmp_path)
    (folder / "third.po").write_text('msgid "web.a\n', encoding="utf-8")
    with pytest.raises(PoFileError):
        compile_texts(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", tree(errors.AfficheError), ids=lambda kind: kind.__name__)
def test_every_error_has_its_sentence(kind: type[errors.AfficheError], language: Language) -> None:
    assert f"errors.{kind.code}.message" in catalogue(language)


def test_every_sentence_under_errors_is_some_error_s() -> None:
    codes = {kind.code for kind in tree(errors.AfficheError)}
    spoken = {key.split(".")[1] for key in catalogue("en") if key.startswith("errors.")}
    assert spoken <= codes


def test_an_error_s_status_is_one_of_http_s() -> None:
    assert all(400 <= kind.status <= 599 for kind in tree(errors.AfficheError))
