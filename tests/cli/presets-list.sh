# The list names presets and keys; one preset has a value for each key; JSON is JSON.
pymemtrace presets >list
grep -q '^ *cpython-3.11 ' list
grep -q '^ *arena ' list
pymemtrace presets cpython-3.11 >one
grep -Eq '^ *arena +1M ' one
grep -Eq '^ *pool +16K ' one
pymemtrace presets --json >list.json
pymemtrace presets --json cpython-3.11 >one.json
python3 - <<'PY'
import json
whole, one = json.load(open("list.json")), json.load(open("one.json"))
assert any(p["name"] == "cpython-3.11" and p["help"] for p in whole["presets"]), whole
assert {k["name"] for k in whole["keys"]} == {k["name"] for k in one["keys"]}
assert all(k["range"] and k["help"] and "value" in k for k in one["keys"]), one
PY
# Every preset and key that is listed is understood.
python3 -c 'import json; print(*(p["name"] for p in json.load(open("list.json"))["presets"]), sep="\n")' |
    while read -r name; do pymemtrace presets "$name" >/dev/null; done
# A release has the settings of the row that stands for it, under its own name.
pymemtrace presets --json cpython-3.7.3 >release.json
pymemtrace presets --json cpython-3.7.0 >row.json
python3 - <<'PY'
import json
release, row = json.load(open("release.json")), json.load(open("row.json"))
assert release["name"] == "cpython-3.7.3", release
assert release["keys"] == row["keys"], release
PY
