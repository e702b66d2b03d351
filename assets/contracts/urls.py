"""Addresses of service contracts."""

from django.urls import path

from assets.contracts.views import (
    contract,
    contract_attach,
    contract_edit,
    contract_file,
    contract_new,
    contracts,
    contracts_of_asset,
)

urlpatterns = [
    path("maintenance/contracts/", contracts, name="contracts"),
    path("maintenance/contracts/new/", contract_new, name="contract-new"),
    path("maintenance/contracts/of/<slug:asset_tag>/", contracts_of_asset, name="contracts-of-asset"),
    path("maintenance/contracts/<int:pk>/", contract, name="contract"),
    path("maintenance/contracts/<int:pk>/edit/", contract_edit, name="contract-edit"),
    path("maintenance/contracts/<int:pk>/attach/", contract_attach, name="contract-attach"),
    path("maintenance/contracts/files/<uuid:uuid>/", contract_file, name="contract-file"),
]
