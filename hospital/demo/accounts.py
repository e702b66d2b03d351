"""The four people of the demo. Everyone knows their password, so it opens the product on loopback alone."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from hospital.models import User
from hospital.roles import Role
from locations.models import Site, Zone

PASSWORD = "demo"  # noqa: S105  # printed beside the address; accepted only while the server listens on loopback

_PEOPLE = (
    (Role.NURSE, "Nora", "Lindqvist", False),
    (Role.BIOMED, "Bruno", "Achterberg", False),
    (Role.FACILITIES, "Farida", "Nowak", True),
    (Role.ADMIN, "Ada", "Marchetti", True),
)


def seed_accounts(*, site: Site, home_zone: Zone) -> int:
    """Creates the accounts that are not there yet; how many that were. Existing ones are left as they are."""
    existing = set(
        User.objects.filter(username__in=[role.value for role, *_ in _PEOPLE]).values_list(
            "username", flat=True
        )
    )
    missing = [person for person in _PEOPLE if person[0].value not in existing]
    if not missing:
        return 0
    password = make_password(PASSWORD)  # slow on purpose, so once for all
    for role, first_name, last_name, all_sites in missing:
        person = User.objects.create(
            username=role.value,
            password=password,
            first_name=first_name,
            last_name=last_name,
            role=role,
            all_sites=all_sites,
            is_staff=role is Role.ADMIN,
            is_superuser=role is Role.ADMIN,
            home_zone=home_zone if role is Role.NURSE else None,
            is_demo=True,
        )
        person.sites.add(site)
    return len(missing)
