"""Lists what well-known functions do to files, by their origin or their name."""

from __future__ import annotations

import re
from collections.abc import Mapping

Arguments = tuple[tuple[int, str], ...]
"""Pairs of an argument's position and the access to the file that it names."""

_READ: Arguments = ((0, "read"),)
_WRITE: Arguments = ((0, "write"),)
_COPY: Arguments = ((0, "read"), (1, "write"))
_MOVE: Arguments = ((0, "update"), (1, "write"))

BY_ORIGIN: Mapping[str, Arguments] = {
    **dict.fromkeys(("sqlite3.connect", "duckdb.connect", "sqlalchemy.create_engine"), ((0, "update"),)),
    **dict.fromkeys(("joblib.dump", "torch.save", "skops.io.dump", "urllib.request.urlretrieve"), ((1, "write"),)),
    **dict.fromkeys(("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree"), _COPY),
    **dict.fromkeys(("shutil.unpack_archive", "os.link", "os.symlink"), _COPY),
    **dict.fromkeys(("shutil.move", "os.rename", "os.replace"), _MOVE),
    **dict.fromkeys(("os.remove", "os.unlink", "os.rmdir", "shutil.rmtree"), _WRITE),
    **dict.fromkeys(("importlib.import_module", "__import__", "runpy.run_module"), ((0, "import"),)),
    "importlib.util.spec_from_file_location": ((1, "read"),),
    "shutil.make_archive": ((0, "write"), (2, "read")),
    **dict.fromkeys(("os.makedirs", "os.mkdir"), ((0, "make"),)),
    **dict.fromkeys(("os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"), ((0, "list"),)),
    **dict.fromkeys(("os.path.exists", "os.path.isfile", "os.path.isdir", "os.access"), ((0, "find"),)),
    **dict.fromkeys(("os.path.getmtime", "os.path.getsize", "os.stat", "runpy.run_path"), _READ),
    "fileinput.input": ((0, "update"),),
    **dict.fromkeys(("numpy.save", "numpy.savez", "numpy.savez_compressed", "numpy.savetxt"), _WRITE),
    **dict.fromkeys(("logging.FileHandler", "logging.basicConfig"), ((0, "append"),)),
    **dict.fromkeys(("PIL.Image.open", "matplotlib.pyplot.imread", "cv2.imread", "IPython.display.Image"), _READ),
}

