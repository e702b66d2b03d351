"""Records that wait on disk: in order, checked, sealed, bounded, and counted when they are lost."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.engine import spool as spool_module
from collectors.engine.spool import Spool
from collectors.engine.spool_cipher import SpoolCipher
from collectors.engine.spool_folders import CollectorRunningError, left_over_spools, sole_collector
from collectors.engine.spool_frames import HEADER_BYTES, Frame, Gap, encode_frame, read_frames

OVERHEAD = HEADER_BYTES + 4 + 12 + 16
"""Bytes of a record on disk besides its own: header, key id, nonce, tag."""
OLD, NEW = "an older key of thirty-two letters", "a newer key of thirty-two characters"


def drain(spool: Spool) -> list[bytes]:
    """Everything in the spool, as if it were recorded."""
    records = []
    while (record := spool.oldest()) is not None:
        records.append(record)
        spool.forget_oldest()
    return records


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("spool-*"))


# --- in order, over files and processes


def test_records_come_back_in_order_across_files_and_restarts(tmp_path):
    spool = Spool(tmp_path, file_bytes=300)
    records = [f"record {number}".encode() * 3 for number in range(20)]
    for record in records[:12]:
        spool.append(record)
    again = Spool(tmp_path, file_bytes=300)
    for record in records[12:]:
        again.append(record)
    assert len(files(tmp_path)) > 3
    assert drain(Spool(tmp_path)) == records
    assert list(tmp_path.iterdir()) == []


def test_an_empty_spool_says_so(tmp_path):
    spool = Spool(tmp_path / "new")
    assert spool.is_empty
    assert spool.oldest() is None
    spool.append(b"")
    assert not spool.is_empty
    assert drain(spool) == [b""]
    assert spool.is_empty


def test_a_record_waits_until_it_is_forgotten(tmp_path):
    spool = Spool(tmp_path)
    spool.append(b"first")
    assert (spool.oldest(), spool.oldest()) == (b"first", b"first")
    assert drain(Spool(tmp_path)) == [b"first"]


def test_what_is_appended_while_the_rest_is_read_comes_after_it(tmp_path):
    spool = Spool(tmp_path)
    spool.append(b"first")
    spool.append(b"second")
    assert spool.oldest() == b"first"
    spool.forget_oldest()
    spool.append(b"third")
    assert drain(spool) == [b"second", b"third"]


def test_the_state_says_what_waits_and_what_became_of_the_rest(tmp_path):
    times = iter([1000.0, 2000.0, 3000.0])
    spool = Spool(tmp_path, now=lambda: next(times))
    for record, observations in ((b"one", 10), (b"two", 20), (b"six", 30)):
        spool.append(record, observations)
    state = spool.state
    assert (state.records, state.observations, state.bytes) == (3, 60, 3 * (OVERHEAD + 3))
    assert state.oldest_at == datetime.fromtimestamp(1000, UTC)
    spool.oldest()
    spool.forget_oldest()
    state = spool.state
    assert (state.records, state.observations) == (2, 50)
    assert (state.replayed, state.replayed_observations) == (1, 10)
    assert state.oldest_at == datetime.fromtimestamp(2000, UTC)
    assert Spool(tmp_path).state.observations == 60
    drain(spool)
    assert (spool.state.records, spool.state.bytes, spool.state.oldest_at) == (0, 0, None)


# --- torn and damaged


def test_wherever_the_end_is_torn_all_that_was_acknowledged_before_it_comes_back(tmp_path):
    folder = tmp_path
    records = [b"", b"a", b"some more" * 3, b"the last"]
    spool = Spool(folder)
    ends = []
    for record in records:
        spool.append(record)
        ends.append(files(folder)[0].stat().st_size)
    data = files(folder)[0].read_bytes()
    torn = folder / "torn"
    torn.mkdir()
    for cut in range(len(data) + 1):
        (torn / "spool-000000000001.log").write_bytes(data[:cut])
        again = Spool(torn)
        again.append(b"after the restart")
        whole = sum(end <= cut for end in ends)
        assert drain(again) == [*records[:whole], b"after the restart"]
        assert again.state.torn == (cut not in (0, *ends))
        assert again.is_empty


@settings(max_examples=200, deadline=None)
@given(
    bodies=st.lists(st.binary(max_size=60), min_size=1, max_size=6),
    damage=st.dictionaries(st.integers(0, 10_000), st.integers(1, 255), max_size=3),
    cut=st.integers(0, 10_000),
)
def test_damage_anywhere_costs_only_the_records_that_it_touches(bodies, damage, cut):
    frames = [encode_frame(body, 1, number) for number, body in enumerate(bodies)]
    whole = b"".join(frames)
    data = bytearray(whole[: len(whole) - cut % len(whole)])
    for place, flip in damage.items():
        data[place % len(data)] ^= flip
    found = list(read_frames(bytes(data)))

    begins = [sum(map(len, frames[:number])) for number in range(len(frames))]
    untouched = [
        number
        for number, (begin, frame) in enumerate(zip(begins, frames, strict=True))
        if data[begin : begin + len(frame)] == frame
    ]
    given_out = [(each.written_us, each.body) for each in found if isinstance(each, Frame)]
    assert given_out == [(number, bodies[number]) for number in untouched]
    assert sum(e.end - e.begin if isinstance(e, Gap) else e.size for e in found) == len(data)


@pytest.mark.parametrize("position", range(0, OVERHEAD + 5, 3))
def test_a_damaged_record_is_never_given_out_and_those_after_it_are(tmp_path, position):
    spool = Spool(tmp_path)
    for record in (b"first", b"second", b"third"):
        spool.append(record)
    (file,) = files(tmp_path)
    data = bytearray(file.read_bytes())
    data[position] ^= 0x40
    file.write_bytes(bytes(data))
    again = Spool(tmp_path)
    assert drain(again) == [b"second", b"third"]
    assert again.state.torn == 1


# --- bounded


def test_a_full_spool_gives_up_its_oldest_file_and_counts_records_and_observations(tmp_path, caplog):
    spool = Spool(tmp_path, file_bytes=200, max_bytes=1000)
    for number in range(60):
        spool.append(f"record {number:02}".encode(), 7)
    assert sum(file.stat().st_size for file in files(tmp_path)) <= 1000
    state = spool.state
    kept = drain(spool)
    assert kept == [f"record {number:02}".encode() for number in range(60 - len(kept), 60)]
    assert (state.dropped, state.dropped_observations) == (60 - len(kept), 7 * (60 - len(kept)))
    assert caplog.text.count("is full") == 1


class Disk:
    """The disk of a spool: may have no room, or fail when it is told to keep what was written."""

    def __init__(self, monkeypatch) -> None:
        self.room: int | None = None
        self.error = errno.ENOSPC
        self.fails_to_sync = False
        self._write, self._sync = os.write, os.fsync
        monkeypatch.setattr(spool_module.os, "write", self.write)
        monkeypatch.setattr(spool_module.os, "fsync", self.sync)

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room is None:
            return self._write(descriptor, data)
        if self.room == 0:
            raise OSError(self.error, os.strerror(self.error))
        count = self._write(descriptor, data[: self.room])
        self.room -= count
        return count

    def sync(self, descriptor: int) -> None:
        if self.fails_to_sync:
            raise OSError(errno.EIO, "input/output error")
        self._sync(descriptor)


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("room", [0, 1, HEADER_BYTES, 70])
def test_what_a_full_disk_does_not_take_waits_in_memory_and_goes_to_disk_later(
    tmp_path, disk, room, error, caplog
):
    spool = Spool(tmp_path)
    spool.append(b"before")
    disk.room, disk.error = room, error
    for record in (b"x" * 40, b"during"):
        spool.append(record)
    assert (spool.state.held, spool.state.records, spool.state.dropped) == (2, 3, 0)
    assert drain(Spool(tmp_path)) == [b"before"]
    spool = Spool(tmp_path)
    spool.append(b"x" * 40)
    disk.room = None
    spool.settle()
    assert spool.state.held == 0
    assert drain(Spool(tmp_path)) == [b"x" * 40]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR", "WARNING"]


def test_when_the_disk_fails_to_keep_what_was_written_it_is_not_taken_for_kept(tmp_path, disk):
    spool = Spool(tmp_path)
    spool.append(b"before")
    disk.fails_to_sync = True
    spool.append(b"during")
    assert spool.state.held == 1
    disk.fails_to_sync = False
    spool.append(b"after")
    assert spool.state.held == 0
    assert drain(Spool(tmp_path)) == [b"before", b"during", b"after"]


def test_memory_is_bounded_too_and_what_it_gives_up_is_counted(tmp_path, disk):
    spool = Spool(tmp_path, held_bytes=5 * (OVERHEAD + 9))
    disk.room = 0
    for number in range(20):
        spool.append(f"record {number:02}".encode(), 3)
    assert (spool.state.held, spool.state.dropped, spool.state.dropped_observations) == (5, 15, 45)
    assert drain(spool) == [f"record {number}".encode() for number in range(15, 20)]


def test_older_files_make_room_on_a_full_disk(tmp_path, disk):
    spool = Spool(tmp_path, file_bytes=50, held_bytes=2 * (OVERHEAD + 9))
    for number in range(3):
        spool.append(f"record {number:02}".encode())
    disk.room = 0
    for number in range(3, 6):
        spool.append(f"record {number:02}".encode())
    disk.room = None
    spool.settle()
    assert spool.state.dropped == 1
    assert drain(Spool(tmp_path)) == [f"record {number:02}".encode() for number in range(1, 6)]


def test_a_file_that_cannot_be_read_holds_nothing_else_up(tmp_path, caplog):
    spool = Spool(tmp_path, file_bytes=50)
    spool.append(b"first" * 10)
    spool.append(b"second")
    first = files(tmp_path)[0]
    first.unlink()
    first.mkdir()
    assert drain(spool) == [b"second"]
    assert spool.state.torn == 1
    assert "cannot be read" in caplog.text


# --- sealed


def test_nothing_in_the_files_can_be_read_without_the_key(tmp_path):
    spool = Spool(tmp_path)
    spool.append(b"endpoint:17 is in use " * 4)
    assert b"endpoint" not in files(tmp_path)[0].read_bytes()
    assert files(tmp_path)[0].stat().st_mode & 0o077 == 0


def test_a_record_of_before_the_change_of_keys_opens_after_it(tmp_path):
    Spool(tmp_path, cipher=SpoolCipher([OLD])).append(b"before")
    spool = Spool(tmp_path, cipher=SpoolCipher([NEW, OLD]))
    spool.append(b"after")
    assert drain(spool) == [b"before", b"after"]


def test_a_record_whose_key_is_gone_is_set_aside_until_the_key_is_back(tmp_path, caplog):
    Spool(tmp_path, cipher=SpoolCipher([OLD])).append(b"before")
    spool = Spool(tmp_path, cipher=SpoolCipher([NEW]))
    spool.append(b"after")
    assert drain(spool) == [b"after"]
    assert (spool.state.sealed, spool.is_empty) == (1, True)
    assert "CREDENTIAL_KEYS" in caplog.text
    assert drain(Spool(tmp_path, cipher=SpoolCipher([NEW, OLD]))) == [b"before"]


def test_a_sealed_record_is_bound_to_what_its_header_says(tmp_path):
    Spool(tmp_path).append(b"one", 5)
    (file,) = files(tmp_path)
    (frame,) = read_frames(file.read_bytes())
    file.write_bytes(encode_frame(frame.body, 6, frame.written_us))
    again = Spool(tmp_path)
    assert drain(again) == []
    assert again.state.sealed == 1


# --- whose it is


def test_a_folder_has_one_collector_at_a_time(tmp_path):
    taken = pytest.raises(CollectorRunningError, match="stop it first")
    with sole_collector(tmp_path), taken, sole_collector(tmp_path):
        pass
    with sole_collector(tmp_path):
        assert Spool(tmp_path).is_empty


def test_what_dead_collectors_left_is_found_and_what_living_ones_have_is_not(tmp_path):
    assert left_over_spools(tmp_path / "nowhere") == []
    for name in ("dead", "living", "empty"):
        with sole_collector(tmp_path / name):
            if name != "empty":
                Spool(tmp_path / name).append(b"record")
    with sole_collector(tmp_path / "living"):
        assert left_over_spools(tmp_path) == [tmp_path / "dead"]


def test_what_a_dead_collector_left_becomes_ours_before_what_we_have(tmp_path):
    with sole_collector(tmp_path / "dead"):
        left = Spool(tmp_path / "dead", file_bytes=50)
        for number in range(3):
            left.append(f"left {number}".encode(), 2)
    spool = Spool(tmp_path / "ours")
    spool.append(b"own")
    assert spool.take_up(tmp_path / "dead") == 3
    assert not (tmp_path / "dead").exists()
    assert spool.state.observations == 7
    assert drain(spool) == [b"left 0", b"left 1", b"left 2", b"own"]


def test_what_is_taken_up_survives_the_next_end_too(tmp_path):
    Spool(tmp_path / "dead").append(b"left")
    Spool(tmp_path / "ours").take_up(tmp_path / "dead")
    spool = Spool(tmp_path / "ours")
    spool.append(b"own")
    assert drain(spool) == [b"left", b"own"]


def test_a_spool_that_somebody_holds_is_not_taken_up(tmp_path):
    with sole_collector(tmp_path / "living"):
        Spool(tmp_path / "living").append(b"theirs")
        assert Spool(tmp_path / "ours").take_up(tmp_path / "living") == 0
    assert drain(Spool(tmp_path / "living")) == [b"theirs"]
