# What stays in a window until others push it out was left long after it was made: a good part of
# it survives the collections of another threshold. Real, under Debian's 3.11: generation 0 collects
# 80,482 at 1000,10,10; taken to be left as soon as made, 90,348.
cat >app.py <<'PY'
import collections
window = collections.deque()
for i in range(60000):
    record = {"k": [i]}
    record["me"] = record
    window.append(record)
    if len(window) > 150:
        window.popleft()
PY
pymemtrace record -qfo app.pmt -- /usr/bin/python3 app.py
pymemtrace stats --csv --collections -c gc=1000,10,10 app.pmt | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["generation"] == 0 { collected += $at["collected"] }
    END { if (collected < 76000 || collected > 87000) print collected " collected in generation 0" }'
