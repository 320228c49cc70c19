"""Xero's master records, made from a book, and how much is told of a record."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from local.providers.books.book import Book
from local.providers.books.facts import sides
from local.providers.books.files import has_files
from local.providers.books.model import (
    ZERO,
    Account,
    Contact,
    Item,
    Organisation,
    TaxRate,
)
from local.providers.books.owed import Balance, balances
from local.providers.xero import codes
from local.providers.xero.wire import (
    instant,
    number,
    quantity,
    unit_price,
)

Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of a record is told: with lines, with computed fields, at how many places."""

    lines: bool = True
    computed: bool = True
    unit_places: int = 2


FULL, LISTED, LIGHT = Detail(), Detail(lines=False), Detail(lines=False, computed=False)


def organisation(owner: Organisation) -> Record:
    """Tell the organisation."""
    day_of_month, month = owner.year_end
    return {
        "Name": owner.name,
        "LegalName": owner.legal_name,
        "PaysTax": True,
        "Version": "UK",
        "OrganisationType": "COMPANY",
        "BaseCurrency": owner.base_currency,
        "CountryCode": owner.country,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": owner.registration_number,
        "TaxNumber": owner.tax_number,
        "FinancialYearEndDay": day_of_month,
        "FinancialYearEndMonth": month,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY2",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": instant(owner.created_at),
        "OrganisationEntityType": "COMPANY",
        "Timezone": "GMTSTANDARDTIME",
        "ShortCode": f"!{owner.id[:5]}",
        "OrganisationID": owner.id,
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
        "LineOfBusiness": owner.trade,
        "Addresses": [
            {
                "AddressType": "STREET",
                "AddressLine1": owner.street,
                "City": owner.city,
                "Region": "",
                "PostalCode": owner.postcode,
                "Country": "United Kingdom",
            }
        ],
        "Phones": [{"PhoneType": "OFFICE", "PhoneNumber": owner.phone, "PhoneCountryCode": "44"}],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }


def account(of: Account) -> Record:
    """Tell a ledger account; only bank accounts have bank fields."""
    record: Record = {
        "AccountID": of.id,
        "Code": of.code,
        "Name": of.name,
        "Status": "ARCHIVED" if of.is_archived else "ACTIVE",
        "Type": codes.ACCOUNT_TYPES[of.kind],
        "TaxType": codes.TAX_TYPES[of.tax_code],
        "Class": codes.ACCOUNT_CLASSES[of.kind],
        "EnablePaymentsToAccount": of.takes_payments,
        "ShowInExpenseClaims": False,
        "ReportingCode": codes.REPORTING_CODES[of.kind],
        "HasAttachments": False,
        "UpdatedDateUTC": instant(of.updated_at),
        "AddToWatchlist": False,
    }
    if of.role:
        record["SystemAccount"] = codes.SYSTEM_ACCOUNTS[of.role]
    if of.bank_number:
        record |= {
            "BankAccountNumber": of.bank_number,
            "BankAccountType": "BANK",
            "CurrencyCode": of.currency,
        }
    else:
        record["Description"] = of.description
    return record


def tax_rate(of: TaxRate) -> Record:
    """Tell a tax rate, which has no id."""
    percent = quantity(of.percent)
    return {
        "Name": of.name,
        "TaxType": codes.TAX_TYPES[of.code],
        "ReportTaxType": codes.REPORT_TAX_TYPES[of.code],
        "CanApplyToAssets": of.on_purchases,
        "CanApplyToEquity": True,
        "CanApplyToExpenses": of.on_purchases,
        "CanApplyToLiabilities": True,
        "CanApplyToRevenue": of.on_sales,
        "DisplayTaxRate": percent,
        "EffectiveRate": percent,
        "Status": "ACTIVE",
        "TaxComponents": [
            {"Name": "VAT", "Rate": percent, "IsCompound": False, "IsNonRecoverable": False}
        ],
    }


