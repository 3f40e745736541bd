"""HTML pages as trees with links up and down; the last twenty are kept."""
import html.parser, random, weakref, re
rnd = random.Random(6)

class El:

    def __init__(s, tag, parent):
        s.tag = tag
        s.parent = parent
        s.kids = []
        s.text = []

class P(html.parser.HTMLParser):

    def __init__(s):
        super().__init__()
        s.root = s.cur = El('root', None)

    def handle_starttag(s, t, a):
        e = El(t, s.cur)
        s.cur.kids.append(e)
        e.attrs = dict(a)
        s.cur = e

    def handle_endtag(s, t):
        if s.cur.parent:
            s.cur = s.cur.parent

    def handle_data(s, d):
        s.cur.text.append(d.split())

def page(d):
    number = rnd.randrange(999)
    if d:
        inner = ''.join((page(d - 1) for _ in range(rnd.randrange(1, 4))))
    else:
        inner = '<p>some text %d here</p>' % rnd.randrange(99)
    return "<div class='c%d' id=x%d>%s</div>" % (d, number, inner)
pages = ['<html>' + ''.join((page(4) for _ in range(8))) + '</html>' for _ in range(20)]
live = weakref.WeakValueDictionary()
n = 0
recent = []
for i in range(700):
    p = P()
    p.feed(pages[i % 20])
    live[i] = p.root
    recent.append(p.root)
    if len(recent) > 20:
        del recent[:10]
    n += len(live)
print(n > 0)
