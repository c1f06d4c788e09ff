"""Makes a form from the parameters and their annotations (`%flow params`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import ipywidgets as widgets

from nbflow.errors import NbflowError, ParameterError
from nbflow.flow.syntax.exact_values import coerce, parse_value
from nbflow.flow.syntax.specs import ParameterSpec, ParameterType
from nbflow.jupyter.kernel.session import Session
from nbflow.store.values.user_code import reason_of
from nbflow.verbs.inspection import lines_of_parameters

USE = "nbflow.use"
"""The key under which the context keeps the function that performs a `%flow` line."""

_WIDE = {"description_width": "10rem"}


@click.command("params")
@click.pass_obj
def live_params(session: Session) -> None:
    """Show a form for the parameters, with a button that runs the flow; without widgets, show them as text."""
    flow = session.graph().flow
    if not flow.parameters:
        session.screen.say("no parameters: give a cell the first line %%parameters, and lines such as  top_k: int = 5")
        return
    use = click.get_current_context().meta[USE]
    form = make_form(session, lambda: use(session, "run"))
    lines = "\n".join(lines_of_parameters(flow))
    bundle = {"text/plain": lines, **form._repr_mimebundle_()}
    bundle["text/plain"] = lines
    session.screen.replay([{"output_type": "display_data", "data": bundle, "metadata": {}}])


def make_form(session: Session, run_flow: Callable[[], None]) -> widgets.VBox:
    """Return a form with a field per parameter, set to its present value; cells and runs use new values at once."""
    values = session.parameters()
    said = widgets.Output()
    fields = [_field(session, one, values.get(one.name), said) for one in session.graph().flow.parameters]
    button = widgets.Button(description="Run", icon="play", button_style="primary")

    def run(_button: Any) -> None:
        said.clear_output()
        with said:
            try:
                run_flow()
            except (NbflowError, KeyboardInterrupt) as error:
                print(reason_of(error))

    button.on_click(run)
    return widgets.VBox([*fields, button, said])


def _field(session: Session, parameter: ParameterSpec, value: Any, said: widgets.Output) -> widgets.HBox:
    widget, read = _widget(parameter, value)

    def changed(change: Any) -> None:
        said.clear_output()
        try:
            session.choose({parameter.name: read(change["new"])})
        except ParameterError as error:
            with said:
                print(error)

    widget.observe(changed, names="value")
    return widgets.HBox([widget, widgets.Label(parameter.help)])


def _widget(parameter: ParameterSpec, value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Return the widget for a parameter, and the function that turns the widget's value into the parameter's."""
    common = {"description": parameter.name, "style": _WIDE}
    if parameter.choices:
        return widgets.Dropdown(options=list(parameter.choices), value=value, **common), lambda new: new
    if parameter.optional or value is None:
        return _text(parameter, value, common)
    match parameter.type:
        case ParameterType.BOOL:
            return widgets.Checkbox(value=value, indent=True, **common), bool
        case ParameterType.INT:
            low, high = _range(value)
            return widgets.IntSlider(value=value, min=int(low), max=int(high), **common), int
        case ParameterType.FLOAT:
            low, high = _range(value)
            step = (high - low) / 100 or 0.01
            return widgets.FloatSlider(value=value, min=low, max=high, step=step, readout_format=".4g", **common), float
        case ParameterType.DATE:
            return widgets.DatePicker(value=value, **common), lambda new: coerce(parameter, new)
        case _:
            return _text(parameter, value, common)


def _text(parameter: ParameterSpec, value: Any, common: dict[str, Any]) -> tuple[Any, Callable[[Any], Any]]:
    shown = "" if value is None else str(parameter.default if parameter.type is ParameterType.FILE else value)
    return widgets.Text(value=shown, continuous_update=False, **common), lambda new: parse_value(parameter, new)


def _range(value: float) -> tuple[float, float]:
    """Return the range of a slider: from 0 to four times the value, because no annotation says what is sensible."""
    return (4 * value, 0) if value < 0 else (0, 4 * value or 10)
