# %% [markdown]
# # IO tools (text, CSV, JSON, Parquet, NPZ)

# %%
import pandas as pd, numpy as np
from io import StringIO, BytesIO
from pathlib import Path
import json, zipfile, tempfile

# %%
data = "col1,col2,col3\na,b,1\na,b,2\nc,d,3"
pd.read_csv(StringIO(data))

# %%
pd.read_csv(StringIO(data), usecols=lambda x: x.upper() in ["COL1", "COL3"])

# %%
data = "label1;label2\n1.000,5;0,3\n2;4"
df = pd.read_csv(StringIO(data), sep=";", decimal=",", thousands=".")
df

# %%
chunks = pd.read_csv(StringIO("a,b\n" + "\n".join(f"{i},{i*i}" for i in range(10))), chunksize=4)
sizes = [len(c) for c in chunks]
sizes

# %%
out = Path("io")
out.mkdir(exist_ok=True)
df.to_csv(out / "a.csv"); df.to_json(out / "a.json", orient="records")
(out / "a.json").read_text()

# %%
records = json.loads((out / "a.json").read_text())
nested = [{"id": 1, "name": {"first": "Coleen", "last": "Volk"}}, {"id": 2, "name": {"first": "Mose"}}]
pd.json_normalize(nested)

# %%
arrays = {"x": np.arange(3), "y": np.eye(2)}
np.savez_compressed(out / "arrays.npz", **arrays)
npz = np.load(out / "arrays.npz")
sorted(npz.files)

# %%
npz["y"].trace(), npz["x"].sum()

# %%
npz.close()
with zipfile.ZipFile("io.zip", "w") as z:
    for p in sorted(out.iterdir()):
        z.write(p, p.name)
    print(z.namelist())

# %%
with zipfile.ZipFile("io.zip") as z:
    a = pd.read_csv(z.open("a.csv"), index_col=0)
a.equals(df)

# %%
table = pd.DataFrame({"n": [1, 2], "when": pd.to_datetime(["2020-01-01", None]), "s": ["x", None]})
table.to_parquet(out / "t.parquet")
print(pd.read_parquet(out / "t.parquet").dtypes.astype(str).tolist())

# %%
for p in out.glob("*"):
    p.unlink()
out.rmdir()
out.exists(), records
