# %% [markdown]
# # What regular expressions have found

# %%
import re

# %%
# %%step find
text = "2024-03-01 to 2025-12-31, or never"
date = re.compile(r"(?P<year>\d{4})-(\d\d)-(\d\d)")
first = date.search(text)
dates = [*date.finditer(text)]
prefix, whole = re.match("2024", text), re.fullmatch(r"(\w+)|(.*)", text)
inside, nothing = date.search(text, 5), re.search("x", text)
after, raw, empty = re.compile("(?<=to )2025").search(text), re.match(b"a(b)?", b"ac"), [*re.finditer("z*", "ab")]
print(first)

# %%
# %%step read
print(first["year"], first.groups(), first.span(), first.string == text, first.re is date, dates[0].group() == first.group())
print([one.group(0) for one in dates], prefix, whole.lastindex, inside, nothing, after.start(), raw.groups(), empty)
print(first.expand(r"\2/\3"), {one["year"]: one for one in dates})

# %%
# %%step replace
print(text[: dates[1].start()] + "…" + text[dates[1].end() :], inside.pos, dates[1].endpos)
