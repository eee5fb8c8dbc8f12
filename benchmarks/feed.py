"""A DataFeed as the field publishes it, with every kind of dirt that was seen there.

`write(path, count)` makes the same file every time, and returns what an import must find in it.
The words are made up; the dirt is not: docs/exchange.md says where each kind comes from.
"""

import json
import random
from collections import Counter

SEED = 20261122

# In which language, a claim of two numbers, and labels: true, mixed, false, and one unheard of.
TONGUES = [
    ("en", "The mayor of town {} spent {} million on the bridge.", "True", "Misleading", "False", "Sort of"),
    ("es", "El alcalde del pueblo {} gastó {} millones en el puente.", "Verdadero", "Engañoso", "Falso", "Casi casi"),
    ("pt-BR", "O prefeito da cidade {} gastou {} milhões na ponte.", "Verdadeiro", "Enganoso", "Falso", "Quase lá"),
    ("fr", "Le maire de la ville {} a dépensé {} millions pour le pont.", "Vrai", "Trompeur", "Faux", "Bof"),
    ("de", "Der Bürgermeister von Stadt {} gab {} Millionen für die Brücke aus.", "Richtig", "Irreführend", "Falsch", "Naja"),
    ("it", "Il sindaco della città {} ha speso {} milioni per il ponte.", "Vero", "Fuorviante", "Falso", "Mah"),
    ("pl", "Burmistrz miasta {} wydał {} milionów na most.", "Prawda", "Manipulacja", "Fałsz", "No cóż"),
    ("ru", "Мэр города {} потратил {} миллионов на мост.", "Правда", "Полуправда", "Ложь", "Ну такое"),
    ("uk", "Мер міста {} витратив {} мільйонів на міст.", "Правда", "Маніпуляція", "Неправда", "Ну таке"),
    ("tr", "{} kasabasının belediye başkanı köprüye {} milyon harcadı.", "Doğru", "Yanıltıcı", "Yanlış", "Eh işte"),
    ("ar", "أنفق عمدة المدينة {} مبلغ {} مليون على الجسر.", "صحيح", "مضلل", "زائف", "بين بين"),
    ("he", "ראש העיר {} הוציא {} מיליון על הגשר.", "נכון", "מטעה", "לא נכון", "ככה ככה"),
    ("hi", "शहर {} के मेयर ने पुल पर {} करोड़ खर्च किए।", "सच", "भ्रामक", "झूठ", "पता नहीं"),
    ("bn", "শহর {} এর মেয়র সেতুতে {} কোটি খরচ করেছেন।", "সত্য", "বিভ্রান্তিকর", "মিথ্যা", "জানি না"),
    ("ta", "நகரம் {} இன் மேயர் பாலத்திற்கு {} கோடி செலவழித்தார்.", "உண்மை", "பாதி உண்மை", "பொய்", "தெரியாது"),
    ("th", "นายกเทศมนตรีเมือง {} ใช้เงิน {} ล้านสร้างสะพาน", "จริง", "บิดเบือน", "เท็จ", "ก็ไม่รู้"),
    ("id", "Wali kota {} menghabiskan {} juta untuk jembatan.", "Benar", "Menyesatkan", "Salah", "Entahlah"),
    ("ko", "{}시 시장은 다리에 {}백만을 썼다.", "사실", "절반의 사실", "거짓", "글쎄"),
    ("ja", "{}市の市長は橋に{}百万を使った。", "正確", "ミスリード", "虚偽", "さあ"),
    ("zh-TW", "第{}鎮的鎮長花了{}百萬修橋。", "正確", "部分錯誤", "錯誤", "天曉得"),
]  # fmt: skip

# How many of 10,000 have it.
RATES = {
    "rating of -1 to -1": 1000,
    "HTML in a text": 200,
    "year of five digits": 100,
    "date that is no day": 50,
    "list in place of an object": 100,
    "characters that nobody sees": 50,
    "broken UTF-8": 50,
    "number instead of a label": 50,
    "space in an address": 20,
    "text too long, cut": 10,
    "the same again": 100,
    "the same with another rating": 50,
    "withdrawn": 10,
    "published and withdrawn": 10,
    "null": 30,
    "no item": 10,
    "no rating": 30,
    "no claim": 20,
    "no address": 20,
    "no web address": 10,
    "another type": 10,
    "not JSON": 5,
}
REFUSED = {"null", "no item", "no rating", "no claim", "no address", "no web address"}
REFUSED |= {"another type", "not JSON"}
NOT_MENDED = REFUSED | {"the same again", "the same with another rating", "withdrawn"}
NOT_MENDED |= {"published and withdrawn"}


def write(path, count, *, dirt=1):
    """Write a feed of `count` items; returns a Counter of what an import finds and mends.

    `dirt` multiplies the rates: four is the most.
    """
    chance = random.Random(SEED)  # noqa: S311 (the same file every time)
    kinds, weights = list(RATES), [rate * dirt for rate in RATES.values()]
    kinds, weights = [*kinds, "clean"], [*weights, 10_000 - sum(weights)]
    found, earlier = Counter(read=count), None
    with open(path, "wb") as file:
        file.write(
            b'{"@context": "https://schema.org", "@type": "DataFeed", "name": "Made up", '
            b'"license": "https://creativecommons.org/licenses/by/4.0/",\n"dataFeedElement": ['
        )
        for n in range(count):
            kind = chance.choices(kinds, weights)[0]
            if kind in {
                "the same again",
                "the same with another rating",
                "published and withdrawn",
            }:
                kind = kind if earlier else "clean"
            element, kept = made(n, kind, chance, earlier)
            if kind == "published and withdrawn":
                earlier = None  # an address is given up once
            elif kept and kind == "clean" and chance.random() < 0.05:
                earlier = kept
            elif kind in {"the same again", "the same with another rating"}:
                earlier = None
            count_of(kind, found)
            file.write((b",\n" if n else b"\n") + element)
        file.write(b'\n], "dateModified": "2026-11-22T00:00:00Z"}\n')
    return found