OPENERS: Mapping[str, tuple[int, str]] = {
    **dict.fromkeys(("open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "wave.open"), (1, "r")),
    **dict.fromkeys(("gzip.GzipFile", "bz2.BZ2File", "lzma.LZMAFile", "tarfile.open", "zipfile.ZipFile"), (1, "r")),
    **dict.fromkeys(("netCDF4.Dataset", "rasterio.open", "fiona.open", "fsspec.open", "smart_open.open"), (1, "r")),
    "tarfile.TarFile": (1, "r"),
    "h5py.File": (1, "r"),
    "pandas.ExcelWriter": (9, "w"),
    "pandas.HDFStore": (1, "a"),
    "zarr.open": (1, "a"),
    "numpy.memmap": (2, "r+"),
    "numpy.lib.format.open_memmap": (1, "r+"),
    "shelve.open": (1, "c"),
    "dbm.open": (1, "r"),
}
"""Maps an origin to the position of the mode argument and the mode if it is missing."""

GROWING = frozenset({"open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open"})
"""Openers whose mode `a` appends to the end. In other openers it changes the existing content."""

SHELL_CALLS = frozenset(
    {
        "os.system",
        "os.popen",
        *(f"subprocess.{name}" for name in ["run", "call", "check_call", "check_output", "Popen"]),
    }
)
"""Origins of functions that start programs, which may do anything to the files named in their arguments."""

OF_A_PATH: Mapping[str, tuple[str, tuple[int, int], bool]] = {
    **dict.fromkeys(("read_text", "read_bytes"), ("read", (0, 2), True)),
    **dict.fromkeys(("write_text", "write_bytes"), ("write", (1, 3), True)),
    **dict.fromkeys(("exists", "is_file", "is_dir"), ("find", (0, 0), False)),
    **dict.fromkeys(("stat", "lstat"), ("read", (0, 0), False)),
    **dict.fromkeys(("unlink", "rmdir"), ("write", (0, 1), False)),
    **dict.fromkeys(("rename", "replace"), ("update", (1, 1), False)),
    **dict.fromkeys(("glob", "rglob"), ("list", (1, 1), False)),
    "iterdir": ("list", (0, 0), False),
    "touch": ("update", (0, 2), False),
    "mkdir": ("make", (0, 3), False),
    "open": ("read", (0, 4), False),
}
"""Maps a method to its access, the least and most arguments it may have, and whether only paths have this method."""

_TABLES = (
    "csv parquet pickle json excel hdf feather html xml latex markdown stata orc netcdf zarr file ipc ndjson avro delta"
    " image"
)
WRITERS = frozenset(f"{verb}_{form}" for verb in ("to", "write", "sink") for form in _TABLES.split()) | {
    "savefig", "imwrite", "imsave", "save_model", "save_weights"
}  # fmt: skip
"""Names of functions whose first argument is a path, whatever it looks like."""

UPDATING = frozenset({"to_hdf"})
WRITING = re.compile(
    r"(?:to|save|write|dump|export|sink|imwrite|imsave)(?:_|[A-Z]|$|fig|txt|z)|\w*(?:Writer|Handler|Pages)$"
)
READING_VERBS = re.compile(
    r"(?:read|load|scan|open|imread|from|fetch|parse|get|find|import|show|display|genfromtxt|fromfile)(?:_|[A-Z]|$|txt)"
)
LIBRARIES = (
    "pandas.read_", "polars.read_", "polars.scan_", "geopandas.read_", "pyarrow.parquet.read_", "pyarrow.csv.read_",
    "pyarrow.feather.read_", "numpy.load", "numpy.genfromtxt", "numpy.fromfile", "joblib.load", "torch.load",
    "xarray.open_", "scipy.io.loadmat", "imageio.", "soundfile.read", "librosa.load", "dask.dataframe.read_",
)  # fmt: skip
"""Origins of functions whose first argument is a path, whatever it looks like."""

_PLAIN = (
    "print len str repr format join split startswith endswith strip replace append add extend insert index pop"
    " setdefault update info debug warning error exception critical log match search fullmatch sub findall compile"
    " NamedTemporaryFile TemporaryFile TemporaryDirectory SpooledTemporaryFile mkstemp mkdtemp"
    " with_suffix with_stem with_name"
    " import_module getattr setattr hasattr isinstance sorted Path PurePath fspath dirname basename splitext getenv"
    " Parameter to_sql read_sql read_sql_query read_sql_table read_gbq to_dict to_datetime to_numeric to_timedelta"
    " to_numpy from_dict groupby rename drop title set_title suptitle xlabel ylabel set_xlabel set_ylabel legend text"
    " annotate loads safe_load HTML Markdown ValueError RuntimeError FileNotFoundError Exception"
)
PLAIN_NAMES = frozenset(_PLAIN.split())
"""Names of functions that take texts and no files."""

_FIRST = (
    "path filepath_or_buffer path_or_buf path_or_buffer filename fname file filepath io fp source src database name"
    " where fpath model_file path_or_handle save_path f url excel_writer buf root top pathname"
)
KEYWORDS = frozenset(_FIRST.split())
SECOND_KEYWORDS = frozenset({"dst", "filename", "f", "file", "path", "extract_dir", "target"})

_FORMS = (
    "csv tsv txt json jsonl ndjson geojson parquet pq feather arrow ipc orc avro pkl pickle joblib npy npz h5 hdf5 hdf"
    " nc zarr mat xlsx xls xlsm ods xml html htm yaml yml toml ini cfg conf env db sqlite sqlite3 duckdb png jpg jpeg"
    " gif tif tiff bmp svg pdf webp eps ps wav mp3 mp4 flac ogg avi mov mkv zip gz bz2 xz zst tar tgz 7z pt pth bin"
    " onnx keras safetensors ckpt cbm sav rds rda dta sas7bdat por shp gpkg kml gpx las laz log md rst sql dat data"
    " fasta fastq fa fq vcf bam sam bed gff gtf edf fits fit wkt obj stl ply vtk pcd tfrecord lmdb model weights ubj"
    " h5ad loom lock"
)
FILE_NAME = re.compile(rf"\.(?:{'|'.join(_FORMS.split())})(?:\.(?:gz|bz2|xz|zst|zip))?$", re.IGNORECASE)
HINTS = re.compile(
    rf"\.(?:{'|'.join(_FORMS.split())})\b|open|path|read|load|save|write|glob|listdir|scandir|walk|dump|connect|\bto_"
    r"|import_module|__import__|runpy|spec_from|subprocess|system|get_ipython|popen|mkdir|makedirs|file|copy|move|unlink|rename|rmtree|touch|log",
    re.IGNORECASE,
)
"""Matches in the text of every step that may do anything to files."""


QUOTED = re.compile(r"""["'][\w./-]+["']""")


def looks_like_a_file(path: str) -> bool:
    """Return whether a text ends like the name of a data file."""
    return FILE_NAME.search(path) is not None


def may_be_a_name(text: str) -> bool:
    """Return whether a text may name a folder, or a file without an ending."""
    return re.fullmatch(r"(?=.*[A-Za-z])[\w.~/-]{1,200}", text) is not None


def may_be_a_file(path: str) -> bool:
    """Return whether a text may be a path, given to a function whose name suggests one."""
    return "/" in path or re.search(r"\.[A-Za-z]\w{0,9}$", path) is not None
