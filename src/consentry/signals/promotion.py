"""Whether a post or an advertisement offers, or asks for, ways to undress people in pictures.

Three things are looked for in the words and in the names of the sites that links lead to: such a
tool or service; an offer or a request; and signs that the text reports, warns or helps. A tool that
is offered is promotion; one that is only spoken of is not. Where both are said, a person looks.

Rules of this file: what is found is said as one of three words, never the text itself.
"""

# ruff: noqa: E501 - a list of words is read line by line

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from consentry.core.content import Post, Stage, Subject, Upload
from consentry.core.finding import Finding, Seen

VERSION = "promotion 1"
"""What a decision record says about how this measure was taken."""

OFFERED = 0.9
"""A tool and an offer, and nothing that speaks against it."""
DOUBTFUL = 0.6
"""An offer beside a report or a warning, or a tool beside a link: a person looks."""
MENTIONED = 0.3
"""A tool that is only spoken of."""

MAX_CHARS = 50_000
"""How much of a text is read; a longer one is doubtful, because nobody read all of it."""

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_LATIN_ACCENTS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_APART = re.compile(r"(?<!\w)(?:[^\W\d_] ){2,}[^\W\d_](?!\w)")
_GAPS = re.compile(r"[\s._\-*|/+]+")
_LEET = str.maketrans("013457@$", "oieastas")


