"""Jobs with closures and parts that know them, handed to a thread."""
import threading, queue, random
rnd = random.Random(9)
q = queue.Queue(64)
done = []

class Job:

    def __init__(s, i):
        s.i = i
        s.cb = lambda: s.i
        s.parts = [{'n': k, 'job': s} for k in range(5)]

def work():
    while True:
        j = q.get()
        if j is None:
            return
        done.append((j.cb(), [p['n'] for p in j.parts]))
        if len(done) > 2000:
            del done[:1500]
t = threading.Thread(target=work)
t.start()
for i in range(250000):
    q.put(Job(i))
q.put(None)
t.join()
print(len(done) > 0)
