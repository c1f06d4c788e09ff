import statistics
from contextlib import suppress
from types import SimpleNamespace

from nbflow import FlowSpec, card, catch, current, step
from nbflow.cards import Artifact, Image, Markdown, Table

# in degrees
REPORTS = {"harbour": [11, 13], "hill": [9], "airport": [], "market": [15, 14, 16]}


def display(*values):
    """Show values on the card of the step, as a notebook shows them below the cell."""
    for value in values:
        if value is None:
            continue
        kind, part = type(value), Artifact(value)
        with suppress(Exception):  # what cannot be drawn is shown as Python prints it
            if hasattr(kind, "savefig"):
                part = Image.from_matplotlib(value)
            elif kind.__name__ == "DataFrame" and kind.__module__.split(".")[0] == "pandas":
                part = Table.from_dataframe(value)
            elif hasattr(kind, "_repr_markdown_"):
                part = Markdown(value._repr_markdown_())
        current.card.append(part)


class Tasks(list):
    """The tasks of a foreach, with what a notebook asks of all of them at once."""

    def __init__(self, tasks, failed=()):
        """`failed` holds (item, error) of each task whose failure is allowed."""
        super().__init__(tasks)
        self.failed = [
            SimpleNamespace(item=item, error=f"{error.type.rpartition('.')[2]}: {error.exception}")
            for item, error in failed
        ]

    def __getattr__(self, name):
        """Return the values of all tasks: `inputs.score` is the list of their scores."""
        if name.startswith("__"):
            raise AttributeError(name)
        return [getattr(task, name) for task in self]


class WeatherFlow(FlowSpec):
    """Which station is the warmest?

    Every station reports some days, and a station may be out of order.
    """

    @step
    def start(self):
        self.next(self.stations)

    @step
    def stations(self):
        # cell 3
        names = sorted(REPORTS)

        self.names = names
        self.next(self.report, foreach="names")

    @catch(var="report_error")
    @step
    def report(self):
        """One task per station. Those without a report fail, and two of them may."""
        station = self.station = self.input

        # cell 5
        days = REPORTS[station]
        mean = statistics.mean(days)

        self.days = days
        self.mean = mean
        self.next(self.whether_day)

    @step
    def whether_day(self):
        """Continue with the items for which nothing has failed."""
        self.run_day = not self.report_error
        self.next({True: self.whether_day_2, False: self.after_warm_days}, condition="run_day")

    @step
    def whether_day_2(self):
        """Skip `day` if there are no items."""
        self.day_items = list(self.days)
        self.day_tasks = []
        self.has_day_items = len(self.day_items) > 0
        self.next({True: self.each_day, False: self.warm_days}, condition="has_day_items")

    @step
    def each_day(self):
        """Split: run a task of `day` for each item."""
        self.next(self.day, foreach="day_items")

    @step
    def day(self):
        """And one task per day of each."""
        degrees = self.input

        # cell 7
        is_warm = degrees > 12

        self.is_warm = is_warm
        self.next(self.join_day)

    @step
    def join_day(self, inputs):
        """Collect what later steps ask of the tasks."""
        self.station = inputs[0].station
        self.mean = inputs[0].mean
        self.report_error = inputs[0].report_error
        self.day_tasks = [SimpleNamespace(is_warm=task.is_warm) for task in inputs]
        self.next(self.warm_days)

    @catch(var="warm_days_error")
    @step
    def warm_days(self):
        inputs = Tasks(self.day_tasks)

        # cell 8
        warm = sum(inputs.is_warm)

        self.warm = warm
        self.next(self.after_warm_days)

    @step
    def after_warm_days(self):
        """Wait for the branch that was taken."""
        self.next(self.warmest)

    @step
    def warmest(self, inputs):
        errors = [task.report_error or getattr(task, "warm_days_error", None) for task in inputs]
        if sum(map(bool, errors)) > 2:
            raise RuntimeError("more tasks of report have failed than may")
        failed = [
            (task.station, error) for task, error in zip(inputs, errors, strict=True) if error
        ]
        inputs = Tasks(
            [task for task, error in zip(inputs, errors, strict=True) if not error], failed
        )

        # cell 9
        best = max(inputs, key=lambda task: task.mean).station
        warm = {task.station: task.warm for task in inputs}
        silent = [task.item for task in inputs.failed]

        self.best = best
        self.warm = warm
        self.silent = silent
        self.next(self.end)

    @card
    @step
    def end(self):
        best = self.best
        silent = self.silent
        warm = self.warm

        # cell 10
        print(f"{best}; no word from {', '.join(silent)}")
        display(warm)


if __name__ == "__main__":
    WeatherFlow()


# Exported by nbflow from weather.ipynb with --target nbflow:
# by this table `nbflow check --script` sees what has changed in either of them.
# cell  id       notebook      script
#    2  cell-2   cfbed334e2be  -
#    3  cell-3   cd809ed448f1  749103fceefc  %%step stations
#    5  cell-5   65b06f69f3c3  f14783f85176  %%step report --foreach station in names --allow-failures 2
#    7  cell-7   1b9d129ad0ab  ad90c128e0af  %%step day --foreach degrees in days
#    8  cell-8   78e48dc0b8fd  bb7caded7168  %%step warm_days --join day
#    9  cell-9   085c3ffde509  34e681df6bf2  %%step warmest --join report
#   10  cell-10  1f2b340ff332  f7e7acdbdf3d  %%step end
# all around the cells: 84ac5a35b39a
