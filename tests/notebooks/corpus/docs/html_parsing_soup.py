# %% [markdown]
# # Soup quick start
# Here's an HTML document I'll use as an example throughout this document.

# %%
html_doc = """<html><head><title>The Herring Gull's story</title></head>
<body>
<p class="title"><b>The Herring Gull's story</b></p>
<p class="story">Once there were three little gulls; and their names were
<a href="http://example.com/elsa" class="gull" id="link1">Elsa</a>,
<a href="http://example.com/lars" class="gull" id="link2">Lars</a> and
<a href="http://example.com/tom" class="gull" id="link3">Tom</a>;
and they lived on a roof.</p>
<table><tr><th>name</th><th>age</th></tr><tr><td>Elsa</td><td>3</td></tr><tr><td>Lars</td><td>5</td></tr></table>
</body></html>
"""

# %%
from bs4 import BeautifulSoup
soup = BeautifulSoup(html_doc, 'html.parser')
print(soup.title.string)

# %%
soup.p

# %%
soup.find_all('a')

# %%
for link in soup.find_all('a'):
    print(link.get('href'))

# %%
first = soup.a
first.string = "Elise"
first["data-age"] = "3"
print(soup.select("a.gull")[0])

# %%
[tag.get_text() for tag in soup.select("p.story > a")]

# %%
rows = [[c.text for c in tr.find_all(["td", "th"])] for tr in soup.table.find_all("tr")]
rows

# %%
import pandas as pd
frame = pd.DataFrame(rows[1:], columns=rows[0]).astype({"age": int})
frame

# %% [markdown]
# ## With the standard library only

# %%
from html.parser import HTMLParser

class LinkParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []
        self.depth = 0

    def handle_starttag(self, tag, attrs):
        self.depth += 1
        if tag == "a":
            self.links.append(dict(attrs)["id"])

    def handle_endtag(self, tag):
        self.depth -= 1

parser = LinkParser()
parser.feed(html_doc)
print(parser.links, parser.depth)

# %%
from urllib.parse import urlparse, urljoin, parse_qs
u = urlparse("http://example.com/gulls?name=Elsa&name=Tom#top")
print(u.netloc, parse_qs(u.query), urljoin("http://example.com/a/b", "../c"))

# %%
soup.table.decompose()
print(len(soup.find_all(True)), soup.table is None)
