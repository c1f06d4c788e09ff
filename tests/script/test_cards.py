"""`@card`: what steps append, types of cards, and cards of tasks that run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from nbflow.cards import get_cards
from nbflow.cards.card_server import server_of
from tests.script.running import Ran, Scripts
from tests.script.test_decorators import decorated

IMPORT = "from nbflow.cards import Artifact, Image, Markdown, ProgressBar, Table, get_cards; "


def pages(ran: Ran) -> list[tuple[str, str | None, str]]:
    return [(card.type, card.id, card.html) for card in get_cards(ran.run["middle"].task)]


def test_a_card_shows_what_was_appended_and_displayed(scripts: Scripts) -> None:
    body = decorated(
        "@card\n@card(id='two')",
        IMPORT
        + "current.card.append(Markdown('# Hello <b>')); current.card['two'].append(Table([[1, 'x']], ['a', 'b'])); "
        "current.card['two'].append(Artifact({'k': 1})); current.card['two'].append(Image(b'\\x89PNG..'))",
    )
    first, second = pages(scripts.run(body))
    assert (first[:2], second[:2]) == (("default", None), ("default", "two"))
    assert "<h1>Hello &lt;b&gt;</h1>" in first[2]
    assert "<td>x</td>" in second[2]
    assert "{&#x27;k&#x27;: 1}" in second[2]
    assert "data:image/png;base64" in second[2]


def test_a_component_that_cannot_be_drawn_fails_nothing(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@card", IMPORT + "current.card.append(Image(None))"))
    assert ran.succeeded
    assert "Image cannot be drawn: there is no picture" in pages(ran)[0][2]


@pytest.mark.parametrize(
    ("above", "statement"),
    [
        ("@card(id='a')\n@card(id='b')", "current.card.append(1)"),
        ("@card", "current.card['c'].append(1)"),
    ],
)
def test_what_is_appended_to_no_card_is_told_and_fails_nothing(scripts: Scripts, above: str, statement: str) -> None:
    ran = scripts.run(decorated(above, statement))
    assert ran.succeeded
    assert "appended components are on no card: this step has" in ran.run["middle"].task.stderr


def test_a_step_without_a_card_has_none_to_fill(scripts: Scripts) -> None:
    ran = scripts.run(decorated("", "self.has = hasattr(current, 'card')"))
    assert ran.run["middle"].task.data.has is False


TYPES = """
from nbflow.cards import MetaflowCard

class Sums(MetaflowCard):
    type = "sums"
    ALLOW_USER_COMPONENTS = True

    def render(self, task):
        return f"<b>{task.data.x} {task['x'].data} {self.options['unit']} {task.pathspec}</b>{self.components}"

class Broken(MetaflowCard):
    type = "broken"

    def render(self, task):
        return task.data.nothing
