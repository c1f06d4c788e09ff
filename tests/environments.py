"""A cache of environments for tests, and a flow with steps of all kinds. uv takes packages from PyPI, or its own cache.

With NBFLOW_EXPLORE=1 the flow has two versions of pandas and of scikit-learn instead of a small package.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from nbflow.errors import UvFailed
from nbflow.run.environments.resolving import resolve
from nbflow.run.workers import local_workers

_IS_LARGE = "NBFLOW_EXPLORE" in os.environ
_SMALL = 'VERSIONS = ["1.16.0", "1.17.0"]', '--env "six=={version}"\nimport six\nfound = version, six.__version__'
_LARGE = (
    "VERSIONS = [{'pandas': '2.2.3', 'learn': '1.5.2'}, {'pandas': '3.*', 'learn': '1.5.2'}, "
    "{'pandas': '3.*', 'learn': '1.9.*'}]",
    """--env "pandas=={version[pandas]}" "scikit-learn=={version[learn]}"
import pandas, sklearn
from sklearn.linear_model import LinearRegression
by_genre = movies.groupby('genre')['gross'].sum()
model = LinearRegression().fit(movies[['gross']], [1, 2, 3])
found = (
    version, f"{pandas.__version__[:1]} {sklearn.__version__[:3]}", by_genre.to_dict(),
    model.predict(movies[['gross']]).round(9).tolist(),
)""",
)
_VERSIONS, _FIT = _LARGE if _IS_LARGE else _SMALL
FOUND_VERSIONS = ["2 1.5", "3 1.5", "3 1.9"] if _IS_LARGE else ["1.16.0", "1.17.0"]

_R = "%%step pick --lang R --in movies,genre --out picks\npicks <- movies[movies$genre == genre, ]"
OF_ALL_KINDS = (
    _VERSIONS,
    "%%parameters\ngenre: str = 'drama'",
    "%%step movies --lang sql\nSELECT * FROM 'films.csv'",
    "%%step top --lang sql\nSELECT genre, sum(gross) AS total FROM movies JOIN 'kinds.csv' USING (genre) GROUP BY 1",
    '%%step count --lang bash --in top,genre --out lines\nlines=$(grep -c "$genre" "$top")',
    *([_R] if which("Rscript") else ()),
    f"%%step each --foreach version in VERSIONS {_FIT}",
    "%%step all --join each\nfounds = inputs.found",
)
"""The cells of a flow in Python, SQL, bash and R, if it is there, with a foreach over versions."""
FILES = {"films.csv": "genre,gross\ndrama,3\ncomedy,5\ndrama,4\n", "kinds.csv": "genre\ndrama\n"}
"""The files that it reads."""


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty cache folder of the user, but for what uv has downloaded."""
    folder = tmp_path_factory.mktemp("caches")
    downloads = os.environ.get("UV_CACHE_DIR") or os.path.expanduser("~/.cache/uv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_CACHE_DIR", downloads)
        patch.setenv("XDG_CACHE_HOME", str(folder))
        try:
            resolve(["six==1.16.0"], folder)
        except UvFailed as error:
            pytest.skip(f"PyPI cannot be reached: {error}")
        yield folder
    local_workers.stop_servers()
