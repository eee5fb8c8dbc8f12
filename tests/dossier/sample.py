"""The least dossier that has one of everything, and could be published as it stands."""

from claims.dossier import plain_yaml

TEXT = (
    "The Northgate bridge\n\n"
    "The new bridge cost “90 million”, says the mayor.\n"
    "Everybody knows that it took ten years to build. Ten years!\n"
)


def sample():
    return {
        "format": 1,
        "article": "northgate-article",
        "publishers": publishers(),
        "subjects": subjects(),
        "topics": [
            {"slug": "cost", "parent": "money", "name": {"en": "Cost"}},
            {"slug": "money", "name": {"en": "Money", "zh-Hans": "钱"}},
        ],
        "sources": sources(),
        "claims": [claim_on_cost(), claim_on_time()],
    }


def publishers():
    return [
        {
            "slug": "county-records",
            "name": "County Records",
            "kind": "government",
            "homepage": "https://records.example.org/",
            "country": "GB",
            "interests": "Keeps the books of the county.",
            "memberships": ["EFCSN", "IFCN"],
            "wikidata": "Q42",
        },
        {"slug": "northgate-post", "name": "Northgate Post", "kind": "news"},
    ]


def subjects():
    return [
        {"slug": "mayor", "kind": "person", "name": {"en": "The mayor"}},
        {
            "slug": "northgate-bridge",
            "kind": "place",
            "name": {"en": "Northgate bridge", "zh-Hans": "北门大桥"},
            "description": {"en": "A bridge over the river Wend."},
            "aliases": ["the new bridge"],
        },
    ]


def sources():
    return [
        {
            "slug": "county-accounts",
            "title": "Accounts of the county",
            "publisher": "county-records",
            "authors": ["A. Clerk", "B. Clerk"],
            "published": "2023-06",
            "language": "en",
            "type": "government",
            "proximity": "primary",
            "url": "https://records.example.org/accounts",
            "identifiers": {"case": "A 1/23", "doi": "10.1/x"},
            "note": "Ask for volume two.\n\nIt is thin.",
        },
        {
            "slug": "county-accounts-copy",
            "title": "Accounts of the county",
            "publisher": "northgate-post",
            "language": "en",
            "type": "government",
            "proximity": "secondary",
            "no_url": "Seen on paper.",
            "copy_of": "county-accounts",
        },
        {
            "slug": "northgate-article",
            "title": "北门大桥的故事",
            "translated_title": {"en": "The story of the Northgate bridge"},
            "publisher": "northgate-post",
            "published": "2024",
            "language": "en",
            "type": "news",
            "proximity": "secondary",
            "url": "https://post.example.org/bridge",
        },
    ]


def claim_on_cost():
    return {
        "slug": "bridge-cost",
        "section": "1",
        "quote": 'cost "90 million"',
        "statement": {"en": "The bridge cost 90 million.", "zh-Hans": "大桥造价九千万。"},
        "speaker": {"en": "the mayor, in the article"},
        "claimant": "mayor",
        "why": {"en": "It was said at an election."},
        "claimed_on": "2024-05-01",
        "about": "2013/2023",
        "kind": "documentary",
        "subjects": ["mayor", "northgate-bridge"],
        "topics": ["cost"],
        "rating": "mostly-false",
        "confidence": "high",
        "summary": {"en": "It cost 41 million.", "zh-Hans": "造价为四千一百万。"},
        "analysis": {"en": "The accounts say 41 million.\n\nThe mayor counted the road in."},
        "evidence": [
            {
                "source": "county-accounts",
                "stance": "refutes",
                "locator": "page 2",
                "quote": "forty-one million",
                "finding": {"en": "The accounts give 41 million."},
            },
            {
                "source": "county-accounts-copy",
                "stance": "context",
                "finding": {"en": "The road cost as much again."},
            },
        ],
        "related": ["bridge-time"],
    }


def claim_on_time():
    return {
        "slug": "bridge-time",
        "quote": "it took ten years to build",
        "statement": {"en": "It took ten years to build the bridge."},
        "speaker": {"en": "the article"},
        "language": "zh-Hans",
        "kind": "arithmetic",
        "rating": "unproven",
        "confidence": "low",
        "summary": {"zh-Hans": "没有找到记录。"},
    }


def write(folder, data, name="bridge.yaml"):
    file = folder / name
    file.write_text(plain_yaml.write(data), encoding="utf-8")
    return file