def item(of: Item, detail: Detail = FULL) -> Record:
    """Tell an item; a side without a price has empty details."""
    return {
        "ItemID": of.id,
        "Code": of.code,
        "Name": of.name,
        "Description": of.description,
        "PurchaseDescription": of.description if of.purchase_price is not None else "",
        "UpdatedDateUTC": instant(of.updated_at),
        "PurchaseDetails": _price(
            of.purchase_price, (of.purchase_account, of.purchase_tax), detail.unit_places
        ),
        "SalesDetails": _price(of.sale_price, (of.sale_account, of.sale_tax), detail.unit_places),
        "IsTrackedAsInventory": False,
        "IsSold": of.sale_price is not None,
        "IsPurchased": of.purchase_price is not None,
    }


def _price(price: Decimal | None, defaults: tuple[str, str], places: int) -> Record:
    if price is None:
        return {}
    account_code, tax_code = defaults
    return {
        "UnitPrice": unit_price(price, places),
        "AccountCode": account_code,
        "TaxType": codes.TAX_TYPES[tax_code],
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """When balances are told as of, and by how much they are wrong."""

    today: date
    slip: Decimal = ZERO


def contact(book: Book, of: Contact, *, at: Standing, detail: Detail = FULL) -> Record:
    """Tell a contact; the light form leaves out balances, addresses and phones."""
    is_customer, is_supplier = sides(book, of)
    record: Record = {
        "ContactID": of.id,
        "AccountNumber": of.account_number,
        "ContactStatus": "ARCHIVED" if of.is_archived else "ACTIVE",
        "Name": of.name,
        "FirstName": of.first_name,
        "LastName": of.last_name,
        "CompanyNumber": of.company_number,
        "EmailAddress": of.email,
        "BankAccountDetails": "",
        "TaxNumber": of.tax_number,
        "UpdatedDateUTC": instant(of.updated_at),
        "IsSupplier": is_supplier,
        "IsCustomer": is_customer,
        "DefaultCurrency": of.currency,
        "HasAttachments": has_files(of),
        "HasValidationErrors": False,
    }
    if detail.computed:
        record |= {
            "Addresses": _addresses(of),
            "Phones": _phones(of),
            "ContactGroups": [],
            "ContactPersons": [],
            "SalesTrackingCategories": [],
            "PurchasesTrackingCategories": [],
            **_balances(book, of, at),
        }
    return record


def _addresses(of: Contact) -> list[Record]:
    street = {
        "AddressType": "STREET",
        "AddressLine1": of.street,
        "City": of.city,
        "Region": of.region,
        "PostalCode": of.postcode,
        "Country": of.country,
        "AttentionTo": f"{of.first_name} {of.last_name}",
    }
    empty = dict.fromkeys(("City", "Region", "PostalCode", "Country"), "")
    return [dict(street), {"AddressType": "POBOX", **empty}]


def _phones(of: Contact) -> list[Record]:
    numbers = {"DEFAULT": of.phone, "DDI": "", "FAX": "", "MOBILE": of.mobile}
    return [
        {
            "PhoneType": kind,
            "PhoneNumber": text,
            "PhoneAreaCode": "020" if kind == "DEFAULT" else "",
            "PhoneCountryCode": "44" if text else "",
        }
        for kind, text in numbers.items()
    ]


def _balances(book: Book, of: Contact, at: Standing) -> Record:
    """Tell the balances, not converted; a contact without documents has none."""
    if not book.documents_of.get(of.id):
        return {}
    receivable, payable = (_balance(each, at) for each in balances(book, of.id, at.today))
    return {"Balances": {"AccountsReceivable": receivable, "AccountsPayable": payable}}


def _balance(of: Balance, at: Standing) -> Record:
    """Tell a side; one that is settled is never wrong."""
    slip = at.slip if of.outstanding else ZERO
    return {"Outstanding": number(of.outstanding + slip), "Overdue": number(of.overdue)}


def tracking_category(book: Book) -> Record:
    """Tell the one tracking category with its options."""
    category_id, name = book.tracking_category
    return {
        "Name": name,
        "Status": "ACTIVE",
        "TrackingCategoryID": category_id,
        "Options": [
            {
                "TrackingOptionID": option.id,
                "Name": option.name,
                "Status": "ACTIVE",
                "HasValidationErrors": False,
                "IsDeleted": False,
                "IsArchived": False,
                "IsActive": True,
            }
            for option in book.tracking_options
        ],
    }
