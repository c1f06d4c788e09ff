// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

/**
 * Explains an option of a step's header: the forms of its value, what it means, and an example of a value.
 */
export interface OptionHelp {
  readonly forms: readonly string[];
  readonly means: string;
  readonly example: string;
}

/**
 * Names a page of the manual.
 */
export interface ManualLink {
  readonly name: string;
  readonly title: string;
}

/**
 * Holds a page of the manual as Markdown, and the titles of all pages. Links lead only to these pages.
 */
export interface ManualPage {
  readonly name: string;
  readonly text: string;
  readonly pages: readonly ManualLink[];
}

/**
 * Holds a demo notebook, in the format of a notebook file, and the name that its file should have.
 */
export interface DemoNotebook {
  readonly document: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export const STEP_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  "after": {
    "forms": [
      "STEP[,STEP…]"
    ],
    "means": "Run after these steps, although no data comes from them.",
    "example": "load,clean"
  },
  "foreach": {
    "forms": [
      "VAR in EXPR"
    ],
    "means": "Run once for each item of EXPR; VAR is the item.",
    "example": "cfg in grid"
  },
  "join": {
    "forms": [
      "STEP"
    ],
    "means": "End that foreach; `inputs` are its tasks, in order.",
    "example": "fit"
  },
  "if": {
    "forms": [
      "NAME",
      "not NAME",
      "NAME == LITERAL"
    ],
    "means": "Run only if that is so.",
    "example": "kind == 'full'"
  },
  "else": {
    "forms": [
      "NAME"
    ],
    "means": "Run if no step above with an `--if` on NAME ran.",
    "example": "kind"
  },
  "while": {
    "forms": [
      "NAME"
    ],
    "means": "Run, and run again as long as the artifact NAME is true.",
    "example": "improving"
  },
  "in": {
    "forms": [
      "a,b"
    ],
    "means": "Name the inputs, if the analysis of the code cannot find them.",
    "example": "table,limit"
  },
  "out": {
    "forms": [
      "x,y"
    ],
    "means": "Name the artifacts, if the analysis of the code cannot find them.",
    "example": "model,score"
  },
  "lang": {
    "forms": [
      "sql|R|bash"
    ],
    "means": "The language of the cell: SQL, R or bash.",
    "example": "sql"
  },
  "connect": {
    "forms": [
      "NAME"
    ],
    "means": "For SQL: run it on this database connection, not on the frames of the notebook.",
    "example": "engine"
  },
  "cache": {
    "forms": [
      "auto|off|pin|ttl=7d"
    ],
    "means": "Reuse a stored result while nothing that it depends on has changed (the default), never, always, or until it is that old.",
    "example": "ttl=7d"
  },
  "watch": {
    "forms": [
      "GLOB[,GLOB…]"
    ],
    "means": "Treat the content of these files as an input.",
    "example": "data/*.csv"
  },
  "seed": {
    "forms": [
      "N"
    ],
    "means": "Seed the random generators before the body.",
    "example": "0"
  },
  "retry": {
    "forms": [
      "N"
    ],
    "means": "Try again after a failure, at most N times.",
    "example": "2"
  },
  "timeout": {
    "forms": [
      "30m"
    ],
    "means": "Give up after that long.",
    "example": "30m"
  },
  "allow-failures": {
    "forms": [
      "N",
      "N%"
    ],
    "means": "Let this many tasks of a foreach fail; the join gets the others.",
    "example": "10%"
  },
  "cpu": {
    "forms": [
      "N"
    ],
    "means": "The processors that a task needs; it starts when so many are free.",
    "example": "2"
  },
  "gpu": {
    "forms": [
      "N"
    ],
    "means": "The GPUs that a task needs; it starts when so many are free, and sees no others.",
    "example": "1"
  },
  "memory": {
    "forms": [
      "4GB",
      "4GB!"
    ],
    "means": "The memory that a task needs; it starts when so much is free. With `!` it gets no more.",
    "example": "4GB"
  },
  "on": {
    "forms": [
      "local|cluster"
    ],
    "means": "Where the step runs in a run with `--on CLUSTER`: on this machine, or there (the default).",
    "example": "local"
  },
  "env": {
    "forms": [
      "REQUIREMENT…",
      "FILE",
      "NAME"
    ],
    "means": "Run with these packages: requirements as pip takes them, a requirements.txt, a pyproject.toml:GROUP, or the name of an `%%environment` cell; `none` for the packages of the flow itself. Braces take a version from a value of the task: `pandas=={version}`.",
    "example": "\"pandas>=2,<3\" scikit-learn==1.5.2"
  },
  "bg": {
    "forms": [
      ""
    ],
    "means": "In a kernel, run in a worker process.",
    "example": ""
  }
};
