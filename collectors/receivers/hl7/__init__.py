"""HL7 v2 over MLLP, as infusion pumps and their gateways report: framing → header → door → devices → meaning → answer.

What a message says of people ends at the door (:mod:`.door`); nothing behind it has ever seen a patient.
"""
