"""Addresses of loans, of the calendar, and of programmes."""

from django.urls import path

from assets.loans.views.bookings import booking, bookings
from assets.loans.views.lists import loan_costs, loans, loans_file, loans_of_asset
from assets.loans.views.loan import loan, loan_move, loan_new, loan_photo
from assets.loans.views.programmes import loan_programme, loan_programme_new, loan_programmes

urlpatterns = [
    path("loans/", loans, name="loans"),
    path("loans/loans.csv", loans_file, name="loans-file"),
    path("loans/costs/", loan_costs, name="loan-costs"),
    path("loans/new/", loan_new, name="loan-new"),
    path("loans/calendar/", bookings, name="bookings"),
    path("loans/bookings/<int:pk>/", booking, name="booking"),
    path("loans/programmes/", loan_programmes, name="loan-programmes"),
    path("loans/programmes/new/", loan_programme_new, name="loan-programme-new"),
    path("loans/programmes/<int:pk>/", loan_programme, name="loan-programme"),
    path("loans/of/<slug:asset_tag>/", loans_of_asset, name="loans-of-asset"),
    path("loans/photos/<uuid:uuid>.jpg", loan_photo, name="loan-photo"),
    path("loans/<int:pk>/", loan, name="loan"),
    path("loans/<int:pk>/move/", loan_move, name="loan-move"),
]
