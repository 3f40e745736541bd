# What an object holds that garbage keeps stays with it. Tickets lead to themselves and to their job,
# which is at work for longer; when it is dropped it dies, unless the ticket is still there, and with it
# what only it has. A program that collects nothing until its end finds all of that; a replay of a
# recording that has collected the tickets long since does as well.
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
        self.notes = {"made": [n], "by": {"name": [n]}}
        self.scratch = None
jobs = []
for n in range(4000):
    jobs.append(Job(n))
    Ticket(jobs[-1])
    if n >= 600:
        jobs[n - 300].scratch = [[], [n]] # the last of these is still there when it dies
        jobs[n - 600] = None
print(gc.collect(), flush=True)
os._exit(0)
PY
. "$TOP/tests/support/kept.sh"