def _any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern for all, in the spelling that texts are brought into."""
    return re.compile(unicodedata.normalize("NFKC", "|".join(patterns)))


_TOOL = _any_of(
    r"nudif\w*|deep ?nude\w*|undress\w* ?(?:ai|app|bot|her|him|any|online|tool|website|site|service)",
    r"(?:ai|app|bot|tool|online) (?:that )?(?:undress\w*|strip\w* (?:her|people|clothes|women|girls))",
    r"(?:clothes|clothing|dress|outfit|cloth) (?:remover|eraser|removal)|x ?ray (?:app|ai|bot)",
    r"(?:remove|removes|erase|take off|takes off|strip) (?:her |his |their |any |the |anyones? |anybody s )?"
    r"(?:clothes|clothing) (?:from|off|in|with|using|app|ai|bot|on)",
    r"see (?:her|him|anyone|anybody|any girl|your \w+) (?:naked|nude|undressed|without clothes)",
    r"(?:fake|ai) nudes? (?:of|from|generator|maker|for)|nudes? (?:generator|maker) |face ?swap porn",
    r"turn (?:any|her|a|your) (?:photo|picture|pic|selfie)s? (?:in)?to (?:a )?nudes?",
    r"(?:ki|ai) (?:entkleid|auszieh|nackt)\w*|nacktbilder? (?:generator|app|von)|kleidung entfernen app",
    r"deshabill\w+ ia|ia deshabill\w+|application pour deshabiller|desnudar (?:con )?ia|ia (?:para )?desnud\w+",
    r"app para (?:desnudar|despir|quitar la ropa)|spogliare (?:con )?ia|app per spogliare|despir (?:com )?ia",
    r"uitkleed ?(?:app|ai|bot)|rozbier\w* (?:ai|aplikacj\w*|bot)|aplikacja rozbier\w*",
    r"раздева\w+ (?:бот|нейросет\w*|ии|приложен\w*)|(?:бот|нейросет\w*|ии|приложен\w*) (?:для )?раздева\w+",
    r"(?:бот|нейромереж\w*|застосун\w*) (?:для )?роздяган\w*|soyma (?:uygulamasi|botu)|kiyafet cikar\w* (?:ai|uygulama\w*)",
    r"تطبيق (?:تعري\w*|نزع الملابس|خلع الملابس)|بوت تعري\w*|ai脱衣|脱衣(?:ai|软件|机器人|工具)|去衣(?:ai|软件|工具)",
    r"服を脱がせるアプリ|脱がせるai|ai脱がせ|옷 ?벗기는 ?(?:앱|ai|어플)|कपड़े (?:हटाने|उतारने) (?:वाला )?(?:ऐप|ai)",
    r"aplikasi (?:telanjang|penghapus baju)|app (?:xoa|coi) (?:quan ao|đo)",
)
_OFFER = _any_of(
    r"\b(?:try|download|install|join|order|buy|subscribe|sign up|click|tap|link in|free trial|for free|free|cheap|coins)\b",
    r"\b(?:tokens|credits|discount|promo code|invite|dm me|pm me|message me|contact me|send me|upload (?:a|any|your|her)|only \d)\b",
    r"\b(?:i (?:make|do|create|offer)|we (?:make|do|create|offer)|results in seconds|best|works on|in one click|here)\b",
    r"\b(?:who can|can (?:someone|anyone|anybody)|does anyone know|looking for|need (?:a|an|someone)|recommend|which)\b",
    r"\b(?:kostenlos|gratis|jetzt|hier|herunterladen|ausprobieren|gratuit\w*|essa[iy]\w*|telecharg\w*|ici|prueba|descarga\w*|aqui)\b",
    r"\b(?:prova|scarica\w*|qui|baixe|experimente|probeer|download|wyprobuj|pobierz|za darmo|dene|indir|ucretsiz|coba|unduh|dung thu)\b",
    r"бесплатно|попробу\w*|скача\w*|пиши\w*|безкоштовн\w*|спробу\w*|مجانا|جرب|حمل|اطلب|免费|試用|试用|下载|加群|無料|お試し|ダウンロード|무료|다운로드|मुफ्त|डाउनलोड|mien phi|tai ve",
)
_ABOUT = _any_of(
    r"\b(?:law|laws|illegal|crime|criminal\w*|offence|police|court|lawsuit|sued|jail\w*|ban|bans|banned|banning|regulator|ofcom|ftc)\b",
    r"\b(?:victim\w*|survivor\w*|support|helpline|hotline|charity|advice|report it|reported|warn\w*|parents?|teachers?|schools?|pupils)\b",
    r"\b(?:news|article|investigation|journalist\w*|study|research\w*|campaign\w*|harm\w*|abuse\w*|fight\w*|stop|protect\w*|minister\w*)\b",
    r"\b(?:gesetz\w*|verbot\w*|strafbar|polizei|opfer|beratung|eltern|schule\w*|warn\w*|loi|interdi\w*|victimes?|parents|ley|delito|victimas?|padres)\b",
    r"\b(?:legge|reato|vittim\w*|genitori|lei|crime|vitimas?|pais|wet|strafbaar|slachtoffer\w*|ouders|prawo|ofiar\w*|rodzic\w*|yasa\w*|suc|magdur\w*)\b",
    r"закон\w*|полици\w*|жертв\w*|родител\w*|запрет\w*|поліці\w*|батьк\w*|قانون|شرطة|ضحايا|جريمة|法律|警察|受害|违法|家长|被害|違法|保護者|법|피해자|경찰|कानून|पुलिस|hukum|korban|phap luat|nan nhan",
)


class Promotion:
    """`promotion`: how far a text offers, advertises or asks for intimate images of people without consent."""

    measures = frozenset({"promotion"})
    stages = frozenset({Stage.UPLOAD})

    def look(self, subject: Subject) -> Sequence[Finding]:
        """One finding; 0.0 for a picture, which has no words."""
        match subject:
            case Post():
                score, evidence = _weigh(subject)
                return (Seen("promotion", score, evidence, VERSION),)
            case Upload():
                return (Seen("promotion", 0.0, "a picture, no words", VERSION),)
            case _:
                return ()


def _weigh(post: Post) -> tuple[float, str]:
    text = _plain(post.text[:MAX_CHARS])
    sites = _plain(" ".join(_site(link) for link in post.links))
    told = bool(_ABOUT.search(text))
    offered = bool(_OFFER.search(text))
    if _TOOL.search(sites):
        return (DOUBTFUL if told else OFFERED), "tool in a link"
    if _TOOL.search(text):
        if told:
            return (DOUBTFUL if offered and post.links else MENTIONED), "tool, and a report or a warning"
        if offered:
            return OFFERED, "tool, and an offer"
        return (DOUBTFUL if post.links else MENTIONED), "tool"
    if len(post.text) > MAX_CHARS:
        return DOUBTFUL, "too long to be read"
    return 0.0, "no tool"


def _site(link: str) -> str:
    """The name of the site a link leads to; the rest of a link is often a headline."""
    try:
        return urlsplit(link if "://" in link else f"//{link}").hostname or ""
    except ValueError:
        return link


def _plain(text: str) -> str:
    """In one spelling: compatible forms, lower case, no accents on Latin letters, single gaps."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    bare = _LATIN_ACCENTS.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFKC", bare)
    text = re.sub(r"(?=\S*[a-z])\b\S{3,40}\b", lambda word: word[0].translate(_LEET), text)
    text = _GAPS.sub(" ", text.replace("'", " ").replace("\u2019", " ")) + " "
    return _APART.sub(lambda letters: letters[0].replace(" ", ""), text)
