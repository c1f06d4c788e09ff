# %%
# sequences from the run of last week (plasmid 3, forward + reverse)
fasta = """>p3_fwd sample=1
ATGGCCATTGTAATGGGCCGCTGAAAGGGTGCCCGATAG
>p3_rev sample=1
CTATCGGGCACCCTTTCAGCGGCCCATTACAATGGCCAT
>p4_fwd sample=2
ATGAAACGCATTAGCACCACCATTACCACCACCATCACC
"""

# %%
def parse_fasta(text):
    name = None
    for line in text.splitlines():
        if line.startswith(">"):
            name, *attrs = line[1:].split()
            meta = dict(a.split("=") for a in attrs)
        else:
            yield name, meta, line

# %%
seqs = {name: s for name, meta, s in parse_fasta(fasta)}
{k: len(v) for k, v in seqs.items()}

# %%
COMP = str.maketrans("ACGT", "TGCA")
def revcomp(s):
    return s.translate(COMP)[::-1]
revcomp(seqs["p3_fwd"]) == seqs["p3_rev"]

# %%
from collections import Counter
for name, s in seqs.items():
    c = Counter(s)
    gc = (c["G"] + c["C"]) / len(s)
    print(f"{name} GC={gc:.2%}")

# %%
# codon table, the compact way
bases = "TCAG"
codons = [a+b+c for a in bases for b in bases for c in bases]
amino = 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG'
table = dict(zip(codons, amino))

def translate(s):
    return "".join(table[s[i:i+3]] for i in range(0, len(s) - 2, 3))

# %%
proteins = {n: translate(s) for n, s in seqs.items()}
proteins

# %%
import re
for n, p in proteins.items():
    m = re.match(r"M([A-Z]*)\*", p)
    print(n, m.group(1) if m else None)

# %%
a, b = seqs["p3_fwd"], seqs["p4_fwd"]
hamming = sum(x != y for x, y in zip(a, b))
hamming

# %%
def align(a, b, match=1, mismatch=-1, gap=-2):
    H = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1): H[i][0] = gap * i
    for j in range(len(b) + 1): H[0][j] = gap * j
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            H[i][j] = max(H[i-1][j-1] + (match if a[i-1] == b[j-1] else mismatch), H[i-1][j] + gap, H[i][j-1] + gap)
    return H[-1][-1]

scores = {(x, y): align(seqs[x], seqs[y]) for x in seqs for y in seqs if x < y}
scores

# %%
import itertools, json
kmers = Counter(s[i:i+3] for s in seqs.values() for i in range(len(s) - 2))
json.dump(kmers.most_common(4), open("kmers.json", "w"))
print(open("kmers.json").read())
