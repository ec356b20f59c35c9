"""Texts for training lines: passages of public-domain books, and phrases that imitate telegrams.

Books whose name hashes to HELD_OUT are not used for training; validation uses only these.
"""
import pathlib
import re
import unicodedata
import zlib

from characters import HALF_WIDTH, folded, read_characters

HELD_OUT = 9  # one book in nine
LONGEST = 38  # characters: two thirds of a column of a telegram, and the capacity of a batch
CHARACTERS = read_characters()
KNOWN = set(CHARACTERS)
KANJI = [c for c in CHARACTERS if "\u4e00" <= c <= "\u9fff"]
NEW = "ゐヱゑヰ〃〓㊞゛゜仝"
NEW_KANJI = ["欝", "侭", "囘", "竒", "劒", "冩", "凾", "卆", "埀", "夛", "疉", "纎", "羮", "膓", "鴬", "穐", "鄕", "甁", "靑", "敎", "卽", "旣", "槪", "緖"]
# Pairs that look alike in print; only the neighbours decide.
CONFUSED = ["日旦目曰", "ー一―二", "ッツシ", "ョヨヲ", "へヘ", "ニ二", "ハ八", "ロ口", "力カ", "夕タ", "卜ト", "工エ", "末未", "己已巳", "士土", "千干于", "ソンリ", "ノ／", "、，", "．。", "官宮管", "辞辭辜", "者著", "問間聞", "受愛", "電雷"]
OLD_OF_NEW = dict(zip(
    "亜悪圧囲医壱飲隠営栄衛駅円塩応欧殴黄温価画会壊懐絵拡覚学楽勧巻寛歓観関顔帰気偽戯犠旧拠挙虚峡狭郷暁区駆勲径恵経継茎軽鶏芸撃欠倹剣圏検権献県険顕験厳効広恒鉱号国済砕斎剤雑産参惨蚕賛残糸歯児辞湿実写釈寿収従渋獣縦粛処叙奨将焼称証乗剰壌嬢条浄畳譲触嘱寝慎真神尽図粋酔随髄数枢声静斉摂窃専戦浅潜繊践銭禅双壮捜挿争総聡荘装騒増臓蔵属続堕体対帯滞台滝択沢単担胆団弾断痴遅昼虫鋳庁聴鎮逓鉄転点伝党盗当闘独読届縄弐悩脳覇廃拝売麦発髪抜蛮秘浜払仏並変辺宝豊褒没翻毎万満黙弥薬訳予余与誉揺様謡来乱覧両猟緑塁励礼隷霊齢恋炉労楼録湾",
    "亞惡壓圍醫壹飮隱營榮衞驛圓鹽應歐毆黃溫價畫會壞懷繪擴覺學樂勸卷寬歡觀關顏歸氣僞戲犧舊據擧虛峽狹鄕曉區驅勳徑惠經繼莖輕鷄藝擊缺儉劍圈檢權獻縣險顯驗嚴效廣恆鑛號國濟碎齋劑雜產參慘蠶贊殘絲齒兒辭濕實寫釋壽收從澁獸縱肅處敍奬將燒稱證乘剩壤孃條淨疊讓觸囑寢愼眞神盡圖粹醉隨髓數樞聲靜齊攝竊專戰淺潛纖踐錢禪雙壯搜插爭總聰莊裝騷增臟藏屬續墮體對帶滯臺瀧擇澤單擔膽團彈斷癡遲晝蟲鑄廳聽鎭遞鐵轉點傳黨盜當鬪獨讀屆繩貳惱腦霸廢拜賣麥發髮拔蠻祕濱拂佛竝變邊寶豐襃沒飜每萬滿默彌藥譯豫餘與譽搖樣謠來亂覽兩獵綠壘勵禮隸靈齡戀爐勞樓錄灣"))