def count_of(kind, found):
    if kind in REFUSED:
        found["refused"] += 1
    elif kind == "withdrawn":
        found["withdrawn"] += 1
    elif kind == "published and withdrawn":
        found["withdrawn"] += 1
        found["repeated"] += 1
        found["added"] -= 1
    elif kind in {"the same again", "the same with another rating"}:
        found["repeated"] += 1
    else:
        found["added"] += 1
    if kind not in NOT_MENDED and kind != "clean":
        found[kind] += 1


def made(n, kind, chance, earlier):
    """`(bytes of one element, the review in it)`."""
    if kind == "null":
        return b"null", None
    if kind == "no item":
        return b'{"@type": "DataFeedItem", "dateCreated": "2026-01-01", "item": null}', None
    if kind == "the same again":
        return item(earlier), None
    if kind == "the same with another rating":
        return item(earlier | {"reviewRating": {"@type": "Rating", "alternateName": "False"}}), None
    if kind == "published and withdrawn":
        return item({"@type": "ClaimReview", "url": earlier["url"]}, dateDeleted="2026-02-02"), None
    if kind == "withdrawn":
        gone = {"@type": "ClaimReview", "url": f"https://gone.example/{n}"}
        return item(gone, dateDeleted="2026-02-02"), None
    review = one(n, chance)
    dirty(review, kind, n)
    data = item(review)
    if kind == "broken UTF-8":
        data = data.replace(b"BROKEN", b"caf\xe9 \xff\xfe")
    if kind == "not JSON":
        data = data.replace(b'"claimReviewed":', b'"claimReviewed" ', 1)
    return data, review


def item(review, **more):
    element = {"@type": "DataFeedItem", "dateCreated": "2026-01-01T00:00:00Z", **more}
    return json.dumps(
        element | {"item": [review]}, ensure_ascii=False, separators=(",", ":")
    ).encode()


def one(n, chance):
    tag, claim, *labels = TONGUES[n % len(TONGUES)]
    label = chance.choices(labels, [15, 25, 55, 5])[0]
    site = f"check{int(chance.paretovariate(0.6)) % 1300}.example"
    day = f"20{chance.randrange(15, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    review = {
        "@context": "http://schema.org",
        "@type": "ClaimReview",
        "url": f"https://www.{site}/{day.replace('-', '/')}/fact-check-{n}/",
        "claimReviewed": claim.format(n, chance.randrange(2, 900)),
        "datePublished": day,
        "author": {
            "@type": "Organization",
            "name": f"Checkers of {site}",
            "url": f"https://www.{site}/",
            "image": f"https://www.{site}/logo.png",
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": label,
            "ratingValue": 1 + chance.randrange(5),
            "bestRating": 5,
            "worstRating": 1,
        },
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Person", "name": f"Speaker {n % 977}", "jobTitle": "Mayor"},
            "datePublished": day,
            "appearance": [{"@type": "CreativeWork", "url": f"https://social.example/post/{n}"}],
        },
        "sdLicense": "https://creativecommons.org/licenses/by/4.0/",
    }
    return review | ({"inLanguage": tag} if n // len(TONGUES) % 2 else {})


def dirty(review, kind, n):  # noqa: PLR0912 (one branch a kind)
    """Spoil a review in one way."""
    rating, claim = review["reviewRating"], review["itemReviewed"]
    said = review["claimReviewed"]
    if kind == "rating of -1 to -1":
        value = -1 if n % 2 else "-1"
        rating |= {"ratingValue": value, "bestRating": value, "worstRating": value}
    elif kind == "HTML in a text":
        review["claimReviewed"] = f"<p>{said} &quot;So&nbsp;it is&quot;</p>"
    elif kind == "year of five digits":
        claim["datePublished"] = "20211-05-06"
    elif kind == "date that is no day":
        claim["datePublished"] = "2021-02-30T00:00:00Z" if n % 2 else "sometime"
    elif kind == "list in place of an object":
        review["itemReviewed"] = [claim]
    elif kind == "characters that nobody sees":
        review["claimReviewed"] = f"\u202e\0{said}"
    elif kind == "broken UTF-8":
        review["claimReviewed"] = f"{said} BROKEN"
    elif kind == "number instead of a label":
        del rating["alternateName"]
    elif kind == "space in an address":
        review["url"] += "a page"
    elif kind == "text too long, cut":
        review["claimReviewed"] = f"{said} " * 400
    elif kind == "no rating":
        review["reviewRating"] = {"@type": "Rating"} if n % 2 else None
    elif kind == "no claim":
        del review["claimReviewed"]
    elif kind == "no address":
        review["url"] = ""
    elif kind == "no web address":
        review["url"] = "see our site"
    elif kind == "another type":
        review["@type"] = "MediaReview"
