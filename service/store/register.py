"""The register: pseudonyms, versions and what stands now. Every statement works on whole sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from service.db import Connection
from service.privacy.pseudonyms import ReferenceKind

# A country's file is larger than a request; a statement of an import may take longer.
LONG_SECONDS = 600

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('heard import ' || $1, 0))"


async def lock(connection: Connection, forces: Sequence[str]) -> None:
    """Waits until no other import writes into these forces; holds them until the commit.

    Two imports of one file at once would otherwise both find nothing and both write.
    """
    for force in sorted(forces):
        await connection.execute(LOCK, force, timeout=LONG_SECONDS)


TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('heard import ' || $1, 0))"


async def try_lock(connection: Connection, forces: Sequence[str]) -> bool:
    """Whether no other import writes into these forces; then they are held until the commit."""
    for force in sorted(forces):
        if not await connection.fetchval(TRY_LOCK, force):
            return False
    return True


FIND_PSEUDONYMS = """
SELECT w.place::integer AS place, p.id
FROM unnest($4::bytea[]) WITH ORDINALITY AS w (blind_index, place)
JOIN register.pseudonym AS p
    ON p.force = $1 AND p.kind = $2 AND p.key_version = $3 AND p.blind_index = w.blind_index
"""


async def find_pseudonyms(
    connection: Connection,
    force: str,
    kind: ReferenceKind,
    key_version: int,
    blind_indexes: Sequence[bytes],
) -> dict[int, UUID]:
    """The pseudonyms that are known, by their place in blind_indexes."""
    rows = await connection.fetch(
        FIND_PSEUDONYMS, force, kind, key_version, blind_indexes, timeout=LONG_SECONDS
    )
    return {row["place"] - 1: row["id"] for row in rows}


ADD_PSEUDONYMS = """
INSERT INTO register.pseudonym (force, id, kind, key_version, blind_index, subject)
SELECT $1, n.id, $2, $3, n.blind_index, n.id
FROM unnest($4::uuid[], $5::bytea[]) AS n (id, blind_index)
ON CONFLICT (force, kind, key_version, blind_index) DO NOTHING
"""


async def add_pseudonyms(
    connection: Connection,
    force: str,
    kind: ReferenceKind,
    key_version: int,
    ids: Sequence[UUID],
    blind_indexes: Sequence[bytes],
) -> int:
    """How many were new and are kept; each means itself until somebody merges it with another."""
    status = await connection.execute(
        ADD_PSEUDONYMS, force, kind, key_version, ids, blind_indexes, timeout=LONG_SECONDS
    )
    return _count(status)


CONTACT_TIMES = """
SELECT c.contact, c.contact_at
FROM register.contact_now AS c
WHERE c.force = $1 AND c.contact = ANY ($2::uuid[])
"""


async def contact_times(
    connection: Connection, force: str, contacts: Sequence[UUID]
) -> list[tuple[UUID, datetime]]:
    """When each of these contacts happened, as far as they stand in the register."""
    rows = await connection.fetch(CONTACT_TIMES, force, contacts, timeout=LONG_SECONDS)
    return [(row["contact"], row["contact_at"]) for row in rows]


class Versions(NamedTuple):
    """How one kind is kept: its table, the columns of its key, and what else a row says.

    identities: columns of pseudonyms that are no key; they go into the digest beside the content.
    """

    table: str
    key: tuple[str, ...]
    identities: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def staged(self) -> tuple[str, ...]:
        """The columns a row is staged with, in order."""
        history = ("source_event_id", "recorded_at", "withdrawn", "dated", "content")
        return ("force", "id", *self.key, *self.identities, *self.said, *history)


VERSIONS: Mapping[str, Versions] = {
    "contacts": Versions(
        "contact_version",
        ("contact",),
        ("case_id", "child"),
        (
            *("contact_at", "contact_type", "child_role", "age_years", "age_band", "severity"),
            *("gender", "ethnic_group", "flags", "team", "owner", "deprivation_decile"),
            *("reported_at", "first_contact_at", "evidence_gate", "gate_agreed_by"),
            "gate_review_on",
        ),
    ),
    "interventions": Versions(
        "intervention_version",
        ("contact", "intervention", "status"),
        (),
        ("offered_on", "started_on", "ended_on", "provider", "dose"),
    ),
    "events": Versions("event_version", ("contact", "event", "happened_at"), (), ()),
    "outcomes": Versions(
        "outcome_version",
        ("contact", "outcome_set", "outcome"),
        (),
        ("decided_on", "recorded_on", "told_child_on", "final", "value"),
    ),
}


async def stage(connection: Connection, kind: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Copies rows (in the order of `staged`) beside the register, in place of those before.

    They are seen by this transaction alone and gone at its end.
    """
    versions = VERSIONS[kind]
    await connection.execute("DROP TABLE IF EXISTS pg_temp.staged")
    await connection.execute(
        f"CREATE TEMPORARY TABLE staged ON COMMIT DROP AS"
        f" SELECT v.*, FALSE AS dated, ''::text AS content"
        f" FROM register.{versions.table} AS v WHERE FALSE"
    )
    await connection.copy_records_to_table(
        "staged", records=rows, columns=versions.staged, timeout=LONG_SECONDS
    )
    await connection.execute("ANALYZE staged")


