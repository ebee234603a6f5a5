"""Finds and reads the instruments; the only place that opens instrument files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from surveys.instrument import Instrument
from surveys.lint import Finding, check
from surveys.strict import BrokenFileError, decode

# No survey comes near this size; a larger file is a mistake or an attack.
MOST_BYTES = 500_000


class UnknownInstrumentError(LookupError):
    """There is no such survey: run `heard instruments list` to see those there are."""

    def __init__(self, instrument_id: str, version: int | None) -> None:
        wanted = instrument_id if version is None else f"{instrument_id} version {version}"
        super().__init__(
            f"There is no survey {wanted}: run `heard instruments list` to see those there are."
        )


class BrokenInstrumentError(ValueError):
    """A survey has faults, so none is loaded: correct them and start again."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = findings[0]
        place = f"{first.file}: {first.item or 'whole survey'}: {first.rule}"
        more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{place}: {first.sentence}{more}")


class Library:
    """The instruments at hand, by id and version. Immutable once made."""

    def __init__(self, instruments: tuple[Instrument, ...]) -> None:
        self._instruments = tuple(sorted(instruments, key=lambda each: (each.id, each.version)))

    def all(self) -> tuple[Instrument, ...]:
        """Every version of every instrument, by id, then version."""
        return self._instruments

    def get(self, instrument_id: str, version: int | None = None) -> Instrument:
        """The instrument in this version, or in its newest. Raises UnknownInstrumentError."""
        for instrument in reversed(self._instruments):
            if instrument.id == instrument_id and version in (None, instrument.version):
                return instrument
        raise UnknownInstrumentError(instrument_id, version)

    def pick(
        self, audience: str, age_band: str | None, wave: str, language: str
    ) -> Instrument | None:
        """The newest instrument for this respondent, or None where there is none.

        `age_band` is the child's, also for carers; a survey for that very band goes before one for
        all bands. None where the language is missing: nobody is asked in another one unawares.
        """
        fitting = [
            each
            for each in self._instruments
            if each.audience == audience
            and each.age_band in (None, age_band)
            and wave in each.waves
            and language in each.languages
        ]
        fitting.sort(key=lambda each: (each.age_band is not None, each.version))
        return fitting[-1] if fitting else None


def read_instrument(raw: bytes, file: str) -> Instrument:
    """The instrument in a YAML file, read strictly. Raises BrokenFileError."""
    if len(raw) > MOST_BYTES:
        sentence = f"The file is larger than {MOST_BYTES} bytes: this is no survey."
        raise BrokenFileError(file, "$", sentence)
    return decode(raw, Instrument, file)


def check_directory(directory: Path | None = None) -> tuple[Finding, ...]:
    """Every fault of every instrument file in a directory; the shipped ones when left out.

    A file that cannot be read is one finding with the rule `unreadable`. Raises LookupError when
    the directory holds no instrument, since checking nothing proves nothing.
    """
    return _read_directory(_root(directory))[1]


def load_library(directory: Path | None = None) -> Library:
    """The instruments of a directory; the shipped ones, read once, when it is left out.

    Raises BrokenInstrumentError when any of them has a fault: a broken survey never reaches a
    child. Raises LookupError when there is none.
    """
    return _shipped_library() if directory is None else _load(directory)


@lru_cache(maxsize=1)
def _shipped_library() -> Library:
    return _load(_root(None))


def _load(root: Traversable) -> Library:
    instruments, findings = _read_directory(root)
    if findings:
        raise BrokenInstrumentError(findings)
    return Library(instruments)


def _root(directory: Path | None) -> Traversable:
    return files("surveys").joinpath("instruments") if directory is None else directory


def _instrument_files(root: Traversable) -> list[Traversable]:
    if not root.is_dir():
        raise LookupError(f"{root.name} is no directory: name the one that holds the surveys.")
    found = [each for each in root.iterdir() if each.name.endswith((".yaml", ".yml"))]
    if not found:
        raise LookupError(f"{root.name} holds no survey: put a .yaml file there.")
    return sorted(found, key=lambda each: each.name)


def _read_directory(root: Traversable) -> tuple[tuple[Instrument, ...], tuple[Finding, ...]]:
    read: list[tuple[str, Instrument]] = []
    findings: list[Finding] = []
    for each in _instrument_files(root):
        try:
            instrument = read_instrument(each.read_bytes(), each.name)
        except BrokenFileError as error:
            findings.append(_unreadable(error))
            continue
        read.append((each.name, instrument))
        findings.extend(check(instrument, each.name))
    findings.extend(_same_version_twice(read))
    return tuple(instrument for _, instrument in read), tuple(findings)


def _unreadable(error: BrokenFileError) -> Finding:
    sentence = f"At {error.path}: {error.sentence}"
    return Finding(file=error.file, item="", rule="unreadable", sentence=sentence)


def _same_version_twice(read: list[tuple[str, Instrument]]) -> Iterator[Finding]:
    first_file: dict[tuple[str, int], str] = {}
    for file, instrument in read:
        other = first_file.setdefault((instrument.id, instrument.version), file)
        if other != file:
            sentence = f"{other} holds the same id and version: give this one a new version."
            yield Finding(file=file, item="", rule="same-version", sentence=sentence)
