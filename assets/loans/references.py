"""What a loan to a patient at home is known by: a number of the hospital's own, and nothing of the patient.

A reference is the code of its programme, a hyphen and five digits, as in ``HM-00421``. The code is the hospital's own
word, so that no name fits; five digits are too few for a date of birth or the number of a record.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from assets.loans.words import REFERENCE_DIGITS

CODE = re.compile(r"[A-Z]{2,4}")


class ReferenceRefusedError(ValueError):
    """It is no reference; the text says why, and never repeats what was typed: that may be of a patient."""


def plain_reference(text: str, *, code: str) -> str:
    """The reference in its one spelling. Raises :class:`ReferenceRefusedError` for everything else."""
    typed = text.strip()
    if re.fullmatch(rf"{re.escape(code)}-[0-9]{{{REFERENCE_DIGITS}}}", typed):
        return typed
    words = _(
        "A reference here is %(code)s, a hyphen and five digits, as in %(example)s. No names, no dates of birth, no "
        "numbers of patients: what was typed is not kept."
    )
    raise ReferenceRefusedError(words % {"code": code, "example": f"{code}-00421"})
