"""What of the grants outlives a restart: consents and tokens, as JSON's types."""

from datetime import datetime

from pydantic import BaseModel

from local.providers.oauth.grants import AccessToken, Grant, GrantStore, RefreshToken


class KeptRefresh(BaseModel):
    """A refresh token, its grant and parent by name."""

    value: str
    grant: str
    issued_at: datetime
    parent: str | None
    used_at: datetime | None
    is_dead: bool


class KeptAccess(BaseModel):
    """An access token, its grant by name."""

    value: str
    grant: str
    expires_at: datetime


class KeptGrants(BaseModel):
    """All grants and tokens of a store."""

    grants: list[Grant] = []
    refresh: list[KeptRefresh] = []
    access: list[KeptAccess] = []


def keep(store: GrantStore) -> KeptGrants:
    """Copy what a store remembers, without codes, which live for minutes."""
    refresh = [
        KeptRefresh(
            value=each.value,
            grant=each.grant.id,
            issued_at=each.issued_at,
            parent=each.parent.value if each.parent else None,
            used_at=each.used_at,
            is_dead=each.is_dead,
        )
        for each in store.refresh.values()
    ]
    access = [
        KeptAccess(value=each.value, grant=each.grant.id, expires_at=each.expires_at)
        for each in store.access.values()
    ]
    return KeptGrants(grants=list(store.grants.values()), refresh=refresh, access=access)


def restore(store: GrantStore, kept: KeptGrants) -> None:
    """Fill an empty store with what was kept."""
    store.grants.update({grant.id: grant for grant in kept.grants})
    for each in kept.refresh:
        grant = store.grants[each.grant]
        token = RefreshToken(each.value, grant, each.issued_at, None, each.used_at, each.is_dead)
        store.refresh[each.value] = token
    for each in kept.refresh:
        if each.parent is not None:
            store.refresh[each.value].parent = store.refresh.get(each.parent)
    for bearer in kept.access:
        grant = store.grants[bearer.grant]
        store.access[bearer.value] = AccessToken(bearer.value, grant, bearer.expires_at)
