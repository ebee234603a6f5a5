"""References become pseudonyms: found under any key, made under the current one, the original
sealed in the vault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from service.db import Connection, new_id
from service.privacy.keys import Keys, KeysError
from service.privacy.pseudonyms import ReferenceKind, blind_indexes
from service.privacy.vault import seal
from service.store import originals, register

Pseudonyms = Mapping[str, UUID]


async def find(
    connection: Connection,
    keys: Keys,
    force: str,
    kind: ReferenceKind,
    references: Sequence[str],
) -> dict[str, UUID]:
    """The pseudonyms of the references that are known; the newest key is tried first."""
    known: dict[str, UUID] = {}
    for version in keys.master.versions():
        wanted = [each for each in references if each not in known]
        if not wanted:
            break
        blind = blind_indexes(keys.master, force, kind, wanted, version)
        places = await register.find_pseudonyms(connection, force, kind, version, blind)
        known.update({wanted[place]: pseudonym for place, pseudonym in places.items()})
    return known


async def find_or_make(
    connection: Connection,
    keys: Keys,
    force: str,
    kind: ReferenceKind,
    references: Sequence[str],
) -> dict[str, UUID]:
    """The pseudonym of every reference.

    Safe beside another transaction that makes the same ones: whoever comes second takes the
    first one's. Raises KeysError where there is no vault key to seal the originals with.
    """
    known = await find(connection, keys, force, kind, references)
    fresh = [each for each in references if each not in known]
    if not fresh:
        return known
    if keys.vault is None:
        raise KeysError("There is no vault key here, so nothing can be taken in; put it back.")
    ids = [new_id() for _ in fresh]
    current = keys.master.current
    blind = blind_indexes(keys.master, force, kind, fresh, current)
    await register.add_pseudonyms(connection, force, kind, current, ids, blind)
    places = await register.find_pseudonyms(connection, force, kind, current, blind)
    made = {fresh[place]: pseudonym for place, pseudonym in places.items()}
    mine = set(ids)
    await originals.add_originals(
        connection,
        force,
        [
            originals.Sealed(
                pseudonym,
                *seal(keys.vault, force, originals.TABLE, pseudonym, reference.encode()),
            )
            for reference, pseudonym in made.items()
            if pseudonym in mine
        ],
    )
    return known | made
