"""The panel as its users know it: steps by name, buttons and tabs by what they say of themselves."""

from __future__ import annotations

from playwright.sync_api import Locator

STATUS = "nbf-Step[data-step={step}][data-status={status}]"


class Panel:
    """The panel of one page; `root` is the sidebar or a tab of the main area."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    def open_view(self, view: str) -> Locator:
        """`steps`, `graph`, `timeline` or `runs`."""
        self.root.locator(f"[role=tab][data-view={view}]").click()
        return self.view(view)

    def view(self, view: str) -> Locator:
        return self.root.locator(f"[role=tabpanel][data-view={view}]")

    def step(self, name: str) -> Locator:
        """The row in the list of steps."""
        return self.root.locator(f".nbf-Step[data-step={name}]")

    def box(self, name: str) -> Locator:
        """The same step in the graph."""
        return self.root.locator(f".nbf-Box[data-step={name}]")

    def wait_for_step(self, name: str, status: str) -> Locator:
        found = self.root.locator(f".nbf-Step[data-step={name}][data-status={status}]")
        found.wait_for(state="attached")
        return found

    def wait_for_steps(self, **statuses: str) -> None:
        for name, status in statuses.items():
            self.wait_for_step(name, status)

    def statuses(self) -> dict[str, str]:
        return {
            str(row.get_attribute("data-step")): str(row.get_attribute("data-status"))
            for row in self.root.locator(".nbf-Step").all()
        }

    def action(self, name: str) -> Locator:
        return self.root.locator(f"[data-action={name}]")

    def unfold_problems(self) -> None:
        self.root.locator(".nbf-Problems").evaluate("details => details.open = true")

    def chip(self, name: str) -> Locator:
        """A parameter that has another value than in its cell."""
        return self.root.locator(f".nbf-Chip[data-name={name}]")

    def chips(self) -> list[str]:
        return self.root.locator(".nbf-ChipText").all_inner_texts()
