"""Delivery: whole or not at all."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from filmstudio.core.delivery import check_folder, delivering, digests_in, holds_another_film, keep_edits
from filmstudio.core.errors import DeliveryError
from filmstudio.core.film import Film
from filmstudio.core.finishing import record_json
from filmstudio.core.options import RenderOptions, credits_for, folder_name


def deliver(folder: Path, text: str) -> None:
    with delivering(folder) as fresh:
        (fresh / "film.json").write_text(text)
        (fresh / "report.json").write_text("{}")


def test_a_newer_delivery_takes_the_place_of_the_older(tmp_path: Path) -> None:
    deliver(tmp_path / "out", "one")
    deliver(tmp_path / "out", "two")
    assert (tmp_path / "out" / "film.json").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_of_two_that_deliver_at_the_same_time_one_waits_for_the_other(tmp_path: Path) -> None:
    second = threading.Thread(target=deliver, args=(tmp_path / "out", "two"))
    with delivering(tmp_path / "out") as fresh:
        second.start()
        second.join(0.2)
        assert second.is_alive() and fresh.is_dir()
        (fresh / "film.json").write_text("one")
        (fresh / "report.json").write_text("{}")
    second.join(20)
    assert (tmp_path / "out" / "film.json").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path: Path) -> None:
    deliver(tmp_path / "out", "one")
    with pytest.raises(RuntimeError), delivering(tmp_path / "out") as fresh:
        (fresh / "film.json").write_text("half")
        raise RuntimeError
    assert (tmp_path / "out" / "film.json").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_death_between_the_two_renames_is_mended_by_the_next_run(tmp_path: Path) -> None:
    deliver(tmp_path / "out", "one")
    (tmp_path / "out").rename(tmp_path / ".out.old-x1")
    (tmp_path / ".out.new-x2").mkdir()
    with pytest.raises(RuntimeError), delivering(tmp_path / "out"):
        raise RuntimeError
    assert (tmp_path / "out" / "film.json").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(DeliveryError, match="holds other files"):
        check_folder(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryError, match="is a file"):
        check_folder(tmp_path / "file")


def test_a_film_file_among_ones_own_things_makes_no_delivery_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "film.json").write_text("{}")
    with pytest.raises(DeliveryError, match=r"film\.json"):
        check_folder(tmp_path)
    deliver(tmp_path / "out", "one")
    (tmp_path / "out" / "cut.txt").write_text("precious")
    with pytest.raises(DeliveryError, match=r"cut\.txt"):
        check_folder(tmp_path / "out")
    (tmp_path / "out" / "cut.txt").unlink()
    (tmp_path / "out" / "stems").mkdir()
    (tmp_path / "out" / "stems" / "music.wav").touch()
    check_folder(tmp_path / "out")
    (tmp_path / "out" / "stems" / "session.als").write_text("precious")
    with pytest.raises(DeliveryError, match=r"stems/session\.als"):
        check_folder(tmp_path / "out")


def test_a_folder_that_cannot_be_made_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryError, match="cannot be written"):
        check_folder(tmp_path / "file" / "out")


def deliver_film(folder: Path, film: Film, **others: str) -> tuple[str, ...]:
    """Deliver as finishing does: the film and other files, the report last; returns what was kept of the delivery before."""
    with delivering(folder) as fresh:
        (fresh / "film.json").write_text(record_json(film))
        for name, text in others.items():
            (fresh / name.replace("__", ".")).write_text(text)
        files, kept = digests_in(fresh), keep_edits(folder, fresh, film)
        (fresh / "report.json").write_text(json.dumps({"files": files}))
    return kept


def edit(path: Path, title: str) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"title": title}))


def test_a_film_file_that_was_edited_outlives_the_next_delivery(tmp_path: Path) -> None:
    out, film = tmp_path / "out", Film(title="Written")
    assert deliver_film(out, film) == ()
    assert not holds_another_film(out, film)
    edit(out / "film.json", "Edited")
    assert holds_another_film(out, film)
    assert deliver_film(out, film) == ("film.edited.json",)
    edit(out / "film.json", "Edited again")
    check_folder(out)
    assert deliver_film(out, film) == ("film.edited.json", "film.edited-2.json")
    titles = {path.name: json.loads(path.read_text())["title"] for path in out.glob("film.*")}
    assert titles == {"film.json": "Written", "film.edited.json": "Edited", "film.edited-2.json": "Edited again"}


def test_an_edited_film_that_was_rendered_is_not_kept_twice(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver_film(out, Film(title="Written"))
    edit(out / "film.json", "Edited")
    edited = Film.model_validate_json((out / "film.json").read_bytes())
    assert not holds_another_film(out, edited)
    assert deliver_film(out, edited) == ()
    assert sorted(path.name for path in out.iterdir()) == ["film.json", "report.json"]


def test_whatever_a_person_made_in_a_delivery_is_carried_over_and_what_the_studio_made_is_not(tmp_path: Path) -> None:
    out, film = tmp_path / "out", Film(title="Written")
    deliver_film(out, film, captions__en__srt="one", metadata__json="{}", film__otio="old", **{"thumbnail-1__jpg": "drawn"})
    (out / "captions.en.srt").write_text("corrected")
    (out / "captions.fr.srt").write_text("un")
    (out / "film.json~").write_text("a program's copy")
    kept = deliver_film(out, film, captions__hi__srt="one")
    assert kept == ("captions.en.srt", "captions.fr.srt", "film.json~")
    assert sorted(path.name for path in out.iterdir()) == sorted((*kept, "captions.hi.srt", "film.json", "report.json"))
    kept = deliver_film(out, film, captions__en__srt="one")
    assert "captions.en.edited.srt" in kept and (out / "captions.en.edited.srt").read_text() == "corrected"


def test_a_link_in_a_delivery_stays_a_link_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    out, film, album = tmp_path / "out", Film(title="Written"), tmp_path / "album"
    album.mkdir()
    (album / "big.mov").write_text("big")
    (album / "big.mov").chmod(0o600)
    deliver_film(out, film)
    (out / "film.album").symlink_to(album)
    (out / "film.mov").symlink_to(album / "big.mov")
    assert deliver_film(out, film) == ("film.album", "film.mov")
    assert (out / "film.album").is_symlink() and (out / "film.mov").is_symlink()
    assert (album / "big.mov").stat().st_mode & 0o777 == 0o600


def test_of_a_delivery_whose_report_names_no_files_another_film_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    deliver(out, record_json(Film(title="Older")))
    (out / "film.mp4").write_text("older")
    assert deliver_film(out, Film(title="Newer"), film__mp4="newer") == ("film.edited.json",)


def test_the_folder_one_stands_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out" / "stems").mkdir(parents=True)
    for inside in (tmp_path / "out", tmp_path / "out" / "stems"):
        monkeypatch.chdir(inside)
        with pytest.raises(DeliveryError, match="folder you are in"):
            check_folder(tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    check_folder(tmp_path / "out")


def test_a_mounted_disk_is_told_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setattr("os.path.ismount", lambda path: path.name == "out")
    with pytest.raises(DeliveryError, match="mounted"):
        check_folder(tmp_path / "out")


def test_a_link_is_not_delivered_into(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    with pytest.raises(DeliveryError, match="is a link"):
        check_folder(tmp_path / "link")


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "$(rm -rf /)", "a\x00b", "", "...", "\U0001f600", "x" * 5000, "दीया", "CON", "/", "..\\.."]
)
def test_no_title_becomes_a_path(title: str) -> None:
    name = folder_name(title)
    assert name
    assert "/" not in name and "\\" not in name and "\x00" not in name and not name.startswith(".")
    assert len(name.encode()) <= 80


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("नदी का गीत", "नदी-का-गीत"),
        ("E\u0301te\u0301", "\u00e9t\u00e9"),
        ("The Last  Lamp!", "the-last-lamp"),
        ("あ" * 40, "あ" * 26),
    ],
)
def test_a_folder_is_called_as_the_film_is(title: str, name: str) -> None:
    assert folder_name(title) == name


@pytest.mark.parametrize(("seconds", "cost"), [(1, 1), (30, 2), (60, 3), (61, 4), (120, 6), (300, 15)])
def test_credits_are_three_a_minute(seconds: float, cost: int) -> None:
    assert credits_for(seconds) == cost


@pytest.mark.parametrize(
    ("size", "aspect", "frame"),
    [
        ("1080p", "16:9", (1920, 1080)),
        ("480p", "16:9", (854, 480)),
        ("1080p", "9:16", (1080, 1920)),
        ("4k", "16:9", (3840, 2160)),
        ("720p", "1:1", (720, 720)),
    ],
)
def test_frames_have_the_sizes_that_players_expect(size: str, aspect: str, frame: tuple[int, int]) -> None:
    assert RenderOptions(size=size, aspect=aspect).frame == frame  # type: ignore[arg-type]