"""


def test_a_subclass_is_a_type_of_card_and_a_broken_one_fails_nothing(scripts: Scripts) -> None:
    cards = "@card(type='sums', id='s', options={'unit': 'cm'})\n@card(type='broken')\n"
    cards += "@card(type='broken', id='q', save_errors=False)\n@card(type='none', id='n')"
    ran = scripts.run(TYPES + decorated(cards, "self.x = 3; current.card['s'].append('one')"))
    assert ran.succeeded
    sums, broken, unknown = pages(ran)
    assert re.fullmatch(r"<b>3 3 cm \w+/\d+/middle/\d+</b>\['<pre>&#x27;one&#x27;</pre>'\]", sums[2])
    assert (broken[:2], unknown[:2]) == (("error", None), ("error", "n"))
    assert "in render" in broken[2]
    assert "there is no type of card" in unknown[2]
    assert "the card of type 'broken' cannot be drawn: " in ran.run["middle"].task.stderr


def test_a_card_is_seen_while_its_task_runs_and_its_parts_are_updated(scripts: Scripts) -> None:
    statement = (
        IMPORT + "bar = ProgressBar(max=4, label='rows'); current.card.append(bar, id='bar'); "
        "current.card.components['bar'].update(3); current.card.refresh(force=True); "
        "self.seen = get_cards(current.pathspec)[0].html; bar.update(4)"
    )
    ran = scripts.run(decorated("@card", statement))
    assert "3 / 4" in ran.data.seen
    assert "4 / 4" in pages(ran)[0][2]


def test_a_type_of_card_says_what_is_seen_while_its_task_runs(scripts: Scripts) -> None:
    runtime = "\n    def render_runtime(self, task, data):\n        return f'now {data}'\n"
    kind = TYPES.replace("return task.data.nothing", f"return 'over'\n{runtime}")
    statement = IMPORT + "current.card.refresh(7, force=True); self.seen = get_cards(current.pathspec)[0].html"
    ran = scripts.run(kind + decorated("@card(type='broken')", statement))
    assert (ran.data.seen, pages(ran)[0][2]) == ("now 7", "over")


def carded(scripts: Scripts) -> str:
    statement = "from nbflow.cards import Markdown; current.card.append(Markdown('**bold**'))"
    body = decorated("@card\n@card(type='blank', id='b')", statement)
    return scripts.write(body, "carded.py")


def test_cards_are_listed_and_read_in_a_shell(scripts: Scripts) -> None:
    path = carded(scripts)
    assert scripts.command(path, "run").returncode == 0
    listed = scripts.command(path, "card", "list").stdout.splitlines()
    told = [re.sub(r"hash \w{5}  [\d,]+ characters", "N", line.partition("  ")[2]) for line in listed]
    assert told == ["type default  N", "type blank  id b  N"]
    assert "<strong>bold</strong>" in scripts.command(path, "card", "get", "middle", "--type", "default").stdout
    scripts.command(path, "card", "get", "middle", "card.html", "--id", "b")
    assert "<html>" in (scripts.folder / "card.html").read_text()
    assert "has no such card" in scripts.command(path, "card", "get", "end").stderr
    scripts.command(path, "card", "list", "middle", "--as-json", "--id", "b", "--file", "cards.json")
    told = json.loads((scripts.folder / "cards.json").read_text("utf-8"))
    (card,) = told["cards"]
    assert (told["pathspec"], card["id"], card["filename"]) == (
        "F/1/middle/2",
        "b",
        f"{card['type']}-b-{card['hash']}.html",
    )
    by_hash = scripts.command(path, "card", "get", "middle", "--hash", card["hash"][:6]).stdout
    assert by_hash.strip() == (scripts.folder / "card.html").read_text("utf-8").strip()
    assert [one["pathspec"] for one in json.loads(scripts.command(path, "card", "list", "--as-json").stdout)] == [
        "F/1/middle/2"
    ]
    assert "has 2 such cards" in scripts.command(path, "card", "get", "middle").stderr


def test_a_server_shows_the_cards_of_a_run(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@card", IMPORT + "current.card.append(Markdown('**bold**'))"))
    cards = list(get_cards(ran.run["middle"].task))
    with server_of(lambda: cards, 0, 1) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        start = f"http://127.0.0.1:{server.server_port}"
        page = urllib.request.urlopen(start).read().decode()
        (place,) = set(re.findall(r'href="([^"]+)"', page))
        assert urllib.request.urlopen(start + place).read().decode() == cards[0].html
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(start + "/other")
        server.shutdown()


def test_the_server_is_a_command(scripts: Scripts) -> None:
    path = carded(scripts)
    assert scripts.command(path, "run").returncode == 0
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-u", str(path), "card", "server", "--port", "0"]
    nobody = scripts.command(path, "card", "server", "--namespace", "user:nobody")
    assert (nobody.returncode, "no run in namespace 'user:nobody'" in nobody.stderr) == (1, True)
    command += ["--max-cards", "1", "--namespace", "user:tester"]
    with subprocess.Popen(command, cwd=scripts.folder, env=env, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        start = re.findall(r"http://127.0.0.1:\d+", server.stdout.readline())[0]
        page = urllib.request.urlopen(start).read().decode()
        (first,) = re.findall(r'href="([^"]+)"', page)
        assert "<strong>bold</strong>" in urllib.request.urlopen(start + first).read().decode()
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


def test_cards_cost_no_import_of_the_client() -> None:
    code = "import sys, nbflow.cards; print('nbflow.client' in sys.modules, 'markdown_it' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "False False\n"
