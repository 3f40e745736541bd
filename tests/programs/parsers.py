"""Argument parsers and configurations, made and left."""
import argparse, logging, configparser, string, random
rnd = random.Random(12)
n = 0
for i in range(2500):
    p = argparse.ArgumentParser(prog='x', add_help=False)
    sub = p.add_subparsers(dest='cmd')
    for s in ('one', 'two', 'three'):
        q = sub.add_parser(s, add_help=False)
        for o in 'abcde':
            q.add_argument('--' + o * 3, type=int, default=i)
    a = p.parse_args(['two', '--aaa', '3'])
    n += a.aaa
    c = configparser.ConfigParser()
    c.read_dict({'s%d' % k: {'a': str(k), 'b': '2'} for k in range(20)})
    n += len(c.sections())
print(n)
