"""What Xero says that contacts owe and are owed."""

from __future__ import annotations

from functions.xero.native.reading import Amount, Native, Text


class Owed(Native):
    """What is left to pay less what is left of credit; and what should have been paid by now."""

    outstanding: Amount | None = None
    overdue: Amount | None = None


class Balances(Native):
    """What a contact owes and is owed, in whatever currencies its documents are."""

    accounts_receivable: Owed | None = None
    accounts_payable: Owed | None = None


class ContactBalances(Native):
    """A contact's balances; one without documents has none."""

    contact_id: str
    name: Text = None
    balances: Balances | None = None
