"""Who may see which site's places."""

from django.contrib.auth.models import AnonymousUser

from locations.models import Floor, Site


def test_a_person_sees_only_the_sites_they_were_given(nurse, site, other_site):
    assert list(Site.objects.visible_to(nurse)) == [site]


def test_an_administrator_sees_every_site(administrator, site, other_site):
    assert set(Site.objects.visible_to(administrator)) == {site, other_site}


def test_nobody_signed_in_sees_nothing(floor):
    assert not Floor.objects.visible_to(AnonymousUser()).exists()
