#!/usr/bin/env python3
"""Writes characters.txt, the recognizer's character set, one per line.

JIS X 0208 without Cyrillic and box drawing, old forms beyond it, ASCII, and signs of telegrams and forms. Full-width
letters and digits share a class with the half-width ones: their images differ only in width, and the published model
has the half-width ones. Signs with several code points that look alike in print share a class too.
"""
import pathlib
import sys
import unicodedata

LIST = pathlib.Path(__file__).parent / "characters.txt"
OLD_FORMS = "鄕甁靑敎卽旣槪緖晚淚溫淸爭產硏郞錄錬內兩吳吿啓錢悅稅說銳閱脫鷗瘦繫攢屛幷倂餠絕卷敍尙狀將莊裝黃黑橫顏齒强彈樣謠"
MARKS = "ヴヵヶ々〆〇ゝゞヽヾ仝①②③④⑤⑥⑦⑧⑨⑩㈱㊞〃〓※〒№℡〜"
SAME_PRINT = str.maketrans({"～": "〜", "－": "−", "—": "―", "‐": "-", "∥": "‖", "◯": "○", "＂": "\"", "＇": "'"})
# Characters that the published model lacks start as a mean of similar ones.
RESEMBLES = {
    "ゐ": "ぬみあ", "ヱ": "エヲ", "〃": "″", "〓": "＝二", "㊞": "印", "゛": "″", "゜": "°", "仝": "全",
    "欝": "鬱", "侭": "儘", "囘": "回", "竒": "奇", "劒": "劍", "剱": "劍", "冩": "寫", "凾": "函", "卆": "卒",
    "埀": "垂", "夛": "多", "疉": "疊", "籘": "籐", "纎": "纖", "纉": "纘", "羮": "羹", "膓": "腸", "舮": "艫",
    "蘯": "盪", "袮": "禰", "覊": "羈", "賍": "贓", "迯": "逃", "韲": "齏", "飃": "飄", "鴬": "鶯", "穐": "秋",
    "鄕": "鄉郷", "甁": "瓶", "厶": "ム", "鯵": "鰺", "莟": "荅", "軆": "體", "懴": "懺", "壥": "廛", "帋": "紙",
}


# Half-width katakana with their voicing marks in separate cells.
HALF_WIDTH = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFF9E)} | {0xFF9E: "゛", 0xFF9F: "゜"}


def folded(text):
    """Text in characters of the set, without spaces."""
    text = text.translate(HALF_WIDTH)
    text = "".join(unicodedata.normalize("NFKC", c) if "０" <= c <= "９" or "Ａ" <= c <= "Ｚ" or "ａ" <= c <= "ｚ" else c for c in text)
    return "".join(c for c in text.translate(SAME_PRINT) if not c.isspace())


def jis_x_0208():
    """Every character of JIS X 0208, in the order of its rows."""
    for first in range(0xA1, 0xFF):
        for second in range(0xA1, 0xFF):
            try:
                yield bytes([first, second]).decode("euc_jp")
            except UnicodeDecodeError:
                continue


def all_characters():
    """The ordered set: ASCII, JIS X 0208, old forms, signs."""
    wanted = [chr(code) for code in range(33, 127)] + [*jis_x_0208()] + [*OLD_FORMS] + [*MARKS]
    left_out = lambda c: "\u0400" <= c <= "\u04ff" or "\u2500" <= c <= "\u257f"
    return list(dict.fromkeys(c for c in map(folded, wanted) if c and not left_out(c)))


def read_characters(path=LIST):
    """Reads the set as training and export use it; class 0 is the blank, class i the i-th character."""
    return pathlib.Path(path).read_text(encoding="utf-8").split("\n")[:-1]


if __name__ == "__main__":
    LIST.write_text("".join(c + "\n" for c in all_characters()), encoding="utf-8")
    print(f"{LIST.name}: {len(read_characters())} characters", file=sys.stderr)
