"""Tasks that talk by queues, in pairs that know each other; exceptions keep their frames."""
import asyncio, random
rnd = random.Random(3)

class Conn:

    def __init__(s, q):
        s.q = q
        s.peer = None
        s.log = []

async def handler(c, n):
    for i in range(n):
        v = await c.q.get()
        try:
            if v % 7 == 0:
                raise ValueError(v)
            c.log.append((v, str(v)))
        except ValueError as e:
            c.err = e

async def client(c, n):
    for i in range(n):
        await c.q.put(rnd.randrange(1000))
        await asyncio.sleep(0)

async def main():
    t = 0
    for r in range(1500):
        cs = []
        for k in range(40):
            a = Conn(asyncio.Queue())
            b = Conn(a.q)
            a.peer = b
            b.peer = a
            cs.append(a)
        await asyncio.gather(*[f for c in cs for f in (handler(c, 12), client(c, 12))])
        t += sum((len(c.log) for c in cs))
    print(t)
asyncio.run(main())
