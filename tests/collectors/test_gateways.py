"""What may stand before an endpoint."""

import pytest
from django.core.exceptions import ValidationError

from collectors.endpoints import register_endpoint, register_segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(site):
    segment = register_segment(name="Biomed", site=site, networks=["10.20.0.0/16"])

    def make(number, **values):
        endpoint = register_endpoint(
            name=f"E{number}", segment=segment, host=f"10.20.0.{number}", port=502,
            profile="medical-fridge", protocol="modbus_tcp",
        )  # fmt: skip
        for name, value in values.items():
            setattr(endpoint, name, value)
        endpoint.full_clean()
        endpoint.save()
        return endpoint

    return make


def test_a_chain_of_gateways_is_accepted(make):
    first = make(1)
    make(3, behind=make(2, behind=first))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_nobody_stands_behind_itself(make, steps):
    chain = [make(1)]
    for number in range(2, steps + 1):
        chain.append(make(number, behind=chain[-1]))
    chain[0].behind = chain[-1]
    with pytest.raises(ValidationError) as refused:
        chain[0].full_clean()
    (message,) = refused.value.message_dict["behind"]
    assert message.startswith("It would stand behind itself: E1 → ")
