MARK = "-"


def drop_empty(rows):
    return [row for row in rows if row]


def marked(rows):
    return [MARK + row for row in drop_empty(rows)]