OLD = str.maketrans(OLD_OF_NEW)
HALF_OF = {full: chr(code) for code, full in HALF_WIDTH.items()} | {"\u3099": "ﾞ", "\u309a": "ﾟ"}
KANA_OR_DIGIT = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ0123456789"
KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
LARGE_KANA = str.maketrans("っゃゅょッャュョァィゥェォ", "つやゆよツヤユヨアイウエオ")
POSTS = "英 米 ソ 独 仏 伊 中国 韓国 国連 ジュネーヴ代 豪 加 印 波 土 蘭 白 ＯＥＣＤ 在京 ウィーン代".split()
BUREAUS = "官房長 北米局長 欧亜局長 亜細亜局長 経済局長 条約局長 国連局長 情文局長 総政局長 領移部長 通商局長 歐亞局長 條約局長".split()
SURNAMES = "大島 北村 波多野 佐藤 東郷 井口 朝海 牛場 武内 門脇 法眼 安川 吉野 西堀 村田 栗山 加瀬 澁澤 廣田 來栖".split()
RANKS = "大使 公使 臨時代理大使 総領事 大臣 次官 局長 参事官 書記官 報道官 補佐官 總領事 參事官".split()
NAMES = "ロシア ローマ ロンドン ロス・アンジェルス アフリカ アフガニスタン アルジェリア アンゴラ イタリア イラク イラン インド インドネシア ウクライナ エジプト エルサルバドル オランダ カナダ カイロ カンボディア クウェイト グルジア ケニア コロンビア サウディ・アラビア シリア シンガポール スイス スペイン ソマリア タイ チェコ チリ トルコ ナイジェリア ニカラグア ネパール ノールウェー ハノイ ハンガリー パキスタン パナマ パリ フィリピン フランス ブラジル ヴィエトナム ベルギー ベルリン ペルー ホノルル ポーランド マレイシア ミャンマー メキシコ モスクワ モンゴル ユーゴー ヨルダン ラオス リビア ルーマニア レバノン ワシントン ワルシャワ ガット ペルシャ スエズ ニューヨーク シカゴ ダレス ケネディ ニクソン キッシンジャー フルシチョフ グロムイコ アデナウアー ネルー スカルノ マルコス サッチャー ミッテラン コール ゴルバチョフ シェワルナゼ".split()
# ロ and 口 look the same; only the neighbours distinguish them, so Russia is more frequent than other nations.
NATIONS = "日 日 日 日 日 米 米 ロ ロ ロ ロ ソ 英 仏 独 伊 中 韓 加 印 豪".split()
BETWEEN_NATIONS = "関係 両国 首脳会談 外相会談 交渉 間の 共同声明 平和条約 貿易協定 新時代 問題 双方 側は".split()
BEFORE_A_NATION = "対 在 訪 駐 反 親".split()
AFTER_A_NATION = "支援 政策 側 側は 大使館 経済協力 改革 外交 国民 大使".split()
AFTER_NAMES = "、 。 は が の 側 側は 国 大使 政府 外相 首相 大統領 関係 問題 向け 発 着 へ に ニ ハ ノ ヘ 間 ・ （ ）".split()
TAILS = "に関し ニ關シ に転電した。（了） 、貴電に関し、左のとおり。 ヘ轉電セリ アリタシ（終） 旨述べたところ、先方は 右御参考まで。 ト認メラル 冒頭往電に関し、 委細公信 御回電ありたい。 トノ趣ナリ".split()


