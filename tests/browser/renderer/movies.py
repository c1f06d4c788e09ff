"""The movie recommender in the middle of a run, as a kernel and a server would tell it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.browser.renderer.states import (
    NOW,
    Json,
    artifact,
    field,
    line,
    picture,
    run_line,
    shape,
    snapshot,
    state,
    step,
    stream,
    task_line,
    task_state,
)

HEAD = """<table border="1" class="dataframe">
<thead><tr><th></th><th>title</th><th>year</th><th>rating</th><th>gross</th></tr></thead>
<tbody><tr><th>0</th><td>The Third Man</td><td>1949</td><td>8.1</td><td>1,225,411</td></tr>
<tr><th>1</th><td>Stalker</td><td>1979</td><td>8.1</td><td>292,049</td></tr>
<tr><th>2</th><td>Playtime</td><td>1967</td><td>7.9</td><td>515,417</td></tr></tbody></table>"""


def movie_steps() -> list[Json]:
    return [
        step("load", 9, writes=["raw"]),
        step("clean", 10, {"load": ["raw"]}, writes=["movies"]),
        step("pick", 12, {"clean": ["movies"]}, writes=["picks"], parameters=["genre", "top_k"]),
        step("bonus", 14, {"clean": ["movies"]}, writes=["bonus"], parameters=["genre"]),
        step("grid", 16, writes=["grid"]),
        step("split", 17, {"clean": ["movies"]}, writes=["train", "valid"]),
        step(
            "fit",
            18,
            {"grid": ["grid"], "split": ["train", "valid"]},
            mark="foreach cfg in grid",
            scope=["fit"],
            writes=["model", "score"],
        ),
        step(
            "best", 20, {"fit": ["cfg", "model", "score"]}, mark="join fit", writes=["table", "cfg", "model", "score"]
        ),
        step("playlist", 22, {"pick": ["picks"], "bonus": ["bonus"]}, writes=["films", "extra"]),
        step("figure", 24, {"pick": ["picks"], "bonus": ["bonus"], "split": ["valid"], "best": ["model"]}),
    ]


def failure() -> Json:
    return {
        "type": "ValueError",
        "message": "max_leaf_nodes must be an Integral in the range [2, inf): got 1.",
        "traceback": "Traceback (most recent call last):\n  \x1b[31mstep fit\x1b[0m · cell 18, line 2\nValueError: …",
        "frames": [
            {
                "where": "step fit · cell 18, line 2",
                "function": "<module>",
                "source": 'model = rating_model(**cfg).fit(train[FEATURES], train["rating"])',
                "cell": "cell-fit",
                "line": 2,
            },
            {
                "where": "sklearn/base.py, line 1365",
                "function": "wrapper",
                "source": "return fit_method(estimator, *args, **kwargs)",
                "cell": "",
                "line": 1365,
            },
        ],
    }


GRID = [f"learning_rate={rate}, max_leaf_nodes={leaves}" for rate in ("0.03", "0.1", "0.3") for leaves in (4, 8, 16)]


def fit_tasks(run: int, statuses: Sequence[str]) -> list[Json]:
    began = NOW - 20
    tasks = []
    for index, (item, status) in enumerate(zip(GRID, statuses, strict=False)):
        started = None if status == "waiting" else began + 2 * index
        took = 1.4 + 0.7 * (index % 4) if status in ("done", "failed") else None
        finished = None if started is None or took is None else started + took
        facts = {"label": f"fit[{index}]", "item": item, "started": started, "finished": finished, "seconds": took}
        tasks.append(
            task_line(run, 10 + index, "fit", status, reason="ValueError" if status == "failed" else "", **facts)
        )
    return tasks


def movie_story() -> Json:
    """Run 8 goes on: `fit` is half done with one failure, `clean` was reused, `figure` is stale from before."""
    steps = movie_steps()
    running = run_line(
        8, "running", age=31, took=None, total=18, done=9, reused=2, failed=1, parameters={"genre": "Drama", "top_k": 5}
    )
    live = [
        line("load", "reused", reused=1, seconds=0.82, run=8),
        line("clean", "reused", reused=1, seconds=0.31, run=8),
        line("pick", "done", done=1, seconds=0.06, run=8),
        line("bonus", "done", done=1, seconds=0.05, run=8),
        line("grid", "done", done=1, seconds=0.01, run=8),
        line("split", "done", done=1, seconds=0.04, run=8),
        line(
            "fit",
            "running",
            total=9,
            running=2,
            done=4,
            failed=1,
            seconds=9.4,
            began=NOW - 11,
            run=8,
            reasons=["ValueError in fit[3]: max_leaf_nodes must be in [2, inf)"],
        ),
        line("best", "waiting", run=8),
        line("playlist", "done", done=1, seconds=0.2, run=8),
    ]
    at_rest = [
        *live[:6],
        line(
            "figure",
            "stale",
            done=1,
            seconds=1.9,
            run=7,
            reasons=["the code of figure changed", "model of best changed"],
        ),
    ]
    fits = fit_tasks(8, ["done", "done", "done", "failed", "done", "running", "running", "waiting", "waiting"])
    facts = stored(steps, live, at_rest, running, all_runs(running), fits)
    return {"facts": facts, "snapshot": snapshot(running, live, shape(steps))}


def all_runs(running: Json) -> Json:
    return [
        running,
        run_line(7, age=7300, parameters={"genre": "Adventure", "top_k": 5}, tags=["baseline"]),
        run_line(6, "failed", age=9000, took=12.1, failed=1, done=12, parameters={"genre": "Adventure", "top_k": 12}),
        run_line(
            5,
            age=90000,
            kind="resume",
            origin=4,
            done=6,
            reused=12,
            took=4.2,
            parameters={"genre": "Adventure", "top_k": 5},
        ),
        run_line(4, "crashed", age=90400, took=33, done=11),
        run_line(3, "cancelled", age=190400, took=8, done=7),
        run_line(2, kind="interactive", age=290400, took=3000, done=9, total=9),
        run_line(1, age=390400, tags=["first", "for-the-talk"]),
    ]


def stored(steps: Json, live: Json, at_rest: Json, running: Json, runs: Json, fits: Json) -> Json:
    began = running["started"]
    singles = [
        task_line(8, number, name, status, started=began + start, finished=began + start + took, seconds=took)
        for number, (name, status, start, took) in enumerate(
            [
                ("load", "reused", 0, 0.1),
                ("clean", "reused", 0.1, 0.1),
                ("pick", "done", 0.4, 1.6),
                ("bonus", "done", 0.6, 2.5),
                ("grid", "done", 0.4, 0.3),
                ("split", "done", 1.2, 3.1),
                ("playlist", "done", 3.4, 4.2),
            ],
            1,
        )
    ]
    every = [*singles[:6], *fits, singles[6]]
    earlier = [line(one["name"], "done", done=1, seconds=1.5, run=7) for one in steps]
    states = {str(task["number"]): task_state(task, running, **about(task)) for task in every}
    old = [
        task_line(
            7,
            number,
            one["name"],
            seconds=1.5,
            started=runs[1]["started"] + 2 * number,
            finished=runs[1]["started"] + 2 * number + 1.5,
        )
        for number, one in enumerate(steps, 1)
    ]
    return {
        "flow": state(steps, at_rest, parameters=parameter_fields(), run=running),
        "runs": {"runs": runs},
        "run": {str(one["number"]): {"run": one, "shape": shape(steps), "lines": earlier} for one in runs},
        "tasks": {"7": listing(runs[1], old), "8": listing(running, every)},
        "task": {"8": states, "7": {"10": figure_state(runs[1])}},
        "diff": {"6 7": difference()},
    }


def parameter_fields() -> Json:
    return [
        field(
            "genre",
            "Literal['Adventure', 'Drama', 'Sci-Fi']",
            "Adventure",
            choices=["Adventure", "Drama", "Sci-Fi"],
            help="genre to pick from",
        ),
        field("top_k", "int", "5", help="how many films to pick", value="12"),
        field("since", "date | None", "None"),
        field("weights", "dict[str, float]", "{}", help="how much each column counts"),
        field("verbose", "bool", "False"),
        field("ratings", "File", required=True, help="a CSV with columns title and rating"),
    ]


def listing(run: Json, tasks: Json) -> Json:
    return {"run": run, "tasks": tasks}


def figure_state(run: Json) -> Json:
    task = task_line(7, 10, "figure", seconds=1.9, started=run["started"], finished=run["started"] + 1.9)
    outputs = [
        {
            "output_type": "display_data",
            "data": {"image/png": picture(240, 150), "text/plain": "<Figure size 700x500>"},
            "metadata": {},
        }
    ]
    return task_state(
        task,
        run,
        outputs=outputs,
        why=["the code of figure changed"],
        inputs=[
            artifact("picks", "DataFrame", shape=[5, 6], size=1900, source="7/pick", head=HEAD),
            artifact("model", "Pipeline", "Pipeline(steps=[('columntransformer', …)])", size=241_000, source="7/best"),
        ],
    )


def about(task: Json) -> Json:
    match task["step"], task["status"]:
        case "fit", "failed":
            return {"failure": failure(), "outputs": [stream("fitting 1 leaf\n")], "inputs": inputs()}
        case "fit", "running":
            return {
                "outputs": [stream("".join(f"iteration {i}: loss {1 / i:.4f}\n" for i in range(1, 30)))],
                "inputs": inputs(),
            }
        case "fit", _:
            return {"artifacts": fit_artifacts(), "inputs": inputs(), "outputs": [stream("fitted in 120 iterations\n")]}
        case "clean", _:
            columns = [["title", "object"], ["year", "int64"], ["rating", "float64"], ["gross", "float64"]]
            return {
                "source": "7/clean",
                "inputs": [
                    artifact("raw", "DataFrame", shape=[5043, 28], size=6_400_000, source="8/load", columns=columns)
                ],
                "artifacts": [
                    artifact("movies", "DataFrame", shape=[3201, 12], size=2_310_000, head=HEAD, columns=columns)
                ],
                "outputs": [stream("3,201 films are left\n")],
            }
        case _:
            return {}


def inputs() -> list[Json]:
    return [
        artifact("cfg", "dict", "{'learning_rate': 0.1, 'max_leaf_nodes': 4}", size=61, source="8/grid"),
        artifact("train", "DataFrame", shape=[2400, 12], size=1_730_000, head=HEAD, source="8/split"),
    ]


def fit_artifacts() -> list[Json]:
    return [
        artifact(
            "model",
            "Pipeline",
            "Pipeline(steps=[('columntransformer', ColumnTransformer(…)), ('trees', …)])",
            size=241_000,
        ),
        artifact("score", "float", "0.6123", size=24),
        artifact("residuals", "ndarray", shape=[801], dtype="float64", size=6408),
        artifact("chart", "Figure", "<Figure size 640x320>", image=picture(), size=18_000),
        artifact("connection", "Connection", size=0, lost=["an open database connection cannot be stored"]),
    ]


def change(name: str, *values: str, note: str = "") -> Json:
    return {"name": name, "values": list(values), "note": note}


def shown_picture(height: int) -> Json:
    return {"output_type": "display_data", "data": {"image/png": picture(height=height)}, "metadata": {}}


def head_of(*titles: str) -> str:
    rows = "".join(f"<tr><th>{n}</th><td>{title}</td></tr>" for n, title in enumerate(titles))
    return f"<table><thead><tr><th></th><th>title</th></tr></thead><tbody>{rows}</tbody></table>"


def difference() -> Json:
    code = """--- run 6/pick
+++ run 7/pick
@@ -1,4 +1,4 @@
 _candidates = movies[movies["genre"] == genre]
-picks = _candidates.nlargest(top_k, "rating")
+picks = _candidates.assign(appeal=appeal(_candidates)).nlargest(top_k, "appeal")
"""
    return {
        "runs": [run_line(6, parameters={"top_k": 12}), run_line(7, parameters={"top_k": 5})],
        "parameters": [change("top_k", "12", "5")],
        "code": [code],
        "artifacts": [change("picks", "DataFrame 12 × 6", "DataFrame 5 × 6"), change("films", "-", "list of 5")],
        "displays": [{"name": "figure", "outputs": [[shown_picture(40)], [shown_picture(60)]]}],
        "frames": [{"name": "picks", "heads": [head_of("Alien", "Heat"), head_of("Alien", "Ran")]}],
        "environment": [change("scikit-learn", "1.5.2", "1.6.0")],
    }
