"""Readers write: a claim to check, or an error in what we published. See claims/tips.py.

No cookie is set for readers, so Django's token against forged forms has nowhere to live. Nor is
there a session that a forged form could ride on. What is left to refuse is a site that lets its
visitors' browsers send tips, and browsers say where a form comes from. A signed moment in the form,
and a field that only programs fill in, stop the plainest programs; a count by address, the rest.
"""

import functools
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.core.ratelimit import consume
from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.core.validators import MaxLengthValidator
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import tips
from claims.choices import SubmissionKind
from claims.models.record import PublishedClaim, redirect_of
from sources.characters import HIDDEN

from .context import Site
from .reading import asked, card
from .responses import Missing, form_page, refused, unknown_claim

SIGNER = TimestampSigner(salt="claims.pages.tips")
TOO_QUICK, TOO_OLD = 2, 24 * 3600  # seconds from the page to what it sends
ENCODING = "application/x-www-form-urlencoded"  # the other one takes files, of any size
HOUR = "3600"


def at_most(limit):
    """In the form's words, and not as an attribute, at which browsers cut without a word."""
    message = gettext_lazy(
        "This has %(show_value)s characters; at most %(limit_value)s can be sent. Shorten it, "
        "or give a link to it."
    )
    return MaxLengthValidator(limit, message)


