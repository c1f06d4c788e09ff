"""Writes a run as one HTML page that works by itself: it loads nothing, and no script runs in it.

`whole_page` is the entry. `page_facts`, `step_sections`, `flow_picture` and `task_timeline` say what is in the parts,
`templates/page.html` lays them out. What tasks displayed goes through `rich_content`, and its HTML through
`harmless_html`. `to_pdf` prints a page with Chromium.
"""
