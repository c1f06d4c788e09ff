"""What is wrong with a decorator, a parameter or a config is told in one line, without a traceback."""

from __future__ import annotations

import pytest

import nbflow
from nbflow.errors import InvalidDecorator
from nbflow.script.language.attaching import attach
from nbflow.script.language.decorators import step
from tests.script import shapes
from tests.script.running import Scripts

STEPS = "@step\ndef start(self): self.next(self.end)\n@step\ndef end(self): pass\n"


def last_lines(scripts: Scripts, body: str, *args: str) -> list[str]:
    ended = scripts.command(scripts.write(body, "flow.py"), *(args or ("run",)))
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 1, ended.stderr
    return [line.strip() for line in ended.stderr.splitlines()]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"@timeout\n{STEPS}", "flow.py, line 4: step 'start': @timeout: it needs a time: write @timeout(seconds=30)"),
        (f"@retry(3)\n{STEPS}", "flow.py, line 4: @retry takes its arguments by name: write @retry(times=3)"),
        (
            f"from nbflow import Config\nc = Config('c', default='a', default_value=1)\n{STEPS}",
            "flow.py, line 5: config 'c' has default and default_value",
        ),
    ],
)
def test_what_a_script_raises_is_told_with_its_line(scripts: Scripts, body: str, told: str) -> None:
    first, second = last_lines(scripts, body)
    assert first == "Flow failed:"
    assert second.startswith(told)


def test_a_script_that_another_program_imports_raises(scripts: Scripts) -> None:
    scripts.write(f"@timeout\n{STEPS}", "flow.py")
    text = "from nbflow import FlowSpec, errors\ntry:\n    import flow\nexcept errors.InvalidDecorator as error:\n"
    (scripts.folder / "prog.py").write_text(f"{text}    print(error)\ndel __import__('sys').modules['nbflow']\n")
    ended = scripts.command(scripts.folder / "prog.py")
    assert (ended.returncode, ended.stdout[:15]) == (0, "step 'start': @")
    (scripts.folder / "prog.py").write_text("from nbflow import FlowSpec\nimport flow\n")
    ended = scripts.command(scripts.folder / "prog.py")
    assert ended.stderr.startswith("Traceback")
    assert ended.stderr.splitlines()[-1].startswith("nbflow.errors.InvalidDecorator: step 'start': @timeout")


def test_errors_of_the_script_itself_have_their_traceback(scripts: Scripts) -> None:
    ended = scripts.command(scripts.write(f"{STEPS}1 // 0\n"))
    assert ended.stderr.startswith("Traceback")
    assert ended.stderr.endswith("ZeroDivisionError: integer division or modulo by zero\n")


def test_a_decorator_of_with_is_told_without_a_traceback(scripts: Scripts) -> None:
    _, told = last_lines(scripts, STEPS, "run", "--with", "retry:times=x")
    assert (
        told
        == "--with retry:times=x: step 'end': @retry: times='x' is not a whole number from 0: write for example times=2"
    )


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("retry:times", "times='' is not a whole number"),
        ("retry:times=", "times='' is not a whole number"),
        ("retry:times=1.5", "times=1.5 is not a whole number"),
        ("retry:times=true", "times=True is not a whole number"),
        ("retry:minutes_between_retries=x", "minutes_between_retries='x' is not a number"),
        ("retry:minutes_between_retries=1e9", "is not a time of at most 30 years"),
        ("timeout:seconds=x", "seconds='x' is not a number"),
        ("timeout:seconds=NaN", "seconds=nan is not a number"),
        ("resources:cpu=x", "cpu='x' is not a number"),
        ("resources:gpu=x", "gpu='x' is not a number"),
        ("resources:memory=lots", "memory='lots' is not a size"),
        ("resources:memory=-1", "memory=-1 is not a number of megabytes"),
        ("environment:vars=x", "vars='x' is not a dict"),
        ("secrets:sources=x", "sources='x' is not a list"),
        ('secrets:sources=[{"type": "inline", "options": 1}]', "options=1 is not a dict"),
        ("card:options=x", "options='x' is not a dict"),
        ("card:refresh_interval=x", "refresh_interval='x' is not a number"),
        ("catch:var=3", "var=3 is not a text"),
        ("pypi:packages=x", "packages='x' is not a dict"),
        ('pypi:packages=["x"]', r"packages=\['x'\] is not a dict"),
        ("conda:libraries=x", "libraries='x' is not a dict"),
        ('conda:python={"a": 1}', "is not a version"),
    ],
)
def test_an_argument_of_a_decorator_that_does_not_fit_is_named(spec: str, told: str) -> None:
    def work(self: object) -> None: ...

    with pytest.raises(
        InvalidDecorator, match=f"^--with .*: step 'work': @{spec.partition(':')[0]}: .*{told}.*: write"
    ):
        attach(spec, [step(work)])


def test_none_is_no_number() -> None:
    def work(self: object) -> None: ...

    with pytest.raises(InvalidDecorator, match="step 'work': @retry: times=None is not a whole number"):
        nbflow.retry(times=None)(step(work))


