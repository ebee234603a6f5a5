"""Key rings: new keys make new values, old keys still read old ones, nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.privacy.keys import KeysError, new_ring, open_keys, read_ring, rotated, write_ring
from service.settings import read_settings


def test_a_ring_is_read_back_as_it_was_written_and_only_its_owner_may_read_it(
    tmp_path: Path,
) -> None:
    ring = new_ring()
    path = write_ring(tmp_path, "master", ring)
    assert read_ring(tmp_path, "master") == ring
    assert path.stat().st_mode & 0o077 == 0


def test_a_ring_is_never_overwritten_by_accident(tmp_path: Path) -> None:
    write_ring(tmp_path, "vault", new_ring())
    with pytest.raises(KeysError, match="exists"):
        write_ring(tmp_path, "vault", new_ring())


def test_a_rotated_ring_keeps_its_old_keys() -> None:
    ring = new_ring()
    turned = rotated(ring)
    assert turned.current == 2
    assert turned.derived(1, "x") == ring.derived(1, "x")
    assert turned.derived(2, "x") != turned.derived(1, "x")


def test_one_key_gives_unrelated_keys_for_each_purpose() -> None:
    ring = new_ring()
    assert ring.derived(1, "durham") != ring.derived(1, "kent")


def test_a_key_is_never_shown() -> None:
    ring = new_ring()
    assert str(ring.keys[1]) not in repr(ring)


@pytest.mark.parametrize("body", ["", "{}", '{"current": 2, "keys": {"1": "AAAA"}}', "[1]"])
def test_a_broken_key_file_is_refused_with_a_sentence(tmp_path: Path, body: str) -> None:
    (tmp_path / "master.json").write_text(body)
    with pytest.raises(KeysError, match="put the right one back"):
        read_ring(tmp_path, "master")


def test_keys_are_made_at_first_use_but_never_in_production(tmp_path: Path) -> None:
    production = read_settings(
        {
            "HEARD_DATA_DIR": str(tmp_path),
            "HEARD_PRODUCTION": "1",
            "HEARD_DATABASE_URL_RESPONDENT": "postgresql://x@y/z",
        }
    )
    with pytest.raises(KeysError, match="heard keys new"):
        open_keys(production)
    made = open_keys(read_settings({"HEARD_DATA_DIR": str(tmp_path)}))
    assert open_keys(production) == made
