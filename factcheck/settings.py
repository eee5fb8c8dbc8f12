"""Settings, all of them. A wrong value in the environment stops the start with one sentence.

The README says what each variable means.
"""

from pathlib import Path
from urllib.parse import urlsplit

import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from .environment import (
    database,
    env,
    env_addresses,
    env_bool,
    env_choice,
    env_dotted,
    env_file,
    env_folder,
    env_list,
    env_model,
    env_number,
    env_roles,
    env_token,
    replicas,
    secret_key,
    site_url,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = env_folder("VAR", BASE_DIR / "var")
SECRET_KEY = secret_key(VAR)
DEBUG = env_bool("DEBUG")
HTTPS = env_bool("HTTPS")
PORT = env_number("PORT", "8000", 65535)
SITE_URL = site_url(PORT)
SITE_NAME = env("SITE_NAME", "Factcheck")
SITE_SAME_AS = env_addresses("SITE_SAME_AS")
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", f"{urlsplit(SITE_URL).hostname},localhost,127.0.0.1,[::1]"
)
CONTENT_LICENSE = "https://creativecommons.org/licenses/by/4.0/"

# --- Parts -------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "corsheaders",
    "csp",
    "django_filters",
    "django_http_compression",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "factcheck",
    "sources",
    "claims",
    "import_export",  # after ours, since it has a command of the name export, too
]

MIDDLEWARE = [
    "factcheck.kept.database_answers",
    "factcheck.health.health",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "factcheck.answers.told_to_browsers",
    "factcheck.errors.refuse_too_large",
    "factcheck.answers.Compression",
    "factcheck.answers.api_speaks_one_language",
    "factcheck.answers.Cors",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "factcheck.second_factor.SecondFactorMiddleware",
]

ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "claims.pages.context.site",
            ],
        },
    },
]

# --- Database ----------------------------------------------------------------

# One connection a thread, kept: under WSGI with few threads it beats a pool.
KEPT_CONNECTION = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES = {
    alias: entry | KEPT_CONNECTION
    for alias, entry in ({"default": database(VAR)} | replicas()).items()
}
DATABASE_ROUTERS = ["factcheck.replicas.Router"] if len(DATABASES) > 1 else []
DATABASE_REPLICA_LAG = env_number("DATABASE_REPLICA_LAG", "5", 3600)  # seconds
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Jobs --------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- History -----------------------------------------------------------------

PGHISTORY_MIDDLEWARE_METHODS = ["POST", "PUT", "PATCH", "DELETE"]  # reading costs nothing
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
# Event tables hold what was written; what a field is called or accepts is the model's business.
PGHISTORY_EXCLUDE_FIELD_KWARGS = {
    "django.db.models.Field": [
        "auto_now", "auto_now_add", "choices", "default", "help_text", "validators", "verbose_name",
    ]
}  # fmt: skip

# --- Language and time -------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Files -------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Nobody loads the maps of the viewer's scripts, and to compress them takes longer than all else.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "gif", "woff", "woff2"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # What others published: bytes by hash, for editors only, under no public address.
    "snapshots": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "snapshots", "base_url": None},
    },
}

# --- Safety ------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ["UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword"]
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "img-src": [SELF, "data:"],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"  # a session's is lax: links in a mail lead to the desk, signed in
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    # So named, a browser takes them from this host alone, and a neighbour's host cannot plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Sign-in -----------------------------------------------------------------

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up: factcheck.urls has no page
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # no mail is sent, so no address is ever verified
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # as on http://localhost
REQUIRE_SECOND_FACTOR = env_roles("REQUIRE_SECOND_FACTOR")
# Behind TLS there is one proxy, which tells the visitor's address: attempts are counted by it.
ALLAUTH_TRUSTED_PROXY_COUNT = int(HTTPS)
# Its counter serves what readers send in, too: claims/pages/tips.py, check.py and validate.py.
ACCOUNT_RATE_LIMITS = {"tip": "10/h/ip", "check": "30/m/ip", "validate": "30/m/ip"}
# Files: all processes of the site must count the same attempts and know the same used codes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    # Apart: however many pictures are asked for, no attempt at sign-in is forgotten.
    "cards": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cards",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
}

