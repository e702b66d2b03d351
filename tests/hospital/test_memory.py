"""What the process keeps of memory: threads share it, unless whoever runs the product says otherwise."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
from django.conf import settings as product

from hospital.memory import ARENAS, keep_memory_together

COUNTS = """
import ctypes, re, sys, threading
from hospital.memory import keep_memory_together
libc = ctypes.CDLL(None)
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
libc.fclose.argtypes = [ctypes.c_void_p]
if sys.argv[1] == "together":
    assert keep_memory_together()
together, hold = threading.Barrier(9), threading.Barrier(9)
def take():
    together.wait()
    libc.malloc(10_000)
    hold.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads: thread.start()
together.wait()
hold.wait()
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
print(open(sys.argv[2]).read().count("<heap nr="))
"""

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")


def arenas(how, folder):
    found = subprocess.run(
        [sys.executable, "-c", COUNTS, how, str(folder / "arenas.xml")],
        cwd=product.BASE_DIR,
        env={name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(found.stdout)


@glibc
def test_threads_share_their_memory(tmp_path):
    assert arenas("apart", tmp_path) > ARENAS
    assert arenas("together", tmp_path) <= ARENAS


def test_whoever_sets_the_variable_has_decided():
    assert not keep_memory_together({"MALLOC_ARENA_MAX": "8"})


def test_another_c_library_goes_its_own_way(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())

    assert not keep_memory_together({})