class TipForm(forms.Form):
    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 6}), validators=[at_most(5000)]
    )
    url = forms.CharField(required=False, validators=[at_most(2000)])
    email = forms.EmailField(
        required=False,
        max_length=None,
        validators=[at_most(254)],
        label=gettext_lazy("Your e-mail address (optional)"),
        error_messages={
            "invalid": gettext_lazy("This is no e-mail address. Mend it, or leave it out.")
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    # Out of sight: who fills it in has not seen the page. See the template.
    note = forms.CharField(required=False)
    opened = forms.CharField(required=False)

    use_required_attribute = False

    def __init__(self, kind, data=None):
        super().__init__(data)
        words = WORDS[kind]
        for name in ("text", "url"):
            self.fields[name].label = words[name]
            self.fields[name].help_text = words[f"{name}_help"]
        self.fields["email"].help_text = _(
            "Only if an editor may have a question. Nobody outside the desk sees it, and it is "
            "erased after %(days)s days."
        ) % {"days": settings.KEEP_ADDRESSES_DAYS}
        self.empty = words["empty"]
        self.stamp = SIGNER.sign("")

    def clean_opened(self):
        opened = self.cleaned_data["opened"]
        try:
            SIGNER.unsign(opened, max_age=TOO_OLD)
        except SignatureExpired:
            raise forms.ValidationError(
                _("This page had been open for more than a day. Send it again.")
            ) from None
        except BadSignature:
            raise forms.ValidationError(_("Send it again, please, from this page.")) from None
        self.stamp = opened
        try:
            SIGNER.unsign(opened, max_age=TOO_QUICK)
        except SignatureExpired:
            return opened
        raise forms.ValidationError(_("That was faster than anybody types. Send it again."))

    def clean_note(self):
        if self.cleaned_data["note"]:
            raise forms.ValidationError(
                _("A field that is not for people was filled in. It is empty now: send it again.")
            )
        return ""

    def clean(self):
        cleaned = super().clean()
        if not {"text", "url"} <= set(cleaned):
            return cleaned
        said = cleaned["text"] + cleaned["url"]
        if not said:
            self.add_error("text", self.empty)
        elif not any(character.isalnum() for character in said):
            self.add_error("text", _("Say it in words: signs alone tell us too little."))
        elif not cleaned["text"]:
            cleaned["text"] = cleaned["url"]
        return cleaned


WORDS = {
    SubmissionKind.CLAIM: {
        "text": gettext_lazy("What is claimed?"),
        "text_help": gettext_lazy("Word for word, if you can. A link alone will do, too."),
        "url": gettext_lazy("Where did you meet it? (optional)"),
        "url_help": gettext_lazy("A link; or the paper, programme or group, and the day."),
        "empty": gettext_lazy("Tell us what is claimed, or give a link to it."),
    },
    SubmissionKind.ERROR: {
        "text": gettext_lazy("What is wrong?"),
        "text_help": gettext_lazy(
            "Which sentence, figure, date or link, and how it should be instead."
        ),
        "url": gettext_lazy("What shows it? (optional)"),
        "url_help": gettext_lazy("A link, or where else it can be looked up."),
        "empty": gettext_lazy("Tell us what is wrong, or give a link that shows it."),
    },
}


@form_page
def submit(request):
    return _take(request, SubmissionKind.CLAIM)


@form_page
def report(request, slug):
    head = PublishedClaim.objects.filter(slug=slug).only("slug", "card").first()
    if head is None:
        if to := redirect_of(slug):
            return HttpResponsePermanentRedirect(reverse("pages:report", args=[to]))
        raise unknown_claim()
    return _take(request, SubmissionKind.ERROR, card(head))


def _take(request, kind, claim=None):
    if request.method != "POST":
        asked(request)
        return _show(request, TipForm(kind), kind, claim)
    if request.content_type != ENCODING:
        return refused(request, _("Send this form as a browser sends it."), status=415)
    try:
        form = TipForm(kind, {name: _seen(value) for name, value in request.POST.items()})
    except (RequestDataTooBig, TooManyFieldsSent):
        return _show(request, TipForm(kind), kind, claim, status=413)
    if _is_from_elsewhere(request):
        return _show(request, form, kind, claim, status=403)
    if not form.is_valid():
        return _show(request, form, kind, claim, status=400)
    given = {name: form.cleaned_data[name] for name in ("text", "url", "email")}
    tip = tips.Tip(kind=kind.value, claim=claim["slug"] if claim else "", **given)
    sender = get_adapter().get_client_ip(request)
    token = tips.find_sent(tip, sender=sender)
    if token is None:
        if not consume(request, action="tip"):
            return _show(request, form, kind, claim, status=429)
        token = tips.receive(tip, sender=sender, language=Site(request).language)
    return redirect("pages:tip", token)


def _show(request, form, kind, claim, *, status=200):
    context = {"form": form, "kind": kind.value, "claim": claim, "refusal": _refusals().get(status)}
    response = render(request, "tips/form.html", context, status=status)
    response["Cache-Control"] = "private, no-cache"  # the page is one reader's, and has its hour
    if status == 429:
        response["Retry-After"] = HOUR
    return response


def _refusals():
    return {
        403: _("This form came from another site, so it was not taken. Read it, and send it here."),
        413: _(
            "That was more than can be sent at once, and nothing of it was stored. Go back: your "
            "browser has kept what you typed. Shorten it, or give a link to it."
        ),
        429: _(
            "Much has come in from your network within the hour. What you wrote is not sent yet: "
            "keep this page open, and send it later."
        ),
    }


def _seen(value):
    """What a reader typed, without what neither they nor an editor can see."""
    return HIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def _is_from_elsewhere(request):
    """Is it another site's page that sends this?

    Browsers tell, unasked and past all scripts: by Sec-Fetch-Site; before 2023, or without TLS, by
    Origin. What tells neither is no browser, and has nobody's rights to misuse.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.get_host()


# --- The receipt ---------------------------------------------------------------------


def _sender_only(view):
    """An address that is a key: kept by no cache, told to no other site, found by no search."""

    @functools.wraps(view)
    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return answer


@_sender_only
@form_page
def status(request, token):
    """What became of a tip. Whoever knows the address may also have the e-mail address erased."""
    if request.method == "POST":
        tips.erase_address(token)
        return redirect("pages:tip", token)
    asked(request)
    tip = tips.status(token)
    if tip is None:
        raise Missing(
            _("No receipt has this address. It may be cut off: copy the whole link, and try again.")
        )
    slugs = [tip.about, tip.result]
    heads = PublishedClaim.objects.filter(slug__in=slugs).only("slug", "card")
    claims = {head.slug: card(head) for head in heads}
    context = {"tip": tip, "about": claims.get(tip.about), "result": claims.get(tip.result)}
    return render(request, "tips/status.html", context)
