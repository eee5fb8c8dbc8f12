from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError

from factcheck import second_factor


class Command(BaseCommand):
    help = "Remove somebody's authenticator app, passkeys and recovery codes: for a lost device."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username, **options):
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is nobody with the name {username}.")
        if second_factor.forget(user):
            self.stdout.write(f"{username} signs in with the password alone from now on.")
        else:
            self.stdout.write(f"{username} had no second factor.")
