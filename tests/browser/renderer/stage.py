"""A page with the panel alone in it, driven as a user would, told what a kernel and a server would tell."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page

from labextension import bundle
from tests.browser.renderer import movies, states

THEMES = Path(sys.prefix, "share/jupyter/lab/themes/@jupyterlab")
SHEET = bundle.HERE.parent / "nbflow/static/widget.css"
AXE = bundle.HERE / "node_modules/axe-core/axe.min.js"
HTML = """<!doctype html><html lang="en"><head><title>Flow</title><style>{theme}
{sheet}
body {{ margin: 0; background: var(--jp-layout-color0); }}
main {{ display: flex; width: {width}px; height: {height}px; }}
main > * {{ flex: 1; }}</style></head>
<body data-jp-theme-light="{light}"><main id="host"></main></body></html>"""


class Stage:
    def __init__(self, page: Page, script: Path) -> None:
        self.page, self.script = page, script
        self.complaints: list[str] = []
        self.ticks = False
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def wind(self) -> None:
        """From now on time goes on, by itself and by `wait`."""
        self.ticks = True
        self.page.clock.install(time=states.NOW)

    def wait(self, seconds: float) -> None:
        self.page.clock.run_for(round(1000 * seconds))

    def build(self, width: int = 300, height: int = 700, theme: str = "light") -> None:
        """The page as JupyterLab would make it, with nothing in it."""
        colours = (THEMES / f"theme-{theme}-extension/index.css").read_text()
        light = "true" if theme == "light" else "false"
        html = HTML.format(theme=colours, sheet=SHEET.read_text(), width=width, height=height, light=light)
        if not self.ticks:
            self.page.clock.set_fixed_time(states.NOW)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.set_content(html)
        self.page.add_script_tag(path=self.script)

    def mount(self, facts: Mapping[str, Any] | None, view: str = "steps", **size: Any) -> None:
        """The panel with those facts in the archive, and read."""
        self.build(**size)
        mount = "async given => { window.stage = nbf.mount(given); if (given.facts) await window.stage.refresh(); }"
        self.page.evaluate(mount, {"facts": facts, "view": view})

    def mount_movies(self, view: str = "steps", **size: Any) -> Any:
        """The movie recommender in the middle of its run 8."""
        story = movies.movie_story()
        self.mount(story["facts"], view, **size)
        self.hear(story["snapshot"])
        return story

    def hear(self, snapshot: Mapping[str, Any]) -> None:
        """A broadcast of the kernel."""
        self.page.evaluate("snapshot => stage.model.receive(snapshot)", snapshot)

    def read(self, facts: Mapping[str, Any]) -> None:
        """Other facts are stored now, and are read."""
        self.page.evaluate("facts => { Object.assign(stage.archive.facts, facts); return stage.refresh(); }", facts)

    @property
    def calls(self) -> list[Any]:
        """What the host was asked to do."""
        return list(self.page.evaluate("() => stage.calls"))

    @property
    def asked(self) -> list[str]:
        """What the archive was asked for."""
        return list(self.page.evaluate("() => stage.archive.asked"))

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def step(self, name: str) -> Locator:
        return self.page.locator(f".nbf-Step[data-step={name}]")

    def box(self, name: str) -> Locator:
        return self.page.locator(f".nbf-Box[data-step={name}]")

    def act(self, name: str) -> None:
        """Press the button of that action in the detail, the toolbar or a banner."""
        self.page.locator(f"[data-action={name}]:visible").click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def focused(self) -> str:
        """The accessible name of what has the focus."""
        name = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
        return str(self.page.evaluate(name))

    def violations(self) -> list[str]:
        """What axe-core finds that is serious."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.add_script_tag(path=AXE)
        found = self.page.evaluate("async () => (await axe.run('#host')).violations")
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {node['html']}" for one in serious for node in one["nodes"]]
