"""What rentals come to, against a second, slow way of counting: one day after the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.loans.costs import bills, loan_cost, loan_days
from assets.loans.lending import Whom
from assets.loans.models import Loan
from assets.loans.moving import move_loan
from assets.loans.words import LoanKind
from locations.models import Site

BERLIN = Site(name="St. Elmo", slug="st-elmo", timezone="Europe/Berlin")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def rental(begin, end, rate="12.50", partner="Lendwell"):
    return Loan(
        site=BERLIN, kind="rental", is_inbound=True, partner=partner, begin=begin, due_at=begin + timedelta(days=1),
        ended_at=end, daily_rate=None if rate is None else Decimal(rate),
    )  # fmt: skip


def test_the_worked_example_of_the_documentation():
    """From 2 March, 13:00, to 5 March, 09:00: four days of the calendar at 12.50 are 50.00."""
    loan = rental(NOON, datetime(2026, 3, 5, 8, tzinfo=UTC))
    assert (loan_days(loan, now=NOON), loan_cost(loan, now=NOON)) == (4, Decimal("50.00"))


def test_a_day_that_has_begun_counts_by_the_clock_of_the_site():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past midnight of the third, in Berlin
    assert loan_days(rental(NOON, late), now=late) == 2
    assert loan_days(rental(late, late), now=late) == 1


def test_what_is_still_here_costs_up_to_now():
    assert loan_cost(rental(NOON, None), now=NOON + timedelta(days=9)) == Decimal("125.00")


def test_without_a_rate_there_is_no_cost_and_not_0():
    assert loan_cost(rental(NOON, None, rate=None), now=NOON) is None
    (bill,) = bills([rental(NOON, None, rate=None)], first=date(2026, 3, 1), last=date(2026, 3, 2), now=NOON)
    assert (bill.loans, bill.days, bill.cost, bill.unpriced) == (1, 1, None, 1)


def test_a_rate_of_0_is_a_rate():
    assert loan_cost(rental(NOON, None, rate="0"), now=NOON) == 0


moments = st.integers(0, 364 * 1440).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)
rentals = st.builds(
    lambda begin, hours, rate, partner: rental(
        begin, None if hours is None else begin + timedelta(hours=hours), rate, partner
    ),
    moments,
    st.none() | st.integers(0, 3000),
    st.none() | st.sampled_from(["0", "1.00", "12.50", "99.99"]),
    st.sampled_from(["Lendwell", "Meridian", "avis medical"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(rentals, max_size=8), moments, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 60)
)
def test_bills_are_the_sum_of_each_day_of_each_loan(loans, now, first, length):
    last = first + timedelta(days=length)
    expected: dict[str, list] = {}
    for loan in loans:
        for offset in range(length + 1):
            day = first + timedelta(days=offset)
            if not _is_here_on(loan, day, now):
                continue
            days, cost, unpriced = expected.get(loan.partner, [0, None, 0])
            if loan.daily_rate is None:
                unpriced += 1
            else:
                cost = (cost or 0) + loan.daily_rate
            expected[loan.partner] = [days + 1, cost, unpriced]
    found = bills(loans, first=first, last=last, now=now)
    assert {bill.partner: [bill.days, bill.cost, bill.unpriced] for bill in found} == expected


def _is_here_on(loan, day, now):
    berlin = ZoneInfo("Europe/Berlin")
    return loan.begin.astimezone(berlin).date() <= day <= (loan.ended_at or now).astimezone(berlin).date()


@pytest.mark.django_db
def test_what_was_struck_out_costs_nothing(make_pump, lend, biomed, at, sign_in):
    pump = make_pump("R-1", ownership="rented")
    whom = Whom(LoanKind.RENTAL, partner="Lendwell")
    loan = lend(7, asset=pump, whom=whom, daily_rate=Decimal("12.50"))
    browser = sign_in(biomed)
    page = browser.get("/loans/costs/?month=2026-03")
    assert page.context["bills"][0].partner == "Lendwell"
    move_loan(loan=loan, transition="strike", by=biomed, now=at(1))
    assert browser.get("/loans/costs/?month=2026-03").context["bills"] == []
