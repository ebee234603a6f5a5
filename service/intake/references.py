"""References become pseudonyms: found under any key, made under the current one, the original
sealed in the vault."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from service.db import Connection, new_id
from service.privacy.keys import KeyRing, Keys, KeysError
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
    return (await _find(connection, keys, force, kind, references))[0]


async def _find(
    connection: Connection,
    keys: Keys,
    force: str,
    kind: ReferenceKind,
    references: Sequence[str],
) -> tuple[dict[str, UUID], dict[str, bytes]]:
    """(the pseudonyms known, the blind index of every reference under the current key)."""
    known: dict[str, UUID] = {}
    current: dict[str, bytes] = {}
    for version in keys.master.versions():
        wanted = [each for each in references if each not in known]
        if not wanted:
            break
        blind = await asyncio.to_thread(blind_indexes, keys.master, force, kind, wanted, version)
        places = await register.find_pseudonyms(connection, force, kind, version, blind)
        known.update({wanted[place]: pseudonym for place, pseudonym in places.items()})
        if version == keys.master.current:
            current = dict(zip(wanted, blind, strict=True))
    return known, current


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
    known, blind = await _find(connection, keys, force, kind, references)
    fresh = [each for each in references if each not in known]
    if not fresh:
        return known
    if keys.vault is None:
        raise KeysError("There is no vault key here, so nothing can be taken in; put it back.")
    proposed = {each: new_id() for each in fresh}
    indexes = [blind[each] for each in fresh]
    # Sealing takes as long as writing: one is done while the database does the other.
    sealing = asyncio.create_task(asyncio.to_thread(_seal, keys.vault, force, proposed))
    version, ids = keys.master.current, list(proposed.values())
    made = await register.add_pseudonyms(connection, force, kind, version, ids, indexes)
    sealed = await sealing
    if made < len(fresh):
        places = await register.find_pseudonyms(connection, force, kind, version, indexes)
        proposed = {fresh[place]: there for place, there in places.items()}
        kept = set(ids) & set(proposed.values())
        sealed = [each for each in sealed if each.id in kept]
    await originals.add_originals(connection, force, sealed)
    return known | proposed


def _seal(ring: KeyRing, force: str, references: Pseudonyms) -> list[originals.Sealed]:
    return [
        originals.Sealed(pseudonym, *seal(ring, force, originals.TABLE, pseudonym, each.encode()))
        for each, pseudonym in references.items()
    ]
