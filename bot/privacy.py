"""Masking of what identifies a person, wherever a reader does not need it."""

from __future__ import annotations

import re

# Mainland ID number (GB 11643-1999: 17 digits and a check character), before the phone rule sees its digits.
_ID = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ]?\d{3,4}(\d{4})(?!\d)")
_CARD = re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)")


def mask_identity(text: str) -> str:
    """`text` with ID and bank card numbers reduced to their ends; telephones stay: they are there to be called."""
    text = _ID.sub(r"\1********\2", text)
    return _CARD.sub(r"\1********\2", text)


def mask(text: str) -> str:
    """`text` with ID, bank card and telephone numbers reduced to their ends: 138****5678."""
    text = mask_identity(text)
    text = _MOBILE.sub(r"\1****\2", text)
    return _LANDLINE.sub(r"\1****\2", text)
