#!/bin/sh
# symbols.sh BUILD - what the shared objects export: the library exactly what the
# public headers mark PMT_API, the agent names that begin with pymemtrace_ and
# those of the C library that agent-exports.txt lists; and that the static library
# has no name of ours without pmt_.
set -eu
cd "$(dirname "$0")/../.."
build=$1
bad=0
exported() { nm -D --defined-only "$1" | awk '{print $3}' | sort; }

declared=$(cat include/pymemtrace/*.h | tr '\n' ' ' | tr ';' '\n' |
    sed -n 's/.*PMT_API [^(]*[ *]\(pmt_[a-z0-9_]*\)(.*/\1/p' | sort -u)
[ -n "$declared" ] || { echo 'symbols: no PMT_API in the headers' >&2; exit 1; }
lib=$(exported "$build/libpymemtrace.so")
for name in $lib; do
    case "
$declared
" in *"
$name
"*) ;; *) echo "libpymemtrace.so: $name is exported but not in include/" >&2; bad=1 ;; esac
done
for name in $declared; do
    case "
$lib
" in *"
$name
"*) ;; *) echo "libpymemtrace.so: $name is declared PMT_API but not there" >&2; bad=1 ;; esac
done

# libpymemtrace(3) lists them all, and nothing else.
listed=$(sed -n 's/^\.Fn \(pmt_[a-z0-9_]*\).*/\1/p' man/libpymemtrace.3 | sort -u)
[ "$listed" = "$declared" ] || {
    echo "libpymemtrace.3 and the headers differ in:" $(printf '%s\n' "$listed" "$declared" | sort | uniq -u) >&2
    bad=1
}

agent=$(exported "$build/libpymemtrace-agent.so")
[ -n "$agent" ] || { echo 'symbols: the agent exports nothing' >&2; bad=1; }
for name in $agent; do
    case $name in pymemtrace_*) ;; *)
        grep -qx "$name" tests/lint/agent-exports.txt ||
            { echo "agent: exports $name, which tests/lint/agent-exports.txt does not list" >&2; bad=1; } ;;
    esac
done

for name in $(nm -g --defined-only "$build/libpymemtrace.a" 2>/dev/null | awk 'NF == 3 {print $3}' | sort -u); do
    case $name in pmt_*) ;; *) echo "libpymemtrace.a: $name does not begin with pmt_" >&2; bad=1 ;; esac
done
[ "$bad" -eq 0 ]
echo "lint: symbols: $(echo "$lib" | wc -w) of the library, $(echo "$agent" | wc -w) of the agent"
