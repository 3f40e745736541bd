"""XML documents as minidom trees, whose nodes know their parents; a few are kept."""
import xml.dom.minidom as M, random
rnd = random.Random(2)

def x(d):
    number = rnd.randrange(99)
    inner = ''.join((x(d - 1) for _ in range(rnd.randrange(2, 5)))) if d else 'text'
    return "<a%d id='%d'>%s</a%d>" % (d, number, inner, d)
src = [x(5) for _ in range(12)]
keep = []
n = 0
for i in range(2400):
    d = M.parseString(src[i % 12])
    for e in d.getElementsByTagName('a2'):
        n += len(e.getAttribute('id'))
    if i % 7 == 0:
        keep.append(d)
    if len(keep) > 4:
        keep.pop(0)
print(n)
