"""The link flow: from a connection's link to the provider's consent and back, in one browser.

It knows no web framework: a request comes as its query, form and cookies, and an answer leaves as
status, headers and text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import SecretStr
from sqlalchemy import Row

from shared_code.connect import pages
from shared_code.connect.addresses import Addresses
from shared_code.connect.attempts import AttemptRefused, Attempts, Tenant, new_token
from shared_code.connect.events import record_connection_event
from shared_code.connect.linking import Linking
from shared_code.connect.oauth import OAuthClient
from shared_code.connect.status import Failure, note_failure
from shared_code.custody.grants import Owner, Tokens, read_connection
from shared_code.custody.withdrawing import Withdrawal
from shared_code.errors import CausewayError, Reject
from shared_code.notify.work import begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database

COOKIE = "causeway-link"
"""Ties an attempt to the browser that began it; behind https with the `__Host-` prefix."""

AGAIN = "Please start again from the link that you were given."

_CANCELLED = Failure("403", "access_denied", "User cancelled")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """What a browser sent."""

    query: Mapping[str, str]
    cookies: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrowserAnswer:
    """What a browser gets."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: pages.HEADERS)


@dataclass(frozen=True, slots=True)
class LinkFlow:
    """The link flow of one connector."""

    db: Database
    queue: Queue
    clock: Clock
    client: OAuthClient
    attempts: Attempts
    linking: Linking
    withdrawal: Withdrawal
    list_tenants: Callable[[SecretStr], Sequence[Tenant]]

    def authorize(self, request: BrowserRequest) -> BrowserAnswer:
        """Send the browser to the provider, with a state of its own and the browser's cookie."""
        connection = self._connection(request.query)
        if connection is None:
            return _problem(404, "This link does not exist", "Please ask for a new link.")
        browser = self._browser(request) or new_token()
        begun = self.attempts.begin(connection, browser)
        url = self.client.authorization_url(
            redirect_uri=self.redirect_uri,
            state=begun.state,
            verifier=begun.verifier if self.client.spec.pkce else None,
        )
        return BrowserAnswer(
            302,
            headers={
                "Location": url,
                "Set-Cookie": self._cookie(browser),
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
            },
        )

    def callback(self, request: BrowserRequest) -> BrowserAnswer:
        """Take the provider's answer: tokens for a code, and a link for tokens."""
        query = request.query
        try:
            state = SecretStr(query.get("state", ""))
            attempt = self.attempts.use(state, self._browser(request))
            self._check_issuer(query)
        except AttemptRefused as refused:
            return self._refuse(refused)
        if query.get("error"):
            return self._declined(attempt, query["error"])
        if not query.get("code"):
            return self._refuse(AttemptRefused("The provider's answer is incomplete.", "no code"))
        return self._guarded(attempt, lambda: self._exchange(attempt, query, state))

    def choose(self, request: BrowserRequest) -> BrowserAnswer:
        """Link the organisation that the user chose of several."""
        state = SecretStr(request.form.get("state", ""))
        try:
            attempt, tokens, tenant = self.attempts.choose(
                state, self._browser(request), request.form.get("tenant", "")
            )
        except AttemptRefused as refused:
            return self._refuse(refused)
        return self._guarded(attempt, lambda: self._finish(attempt, tenant, tokens))

    def tidy(self) -> None:
        """Give back what was granted to attempts whose user never chose; forget old attempts."""
        for attempt, tokens in self.attempts.abandoned():
            self.withdrawal.withdraw(tokens, tenant_id=None)
            self.attempts.forget(attempt)
        self.attempts.forget_old()

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back to."""
        return f"{self._base}/oauth/callback"

    @property
    def _base(self) -> str:
        return f"{self._addresses.public_url}/connect/{self.linking.integration.platform}"

    @property
    def _addresses(self) -> Addresses:
        return self.linking.addresses

    def _connection(self, query: Mapping[str, str]) -> Row[Any] | None:
        owner = Owner(query.get("companyId", ""), query.get("connectionId", ""))
        with self.db.read() as tx:
            row = read_connection(tx, owner)
        mine = row is not None and row.platform == self.linking.integration.platform
        return row if row is not None and mine and not row.deleted_at else None

    def _exchange(
        self, attempt: Row[Any], query: Mapping[str, str], state: SecretStr
    ) -> BrowserAnswer:
        verifier = self.attempts.verifier(attempt) if self.client.spec.pkce else None
        tokens = self.client.exchange(
            SecretStr(query["code"]), redirect_uri=self.redirect_uri, verifier=verifier
        )
        tenants = self.list_tenants(tokens.access)
        if len(tenants) == 1:
            return self._finish(attempt, tenants[0], tokens)
        if not tenants:
            self.withdrawal.withdraw(tokens, tenant_id=None)
            return _problem(400, "Nothing to connect", f"No organisation was chosen. {AGAIN}")
        self.attempts.wait_for_choice(attempt, tokens, tenants)
        name, action = self.linking.integration.name, f"{self._base}/oauth/tenant"
        page = pages.choice_page(name, tenants, action=action, state=state.get_secret_value())
        return BrowserAnswer(200, page)

    def _finish(self, attempt: Row[Any], tenant: Tenant, tokens: Tokens) -> BrowserAnswer:
        """Link, or leave nothing of the fresh grant behind."""
        try:
            with begin_work(self.db, self.queue, self.clock) as work:
                self.linking.link(work, attempt, tenant, tokens)
        except Reject as denied:
            self.withdrawal.withdraw(tokens, tenant_id=tenant.id)
            _log.info("link denied", connection_id=attempt.connection_id, reason=denied.public)
            return _problem(denied.status, "This could not be connected", denied.public)
        return BrowserAnswer(200, pages.linked_page(self.linking.integration.name, tenant.name))

    def _declined(self, attempt: Row[Any], error: str) -> BrowserAnswer:
        """Note that the user, or the provider, said no; the link can be used again."""
        if error == "access_denied":
            self._note(attempt, _CANCELLED)
            return _problem(403, "Nothing was connected", f"You gave no access. {AGAIN}")
        self._note(attempt, Failure("500", "authorisation error", "Unknown error occurred"))
        return _problem(400, "Nothing was connected", f"The provider reported an error. {AGAIN}")

    def _guarded(self, attempt: Row[Any], do: Callable[[], BrowserAnswer]) -> BrowserAnswer:
        """Turn a provider's trouble into a page and an entry of the connection's errors."""
        try:
            return do()
        except CausewayError as trouble:
            _log.warning("link failed", reason=trouble.internal)
            self._note(attempt, Failure("500", type(trouble).__name__, trouble.public))
            return _problem(502, "This could not be connected", f"{trouble.public}. {AGAIN}")

    def _note(self, attempt: Row[Any], failure: Failure) -> None:
        with begin_work(self.db, self.queue, self.clock) as work:
            owner = Owner(attempt.company_id, attempt.connection_id)
            connection = read_connection(work.tx, owner, lock=True)
            if connection is None or connection.deleted_at:
                return
            note_failure(work.tx, connection, failure, work.now)
            record_connection_event(work, connection, "connection.failed", self._addresses)

    def _refuse(self, refused: AttemptRefused) -> BrowserAnswer:
        _log.warning("link refused", reason=refused.reason)
        return _problem(400, "This could not be connected", f"{refused.public} {AGAIN}")

    def _check_issuer(self, query: Mapping[str, str]) -> None:
        wanted = self.client.spec.issuer
        if wanted and query.get("iss") != wanted:
            raise AttemptRefused("The answer came from somebody else.", "wrong issuer")

    def _browser(self, request: BrowserRequest) -> SecretStr | None:
        token = request.cookies.get(self._cookie_name)
        return SecretStr(token) if token else None

    @property
    def _cookie_name(self) -> str:
        return f"__Host-{COOKIE}" if self._is_https else COOKIE

    @property
    def _is_https(self) -> bool:
        return self._addresses.public_url.startswith("https://")

    def _cookie(self, browser: SecretStr) -> str:
        secure = "; Secure" if self._is_https else ""
        value = browser.get_secret_value()
        return f"{self._cookie_name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600{secure}"


def _problem(status: int, title: str, explanation: str) -> BrowserAnswer:
    return BrowserAnswer(status, pages.problem_page(title, explanation))
