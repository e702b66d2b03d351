"""Which targets may be polled: at the form, and again at the wire."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest

from collectors.guard import Policy, TargetRefused, check_target, parse_network, parse_ports
from collectors.special_addresses import is_own_address
from tests.every import for_every


def segment(
    *networks: str, ports: tuple[int | str, ...] = (), lines: tuple[str, ...] = ()
) -> SimpleNamespace:
    return SimpleNamespace(networks=list(networks), ports=list(ports), serial_lines=list(lines))


WIDE = segment(
    "10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32", "128.0.0.0/1", "0.0.0.0/1", "::/1", "8000::/1"
)
"""Every address there is, in halves: only the guard stands between this and the special ones."""

SPECIAL = [
    # loopback
    "127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "::1",
    # loopback in other spellings: decimal, octal, hexadecimal, short, mixed
    "2130706433", "0x7f000001", "0x7F000001", "017700000001", "0x7f.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1",
    "0177.0.0.1", "0177.0.0.01", "127.1", "127.0.1", "127.000.000.001", "127.0.0.1.", "127.0.0.01",
    "00127.0.0.1",
    "0x7f.0.0.1.", "127.0.0.0x1", "4294967295", "1", "0x",
    # loopback inside IPv6
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::FFFF:127.0.0.1", "0:0:0:0:0:ffff:7f00:1", "::127.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::127.0.0.1", "2002:7f00:1::", "2002:7f00:1::1", "::ffff:0:127.0.0.1",
    "[::1]", "::1%lo", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::0001",
    # the same behind further kinds of translation and tunnels
    "64:ff9b:1::7f00:1", "64:ff9b:1:7f00:0:100::", "64:ff9b:1::a9fe:a9fe", "2001:db8::5efe:7f00:1",
    "2001:db8::200:5efe:a9fe:a9fe", "2001:db8:0:1:0:5efe:a9fe:a9fe",
    # with a zone, which tells nothing of an address that is the same everywhere
    "2001:db8::7%eth0", "2001:db8::7%1", "2001:db8::7%", "10.0.0.7%eth0", "::ffff:10.0.0.7%eth0", "::1%1",
    "fe80::1%eth0%eth1", "fe80::1%eth0/64", "[fe80::1%eth0]", "fe80::1%25eth0",
    # octal and hexadecimal, part by part, and dots at the end
    "012.0.0.7", "10.0.0.007", "0xa.0.0.7", "10.0.0.0x7", "10.0.0.7.", "10.0.0.7..", "012000000007", "0XA.0.0.7",
    "10.0.7.", "0xa000007.", "2001:db8::7.", "2001:db8::10.0.0.7", "::ffff:0:a00:7", "::10.0.0.7", "::a00:7",
    # this network, unspecified, broadcast, reserved
    "0.0.0.0",  # noqa: S104  as a target
    "0", "0.0.0.1", "::", "255.255.255.255", "240.0.0.1",
    # link-local and metadata
    "169.254.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.169.254.",
    "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fe80::1",
    "FE80::1",
    "fe80::1%eth0", "100.100.100.200", "168.63.129.16", "169.254.170.2", "fd00:ec2::254", "fec0::1",
    # multicast
    "224.0.0.1", "239.255.255.250", "ff02::1", "ff05::1:3",
    # ordinary addresses that are spelled, or dressed, to slip through
    "10.0.0.07", "10.0.7", "0xa000007", "167772167", "::ffff:10.0.0.7", "2002:a00:7::1", "64:ff9b::a00:7",
    "2001:DB8::7", "2001:0db8::7", "2001:db8:0:0:0:0:0:7", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    # not addresses at all
    "", " ", " 10.0.0.7", "10.0.0.7 ", "10.0.0.7:161", "10.0.0.7/32", "user@10.0.0.7", "http://10.0.0.7",
    "10.0.0.7#",
    "10.0.0.256", "10.0.0", "1.2.3.4.5", "10.0.0.-1", "10..0.7", "１０.0.0.7", "10。0。0。7", "⑩.0.0.7",
    "%31%30.0.0.7", "10.0.0.7\n", "10.0.0.7\x00", "host_name", "-host", "host-", "a..b", "UPPER.example",
    "a" * 254,
    "localhost.", ".example", "exa mple",
]  # fmt: skip


def never_resolve(name: str) -> list[str]:
    raise AssertionError(f"{name} must not be looked up")


def test_the_table_is_long_enough():
    assert len(set(SPECIAL)) >= 60


@for_every(SPECIAL, ascii)
def test_a_special_or_oddly_spelled_address_is_refused_even_in_a_careless_segment(host):
    with pytest.raises(TargetRefused):
        check_target(host, 161, WIDE, resolve=never_resolve)


@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.3.4", "2001:db8::7"])
def test_an_ordinary_address_in_a_named_network_passes_as_it_is(host):
    assert check_target(host, 161, segment("10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32")) == host


@pytest.mark.parametrize("host", ["10.1.0.7", "11.0.0.7", "2001:db9::7"])
def test_an_address_outside_every_network_is_refused(host):
    with pytest.raises(TargetRefused, match="none of the segment's networks"):
        check_target(host, 161, segment("10.0.0.0/16", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("network", "host"),
    [
        ("127.0.0.0/8", "127.0.0.1"),
        ("127.0.4.0/24", "127.0.4.9"),
        ("::1/128", "::1"),
        ("169.254.7.0/24", "169.254.7.1"),
        ("64:ff9b::/96", "64:ff9b::a00:7"),
    ],
)
def test_a_special_address_passes_where_a_network_lies_wholly_inside_its_range(network, host):
    assert check_target(host, 502, segment(network)) == host


def test_a_link_local_address_may_name_its_interface_where_it_is_allowed():
    assert check_target("fe80::7%eth0", 161, segment("fe80::/64")) == "fe80::7%eth0"


@pytest.mark.parametrize(
    "host", ["fe80::7%e h0", "fe80::7%$(id)", "fe80::7%" + "x" * 16, "fe80::7%eth0\n", "fe80::7%é"]
)
def test_an_interface_has_a_plain_name(host):
    with pytest.raises(TargetRefused):
        check_target(host, 161, segment("fe80::/64"))


@pytest.mark.parametrize(
    ("network", "host"),
    [
        ("64:ff9b:1::/48", "64:ff9b:1::7f00:1"),
        ("64:ff9b:1::/48", "64:ff9b:1:a9fe:a9:fe00::"),
        ("2001:db8::/32", "2001:db8::5efe:7f00:1"),
        ("126.0.0.0/7", "127.0.0.1"),  # reaches out of the range: loopback was not what was meant
        ("169.254.0.0/16", "169.254.169.254"),  # metadata is a range of its own
        ("64:ff9b::/96", "64:ff9b::7f00:1"),  # what it carries is special too
        ("64:ff9b::/96", "64:ff9b::a9fe:a9fe"),
    ],
)
def test_a_special_address_is_refused_where_only_a_wider_range_was_named(network, host):
    with pytest.raises(TargetRefused, match="wholly inside"):
        check_target(host, 161, segment(network))


@pytest.mark.parametrize("host", ["10.20.0.0", "10.20.255.255"])
def test_a_network_s_own_and_its_broadcast_address_are_refused(host):
    with pytest.raises(TargetRefused, match="broadcast"):
        check_target(host, 161, segment("10.20.0.0/16"))


def test_this_machine_s_own_address_is_refused_unless_named_alone(monkeypatch):
    monkeypatch.setattr("collectors.special_addresses.is_own_address", lambda ip: str(ip) == "10.0.0.5")
    with pytest.raises(TargetRefused, match="of this machine"):
        check_target("10.0.0.5", 161, segment("10.0.0.0/8"))
    assert check_target("10.0.0.5", 161, segment("10.0.0.5/32")) == "10.0.0.5"
    assert check_target("10.0.0.6", 161, segment("10.0.0.0/8")) == "10.0.0.6"


def test_the_route_tells_which_addresses_are_our_own():
    import ipaddress

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
    assert is_own_address(ipaddress.ip_address("127.0.0.1"))
    assert not is_own_address(ipaddress.ip_address("203.0.113.9"))


# --- names


def test_a_name_passes_if_all_its_addresses_do_and_gives_the_first():
    found = check_target(
        "fridge.example", 502, segment("10.0.0.0/8"), resolve=lambda _name: ["10.0.0.7", "10.0.0.8"]
    )
    assert found == "10.0.0.7"


@pytest.mark.parametrize(
    "second",
    ["127.0.0.1", "169.254.169.254", "::1", "8.8.8.8", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "fe80::1"],
)
def test_a_name_with_one_address_that_is_refused_is_refused(second):
    with pytest.raises(TargetRefused):
        check_target("fridge.example", 502, segment("10.0.0.0/8"), resolve=lambda _name: ["10.0.0.7", second])


def test_a_name_that_answers_otherwise_at_the_second_time_is_checked_again():
    answers = iter([["10.0.0.7"], ["127.0.0.1"]])

    def rebinding(name):
        return next(answers)

    assert check_target("fridge.example", 502, segment("10.0.0.0/8"), resolve=rebinding) == "10.0.0.7"
    with pytest.raises(TargetRefused):
        check_target("fridge.example", 502, segment("10.0.0.0/8"), resolve=rebinding)


def test_localhost_is_a_name_for_loopback():
    with pytest.raises(TargetRefused, match=r"127\.0\.0\.1|::1"):
        check_target("localhost", 161, WIDE, resolve=lambda _name: ["127.0.0.1"])


@pytest.mark.parametrize("answer", [[], OSError("no such host")])
def test_a_name_without_an_address_is_refused(answer):
    def resolve(name):
        if isinstance(answer, OSError):
            raise answer
        return answer

    with pytest.raises(TargetRefused, match="has no address"):
        check_target("nowhere.example", 161, segment("10.0.0.0/8"), resolve=resolve)


# --- ports


@pytest.mark.parametrize("port", [161, 502, 802, 104, 11112, 10161])
def test_the_usual_ports_pass(port):
    assert check_target("10.0.0.7", port, segment("10.0.0.0/8")) == "10.0.0.7"


@pytest.mark.parametrize("port", [22, 80, 443, 5432, 6379, 1161, 16100])
def test_other_ports_are_refused(port):
    with pytest.raises(TargetRefused, match=str(port)):
        check_target("10.0.0.7", port, segment("10.0.0.0/8"))


def test_a_segment_may_name_further_ports_and_ranges():
    policy = Policy.of(segment("10.0.0.0/8", ports=(1161, "16100-16199")))
    for port in (1161, 16100, 16199):
        policy.check("10.0.0.7", port)
    for port in (1160, 16099, 16200):
        with pytest.raises(TargetRefused):
            policy.check("10.0.0.7", port)


@pytest.mark.parametrize("port", [5432, 6379])
def test_a_range_does_not_open_the_ports_of_other_services(port):
    with pytest.raises(TargetRefused, match="another service"):
        check_target("10.0.0.7", port, segment("10.0.0.0/8", ports=("1024-65535",)))


# --- what a segment may hold


@pytest.mark.parametrize(
    "entry", ["10.0.0.1", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "", "any", 7, None]
)
def test_a_network_that_is_none_is_refused_in_words(entry):
    with pytest.raises(ValueError, match="“"):
        parse_network(entry)


@pytest.mark.parametrize(
    "entry", [0, 65536, "9-1", "1-70000", "snmp", "", "1-", None, True, 1.5, 5432, "１６１"]
)
def test_a_port_that_is_none_is_refused_in_words(entry):
    with pytest.raises(ValueError, match=r"port|Port"):
        parse_ports([entry])


# --- serial lines


def test_a_serial_line_that_the_segment_names_may_be_polled():
    ward = segment("10.0.0.0/8", lines=("/dev/ttyUSB0",))
    assert check_target("/dev/ttyUSB0", 1, ward, resolve=never_resolve) == "/dev/ttyUSB0"


@pytest.mark.parametrize(
    "path",
    ["/dev/ttyUSB1", "/dev/ttyUSB0/", "/dev//ttyUSB0", "/dev/../dev/ttyUSB0", "/DEV/ttyUSB0", "/", "/etc/passwd",
     "/dev/ttyUSB0\n", "/dev/ttyUSB0\0"],
)  # fmt: skip
def test_no_other_file_may_be(path):
    ward = segment("10.0.0.0/8", lines=("/dev/ttyUSB0",))
    with pytest.raises(TargetRefused, match="not one of the segment's serial lines"):
        check_target(path, 1, ward, resolve=never_resolve)


def test_a_network_names_no_serial_line():
    with pytest.raises(TargetRefused, match="serial lines"):
        check_target("/dev/ttyS0", 502, WIDE, resolve=never_resolve)


@pytest.mark.parametrize(
    "entry", ["ttyUSB0", "/dev/", "/dev/./ttyS0", "/etc/passwd", "socket://10.0.0.7:502", 7, ""]
)
def test_what_is_no_path_of_a_line_is_told(entry):
    with pytest.raises(ValueError, match="is not the path of a serial line"):
        Policy.of(segment("10.0.0.0/8", lines=(entry,)))
