"""Makes the message in which the panel shows what a restore would do."""

from __future__ import annotations

from collections.abc import Mapping

from nbflow.checkpoints.restore_plan import RestorePlan
from nbflow.jupyter.protocol.messages import NameLine, RestorePreview
from nbflow.store.values.summary import in_words


def preview_of(plan: RestorePlan, live: Mapping[str, object]) -> RestorePreview:
    """Return the preview of a restore. `live` is the namespace now; the preview describes its values in a few words."""
    sources = {target: name for name, target in plan.bind.items()} | {name: name for name in plan.kept}

    def line(target: str) -> NameLine:
        summary = plan.checkpoint.held[sources[target]].artifact.summary
        now = in_words(live[target]) if target in live else ""
        return NameLine(target, summary.type, summary.text, now)

    return RestorePreview(
        plan.checkpoint.address,
        tuple(map(line, plan.added)),
        tuple(map(line, plan.changed)),
        tuple(map(line, plan.kept)),
        plan.removed,
        plan.prelude.names,
        tuple(f"{lost.path} was a {lost.was} ({lost.reason})" for lost in plan.lost),
        plan.notes,
        plan.map_bytes,
        plan.unpickle_bytes,
    )
