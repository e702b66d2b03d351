#!/usr/bin/env python
"""Command line of Whereabouts."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
    from django.core.management import execute_from_command_line

    from hospital.audit.commands import recorded_command

    with recorded_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
