"""The painter: the same picture for the same wish, another one for every other."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st

import affiche.catalog
from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.painter import colours, painter, subject, words
from affiche.emulators.comfyui.painter.painting import Painting

SAMPLES = Path(affiche.catalog.__file__).parent / "samples"
PHOTO = pixels.load(SAMPLES / "cup.jpg").thumbnail_image(320).copy_memory()
BASE = Painting(160, 112, "노을 지는 해변", seed=7, references=(PHOTO,))


def data(painting: Painting) -> bytes:
    return bytes(painter.paint(painting).write_to_memory())


def difference(one: Painting, other: Painting) -> float:
    """Mean distance of two pictures, in 8-bit steps."""
    return float((painter.paint(one) - painter.paint(other)).abs().avg())


@pytest.mark.parametrize("references", [(), (PHOTO,)], ids=["alone", "with a photograph"])
def test_the_same_painting_gives_the_same_bytes(references: tuple[pyvips.Image, ...]) -> None:
    painting = replace(BASE, references=references)
    assert data(painting) == data(painting)


OTHERS = {
    "prompt": {"prompt": "눈 덮인 산"},
    "a word no family knows": {"prompt": "노을 지는 해변 zzz"},
    "negative": {"negative": "sunset", "cfg": 5.0},
    "seed": {"seed": 8},
    "seed by 2^32": {"seed": 7 + 2**32},
    "steps": {"steps": 20},
    "few steps": {"steps": 1},
    "cfg": {"cfg": 2.0},
    "guidance": {"guidance": 2.0},
    "lora": {"loras": (("ink.safetensors", 0.8),)},
    "style": {"styles": ((pixels.solid(8, 8, 20, 160, 60), 1.0),)},
    "no reference": {"references": ()},
    "another reference": {"references": (pixels.solid(50, 40, 10, 90, 200),)},
    "a second reference": {"references": (PHOTO, pixels.solid(8, 8, 20, 160, 60))},
}


@pytest.mark.parametrize("change", OTHERS)
def test_every_wish_changes_the_picture(change: str) -> None:
    base = replace(BASE, cfg=5.0)
    assert difference(base, replace(base, **OTHERS[change])) > 0.3


@pytest.mark.parametrize(
    "prompt",
    [
        "beach sunset", "호수의 새벽", "mountain", "눈 내리는 숲", "비 오는 밤 도시 네온", "desert",
        "우주", "minimal studio", "봄 벚꽃 들판", "가을 하늘", "흑백 빈티지", "gold pastel", "",
        "zxcv", "안개 낀 산", "red and white", "검정 스튜디오", "Ω≈ç√ 🙂",
    ],
)  # fmt: skip
@pytest.mark.parametrize("references", [(), (PHOTO,)], ids=["alone", "with a photograph"])
def test_every_place_is_a_picture(prompt: str, references: tuple[pyvips.Image, ...]) -> None:
    image = painter.paint(Painting(96, 128, prompt, references=references))
    assert (image.width, image.height, image.bands, image.format) == (96, 128, 3, "uchar")
    assert image.interpretation == "srgb"
    assert image.colourspace("b-w").deviate() > 6, "not a flat field"


@settings(max_examples=15, deadline=None)
@given(
    width=st.integers(16, 220),
    height=st.integers(16, 220),
    steps=st.integers(1, 10_000),
    cfg=st.floats(0, 100),
    seed=st.integers(0, 2**64 - 1),
    photo=st.booleans(),
    prompt=st.text(max_size=40),
)
def test_no_size_and_no_number_is_too_odd(
    width: int, height: int, steps: int, cfg: float, seed: int, photo: bool, prompt: str
) -> None:
    image = painter.paint(
        Painting(
            width, height, prompt, steps=steps, cfg=cfg, seed=seed,
            references=(PHOTO,) if photo else (),
        )
    )  # fmt: skip
    assert (image.width, image.height) == (width, height)


class TestSource:
    source = pixels.resize(PHOTO, 160, 112, "bilinear")

    def painting(self, **changes: object) -> Painting:
        return replace(BASE, references=(), source=self.source, **changes)

    def away(self, painting: Painting) -> float:
        return float((painter.paint(painting) - self.source).abs().avg())

    def test_more_strength_is_further_from_the_source(self) -> None:
        distances = [self.away(self.painting(denoise=d)) for d in (0.1, 0.4, 0.7, 1.0)]
        assert distances == sorted(distances)
        assert distances[0] < 0.5 * distances[-1]

    def test_a_mask_limits_where_it_changes(self) -> None:
        mask = pixels.solid(160, 112, 0).insert(pixels.solid(60, 112, 255), 100, 0)
        made = painter.paint(self.painting(mask=mask.copy_memory()))
        off = (made - self.source).abs()
        assert off.crop(0, 0, 94, 112).max() == 0
        assert off.crop(106, 0, 54, 112).avg() > 5

    def test_a_painting_may_be_the_source_of_another(self) -> None:
        first = replace(BASE, references=())
        second = replace(first, prompt="겨울 산", source=first, denoise=0.3)
        assert 0.5 < difference(first, second) < difference(first, replace(second, denoise=1.0))


class TestSubject:
    @pytest.mark.parametrize(
        ("name", "middle", "base"),
        [("cup", 0.53, 0.88), ("bottle", 0.5, 0.8), ("portrait", 0.5, 1)],
    )
    def test_is_found_in_the_samples(self, name: str, middle: float, base: float) -> None:
        photo = pixels.load(SAMPLES / f"{name}.jpg").thumbnail_image(400).copy_memory()
        found = subject.find(photo)
        assert found is not None
        assert found.middle == pytest.approx(middle, abs=0.05)
        assert found.base == pytest.approx(base, abs=0.05)
        assert (found.mask.width, found.mask.height) == (photo.width, photo.height)

    @pytest.mark.parametrize(
        "photo",
        [
            pixels.solid(64, 64, 120, 120, 120),
            pixels.solid(200, 20, 0, 0, 0),
            pixels.solid(1, 1, 255, 255, 255),
            pyvips.Image.gaussnoise(90, 90, seed=1).bandjoin([90, 90]).cast("uchar").copy(
                interpretation="srgb"
            ),
        ],
        ids=["plain", "narrow", "one pixel", "noise"],
    )  # fmt: skip
    def test_is_not_found_where_there_is_none(self, photo: pyvips.Image) -> None:
        assert subject.find(photo.copy_memory()) is None

    def test_stays_recognisable(self) -> None:
        """Inside the subject the picture follows the photograph, outside it does not."""
        photo = pixels.resize(PHOTO, 320, 240, "bilinear")
        found = subject.find(photo)
        assert found is not None
        made = painter.paint(Painting(320, 240, "snow mountain", references=(PHOTO,)))
        off = (made.colourspace("b-w") - photo.colourspace("b-w")).abs()
        inside = (off * found.mask).avg() / found.mask.avg()
        outside = (off * (1 - found.mask)).avg() / (1 - found.mask).avg()
        assert inside < 0.6 * outside


class TestGlance:
    def test_is_small_and_gets_clearer(self) -> None:
        early, late = (painter.glance(BASE, 80, done) for done in (0.25, 1.0))
        assert max(early.width, early.height) == 80
        assert early.sobel().avg() < late.sobel().avg()


@pytest.mark.parametrize(
    ("prompt", "setting", "hour", "touches"),
    [
        ("배경을 노을 지는 해변으로 바꿔줘", "beach", "sunset", set()),
        ("이미지 배경을 해변으로 바꿔줘", "beach", "day", set()),
        ("배경을 산 풍경으로 바꿔줘", "mountain", "day", set()),
        ("Replace the background with mountains at sunset", "mountain", "sunset", set()),
        ("눈 내리는 겨울 숲", "forest", "day", {"snow"}),
        ("비 오는 서울의 밤", "city", "night", {"rain"}),
        ("벚꽃 핀 봄 공원", "meadow", "day", {"spring"}),
        ("비누를 스튜디오에", "studio", "day", set()),
        ("산책로 옆 카페", "studio", "day", set()),
        ("별이 빛나는 밤하늘", "sky", "night", set()),
        ("Minimal STUDIO, pastel", "studio", "day", {"quiet", "pastel"}),
        ("a black and white forest", "forest", "day", {"mono"}),
    ],
)
def test_words(prompt: str, setting: str, hour: str, touches: set[str]) -> None:
    wish = words.read(prompt)
    assert (wish.setting, wish.hour, wish.touches) == (setting, hour, touches)
    assert wish.named


def test_what_the_negative_names_is_left_out() -> None:
    assert words.read("snowy forest", "snow").touches == set()
    assert words.read("red studio", "red").colours == ()


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_oklab_there_and_back(values: tuple[float, float, float]) -> None:
    again = colours.from_oklab(*colours.to_oklab(colours.Colour(*values)))
    assert again == pytest.approx(values, abs=1e-3)


def test_turning_a_colour_keeps_its_weight() -> None:
    random = Random(1)
    for _ in range(50):
        before = colours.Colour(*(random.uniform(0.25, 0.75) for _ in range(3)))
        after = colours.turned(before, 180, chroma=0.5)
        assert colours.lightness(after) == pytest.approx(colours.lightness(before), abs=0.02)