class Sentences:
    """Draws texts of lines; `held_out` uses the books for validation."""

    def __init__(self, folder, held_out=False):
        self.held_out, books = held_out, {"modern": [], "katakana": [], "old": []}
        for path in sorted(pathlib.Path(folder).glob("*/*.txt")):
            if (zlib.crc32(path.name.encode()) % HELD_OUT == 2) != held_out:
                continue
            kind = {"katakana_documents": "katakana", "kyujitai": "old"}.get(path.parent.name, "modern")
            books[kind].append(plain(path.read_text(encoding="utf-8", errors="ignore")))
        self.books = {kind: "".join(texts) for kind, texts in books.items()}

    def draw(self, rng):
        """The text of a line, with known characters only."""
        return self.known(self.any_kind, rng)

    def sensible(self, rng):
        """A line like that of `draw`, but only of plausible text."""
        return self.known(self.written, rng)

    def known(self, kind, rng):
        while True:
            text = kind(rng)[:LONGEST]
            if len(folded(text)) > 1 and all(c in KNOWN for c in folded(text)):
                return "".join(text.split())

    def telegraphic(self, rng):
        """Half-width katakana, as on teleprinters, with digits and letters; voicing marks follow their kana."""
        text = unicodedata.normalize("NFD", self.passage(rng.choice(["modern", "katakana"]), rng).translate(KATAKANA))
        text = "".join(HALF_OF.get(c) or rng.choice(KANA_OR_DIGIT) for c in text)
        for _ in range(rng.choice([0, 1, 2])):
            place = rng.randrange(len(text) + 1)
            text = text[:place] + rng.choice(["ZCZC", "NNNN", f"{rng.randint(0, 9999)}", "JAA", f"{rng.randint(1, 99)}.{rng.randint(1, 12)}"]) + text[place:]
        return text[:LONGEST]

    def any_kind(self, rng):
        chance = rng.random()
        if chance < 0.92:
            return self.written(rng)
        if chance < 0.96:
            return inserted(self.passage(rng.choice(["modern", "katakana", "old"]), rng), rng)
        return "".join(rng.choice(KANJI if rng.random() < 0.85 else CHARACTERS[94:]) for _ in range(rng.randint(2, 16)))

    def written(self, rng):
        chance = rng.random()
        if chance < 0.28:
            return older(self.passage("modern", rng), rng)
        if chance < 0.50:
            return aged(self.passage("katakana", rng), rng, 0.5)
        if chance < 0.61:
            return self.passage("old", rng)
        if chance < 0.82:
            return aged(phrase(rng), rng, 0.25)
        if chance < 0.86:
            return with_confused([self.passage(rng.choice(["modern", "modern", "katakana"]), rng) for _ in range(6)])
        if chance < 0.94:
            return named(self.passage("modern", rng)[: LONGEST - 14], rng)
        return itemized(self.passage("modern", rng)[: LONGEST - 8], rng)

    def passage(self, kind, rng):
        book = self.books[kind]
        start = rng.randrange(len(book) - LONGEST)
        return book[start : start + rng.randint(4, LONGEST - 2)]


def plain(text):
    """A book without ruby, editors' notes and white space."""
    return re.sub(r"［＃[^］]*］|《[^》]*》|｜|※|-{5,}|\s", "", text)


def aged(text, rng, chance):
    return text.translate(OLD) if rng.random() < chance else text


def older(text, rng):
    """Converts modern text to older spelling: large kana, katakana, old forms."""
    if rng.random() < 0.5:
        text = text.translate(LARGE_KANA)
    return text.translate(KATAKANA).translate(OLD) if rng.random() < 0.3 else text


LOOKS_LIKE_OTHERS = set("".join(CONFUSED))


def with_confused(passages):
    """The passage with the most characters that look like others, so that the network learns from their neighbours. (Random
    positions teach it to ignore neighbours: it read ロシア as 口シア.)"""
    return max(passages, key=lambda text: sum(c in LOOKS_LIKE_OTHERS for c in text) / len(text))


def named(text, rng):
    """Inserts one or two foreign names."""
    for _ in range(rng.randint(1, 2)):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + name(rng) + text[place:]
    return text.translate(LARGE_KANA) if rng.random() < 0.4 else text


def name(rng):
    """A foreign name, or nations of one character each (日ロ関係, 対ロ支援), with a typical continuation."""
    if rng.random() < 0.5:
        return rng.choice(NAMES) + rng.choice(AFTER_NAMES)
    if rng.random() < 0.4:
        return rng.choice(BEFORE_A_NATION) + rng.choice(NATIONS) + rng.choice(AFTER_A_NATION)
    return "".join(dict.fromkeys(rng.sample(NATIONS, 2))) + rng.choice(BETWEEN_NATIONS)


