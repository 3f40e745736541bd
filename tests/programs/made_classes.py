"""Functions and classes made by exec, which refer to themselves."""
import random, types, functools
rnd = random.Random(7)
total = 0
reg = []
for i in range(45000):
    ns = {}
    exec("def f(self,x=%d):\n return [self.g(k) for k in range(x%%7)]\n"
         "def g(self,k):\n return (k,k+1,{'a':k})\n" % i, ns)
    C = type('C%d' % i, (object,), {'f': ns['f'], 'g': ns['g'], 'p': property(lambda s: s.f())})
    D = type('D%d' % i, (C,), {'__slots__': ('a', 'b')})
    o = D()
    o.a = o
    o.b = [o.p]
    total += len(o.f())
    reg.append(functools.partial(C().f, i))
    if len(reg) > 100:
        reg = reg[50:]
print(total)
