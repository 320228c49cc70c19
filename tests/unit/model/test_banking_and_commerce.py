"""What banking and commerce records hold, property by property, as the contract lists them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from shared_code.model import SINGULAR_ID, Shape, banking, commerce
from shared_code.model.banking.account_balance import AccountBalance
from shared_code.model.banking.shapes import Balance
from shared_code.model.commerce.company_info import CommerceCompanyInfo
from shared_code.model.commerce.order import Order, OrderPayment
from shared_code.model.commerce.product import Product, ProductVariant
from shared_code.store.moments import to_micros
from shared_code.store.records import record_in

MODULES = [
    import_module(f"{family.__name__}.{each.name}")
    for family in (banking, commerce)
    for each in iter_modules(family.__path__)
]


def defined(kind: type) -> Iterator[Any]:
    """All classes of a kind that the modules define."""
    for module in MODULES:
        for found in vars(module).values():
            is_class = isinstance(found, type) and issubclass(found, kind)
            if is_class and found.__module__ == module.__name__:
                yield found


# A star marks what clients insist on. DATES stands for both dates of a change.
PROPERTIES = {
    "AccountBalance": "accountId* balance* date* DATES",
    "AccountIdentifiers": "type* subtype number bankCode iban bic maskedAccountNumber",
    "AncestorRef": "id* type*",
    "AppliedTax": "taxComponentRef rate",
    "Balance": "available current* limit",
    "BankingAccount": "id* name* informalName holder type* balance* identifiers* currency*"
    " institution* DATES",
    "BankingTransaction": "id* accountId* description amount currency* postedDate authorizedDate"
    " code merchantName transactionCategoryRef DATES",
    "CommerceAddress": "type line1 line2 city region country postalCode",
    "CommerceBalance": "available pending reserved currency",
    "CommerceCompanyInfo": "companyName commercePlatformRef companyLegalName addresses phoneNumbers"
    " webLinks registrationNumber baseCurrency accountBalances sourceUrls createdDate DATES",
    "CommerceCustomer": "id* customerName emailAddress phone defaultCurrency addresses note"
    " createdDate DATES",
    "CommerceCustomerRef": "id* name",
    "CommercePayment": "id* amount currency paymentMethodRef status paymentProvider dueDate"
    " supplementalData createdDate DATES",
    "CommercePaymentMethod": "id* name status DATES",
    "CommerceTaxComponent": "id* name rate isCompound DATES",
    "CommerceTransaction": "id* totalAmount currency type subType transactionSourceRef"
    " supplementalData createdDate sourceCreatedDate DATES",
    "DiscountAllocation": "name totalAmount",
    "Dispute": "id* disputedTransactions totalAmount currency* status reason dueDate createdDate"
    " DATES",
    "Institution": "id name",
    "Inventory": "totalQuantity locations",
    "Location": "id* name address DATES",
    "LocationRef": "id* name",
    "Order": "id* orderNumber country currency closedDate totalAmount totalRefund totalTaxAmount"
    " totalDiscount totalGratuity orderLineItems payments serviceCharges locationRef customerRef"
    " supplementalData createdDate DATES",
    "OrderLine": "id* quantity taxPercentage totalAmount totalTaxAmount unitPrice taxes productRef"
    " productVariantRef discountAllocations",
    "OrderPayment": "id* amount currency type status paymentProvider dueDate createdDate DATES",
    "Product": "id* name description categorization isGiftCard variants supplementalData DATES",
    "ProductCategory": "id* name ancestorRefs hasChildren DATES",
    "ProductRef": "id* name",
    "ProductVariant": "id* name isTaxEnabled sku barcode unitOfMeasure vatPercentage prices"
    " inventory shippingRequired status createdDate DATES",
    "ProductVariantRef": "id* name",
    "ServiceCharge": "description totalAmount taxPercentage taxAmount taxes quantity type",
    "StockedLocation": "quantity locationRef",
    "TaxComponentRef": "id* name*",
    "TransactionCategory": "id* name* parentId hasChildren status DATES",
    "TransactionCategoryRef": "id* name",
    "TransactionSourceRef": "id* type*",
    "VariantPrice": "currency unitPrice",
}

WORDS = {
    "BankingAccountType": "Unknown Credit Debit",
    "CommerceAddressType": "Billing Delivery Order Inventory Unknown",
    "CommercePaymentStatus": "Pending Authorized Paid Failed Cancelled Unknown",
    "CommerceTransactionType": "Payment Refund Payout FailedPayout Transfer PaymentFee"
    " PaymentFeeRefund Unknown",
    "DisputeStatus": "Won Lost Accepted Processing ChargeRefunded EvidenceRequired"
    " InquiryEvidenceRequired InquiryProcessing InquiryClosed WaitingThirdParty Unknown",
    "IdentifierType": "Account Card Credit Depository Investment Loan Other",
    "OrderPaymentType": "Cash Card Invoice OnlineCard Swish Vipps Mobile StoreCredit Paypal Custom"
    " Prepaid Unknown",
    "ServiceChargeType": "Generic Shipping Overpayment Unknown",
    "TransactionCode": "Unknown Fee Payment Cash Transfer Interest Cashback Cheque DirectDebit"
    " Purchase StandingOrder Adjustment Credit Other NotSupported",
    "TransactionSourceType": "Fee Order Payment ServiceCharge Unknown",
    "VariantStatus": "Unknown Published Unpublished",
}


@pytest.mark.parametrize("model", list(defined(Shape)))
def test_a_shape_has_the_contracts_properties_and_insists_on_what_clients_do(
    model: type[Shape],
) -> None:
    listed = PROPERTIES[model.__name__].replace("DATES", "modifiedDate sourceModifiedDate")
    properties = {
        f"{field.alias}{'*' * field.is_required()}" for field in model.model_fields.values()
    }
    assert properties == set(listed.split())


@pytest.mark.parametrize("enum", list(defined(StrEnum)))
def test_an_enum_has_the_contracts_words_and_no_others(enum: type[StrEnum]) -> None:
    assert {each.value for each in enum} == set(WORDS[enum.__name__].split())


def balance_of(account_id: str, date: datetime) -> AccountBalance:
    return AccountBalance(
        account_id=account_id, date=date, balance=Balance(current=Decimal("12.50"))
    )


def test_a_balance_is_told_from_others_by_account_and_date() -> None:
    first, second = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC)
    balances = [balance_of(account, date) for account in ("a", "a/b") for date in (first, second)]
    assert len({each.source_id for each in balances}) == 4
    assert record_in(balances[0]).source_id == balance_of("a", first).source_id
    assert "id" not in record_in(balances[0]).doc


def test_the_shops_company_info_is_one_object_that_knows_when_it_changed() -> None:
    changed = datetime(2030, 1, 1, tzinfo=UTC)
    found = record_in(CommerceCompanyInfo(company_name="Acme", source_modified_date=changed))
    assert (found.source_id, found.source_modified_at) == (SINGULAR_ID, to_micros(changed))


def test_what_lies_inside_a_record_keeps_dates_of_its_own() -> None:
    inner, outer = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC)
    payment = OrderPayment(id="in", modified_date=inner, source_modified_date=inner)
    variant = ProductVariant(id="in", modified_date=inner, source_modified_date=inner)
    for record in (
        Order(id="out", source_modified_date=outer, payments=(payment,)),
        Product(id="out", source_modified_date=outer, variants=(variant,)),
    ):
        found = record_in(record)
        assert found.source_modified_at == to_micros(outer)
        assert found.doc.count('"modifiedDate":"2030-01-01') == 1
