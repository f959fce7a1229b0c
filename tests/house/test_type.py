"""The fonts that are cut for our own pages, against the slices that they are cut from."""

import json
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from hatch_build import RECEIPT, Type, cut, intact, letters, slices_of, type_of

ROOT = Path(__file__).parents[2]
STYLES = ROOT / "src/affiche/web/static/css"
SHIPPED = type_of(ROOT)
assert SHIPPED
ORDER: Type = SHIPPED
SLICES = slices_of(ROOT / ORDER.source)
# Of several slices; ë and é are put together of others.
EN, KO = "Make it, élan ëë한", "만들기 어울림 한"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with few words, and its fonts."""
    root = tmp_path_factory.mktemp("project")
    (root / ORDER.source).parent.mkdir(parents=True)
    (root / ORDER.source).symlink_to(ROOT / ORDER.source)
    for language, text in (("en", EN), ("ko", KO)):
        folder = root / "src/affiche/texts" / language
        folder.mkdir(parents=True)
        (folder / "web.po").write_text(f'msgstr "{text}"\n', encoding="utf-8")
        (folder / "cli.po").write_text('msgstr "꿿"\n', encoding="utf-8")
    cut(root, ORDER)
    return root


def drawn(path: Path, letter: str, weight: int) -> list[float]:
    """The letter's width and outline at a weight, in units of a thousandth of its size."""
    font = instantiateVariableFont(TTFont(path), {"wght": weight})
    name = font.getBestCmap()[ord(letter)]
    points, _, _ = font["glyf"][name].getCoordinates(font["glyf"])
    return [*font["hmtx"].metrics[name], *(axis for point in points for axis in point)]


def test_each_letter_is_in_one_font_and_told_of_by_its_range(small: Path) -> None:
    folder = small / ORDER.dest
    held = {name: set(TTFont(folder / f"{name}.woff2").getBestCmap()) for name in ("en", "ko")}
    assert held["en"] == set(range(0x20, 0x7F)) | {ord(letter) for letter in EN}
    assert held["ko"] == {ord(letter) for letter in KO} - held["en"]
    sheet = (folder / "index.css").read_text(encoding="utf-8")
    for name, range_ in re.findall(r"url\(\./(\w+)\.woff2\).*?unicode-range: ([^;]+);", sheet):
        assert {int(code[2:], 16) for code in range_.split(",")} == held.pop(name)
    assert not held


@pytest.mark.parametrize(("name", "letter"), [("en", "M"), ("en", "é"), ("en", "한"), ("ko", "울")])
def test_a_letter_is_drawn_as_in_its_slice(small: Path, name: str, letter: str) -> None:
    whole = next(path for path in SLICES if ord(letter) in TTFont(path, lazy=True).getBestCmap())
    for weight in (300, 550, 800):
        here = drawn(small / ORDER.dest / f"{name}.woff2", letter, weight)
        # Rounded once more, when the weights beyond were cut off.
        assert here == pytest.approx(drawn(whole, letter, weight), abs=1.5)


def test_what_is_shipped_answers_to_its_order() -> None:
    assert intact(ROOT, ORDER)
    receipt = json.loads((ROOT / ORDER.dest / RECEIPT).read_text(encoding="utf-8"))
    assert set(receipt["letters"]) == {"en", "ko"}
    wanted = letters(ROOT, ORDER)
    assert "한" in wanted["en"]
    assert len(wanted["ko"]) > 400


def test_the_pages_are_set_in_weights_that_are_cut() -> None:
    low, high = ORDER.weights
    sheets = "".join(path.read_text(encoding="utf-8") for path in STYLES.glob("*.css"))
    named = {int(weight) for weight in re.findall(r"font-weight:\s*(\d+)", sheets)}
    assert named
    assert all(low <= weight <= high for weight in named)
