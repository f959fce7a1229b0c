"""Names that files come with, and what becomes of each."""

import unicodedata
from dataclasses import dataclass

HANGUL = "노을 지는 바다.png"
FAMILY = "👨‍👩‍👧 가족.png"


@dataclass(frozen=True)
class Name:
    """`kept`: as the studio shows it. `saved`: what the browser is told, for a JPEG."""

    given: str
    kept: str
    saved: str


NAMES: dict[str, Name] = {
    "plain": Name("beach.jpg", "beach.jpg", "beach.jpg"),
    "another ending": Name("beach.HEIC", "beach.HEIC", "beach.jpg"),
    "no ending": Name("beach", "beach", "beach.jpg"),
    "two endings": Name("beach.jpg.exe", "beach.jpg.exe", "beach.jpg.jpg"),
    "Hangul": Name(HANGUL, HANGUL, "노을 지는 바다.jpg"),
    "Hangul in letters": Name(unicodedata.normalize("NFD", HANGUL), HANGUL, "노을 지는 바다.jpg"),
    "emoji": Name(FAMILY, FAMILY, "👨‍👩‍👧 가족.jpg"),
    "Hebrew": Name("תמונה.png", "תמונה.png", "תמונה.jpg"),
    "turned around": Name("holiday\u202egnp.exe", "holidaygnp.exe", "holidaygnp.jpg"),
    "isolated": Name("\u2066a\u2069.png", "a.png", "a.jpg"),
    "a zero width": Name("a\u200bb\ufeff.png", "ab.png", "ab.jpg"),
    "wide spaces": Name("사진\u3000하나\u00a0둘.png", "사진 하나 둘.png", "사진 하나 둘.jpg"),
    "up and up": Name("../../etc/passwd", "passwd", "passwd.jpg"),
    "Windows": Name("C:\\x", "x", "x.jpg"),
    "a Windows way up": Name("..\\..\\boot.ini", "boot.ini", "boot.jpg"),
    "absolute": Name("/abs", "abs", "abs.jpg"),
    "a folder": Name("a/b/", "", "picture.jpg"),
    "here": Name(".", "", "picture.jpg"),
    "above": Name("..", "", "picture.jpg"),
    "hidden": Name(".htaccess", "htaccess", "htaccess.jpg"),
    "only an ending": Name(".png", "png", "png.jpg"),
    "dots behind": Name("a.png...", "a.png", "a.jpg"),
    "nothing": Name("", "", "picture.jpg"),
    "spaces": Name("   ", "", "picture.jpg"),
    "NUL": Name("a\0b.png", "ab.png", "ab.jpg"),
    "NUL before the ending": Name("shell.php\0.png", "shell.php.png", "shell.php.jpg"),
    "control signs": Name("a\x01\x1b[31m\x7f.png", "a[31m.png", "a[31m.jpg"),
    "lines": Name("a\r\nSet-Cookie: x=1.png", "aSet-Cookie: x=1.png", "aSet-Cookie: x=1.jpg"),
    "quotes": Name('a"; filename="b.exe', 'a"; filename="b.exe', 'a"; filename="b.jpg'),
    "percent": Name("a%2e%2e%2f%00.png", "a%2e%2e%2f%00.png", "a%2e%2e%2f%00.jpg"),
    "markup": Name("<b onclick=x()>a.png", "<b onclick=x()>a.png", "<b onclick=x()>a.jpg"),
    "a lone half of a sign": Name("a\ud800.png", "a.png", "a.jpg"),
    "200 letters": Name("k" * 200, "k" * 200, "k" * 176 + ".jpg"),
    "200 syllables": Name("가" * 200, "가" * 200, "가" * 58 + ".jpg"),
    "10 KB": Name("n" * 10_240 + ".png", "n" * 200, "n" * 176 + ".jpg"),
    "10 KB of marks": Name("e" + "\u0301" * 10_240, "é" + "\u0301" * 199, ""),
}
