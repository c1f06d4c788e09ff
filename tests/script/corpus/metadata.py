"""A script asks where its runs are and looks for others elsewhere; no task knows what another has chosen."""

# $ run

import os

from nbflow import (
    Flow,
    FlowSpec,
    Run,
    current,
    default_metadata,
    get_metadata,
    get_namespace,
    metadata,
    namespace,
    step,
)

HERE = os.getcwd()
EMPTY = os.path.join(HERE, "empty")


def tried(place):
    try:
        return metadata(place).replace(HERE, "HERE")
    except Exception:  # noqa: BLE001 - each engine has its own
        return "refused"


class Corpus(FlowSpec):
    @step
    def start(self):
        os.makedirs(EMPTY, exist_ok=True)
        self.first = get_metadata().replace(HERE, "HERE")
        self.places = [tried(place) for place in ("local@" + HERE, "local", HERE, "local@" + EMPTY, EMPTY, "other@x")]
        self.still = get_metadata() == f"local@{HERE}", default_metadata() == f"local@{HERE}"
        self.found = Run(current.pathspec.rpartition("/start")[0]).id == current.run_id, Flow(current.flow_name).id
        namespace("user:somebody")
        self.next(self.end)

    @step
    def end(self):
        self.seen_from = get_namespace(), get_metadata() == f"local@{HERE}"


if __name__ == "__main__":
    Corpus()
