# %% [markdown]
# # re, string, textwrap, difflib, json, csv: recipes

# %%
import re, textwrap, difflib, json, csv, io, string, pprint, collections
from string import Template

# %%
def displaymatch(match):
    if match is None:
        return None
    return '<Match: %r, groups=%r>' % (match.group(), match.groups())

valid = re.compile(r"^[a2-9tjqk]{5}$")
displaymatch(valid.match("akt5q")), displaymatch(valid.match("akt"))

# %%
pair = re.compile(r".*(.).*\1")
displaymatch(pair.match("717ak"))

# %%
Token = collections.namedtuple('Token', ['type', 'value', 'line', 'column'])

def tokenize(code):
    keywords = {'IF', 'THEN', 'ENDIF'}
    token_specification = [('NUMBER', r'\d+(\.\d*)?'), ('ASSIGN', r':='), ('END', r';'), ('ID', r'[A-Za-z]+'),
                           ('OP', r'[+\-*/]'), ('NEWLINE', r'\n'), ('SKIP', r'[ \t]+'), ('MISMATCH', r'.')]
    tok_regex = '|'.join('(?P<%s>%s)' % pair for pair in token_specification)
    line_num, line_start = 1, 0
    for mo in re.finditer(tok_regex, code):
        kind, value, column = mo.lastgroup, mo.group(), mo.start() - line_start
        if kind == 'NUMBER':
            value = float(value) if '.' in value else int(value)
        elif kind == 'ID' and value in keywords:
            kind = value
        elif kind == 'NEWLINE':
            line_start, line_num = mo.end(), line_num + 1
            continue
        elif kind == 'SKIP':
            continue
        elif kind == 'MISMATCH':
            raise RuntimeError(f'{value!r} unexpected on line {line_num}')
        yield Token(kind, value, line_num, column)

statements = '''IF quantity THEN
    total := total + price * 2.5;
ENDIF;
'''
tokens = list(tokenize(statements))
len(tokens), tokens[-1]

# %%
for token in tokens[:4]:
    print(token)

# %%
s = Template('$who likes $what')
s.substitute(who='tim', what='kung pao'), s.safe_substitute(who='tim')

# %%
text = "The quick brown fox jumped over the lazy dog. " * 2
print(textwrap.fill(text, width=30, initial_indent="* ", subsequent_indent="  "))

# %%
a = "bacon\neggs\nham\n".splitlines(keepends=True)
b = "python\neggy\nham\n".splitlines(keepends=True)
diff = difflib.unified_diff(a, b, fromfile='before.py', tofile='after.py')
print("".join(diff))

# %%
difflib.get_close_matches('appel', ['ape', 'apple', 'peach', 'puppy'])

# %%
class ComplexEncoder(json.JSONEncoder):
    def default(self, obj):
        if isinstance(obj, complex):
            return [obj.real, obj.imag]
        return super().default(obj)

encoded = json.dumps({"z": 2 + 1j, "b": [1, None]}, cls=ComplexEncoder, sort_keys=True)
encoded

# %%
def as_complex(dct):
    return complex(*dct["z"]) if "z" in dct else dct
json.loads('{"z": [2, 1]}', object_hook=as_complex)

# %%
buf = io.StringIO()
writer = csv.DictWriter(buf, fieldnames=["first", "last"])
writer.writeheader()
writer.writerows([{"first": "Baked", "last": "Beans"}, {"first": "Wonderful", "last": "Spam, Eggs"}])
buf.getvalue()

# %%
buf.seek(0)
reader = csv.DictReader(buf)
print(next(reader))

# %%
print([row["last"] for row in reader])