async def keep_staged(
    connection: Connection, kind: str, force: str, batch: UUID, secret: bytes
) -> int:
    """How many staged rows of a force were new and are now versions.

    secret: keys the digests. Analysts read them; without a key they could try every year of age.

    A row with a time of its own is known when the same was said of that time. One without is
    known when it says what stands now; otherwise it becomes the newest version, since it is the
    last thing the force said.
    """
    versions = VERSIONS[kind]
    given = (force, batch, secret)
    dated = await _keep(connection, versions, KEEP_DATED, given)
    # After the dated rows of the same file, so that they take part in what stands.
    return dated + await _keep(connection, versions, KEEP_UNDATED, given)


KEEP_DATED = """
SELECT {columns}, s.said_digest, $2
FROM s
WHERE s.dated
"""
# A clock may lie behind the newest version's: the row still comes after it.
KEEP_UNDATED = """
SELECT {columns}, s.said_digest, $2
FROM (
    SELECT s.*, greatest(s.arrived_at, stands.recorded_at + interval '1 microsecond') AS recorded_at
    FROM (SELECT {others}, s.said_digest, s.recorded_at AS arrived_at FROM s WHERE NOT s.dated) AS s
    LEFT JOIN LATERAL (
        SELECT v.recorded_at, v.digest FROM register.{table} AS v
        WHERE v.force = $1 AND {same_key}
        ORDER BY v.recorded_at DESC, v.source_event_id DESC, v.digest DESC
        LIMIT 1
    ) AS stands ON TRUE
    WHERE stands.digest IS DISTINCT FROM s.said_digest
) AS s
"""


async def _keep(
    connection: Connection, versions: Versions, select: str, given: tuple[str, UUID, bytes]
) -> int:
    columns = [name for name in versions.staged if name not in ("dated", "content")]
    digest = " || '|' || ".join(f"s.{name}::text" for name in ("contact", *versions.identities))
    chosen = select.format(
        columns=", ".join(f"s.{name}" for name in columns),
        others=", ".join(f"s.{name}" for name in columns if name != "recorded_at"),
        table=versions.table,
        same_key=" AND ".join(f"v.{name} = s.{name}" for name in versions.key),
    )
    status = await connection.execute(
        f"""
        WITH s AS (
            SELECT s.*, sha256(
                $3::bytea || convert_to({digest} || '|' || s.content, 'UTF8') || $3::bytea
            ) AS said_digest
            FROM staged AS s WHERE s.force = $1
        )
        INSERT INTO register.{versions.table} ({", ".join(columns)}, digest, batch)
        {chosen}
        ON CONFLICT DO NOTHING
        """,
        *given,
        timeout=LONG_SECONDS,
    )
    return _count(status)


def _count(status: str) -> int:
    """The rows a command tag such as `INSERT 0 3` names."""
    return int(status.rpartition(" ")[2])


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one import or call did in one force."""

    force: str
    id: UUID
    kind: str
    received_at: datetime
    received_from: str
    rows_new: int
    rows_known: int
    rows_rejected: int


ADD_BATCH = """
INSERT INTO register.batch (
    force, id, kind, received_at, received_from, rows_new, rows_known, rows_rejected
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def add_batch(connection: Connection, batch: Batch) -> None:
    """Keeps what an import did."""
    await connection.execute(ADD_BATCH, *msgspec.structs.astuple(batch))
