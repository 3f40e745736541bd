"""An event simulation: cells that know parent and kids, a world that grows and is cleared."""
import heapq, random, itertools
from dataclasses import dataclass, field
rnd = random.Random(4)
cnt = itertools.count()

@dataclass(eq=False)
class Cell:
    x: int
    y: int
    parent: object = None
    kids: list = field(default_factory=list)
    tags: dict = field(default_factory=dict)
world = {}
ev = []
t = 0
root = Cell(0, 0)
heapq.heappush(ev, (0, next(cnt), root))
steps = 0
while steps < 300000:
    t, _, c = heapq.heappop(ev)
    steps += 1
    if rnd.random() < 0.55 or len(ev) < 50:
        k = Cell(c.x + 1, c.y, parent=c)
        c.kids.append(k)
        k.tags['t'] = (t, c.x)
        world[k.x, next(cnt)] = k
        heapq.heappush(ev, (t + rnd.randrange(1, 100), next(cnt), k))
        heapq.heappush(ev, (t + rnd.randrange(1, 100), next(cnt), c))
    else:
        if c.parent and c in c.parent.kids[-8:]:
            c.parent.kids.remove(c)
        if len(world) > 60000:
            world.clear()
print(t, len(world), len(ev))
