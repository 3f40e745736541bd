"""trees.py [N] - trees whose nodes know their parents, built and dropped one by one.

What it shows: parent and child refer to each other, so no tree dies by counting; the
cyclic collector frees them, and memory rises and falls with its rhythm.
"""
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 12_000


class Node:
    def __init__(self, parent, depth):
        self.parent = parent
        self.children = [Node(self, depth - 1) for _ in range(3)] if depth else []


count = 0
for _ in range(N):
    count += len(Node(None, 3).children)
print(count, "branches")
