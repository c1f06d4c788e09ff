"""Files and configs go through parsers: those that come with the package, functions, and names of functions."""

# $ run
# $ --config-value listed 'a==2' run --conda other.yml

from nbflow import (
    Config,
    FlowSpec,
    IncludeFile,
    conda_environment_yml_parser,
    pyproject_toml_parser,
    requirements_txt_parser,
    step,
    yaml_parser,
)

REQUIREMENTS = """
# what it needs
numpy==1.26   # pinned
pandas[performance]>=2,<3
tool @ https://example.org/tool.zip
-e file:.
bare
python>=3.10
"""
PROJECT = """
[project]
requires-python = "==3.11"
dependencies = ["a>=1", "b[x]==2", "c"]
"""
CONDA = """
name: env
channels:
  - conda-forge
dependencies:
  - python=3.9
  - numpy = 1.21.2  # pinned
  - scipy>=1
  - pip
"""
for name, content in (
    ("requirements.txt", REQUIREMENTS), ("pyproject.toml", PROJECT), ("environment.yml", CONDA),
    ("other.yml", "dependencies:\n- Python\n- x==1\nprefix: y\n- z"), ("settings.yaml", "a: {b: [1, 2.5, yes, ~]}"),
):  # fmt: skip
    with open(name, "w", encoding="utf-8") as file:
        file.write(content)

BROKEN = {
    "marker": (requirements_txt_parser, "a; python_version > '3'"),
    "twice": (requirements_txt_parser, "python==3.9\npython==3.10"),
    "no name": (requirements_txt_parser, "==3"),
    "toml twice": (pyproject_toml_parser, PROJECT.replace('"c"', '"python>3"')),
    "toml none": (pyproject_toml_parser, "[tool]"),
    "toml bare": (pyproject_toml_parser, PROJECT.replace('"c"', '"python"')),
    "below": (conda_environment_yml_parser, "dependencies:\n- pip:\n  - x"),
    "no package": (conda_environment_yml_parser, "dependencies:\n- a b"),
    "no list": (conda_environment_yml_parser, "channels:\n- x"),
}


def count(content):
    return {"count": len(content), "type": type(content).__name__}


def fail(content):
    raise ValueError(f"no {content[:1]}")


class Corpus(FlowSpec):
    settings = Config("settings", default="settings.yaml", parser=yaml_parser)
    listed = Config("listed", default="requirements.txt", parser="nbflow.requirements_txt_parser")
    requirements = IncludeFile("requirements", default="requirements.txt", parser="nbflow.requirements_txt_parser")
    project = IncludeFile("project", default="pyproject.toml", parser=pyproject_toml_parser)
    conda = IncludeFile("conda", default="environment.yml", parser=conda_environment_yml_parser)
    counted = IncludeFile("counted", default="settings.yaml", is_text=False, parser=count)
    failing = IncludeFile("failing", default="settings.yaml", parser=fail)
    absent = IncludeFile("absent", required=False, parser=fail)

    @step
    def start(self):
        self.kept = [self.requirements, self.project, self.conda, self.counted, self.absent]
        self.same = self.counted is self.counted
        self.of_config = self.settings.a.b, self.listed
        self.raised = {}
        for name, (parser, content) in BROKEN.items():
            try:
                self.raised[name] = parser(content)
            except Exception as error:  # noqa: BLE001 - each engine has its own
                self.raised[name] = type(error).__name__
        self.next(self.split)

    @step
    def split(self):
        self.next(self.each, foreach="conda")

    @step
    def each(self):
        self.packages = self.conda["packages"]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.from_inputs = [one.counted for one in inputs]
        try:
            print(self.failing)
        except Exception as error:  # noqa: BLE001 - as above
            self.failed = type(error).__name__, str(error)
        self.next(self.end)

    @step
    def end(self):
        print(self.requirements["python"])


if __name__ == "__main__":
    Corpus()
