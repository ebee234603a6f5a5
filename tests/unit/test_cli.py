"""The command line: 0 done, 1 failed with one sentence, 2 wrong usage, and never a trace."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from service import cli
from service.settings import Settings


@pytest.mark.parametrize("arguments", [[], ["fly"], ["serve", "--port", "many"], ["keys"]])
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    "command", ["demo", "serve", "migrate", "import", "simulate", "snapshot", "plan", "effects"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    assert command in capsys.readouterr().out


def test_a_database_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HEARD_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert cli.main(["migrate"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "The database does not answer" in said


def test_a_surprise_is_one_sentence_without_the_data_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(_options: object, _settings: Settings) -> int:
        raise ValueError("he does it when mum is out")

    monkeypatch.setenv("HEARD_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("service.commands.keys.run_new", explode)
    assert cli.main(["keys", "new"]) == 1
    said = capsys.readouterr().err
    assert "mum" not in said
    assert "Traceback" not in said
    assert "ValueError" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "99999"],
        ["serve", "--port", "-1"],
        ["serve", "--workers", "0"],
        ["demo", "--port", "0"],
    ],
)
def test_a_number_that_cannot_be_is_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


def test_a_port_that_is_taken_is_one_sentence_and_nothing_is_served(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARD_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert cli.main(["serve", "--port", port]) == 1
    said = capsys.readouterr()
    assert "choose another" in said.err
    assert "serves on" not in said.out


def test_a_demonstration_too_small_to_show_anything_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARD_DATA_DIR", str(tmp_path))
    assert cli.main(["demo", "--port", "18999", "--contacts", "10"]) == 1
    assert "our side" not in capsys.readouterr().err


def test_an_address_that_is_none_is_the_users_to_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HEARD_DATABASE_URL", "nonsense")
    assert cli.main(["migrate"]) == 1
    assert "HEARD_DATABASE_URL" in capsys.readouterr().err
