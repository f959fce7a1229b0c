"""Who and what the demonstration has. The words are what a good caption says, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Person:
    """A character, by the columns of its table, and the picture that shows it."""

    portrait: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Photo:
    """A reference: its picture's name, category and captions."""

    name: str
    category: str
    caption: str
    caption_ko: str


PEOPLE: Final[Sequence[Person]] = (
    Person(
        "portrait-yuna",
        {
            "name": "유나",
            "slug": "yuna",
            "skin_tone": "warm beige",
            "hair_color": "dark brown",
            "hair_style": "long straight dark brown hair with soft bangs",
            "lora_file": "yuna.safetensors",
            "lora_strength": 0.65,
            "trigger_word": "yuna",
            "negative_prompt": "blonde hair, short hair, blurry, deformed hands",
        },
    ),
    Person(
        "portrait-noah",
        {
            "name": "노아",
            "slug": "noah",
            "skin_tone": "tan",
            "hair_color": "black",
            "hair_style": "short black hair",
            "lora_file": "noah.safetensors",
            "lora_strength": 0.7,
            "trigger_word": "noah",
            "negative_prompt": "long hair, beard, blurry, deformed hands",
        },
    ),
)
PHOTOS: Final[Sequence[Photo]] = (
    Photo(
        "standing-in-the-morning",
        "figures",
        "standing upright, one hand on the hip, teal shirt and dark trousers, pale morning light",
        "허리에 한 손을 얹고 곧게 선 모습, 청록색 셔츠와 어두운 바지, 옅은 아침 햇살",
    ),
    Photo(
        "walking-at-dusk",
        "figures",
        "walking along a beach at dusk, navy dress, low orange sun, warm backlight",
        "해 질 무렵 해변을 걷는 모습, 남색 원피스, 낮게 걸린 주황빛 해, 따뜻한 역광",
    ),
    Photo(
        "dancing-in-the-studio",
        "figures",
        "dancing with one arm raised, red dress, one leg bent, studio spotlight",
        "한 팔을 들고 춤추는 모습, 빨간 원피스, 한쪽 다리를 굽힌 자세, 스튜디오 조명",
    ),
    Photo(
        "sitting-at-night",
        "figures",
        "sitting sideways with hands on the knees, ochre clothes, blue moonlight",
        "무릎에 손을 얹고 옆으로 앉은 모습, 황토색 옷, 푸른 달빛",
    ),
    Photo(
        "turning-at-dusk",
        "figures",
        "turning with a hand at the chin, navy dress, sunset behind the shoulder",
        "턱에 손을 대고 돌아선 모습, 남색 원피스, 어깨 너머로 지는 해",
    ),
    Photo(
        "dancing-at-night",
        "figures",
        "dancing under the moon with one arm raised, ochre dress, deep blue night",
        "달빛 아래 한 팔을 들고 춤추는 모습, 황토색 원피스, 짙푸른 밤",
    ),
    Photo(
        "vase-and-branch",
        "still-lifes",
        "grey ceramic vase with three leafy branches on a wooden table, soft window light",
        "나무 탁자 위 잎이 달린 가지 세 개를 꽂은 회색 도자기 꽃병, 부드러운 창가 빛",
    ),
    Photo(
        "bowl-of-pears",
        "still-lifes",
        "three pears in a blue bowl on a brown table, cool wall, light from the left",
        "갈색 탁자 위 파란 그릇에 담긴 배 세 개, 차가운 색 벽, 왼쪽에서 드는 빛",
    ),
    Photo(
        "cup-by-the-window",
        "still-lifes",
        "steaming cup of coffee on a saucer, warm wooden table, light of a window on the wall",
        "받침 위에서 김이 오르는 커피잔, 따뜻한 나무 탁자, 벽에 비친 창문 빛",
    ),
    Photo(
        "books-and-candle",
        "still-lifes",
        "burning candle on three stacked books, dim room, golden glow",
        "책 세 권 위에 켜진 촛불, 어둑한 방, 금빛 불빛",
    ),
    Photo(
        "three-bottles",
        "still-lifes",
        "three glass bottles in green, brown and blue in a row, pale wall, long shadows",
        "초록, 갈색, 파란 유리병 세 개가 나란히, 밝은 벽, 길게 드리운 그림자",
    ),
    Photo(
        "lemons",
        "still-lifes",
        "two lemons and a halved one on a cutting board, slate blue wall, soft light",
        "도마 위 레몬 두 개와 반으로 자른 레몬 하나, 청회색 벽, 부드러운 빛",
    ),
)
