# %% [markdown]
# # Chemicals inventory
# reads the cabinets' lists, complains. Run every Friday

# %%
import configparser, csv, os, re, sys, textwrap
from pathlib import Path
import xml.etree.ElementTree as ET

ROOT = Path("inventory")
ROOT.mkdir(exist_ok=True)
(ROOT / "settings.ini").write_text(textwrap.dedent("""
    [limits]
    acetone = 5
    ethanol = 10
    [cabinets]
    names = A, B
"""))
(ROOT / "A.csv").write_text("name,litres\nAcetone,2.5\nEthanol,4\n")
(ROOT / "B.xml").write_text("<cabinet><bottle name='acetone' litres='3.0'/><bottle name='Toluene' litres='1'/></cabinet>")

# %%
cfg = configparser.ConfigParser()
cfg.read(ROOT / "settings.ini")
limits = {k: float(v) for k, v in cfg["limits"].items()}
cabinets = [c.strip() for c in cfg["cabinets"]["names"].split(",")]
limits, cabinets

# %%
def read_csv(path):
    with open(path) as f:
        for row in csv.DictReader(f):
            yield row["name"].lower(), float(row["litres"])

def read_xml(path):
    for b in ET.parse(path).getroot().iter("bottle"):
        yield b.get("name").lower(), float(b.get("litres"))

READERS = {".csv": read_csv, ".xml": read_xml}

# %%
stock = {}
for c in cabinets:
    for ext, reader in READERS.items():
        path = ROOT / (c + ext)
        if not path.exists():
            continue
        for name, litres in reader(path):
            stock.setdefault(name, {})[c] = litres
stock

# %%
totals = {n: sum(w.values()) for n, w in stock.items()}
problems = []
for n, t in totals.items():
    if n not in limits:
        problems.append(f"{n}: no limit set")
    elif t > limits[n]:
        problems.append(f"{n}: {t} l of at most {limits[n]}")
print("\n".join(problems))

# %%
# new bottle
stock["ethanol"]["B"] = 7.5
print(sum(stock["ethanol"].values()) > limits["ethanol"], totals["ethanol"])

# %%
with open(ROOT / "report.txt", "w") as report:
    print("Inventory", file=report)
    for n in sorted(stock):
        print(f"  {n:<10}{sum(stock[n].values()):>6.1f}", file=report)

# %%
text = (ROOT / "report.txt").read_text()
print(text)
re.findall(r"\d+\.\d", text)
