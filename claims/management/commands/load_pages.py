import datetime

import yaml
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from django.utils import timezone

from claims.models import Page, PageTranslation
from claims.publishing import Refused
from claims.transparency import publish_page
from sources.history import by_command

MISTAKES = (
    *(OSError, yaml.YAMLError, AttributeError, TypeError, ValueError),
    *(ValidationError, PermissionDenied, DatabaseError, Refused),
)
YEAR = datetime.timedelta(days=365)


class Command(BaseCommand):
    help = (
        "Load pages about the newsroom from a YAML file ({page: {language: {title, body}}}) and "
        "publish them. A page that is there already stays as it is. Safe to repeat."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", help="the file")
        parser.add_argument("--owner", metavar="NAME", required=True, help="who owns new pages")
        parser.add_argument("--by", metavar="NAME", required=True, help="who publishes them")

    @by_command("load_pages")
    def handle(self, *args, path, owner, by, **options):
        users = {user.get_username(): user for user in get_user_model().objects.all()}
        if unknown := {owner, by} - set(users):
            raise CommandError(f"no such user: {', '.join(sorted(unknown))}")
        try:
            with open(path, encoding="utf-8") as file:
                pages = yaml.safe_load(file)
            with transaction.atomic():
                new = [
                    self._load(slug, texts, users[owner], users[by])
                    for slug, texts in pages.items()
                ]
        except MISTAKES as error:
            raise CommandError(f"{path}: {error}") from error
        self.stdout.write(f"pages: {sum(new)} published, {len(new) - sum(new)} unchanged")

    def _load(self, slug, texts, owner, by):
        if Page.objects.filter(slug=slug).exists():
            return False
        if not texts:  # the database says so too, but not before the end
            raise ValueError(f"{slug}: write it in at least one language")
        due = timezone.localdate() + YEAR
        page = Page.objects.create(slug=slug, owner=owner, review_due_on=due)
        for language, words in texts.items():
            row = PageTranslation(of=page, language=language, **words)
            row.full_clean()
            row.save()
        publish_page(page, by=by)
        return True
