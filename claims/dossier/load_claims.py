"""The claims of a dossier, their place in the article, and what they are to one another."""

from claims.models import Appearance, Claim, ClaimRelation, ClaimTranslation

from . import desk, shape
from .writing import CREATED, UNCHANGED, UPDATED, is_public, parsed_date, write_texts


class ClaimLoader:
    """`rows` has the rows of the other sections by slug, and gets the claims'."""

    def __init__(self, dossier, article, rows, report):
        self.article = article
        self.rows = rows
        self.report = report
        self.entries = [
            shape.entry("claim", data, language=article.language) for data in dossier["claims"]
        ]

    def run(self):
        slugs = [data["slug"] for data in self.entries]
        claims = {row.slug: row for row in desk.claims().filter(slug__in=slugs)}
        self.rows["claims"] = claims
        public = 0
        to_relate = []
        for order, data in zip(self._orders(claims), self.entries, strict=True):
            row = claims.get(data["slug"])
            wanted = shape.without_verdict(data)
            found = row and shape.without_verdict(desk.claim_entry(row, self.article))
            place = row and desk.appearance_in(row, self.article)
            if found == wanted and place and place.order == order:
                self.report.count("claims", UNCHANGED)
                continue
            public += row is not None and is_public(row)
            claims[data["slug"]] = self._write(row, wanted, order)
            to_relate.append(wanted)
            self.report.count("claims", UPDATED if row else CREATED)
        self._relate(to_relate)
        self._note(slugs, public)

    def _orders(self, claims):
        """Each claim's number in the article: the desk's, while that gives the file's order.

        Numbers with gaps and ties are an order too. Otherwise: 1, 2, 3.
        """
        rows = [claims.get(data["slug"]) for data in self.entries]
        if all(row and desk.appearance_in(row, self.article) for row in rows):
            places = [desk.place(row, self.article) for row in rows]
            if places == sorted(places):
                return [order for order, _slug in places]
        return range(1, len(rows) + 1)

    def _write(self, row, data, order):
        row = row or Claim(slug=data["slug"])
        row.kind = data["kind"]
        row.original_language = data.get("language", self.article.language)
        row.claimant = self.rows["subjects"].get(data.get("claimant"))
        row.claimed_on, row.claimed_precision = parsed_date(data.get("claimed_on"))
        begin, _, end = data.get("about", "").partition("/")
        row.about_from, row.about_precision = parsed_date(begin)
        row.about_until = parsed_date(end)[0]
        row.save()
        write_texts(
            ClaimTranslation,
            row,
            {
                "statement": data["statement"],
                "speaker": data.get("speaker", {}),
                "reason": data.get("why", {}),
            },
        )
        row.subjects.set([self.rows["subjects"][slug] for slug in data.get("subjects", [])])
        row.topics.set([self.rows["topics"][slug] for slug in data.get("topics", [])])
        self._place(row, data, order)
        return row

    def _place(self, claim, data, order):
        """The claim's appearance in the article. New words lose the position of the old ones."""
        quote = data.get("quote", "")
        here = claim.appearances.filter(source=self.article).order_by("order", "pk")
        place = here.filter(exact=quote).first() or here.first()
        if place is None:
            place = Appearance(claim=claim, source=self.article)
            place.is_first = not claim.appearances.filter(is_first=True).exists()
        if place.exact != quote:
            place.snapshot = place.start = place.end = None
            place.prefix = place.suffix = ""
        place.exact = quote
        place.section = data.get("section", "")
        place.order = order
        place.save()

    def _relate(self, entries):
        """Relations last: they name claims of any place in the file, and of the desk."""
        pairs = [
            (data["slug"], kind, other)
            for data in entries
            for kind, key in desk.RELATION_KEYS.items()
            for other in data.get(key, [])
        ]
        claims = self.rows["claims"]
        elsewhere = {other for _, _, other in pairs} - set(claims)
        others = {row.slug: row for row in Claim.objects.filter(slug__in=elsewhere)}
        changed = [claims[data["slug"]] for data in entries]
        ClaimRelation.objects.filter(claim__in=changed).delete()
        ClaimRelation.objects.bulk_create(
            ClaimRelation(claim=claims[slug], kind=kind, other=claims.get(other) or others[other])
            for slug, kind, other in pairs
        )

    def _note(self, slugs, public):
        left = (
            Claim.objects.filter(appearances__source=self.article)
            .exclude(slug__in=slugs)
            .order_by("slug")
            .distinct()
            .values_list("slug", flat=True)
        )
        if left:
            self.report.notes.append(
                "Claims of this article that are not in the file, and stay as they are: "
                f"{', '.join(left)}."
            )
        if public:
            self.report.notes.append(
                f"Public claims that changed on the desk: {public}. Correct them to show it."
            )
