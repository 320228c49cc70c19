"""The link flow: from a browser that wants to grant access to a connection that is linked.

Free of any web framework: a `Request` goes in, a `Response` comes out. But for a widget's token,
the provider is asked nothing before the browser's answer has passed every check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import SecretStr
from sqlalchemy import Row, select

from shared_code.catalogue import Integration
from shared_code.connect import asking, pages
from shared_code.connect.abandoned import Abandoned
from shared_code.connect.addresses import Addresses
from shared_code.connect.attempts import AttemptRefused, Attempts, Begun, new_token, offered_by
from shared_code.connect.auth.clients import AuthClient, OAuthClient, WidgetClient
from shared_code.connect.auth.facts import read_asked
from shared_code.connect.browser import BrowserCookie, Request, Response
from shared_code.connect.events import record_connection_event
from shared_code.connect.linking import LinkDenied, Linking, Subject
from shared_code.connect.status import Failure, note_failure
from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import Tokens
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Disconnect, Withdrawal
from shared_code.errors import CausewayError, NotFound, Reauthorise, Reject, Retry
from shared_code.notify.work import begin_work
from shared_code.ports.clock import Clock
from shared_code.ports.queue import Queue
from shared_code.store.database import Database
from shared_code.store.schema import companies, connections
from shared_code.sync.requests import lock_connection

CANCELLED = "User cancelled"
UNKNOWN = "Unknown error occurred"

TenantsOf = Callable[[Tokens, str], Sequence[Tenant]]
"""List what tokens reach that were granted just now to a connection; raises errors of the tree."""

_CODE = re.compile(r"[a-z_]{1,40}", re.ASCII)
_PUBLIC_TOKEN = re.compile(r"[\x21-\x7e]{1,2048}", re.ASCII)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LinkFlow:
    """One connector's link flow; everything it touches is passed in.

    `public_url` is the platform's own address as browsers see it, without a slash at its end.
    """

    db: Database
    queue: Queue
    clock: Clock
    sealer: Sealer
    auth: AuthClient
    integration: Integration
    public_url: str
    list_tenants: TenantsOf
    disconnect: Disconnect | None = None

    def authorize(self, request: Request) -> Response:
        """Send the browser to the provider: `companyId` and `connectionId` say for what."""
        connection = self._find(request)
        if connection is None:
            return self._page(404, "This link is not valid", "Ask for a new one where you got it.")
        browser = self._cookie.of(request) or new_token()
        try:
            begun = self._attempts.begin(connection, browser)
        except CausewayError as trouble:
            return self._out_of_order(trouble)
        try:
            step = self._first_step(begun)
        except CausewayError as trouble:
            step = self._troubled(begun.attempt, trouble)
        return replace(step, headers={**step.headers, "Set-Cookie": self._cookie.set(browser)})

    def details(self, request: Request) -> Response:
        """Take what the user typed in, or what the provider's widget gave, with its `state`."""
        state, browser = SecretStr(request.form.get("state", "")), self._cookie.of(request)
        try:
            attempt = self._attempts.look_at(state, browser)
            facts, problems = read_asked(self.auth.spec.asks, request.form)
            if problems:
                return self._asking(state, request.form, problems)
            if isinstance(self.auth, OAuthClient):
                return self._onward(attempt, self.auth, state, facts)
            attempt = self._attempts.use(state, browser)
        except AttemptRefused as refusal:
            return self._refused(refusal)
        except CausewayError as trouble:
            return self._out_of_order(trouble)
        try:
            return self._with_tokens(attempt, state, self._granted(request, facts))
        except CausewayError as trouble:
            return self._troubled(attempt, trouble)

    def callback(self, request: Request) -> Response:
        """Take the provider's answer: exchange the code, and link or ask which tenant."""
        try:
            client = self._expecting(request)
            state = SecretStr(request.query.get("state", ""))
            attempt = self._attempts.use(state, self._cookie.of(request))
        except AttemptRefused as refusal:
            return self._refused(refusal)
        error = request.query.get("error")
        if error or not request.query.get("code"):
            return self._declined(attempt, error or "")
        try:
            return self._with_tokens(attempt, state, self._exchange(client, attempt, request))
        except CausewayError as trouble:
            return self._troubled(attempt, trouble)

    def choose_tenant(self, request: Request) -> Response:
        """Take the user's choice among several tenants, posted as `state` and `tenant`."""
        state = SecretStr(request.form.get("state", ""))
        try:
            attempt, tokens, tenant = self._attempts.choose(
                state, self._cookie.of(request), request.form.get("tenant", "")
            )
        except AttemptRefused as refusal:
            return self._refused(refusal)
        except CausewayError as trouble:
            return self._out_of_order(trouble)
        try:
            return self._link(attempt, tenant, tokens, granted=offered_by(attempt))
        except CausewayError as trouble:
            return self._troubled(attempt, trouble)

    def sweep(self) -> None:
        """Take back tokens whose user never chose a tenant, and forget old attempts.

        While the provider or the vault is in trouble they are kept for the next sweep.
        """
        Abandoned(self._attempts, self.auth, self._way_back).take_back()
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
    def _cookie(self) -> BrowserCookie:
        return BrowserCookie(self.public_url)

    def _first_step(self, begun: Begun) -> Response:
        match self.auth:
            case WidgetClient() as client:
                token = client.widget_token(begun.attempt.connection_id).get_secret_value()
                body = asking.widget(self._name, client.spec, self._posting(begun.state), token)
                return Response(200, asking.widget_headers(client.spec), body)
            case OAuthClient() as client if not client.spec.asks:
                url = self._consent_url(client, begun.state, begun.verifier, {})
                return Response(302, {**pages.HEADERS, "Location": url})
        return self._asking(begun.state, {}, {})

    def _asking(
        self, state: SecretStr, typed: Mapping[str, str], problems: Mapping[str, str]
    ) -> Response:
        asked, posting = self.auth.spec.asks, self._posting(state)
        body = asking.asking(self._name, asked, posting, typed=typed, problems=problems)
        return Response(400 if problems else 200, pages.HEADERS, body)

    def _onward(
        self, attempt: Row[Any], client: OAuthClient, state: SecretStr, facts: Mapping[str, str]
    ) -> Response:
        """Show the way to consent: a link, since browsers hold a form's redirects to our host."""
        self._attempts.remember(attempt, facts)
        verifier, _ = self._attempts.secrets(attempt)
        url = self._consent_url(client, state, verifier, facts)
        sentence = f"Sign in at {self._name} and allow access. You will come back here."
        action = pages.Action(f"Continue to {self._name}", url)
        return Response(200, pages.HEADERS, pages.way_on(f"Connect {self._name}", sentence, action))

    def _consent_url(
        self, client: OAuthClient, state: SecretStr, verifier: SecretStr, facts: Mapping[str, str]
    ) -> str:
        return client.authorization_url(
            redirect_uri=self._redirect_uri,
            state=state,
            verifier=verifier if client.spec.pkce else None,
            facts=facts,
        )

    def _granted(self, request: Request, facts: Mapping[str, str]) -> Tokens:
        """Get tokens without a redirect."""
        match self.auth:
            case WidgetClient() as client:
                public = request.form.get("public_token", "")
                if not _PUBLIC_TOKEN.fullmatch(public):
                    raise Reject(f"{self._name} gave no token.")
                return client.exchange(SecretStr(public))
            case OAuthClient():
                raise AssertionError("tokens of this strategy come by a redirect")
            case client:
                return client.grant(facts)

    @property
    def _name(self) -> str:
        return self.integration.name

    def _posting(self, state: SecretStr) -> asking.Posting:
        action = f"{self.public_url}/connect/{self.integration.platform}/details"
        return asking.Posting(action, state.get_secret_value())

    def _expecting(self, request: Request) -> OAuthClient:
        """Give the client that expects a redirect, if it may come from this provider."""
        if not isinstance(self.auth, OAuthClient):
            raise AttemptRefused("Nothing was expected here.", "redirect to another strategy")
        expected = self.auth.spec.issuer
        if expected and request.query.get("iss") != expected:
            raise AttemptRefused("The answer came from another provider.", "wrong issuer")
        return self.auth

    def _exchange(self, client: OAuthClient, attempt: Row[Any], request: Request) -> Tokens:
        verifier, typed = self._attempts.secrets(attempt)
        came = {each.name: each.read(request.query) for each in client.spec.redirect_facts}
        return client.exchange(
            SecretStr(request.query["code"]),
            redirect_uri=self._redirect_uri,
            verifier=verifier if client.spec.pkce else None,
            facts={**typed, **came},
        )

    def _with_tokens(self, attempt: Row[Any], state: SecretStr, tokens: Tokens) -> Response:
        granted: Sequence[str] = ()
        try:
            listed = self.list_tenants(tokens, attempt.connection_id)
            granted = [each.id for each in listed]
            tenants = self._offered(attempt, listed)
            if len(tenants) > 1:
                self._attempts.wait_for_choice(attempt, tokens, tenants)
        except Exception:
            self._withdraw(tokens, granted)
            raise
        if not tenants:
            self._withdraw(tokens, ())
            self._note(attempt, Failure("403", "no_organisation", "No organisation was chosen"))
            return self._page(
                400,
                "No organisation was chosen",
                f"Your {self._name} account gave access to none. Choose one when it asks you.",
                retry=attempt,
            )
        if len(tenants) == 1:
            return self._link(attempt, tenants[0], tokens, granted=granted)
        action = f"{self.public_url}/connect/{self.integration.platform}/oauth/tenant"
        body = pages.choice(self._name, tenants, action=action, state=state.get_secret_value())
        return Response(200, pages.HEADERS, body)

    def _offered(self, attempt: Row[Any], tenants: Sequence[Tenant]) -> Sequence[Tenant]:
        """Leave the user no choice where the connection has its tenant already."""
        with self.db.read() as tx:
            known = tx.scalar(select(connections.c.tenant_id).where(*_connection_of(attempt)))
        mine = [each for each in tenants if each.id == known]
        return mine or tenants

    def _link(
        self, attempt: Row[Any], tenant: Tenant, tokens: Tokens, *, granted: Sequence[str]
    ) -> Response:
        """Link, or take back all that was granted; raises errors of the tree, but for denials."""
        linking = Linking(self.sealer, self.integration, self._addresses)
        try:
            with begin_work(self.db, self.queue, self.clock) as work:
                subject = Subject(attempt.company_id, attempt.connection_id, attempt.epoch)
                linking.link(work, subject, tenant, tokens)
        except (LinkDenied, NotFound) as denial:
            self._withdraw(tokens, granted)
            self._note(attempt, Failure("409", "denied", denial.public))
            return self._page(
                denial.status, f"{tenant.name} was not linked", denial.public, retry=attempt
            )
        except Exception:
            self._withdraw(tokens, granted)
            raise
        return Response(200, pages.HEADERS, pages.linked(self._name, tenant.name))

    def _refused(self, refusal: AttemptRefused) -> Response:
        platform = self.integration.platform
        _log.warning("link answer refused", platform=platform, reason=refusal.reason)
        return self._page(
            refusal.status,
            "This did not work",
            refusal.public,
            "Go back to where you started, and begin again.",
        )

    def _out_of_order(self, trouble: CausewayError) -> Response:
        """Our own parts are in trouble, before anything was spent."""
        _log.warning("link is out of order", reason=trouble.internal)
        return self._page(
            503 if isinstance(trouble, Retry) else 500,
            "This does not work right now",
            "Nothing was changed. Go back, and try again in a minute.",
        )

    def _declined(self, attempt: Row[Any], error: str) -> Response:
        """Handle an answer without a code: the user's no, or the provider's error."""
        shown = error if _CODE.fullmatch(error) else "unknown"
        if error == "access_denied":
            self._note(attempt, Failure("403", shown, CANCELLED))
            title = f"{self._name} was not linked"
            return self._page(200, title, "You did not grant access.", retry=attempt)
        self._note(attempt, Failure("500", shown, UNKNOWN))
        return self._provider_page(400, attempt)

    def _troubled(self, attempt: Row[Any], trouble: CausewayError) -> Response:
        _log.warning("link failed", platform=self.integration.platform, reason=trouble.internal)
        self._note(attempt, Failure("500", type(trouble).__name__, UNKNOWN))
        if isinstance(trouble, Reauthorise) and self.auth.spec.asks:
            return self._provider_page(400, attempt, "did not accept what you typed in")
        return self._provider_page(503 if isinstance(trouble, Retry) else 400, attempt)

    def _provider_page(
        self, status: int, attempt: Row[Any], reason: str = "could not complete the link"
    ) -> Response:
        return self._page(
            status,
            f"{self._name} was not linked",
            f"{self._name} {reason}. Nothing was changed.",
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

    @property
    def _way_back(self) -> Withdrawal:
        return Withdrawal(
            self.db, self.integration.platform, self.auth, self.auth.spec.rules, self.disconnect
        )

    def _withdraw(self, tokens: Tokens, tenants: Sequence[str]) -> None:
        """Take a fresh grant back that leads to no link; the user is not kept waiting for it.

        What another user is to choose from now stays.
        """
        offered = self._attempts.offered_now()
        try:
            self._way_back.withdraw(tokens, tenants=tenants, spared=offered)
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
