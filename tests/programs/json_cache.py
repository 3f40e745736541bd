"""JSON documents parsed into a cache of the last 300: nothing cyclic, a heap that stays."""
import json, random, collections
rnd = random.Random(1)

def doc(d):
    if d == 0:
        return rnd.choice([1, 2.5, 'abc%d' % rnd.randrange(1000), None, True])
    if rnd.random() < 0.5:
        return [doc(d - 1) for _ in range(rnd.randrange(1, 6))]
    return {'k%d' % i: doc(d - 1) for i in range(rnd.randrange(1, 6))}
texts = [json.dumps(doc(6)) for _ in range(60)]
cache = collections.OrderedDict()
n = 0
for i in range(9000):
    d = json.loads(texts[rnd.randrange(60)])
    cache[i] = d
    if len(cache) > 300:
        cache.popitem(last=False)
    if i % 5 == 0:
        n += len(json.dumps(d))
print(n)
