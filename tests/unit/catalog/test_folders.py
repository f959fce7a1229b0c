"""A template that is written out is read again as the same version."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affiche.catalog import catalog, folders
from affiche.catalog.definitions import template_from
from affiche.domain.templates import Template, definition


def read_again(template: Template, folder: Path) -> Template:
    own = folder / template.slug
    own.mkdir(exist_ok=True)
    for name, data in folders.files(template).items():
        (own / name).write_bytes(data)
    return catalog.load(own)


@pytest.mark.parametrize("template", catalog.shipped(), ids=lambda each: each.slug)
def test_every_shipped_template_comes_back(template: Template, tmp_path: Path) -> None:
    assert read_again(template, tmp_path) == template


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    words=st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable()),
    hidden=st.sampled_from(["\x7f", "\t\n", '"""', "\\", "'", "\u2028", "{{x}}"]),
    price=st.integers(0, 2**40),
)
def test_words_and_numbers_come_back_as_they_were(
    words: str, hidden: str, price: int, tmp_path: Path
) -> None:
    told = definition(catalog.shipped()[0])
    told |= {"title": {"ko": words + hidden, "en": hidden + words}, "credits": price}
    made = template_from(told)
    assert read_again(made, tmp_path) == made
