"""The link flow: from a browser that wants to grant access to a connection that is linked.

Free of any web framework: a `Request` goes in, a `Response` comes out. Nothing is asked of the
provider before the browser's answer has passed every check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import SecretStr
from sqlalchemy import Row, select

from shared_code.catalogue import Integration
from shared_code.connect import pages
from shared_code.connect.addresses import Addresses
from shared_code.connect.attempts import AttemptRefused, Attempts, new_token
from shared_code.connect.events import record_connection_event
from shared_code.connect.linking import LinkDenied, Linking
from shared_code.connect.oauth import OAuthClient
from shared_code.connect.status import Failure, note_failure
from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import Tokens
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Disconnect, Withdrawal
from shared_code.errors import CausewayError, NotFound, Retry
from shared_code.notify.work import begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import companies, connections
from shared_code.sync.requests import lock_connection

COOKIE_SECONDS = 3600
"""How long a browser is known; each start of a link renews it."""

CANCELLED = "User cancelled"
UNKNOWN = "Unknown error occurred"

ListTenants = Callable[[SecretStr], Sequence[Tenant]]
"""List what an access token reaches that was granted just now; raises errors of the tree."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_CODE = re.compile(r"[a-z_]{1,40}", re.ASCII)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser sends: decoded parameters of the query and the form, and cookies."""

    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What the browser gets."""

    status: int
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True, slots=True)
class LinkFlow:
    """One connector's link flow; everything it touches is passed in.

    `public_url` is the platform's own address as browsers see it, without a slash at its end.
    """

    db: Database
    queue: Queue
    clock: Clock
    sealer: Sealer
    oauth: OAuthClient
    integration: Integration
    public_url: str
    list_tenants: ListTenants
    disconnect: Disconnect | None = None

    def authorize(self, request: Request) -> Response:
        """Send the browser to the provider: `companyId` and `connectionId` say for what."""
        connection = self._find(request)
        if connection is None:
            return self._page(404, "This link is not valid", "Ask for a new one where you got it.")
        browser = self._browser(request) or new_token()
        begun = self._attempts.begin(connection, browser)
        url = self.oauth.authorization_url(
            redirect_uri=self._redirect_uri,
            state=begun.state,
            verifier=begun.verifier if self.oauth.spec.pkce else None,
        )
        return Response(
            302, {**pages.HEADERS, "Location": url, "Set-Cookie": self._cookie(browser)}
        )

    def callback(self, request: Request) -> Response:
        """Take the provider's answer: exchange the code, and link or ask which tenant."""
        try:
            self._check_issuer(request)
            state = SecretStr(request.query.get("state", ""))
            attempt = self._attempts.use(state, self._browser(request))
        except AttemptRefused as refusal:
            return self._refused(refusal)
        error, code = request.query.get("error"), SecretStr(request.query.get("code", ""))
        if error or not code.get_secret_value():
            return self._declined(attempt, error or "")
        try:
            tokens = self._exchange(attempt, code)
            return self._with_tokens(attempt, state, tokens)
        except CausewayError as trouble:
            return self._troubled(attempt, trouble)

    def choose_tenant(self, request: Request) -> Response:
        """Take the user's choice among several tenants, posted as `state` and `tenant`."""
        state = SecretStr(request.form.get("state", ""))
        try:
            attempt, tokens, tenant = self._attempts.choose(
                state, self._browser(request), request.form.get("tenant", "")
            )
        except AttemptRefused as refusal:
            return self._refused(refusal)
        return self._link(attempt, tenant, tokens)

    def sweep(self) -> None:
        """Take back tokens whose user never chose a tenant, and forget old attempts."""
        for attempt, tokens in self._attempts.abandoned():
            self._withdraw(tokens, None)
            self._attempts.forget(attempt)
        self._attempts.forget_old()

    @property
    def _attempts(self) -> Attempts:
        return Attempts(self.db, self.clock, self.sealer)

    @property
    def _addresses(self) -> Addresses:
        return Addresses(self.public_url)

    @property
    def _redirect_uri(self) -> str:
        return f"{self.public_url}/connect/{self.integration.platform}/oauth/callback"

    def _find(self, request: Request) -> Row[Any] | None:
        query = (
            select(connections)
            .join(companies, companies.c.id == connections.c.company_id)
            .where(
                connections.c.company_id == request.query.get("companyId", "").lower(),
                connections.c.id == request.query.get("connectionId", "").lower(),
                connections.c.platform == self.integration.platform,
                connections.c.deleted_at.is_(None),
                companies.c.deleted_at.is_(None),
            )
        )
        with self.db.read() as tx:
            return tx.execute(query).one_or_none()

    @property
    def _cookie_name(self) -> str:
        # Browsers take the prefix only over TLS; it keeps other hosts from setting the cookie.
        return "__Host-causeway-link" if self._is_secure else "causeway-link"

    @property
    def _is_secure(self) -> bool:
        return self.public_url.startswith("https://")

    def _browser(self, request: Request) -> SecretStr | None:
        value = request.cookies.get(self._cookie_name, "")
        return SecretStr(value) if _TOKEN.fullmatch(value) else None

    def _cookie(self, browser: SecretStr) -> str:
        secure = "; Secure" if self._is_secure else ""
        return (
            f"{self._cookie_name}={browser.get_secret_value()}; Path=/; Max-Age={COOKIE_SECONDS}"
            f"; HttpOnly; SameSite=Lax{secure}"
        )

    def _check_issuer(self, request: Request) -> None:
        expected = self.oauth.spec.issuer
        if expected and request.query.get("iss") != expected:
            raise AttemptRefused("The answer came from another provider.", "wrong issuer")

    def _exchange(self, attempt: Row[Any], code: SecretStr) -> Tokens:
        verifier = self._attempts.verifier(attempt) if self.oauth.spec.pkce else None
        return self.oauth.exchange(code, redirect_uri=self._redirect_uri, verifier=verifier)

    def _with_tokens(self, attempt: Row[Any], state: SecretStr, tokens: Tokens) -> Response:
        try:
            tenants = self._offered(attempt, self.list_tenants(tokens.access))
        except CausewayError:
            self._withdraw(tokens, None)
            raise
        if not tenants:
            self._withdraw(tokens, None)
            self._note(attempt, Failure("403", "no_organisation", "No organisation was chosen"))
            name = self.integration.name
            return self._page(
                400,
                "No organisation was chosen",
                f"Your {name} account gave access to none. Choose one when {name} asks you.",
                retry=attempt,
            )
        if len(tenants) == 1:
            return self._link(attempt, tenants[0], tokens)
        self._attempts.wait_for_choice(attempt, tokens, tenants)
        action = f"{self.public_url}/connect/{self.integration.platform}/oauth/tenant"
        body = pages.choice(
            self.integration.name, tenants, action=action, state=state.get_secret_value()
        )
        return Response(200, pages.HEADERS, body)

    def _offered(self, attempt: Row[Any], tenants: Sequence[Tenant]) -> Sequence[Tenant]:
        """Leave the user no choice where the connection has its tenant already."""
        with self.db.read() as tx:
            known = tx.scalar(select(connections.c.tenant_id).where(*_connection_of(attempt)))
        mine = [each for each in tenants if each.id == known]
        return mine or tenants

    def _link(self, attempt: Row[Any], tenant: Tenant, tokens: Tokens) -> Response:
        linking = Linking(self.sealer, self.integration, self._addresses)
        try:
            with begin_work(self.db, self.queue, self.clock) as work:
                linking.link(work, attempt, tenant, tokens)
        except (LinkDenied, NotFound) as denial:
            self._withdraw(tokens, tenant.id)
            self._note(attempt, Failure("409", "denied", denial.public))
            return self._page(
                denial.status, f"{tenant.name} was not linked", denial.public, retry=attempt
            )
        return Response(200, pages.HEADERS, pages.linked(self.integration.name, tenant.name))

    def _refused(self, refusal: AttemptRefused) -> Response:
        platform = self.integration.platform
        _log.warning("link answer refused", platform=platform, reason=refusal.reason)
        return self._page(
            refusal.status,
            "This did not work",
            refusal.public,
            "Go back to where you started, and begin again.",
        )

    def _declined(self, attempt: Row[Any], error: str) -> Response:
        """Handle an answer without a code: the user's no, or the provider's error."""
        shown = error if _CODE.fullmatch(error) else "unknown"
        if error == "access_denied":
            self._note(attempt, Failure("403", shown, CANCELLED))
            title = f"{self.integration.name} was not linked"
            return self._page(200, title, "You did not grant access.", retry=attempt)
        self._note(attempt, Failure("500", shown, UNKNOWN))
        return self._provider_page(400, attempt)

    def _troubled(self, attempt: Row[Any], trouble: CausewayError) -> Response:
        _log.warning("link failed", platform=self.integration.platform, reason=trouble.internal)
        self._note(attempt, Failure("500", type(trouble).__name__, UNKNOWN))
        return self._provider_page(503 if isinstance(trouble, Retry) else 400, attempt)

    def _provider_page(self, status: int, attempt: Row[Any]) -> Response:
        name = self.integration.name
        return self._page(
            status,
            f"{name} was not linked",
            f"{name} could not complete the link. Nothing was changed.",
            retry=attempt,
        )

    def _note(self, attempt: Row[Any], failure: Failure) -> None:
        """Record a failed attempt, unless the connection is linked or was changed meanwhile."""
        with begin_work(self.db, self.queue, self.clock) as work:
            row = lock_connection(work.tx, attempt.company_id, attempt.connection_id)
            if row is None or row.deleted_at or row.epoch != attempt.epoch:
                return
            if row.status != "Linked":
                note_failure(work.tx, row, failure, work.now)
                record_connection_event(work, row, "connection.failed", self._addresses)

    def _withdraw(self, tokens: Tokens, tenant_id: str | None) -> None:
        """Take a fresh grant back that leads to no link; the user is not kept waiting for it."""
        way_back = Withdrawal(
            self.db, self.integration.platform, self.oauth, self.oauth.spec.rules, self.disconnect
        )
        try:
            way_back.withdraw(tokens, tenant_id=tenant_id)
        except Retry as trouble:
            _log.warning("grant could not be taken back", reason=trouble.internal)

    def _page(
        self, status: int, title: str, *sentences: str, retry: Row[Any] | None = None
    ) -> Response:
        action = None
        if retry is not None:
            url = self._addresses.connection_link(
                self.integration.platform, retry.company_id, retry.connection_id
            )
            action = pages.Action("Try again", url)
        return Response(status, pages.HEADERS, pages.message(title, *sentences, action=action))


def _connection_of(attempt: Row[Any]) -> tuple[Any, Any]:
    return (
        connections.c.company_id == attempt.company_id,
        connections.c.id == attempt.connection_id,
    )
