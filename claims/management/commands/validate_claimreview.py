import sys

from django.core.management.base import BaseCommand, CommandError

from claims.interchange.claimreview_check import LONGEST, Unreadable, check, number_of
from claims.interchange.claimreview_reasons import REASONS


class Command(BaseCommand):
    help = (
        "Judge the ClaimReviews of a file, JSON-LD or the HTML of a page. Nothing is fetched. "
        "Exits with 1 if one has an error."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", metavar="FILE", help="the file; - reads standard input")
        parser.add_argument("--url", default="", help="the address of the page")

    def handle(self, *, path, url, **options):
        try:
            reviews = check(_read(path), url=url)
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise CommandError(f"{path}: {error}") from error
        for review in reviews:
            self.stdout.write(f"{review.name}: {len(review.problems) or 'no'} problems")
            for problem in review.problems:
                kind = "error" if problem.stops else "warning"
                number = number_of(problem)
                self.stdout.write(f"  {kind}, rule {number} ({REASONS[number].title}):")
                self.stdout.write(f"    {problem.message}")
        if wrong := sum(not review.is_valid for review in reviews):
            raise CommandError(f"{wrong} of {len(reviews)} ClaimReviews have errors.")


def _read(path):
    if path == "-":
        data = sys.stdin.buffer.read(LONGEST + 1)
    else:
        with open(path, "rb") as file:
            data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise Unreadable(f"it has more than {LONGEST:,} bytes, which are not read at once")
    return data.decode()
