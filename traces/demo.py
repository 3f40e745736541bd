"""Reads modules of the standard library, keeps an index of them as JSON, and
reads it back: the allocations of an ordinary program. Prints what it found.

    python3 demo.py [ROUNDS]
"""
import ast
import json
import os
import sys

MODULES = ("argparse", "ast", "difflib", "inspect", "pathlib", "tarfile", "typing")


def describe(tree):
    """The functions of a module: name, line, arguments, calls made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield {
                "name": node.name,
                "line": node.lineno,
                "arguments": [a.arg for a in node.args.args],
                "calls": sorted({c.func.id for c in ast.walk(node)
                                 if isinstance(c, ast.Call) and isinstance(c.func, ast.Name)}),
            }


def index(folder):
    """Every module by name, each with its functions."""
    found = {}
    for name in MODULES:
        path = os.path.join(folder, name + ".py")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as source:
                found[name] = list(describe(ast.parse(source.read())))
    return found


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    kept = {}
    for turn in range(rounds):
        text = json.dumps(index(os.path.dirname(os.__file__)))
        again = json.loads(text)
        # Every other turn's index is kept in part, so that the heap has holes.
        for module, functions in again.items():
            kept[turn % 2, module] = functions[turn % 3::3]
    print(sum(len(f) for f in kept.values()), "functions kept")


main()