def itemized(text, rng):
    """A passage as the start of a paragraph, with its number or speaker."""
    head = rng.choice(["{n}．", "{n}．", "{n}、", "（{n}）", "（総理）", "（大臣）", "（大統領）", "（先方）", "（{k}）"])
    return head.format(n=rng.choice("１２３４５６７８９一二三四五六七八九"), k=rng.choice(NAMES)) + text


def inserted(text, rng):
    """Inserts characters that are rare in books and unknown to the published model."""
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice(NEW if rng.random() < 0.75 else NEW_KANJI) + text[place:]
    return text


def digits(rng, most=2):
    return "".join(rng.choice("０１２３４５６７８９") for _ in range(rng.randint(1, most)))


def number(rng):
    if rng.random() < 0.5:
        return "".join(rng.choice("〇一二三四五六七八九十百") for _ in range(rng.randint(1, 4)))
    return digits(rng, 5)


def phrase(rng):
    """A line of a telegram's form, heading, references or closing."""
    n = lambda: number(rng)
    name, post = rng.choice(SURNAMES), rng.choice(POSTS)
    era, rank = rng.choice(["昭和", "平成", "大正", "明治", ""]), rng.choice(RANKS)
    return rng.choice([
        lambda: f"第{n()}号{rng.choice(['極秘', '秘', '取扱注意', '極祕', '館長符号扱', '厳秘', ''])}{rng.choice(['大至急', '至急', '普通', ''])}",
        lambda: f"{era}{n()}年{n()}月{n()}日{rng.choice(['', n() + '時' + n() + '分'])}{post}発",
        lambda: f"{n()}月{n()}日{rng.choice(['', '前', '後'])}{n()}時{n()}分本省着",
        lambda: f"{rng.choice(['往電', '貴電', '冒頭往電', '累次往電'])}第{n()}号{rng.choice(['', '別電' + n()])}{rng.choice(TAILS)}",
        lambda: f"{rng.choice(['（', '('])}{n()}）{post}側{name}{rank}は、",
        lambda: f"{name}{rank}{rng.choice(['', '殿', '発', 'へ'])}",
        lambda: rng.choice(["電信写", "総番号", "總番號", "主管", "本省着", "外務大臣殿", "電信案", "注意", "秘密指定解除", "情報公開室", "限定配布", "件名", "発信", "受信", "回覧", "写送付先"]),
        lambda: f"主管{rng.choice(BUREAUS)}",
        lambda: f"{n()}．{post}{name}{rank}ほか{n()}名{rng.choice(['㊞', '', '〃', '（〃）'])}",
        lambda: rng.choice(["１．本電の取扱いは慎重を期せられたい。", "２．本電の主管変更その他に関する照会は", "検閲班に連絡ありたい。", "館長符号扱", "関係公館に転電ありたい。（了）", "本電宛先：", "以上（終）"]),
        lambda: rng.choice(["（終）", "（了）", "以上", "取扱注意", "極秘", "極祕", "部外秘", "大至急", "至急", "普通", "注意"]),
        lambda: f"{rng.choice(['約', '年率', '総額', ''])}{digits(rng)}．{digits(rng)}{rng.choice(['パーセント', '％', '億ドル', '万トン', '倍', '兆円'])}{rng.choice(AFTER_NAMES)}",
        lambda: f"約{n()}，{n()}{rng.choice(['トン', 'ドル', '万円', 'パーセント', '億ドル', 'キロ'])}、{rng.choice('ＡＢＣＤＥＦＧＪＬＮ')}{rng.choice('ＡＢＤＬＭＰＳ')}{n()}便",
        lambda: f"{post}、{rng.choice(POSTS)}、{rng.choice(POSTS)}{rng.choice(TAILS)}",
    ])()