@pytest.mark.parametrize(
    ("memory", "size"),
    [(512, 512 * 2**20), ("512", 512 * 2**20), ("2GB", 2 * 10**9), ("1.5GiB", 3 * 2**29), (0.5, 2**19)],
)
def test_memory_is_in_megabytes_or_has_a_unit(memory: object, size: int) -> None:
    def work(self: object) -> None: ...

    facts = nbflow.resources(memory=memory)(step(work)).__nbflow_step__
    assert facts.options.memory.size == size


@pytest.mark.parametrize(
    ("use", "told"),
    [
        (lambda cls: nbflow.project(cls), r"write @project\(name='movies'\)"),
        (lambda cls: nbflow.project(name=3)(cls), r"@project\(name=3\): the name is a text"),
        (lambda cls: nbflow.project(name="x", branch=3)(cls), "@project: branch=3 is not a text"),
        (lambda cls: nbflow.project(name="x")(cls.start), "@project stands above start: write it above the class"),
        (lambda cls: nbflow.exit_hook(cls), r"write @exit_hook\(on_success=\[tell\]\)"),
        (lambda cls: nbflow.exit_hook(on_error=["x"])(cls.start), "@exit_hook stands above start"),
        (lambda cls: nbflow.pypi_base(cls.start), "@pypi_base stands above start"),
        (lambda cls: nbflow.pypi_base("x"), "@pypi_base takes its arguments by name"),
        (lambda cls: nbflow.pypi_base(packages="x")(cls), "@pypi_base: packages='x' is not a dict"),
    ],
)  # fmt: skip
def test_a_decorator_of_a_flow_that_makes_no_sense_is_refused(scripts: Scripts, use: object, told: str) -> None:
    with pytest.raises(InvalidDecorator, match=told):
        use(type(scripts.flow(STEPS)))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Parameter('')", "Parameter(''): this is not a name"),
        ("Parameter('a b')", "Parameter('a b'): this is not a name"),
        ("Parameter(3)", "Parameter(3): this is not a name"),
        ("Config('c', default=3)", "config 'c': default=3 is not the path of a file"),
        ("Config('c', parser=3, default_value='{}')", "config 'c': parser=3 is not a function"),
        ("Parameter('x', envvar=3)", "parameter 'x': envvar=3 is not the name of a variable"),
        ("Config(3)", "Config(3): the name is not a text"),
    ],
)
def test_a_wrong_argument_of_a_parameter_or_config_is_told_with_its_line(
    scripts: Scripts, written: str, told: str
) -> None:
    _, said = last_lines(scripts, f"from nbflow import Config\nx = {written}\n{STEPS}")
    assert said.startswith(f"flow.py, line 5: {told}")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Config('c', default_value={1, 2})", "the default_value of config 'c' cannot be written as JSON"),
        ("Config('c', default_value={1: {2}})", "the default_value of config 'c' cannot be written as JSON"),
        ("Config('c', default=lambda context: 3)", "the default of config 'c' is 3: it must be the path of a file"),
        ("Config('c', default='flow.bin')", "default configuration file 'flow.bin' could not be read for 'c'"),
        ("Config('c', default=lambda context: 1 // 0)", "the default of config 'c' failed: ZeroDivisionError"),
        ("IncludeFile('x', encoding='nope', default='flow.py')", "there is no encoding 'nope'"),
        ("IncludeFile('x', parser=3, default='flow.py')", "parser=3 is not a function"),
        ("Parameter('x', separator=3, default='a')", "line 5: parameter 'x': separator=3 is not a text"),
    ],
)
def test_a_value_of_a_parameter_or_config_that_does_not_fit_is_told(scripts: Scripts, written: str, told: str) -> None:
    (scripts.folder / "flow.bin").write_bytes(b"\xff")
    path = scripts.write(f"from nbflow import Config\nx = {written}\n{STEPS}")
    ended = scripts.command(path, "show")
    assert "Traceback" not in ended.stderr
    assert told in ended.stderr
    assert ended.returncode in (1, 2)


@pytest.mark.parametrize("command", [("run", "--tag", ""), ("resume", "--tag", "x" * 501)])
def test_a_tag_that_a_run_cannot_have_is_refused(scripts: Scripts, command: tuple[str, ...]) -> None:
    ended = scripts.command(scripts.write(STEPS), *command)
    assert ended.returncode == 1
    assert "is not a tag: use text that is not empty" in ended.stderr or "use at most 500" in ended.stderr


def test_a_script_that_reads_standard_input_is_told_what_a_script_can_do(scripts: Scripts) -> None:
    ran = scripts.run(STEPS.replace("start(self): ", "start(self): input(); "))
    assert "a step cannot read standard input: make the value a parameter: name = Parameter('name')" in ran.error
    assert "%%parameters" not in ran.error


def test_a_failed_task_of_a_foreach_is_told_with_its_item(scripts: Scripts) -> None:
    body = shapes.FOREACH.replace("self.y = self.input * 2", "self.y = 1 / 'pr'.count(self.input)")
    done = scripts.command(scripts.write(body, "f.py"), "run")
    assert "<flow F step after[1] (input: q)> failed:" in done.stdout + done.stderr
