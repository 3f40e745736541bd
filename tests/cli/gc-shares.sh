# What an object that garbage keeps refers to stays with it, though others refer to it as well. Tickets
# lead to themselves and to their job, which outlives them; parts of the job are in a cache, and go from
# there before the job or after it. A program that collects nothing until its end finds all of that; a
# replay of a recording that has collected the tickets long since does as well.
cat >app.py <<'PY'
import gc, os, sys
if sys.argv[1] == "off":
    gc.disable()
else:
    gc.set_threshold(500, 5, 2)
class Ticket:
    def __init__(self, job):
        self.me, self.job = self, job
class Job:
    def __init__(self, n):
        self.parts = [[i, [n]] for i in range(4)]
        self.notes = {"by": {"name": [n]}}
jobs, cache = [], {}
for n in range(4000):
    jobs.append(Job(n))
    cache[n] = jobs[-1].parts, jobs[-1].notes["by"]
    Ticket(jobs[-1])
    if n >= 600:
        jobs[n - 600] = None
    cache.pop(n - (300 if n % 2 else 900), None)
print(gc.collect(), flush=True)
os._exit(0)
PY
. "$TOP/tests/support/kept.sh"
