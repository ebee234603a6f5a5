"""Text cells that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""

from __future__ import annotations

from typing import Final

import polars as pl

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARD: Final = "'"


def defuse(text: str) -> str:
    """`text`, with an apostrophe before it when a spreadsheet would run it.

    Text that already begins with guarded text gets one more, so that `undefuse` gives back
    exactly what went in.
    """
    return _GUARD + text if text.lstrip(_GUARD).startswith(_STARTS) else text


def undefuse(text: str) -> str:
    """What `defuse` was given; text it left alone comes back as it is."""
    is_guarded = text.startswith(_GUARD) and text.lstrip(_GUARD).startswith(_STARTS)
    return text.removeprefix(_GUARD) if is_guarded else text


def defuse_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with its headers and every text cell defused; numbers stay numbers."""
    runs = f"^{_GUARD}*[=+\\-@\t\r]"
    texts = pl.col(pl.String)
    guarded = pl.when(texts.str.contains(runs)).then(pl.lit(_GUARD) + texts).otherwise(texts)
    return frame.with_columns(guarded.name.keep()).rename(defuse)
