from tests.browser.conftest import served  # noqa: F401  the site, for programs as for Chromium
