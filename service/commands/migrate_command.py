"""`heard migrate`."""

from __future__ import annotations
