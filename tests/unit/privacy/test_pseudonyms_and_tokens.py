"""Pseudonyms, vault values, links, codes and cookies."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.privacy import tokens
from service.privacy.keys import new_ring, rotated
from service.privacy.pseudonyms import blind_index
from service.privacy.vault import VaultError, seal, unseal

ROW = UUID(int=7)
RING = new_ring()


def test_one_reference_has_one_blind_index_however_it_is_spaced_or_composed() -> None:
    composed, decomposed = "Zo\u00eb-1", "Zoe\u0308-1"
    assert composed != decomposed
    assert blind_index(RING, "kent", "child", composed) == blind_index(
        RING, "kent", "child", f"  {decomposed} "
    )


def test_force_kind_and_key_each_change_the_blind_index() -> None:
    indexes = {
        blind_index(RING, "kent", "child", "1"),
        blind_index(RING, "durham", "child", "1"),
        blind_index(RING, "kent", "case", "1"),
        blind_index(new_ring(), "kent", "child", "1"),
    }
    assert len(indexes) == 4


def test_a_sealed_value_opens_in_its_place_and_nowhere_else() -> None:
    key_id, sealed = seal(RING, "kent", "vault.original", ROW, b"AB/123")
    assert b"AB/123" not in sealed
    assert unseal(RING, "kent", "vault.original", ROW, key_id, sealed) == b"AB/123"
    for force, table, row in (
        ("durham", "vault.original", ROW),
        ("kent", "vault.safe_contact", ROW),
        ("kent", "vault.original", UUID(int=8)),
    ):
        with pytest.raises(VaultError):
            unseal(RING, force, table, row, key_id, sealed)


def test_values_sealed_before_a_rotation_still_open() -> None:
    key_id, sealed = seal(RING, "kent", "vault.original", ROW, b"AB/123")
    assert unseal(rotated(RING), "kent", "vault.original", ROW, key_id, sealed) == b"AB/123"


def test_a_link_made_before_a_rotation_is_still_found() -> None:
    kept = tokens.token_hash(RING, "token")
    assert kept in tokens.token_hashes(rotated(RING), "token")
    assert tokens.token_hash(rotated(RING), "token") != kept


def test_tokens_and_codes_have_the_shape_promised() -> None:
    assert tokens.TOKEN_SHAPE.fullmatch(tokens.new_token())
    code = tokens.new_code()
    assert len(code) == 8
    assert not set(code) & set("0O1IL")


def test_a_code_is_read_however_it_is_typed() -> None:
    assert tokens.typed_code(" abcd-efgh ") == "ABCDEFGH"


def test_a_visit_cookie_says_nothing_and_cannot_be_made_up() -> None:
    place = tokens.Place(force="kent", visit=ROW)
    value = tokens.visit_cookie(RING, place)
    assert tokens.read_visit_cookie(RING, value) == place
    assert tokens.read_visit_cookie(rotated(RING), value) == place
    assert tokens.read_visit_cookie(new_ring(), value) is None
    changed = value[:-2] + ("AA" if value[-2:] != "AA" else "BB")
    for made_up in ("", "kent", "é", changed):
        assert tokens.read_visit_cookie(RING, made_up) is None
