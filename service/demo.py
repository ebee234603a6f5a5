"""The demonstration: a SIMULATED country, a few people to answer for, and what to open."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final, Literal

import msgspec
import polars as pl

from service.asking import Ask, invite
from service.errors import HeardError
from service.parts import Parts

SEED: Final = 2026
SCENARIO: Final = "default"
# In the order they must not matter in; contacts first reads best on the terminal.
FILES: Final = ("contacts", "interventions", "events", "outcomes", "responses")
Respondent = Literal["child", "carer"]
# How many people of the file are tried before we give up: some were asked in an earlier run.
TRIES: Final = 200


class DemoLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link somebody may answer, as `heard demo --json` prints it."""

    respondent: str
    age_band: str
    language: str
    url: str
    code: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What the demonstration prints: the contract's line of JSON."""

    base_url: str
    console_url: str
    metrics_url: str
    api_token: str
    force: str
    links: tuple[DemoLink, ...]
    accounts: tuple[dict[str, str], ...]


def new_api_token() -> str:
    """A bearer token for this run of the demonstration."""
    return f"demo_{secrets.token_urlsafe(24)}"


def largest_force(files: Path) -> str:
    """The force with most contacts in the simulated files; the first by name among equals."""
    counts = (
        pl.scan_csv(files / "contacts.csv", infer_schema=False)
        .group_by("force")
        .len()
        .sort(["len", "force"], descending=[True, False])
        .collect()
    )
    return str(counts["force"][0])


async def demo_links(parts: Parts, files: Path, force: str) -> tuple[DemoLink, ...]:
    """A child's link in English and in Welsh, and a carer's: new ones in each run."""
    wanted: tuple[tuple[Respondent, str], ...] = (("child", "en"), ("carer", "en"), ("child", "cy"))
    return tuple([await _one_link(parts, files, force, who, tongue) for who, tongue in wanted])


async def _one_link(
    parts: Parts, files: Path, force: str, respondent: Respondent, language: str
) -> DemoLink:
    for reference in _people_to_ask(files, force, respondent):
        ask = Ask(contact_ref=reference, respondent=respondent, wave="T1", language=language)
        try:
            invited = await invite(parts, force, ask, actor="demo")
        except HeardError:
            continue  # asked before, or not to be asked: the next one
        return DemoLink(
            respondent=respondent,
            age_band="8-11",
            language=language,
            url=str(invited.url),
            code=str(invited.code),
        )
    raise HeardError(
        "Everybody of the demonstration has been asked; remove its folder and start again."
    )


def _people_to_ask(files: Path, force: str, respondent: Respondent) -> list[str]:
    """References of contacts with an open gate whose child is 8 to 11 and who gave no answer."""
    answered = (
        pl.scan_csv(files / "responses.csv", infer_schema=False)
        .filter(pl.col("respondent") == respondent)
        .select("contact_ref")
    )
    return (
        pl.scan_csv(files / "contacts.csv", infer_schema=False)
        .filter(
            pl.col("force") == force,
            pl.col("evidence_gate") == "open",
            pl.col("age_years").cast(pl.Int64).is_between(8, 11),
            pl.col("child_role") != "suspect",
        )
        .join(answered, on="contact_ref", how="anti")
        .sort("contact_at", descending=True)
        .head(TRIES)
        .collect()["contact_ref"]
        .to_list()
    )


def in_words(opened: Opened) -> str:
    """What to open, for a person at a terminal."""
    who = {"child": "A child of 8 to 11", "carer": "A carer"}
    tongue = {"en": "", "cy": ", in Welsh (draft)"}
    lines = ["", "Heard is ready. All children, contacts and answers are SIMULATED.", ""]
    for link in opened.links:
        lines.append(f"  {who[link.respondent]}{tongue[link.language]}")
        lines.append(f"      {link.url}")
        lines.append(f"      or {opened.base_url}/ with the code {link.code}")
    lines.append("  Staff")
    lines.extend(f"      {each['role']}: {each['sign_in_url']}" for each in opened.accounts)
    lines += ["", "Press Ctrl+C to stop.", ""]
    return "\n".join(lines)