# --- What is kept, and how long ----------------------------------------------

KEEP_ADDRESSES_DAYS = env_number("KEEP_ADDRESSES_DAYS", "90", 3650)
EXPORTS = VAR / "exports"  # a folder each; the newest KEEP_EXPORTS of them stay
KEEP_EXPORTS = env_number("KEEP_EXPORTS", "30", 3650)

# --- What is asked of other hosts (sources/fetching.py) ----------------------

# Hosts of one's own network that may be asked all the same, each as host:port; http there too.
FETCH_ALLOWED = env_list("FETCH_ALLOWED")
# Who stamps the head of the chain (claims/proof.py), and the certificates of those who are trusted.
TIMESTAMP_URL = next(iter(env_addresses("TIMESTAMP_URL")), "")
TIMESTAMP_ROOTS = env_file("TIMESTAMP_ROOTS")
CAPTURE = env_bool("CAPTURE", True)
WAYBACK_KEYS = env("WAYBACK_KEYS")  # access:secret, of archive.org; without them it is not asked

# --- API ---------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["claims.api.renderers.CanonicalJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "claims.api.problems.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["claims.api.throttling.AddressThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": int(HTTPS),  # behind TLS there is one, which tells the visitor's address
    "UNAUTHENTICATED_USER": None,
}
# From one address, and on the desk with one key; 0 means any number.
API_REQUESTS_PER_MINUTE = env_number("API_REQUESTS_PER_MINUTE", "600", 60_000, least=0)
DESK_REQUESTS_PER_MINUTE = env_number("DESK_REQUESTS_PER_MINUTE", "300", 60_000, least=0)
KEPT_MEGABYTES = env_number("KEPT_MEGABYTES", "64", 60_000, least=0)  # factcheck/kept.py
MATCH_MODEL = env_model("MATCH_MODEL")  # claims/search/dense.py
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "What was checked, the verdicts and their reasons, to be read without a key; "
    "drafts are below `/desk/`. Lists are cut by cursor, errors are problem details (RFC 9457).",
    "LICENSE": {"name": "CC BY 4.0", "url": CONTENT_LICENSE},
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["claims.deskapi.description.with_key"],
    # Served by ourselves: no other host is asked.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
# Everybody may read from any page, without cookies; to write from one, nobody.
CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/(api|v1alpha1|exports)/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "if-none-match", "if-modified-since", "last-event-id"]
CORS_EXPOSE_HEADERS = ["etag", "last-modified", "link", "retry-after"]
CORS_EXPOSE_HEADERS += ["ratelimit", "ratelimit-policy"]
CORS_PREFLIGHT_MAX_AGE = 24 * 3600
# Of a process's threads (four, as `manage.py demo` starts it), those that may wait for a change.
CHANGES_WAITERS = 2
CHANGES_STREAM = 60  # seconds; then a client comes back, with the number of its last event

# --- Who watches, and the log ------------------------------------------------

# What a watcher sends to learn more than “ok”: factcheck/health.py.
METRICS_TOKEN = env_token("METRICS_TOKEN")
LOG_FORMAT = env_choice("LOG_FORMAT", ["plain", "json"], "json" if HTTPS and not DEBUG else "plain")
ERROR_HOOK = env_dotted("ERROR_HOOK")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": f"factcheck.logs.{LOG_FORMAT.capitalize()}"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Every command would say which jobs there are; the worker still says what it does.
        **{f"procrastinate.{n}": {"level": "WARNING"} for n in ("blueprints", "periodic")},
        "django": {"handlers": [], "level": "INFO"},  # by the root alone, in this form
        "_granian": {"handlers": [], "propagate": True},
    },
}
if ERROR_HOOK:
    LOGGING["handlers"]["hook"] = {"class": "factcheck.logs.Hook", "level": "ERROR"}
    LOGGING["root"]["handlers"].append("hook")
