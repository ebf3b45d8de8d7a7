#!/usr/bin/python3
"""Fails when some operation is called by no test; with --writing, when one that writes was tormented by none. Usage: check_called.py
[--writing] FOLDER [OPENAPI]

Every test process that calls operations through a door appends the id of each (the operationId of api/openapi.json) as a line to
the file that FLORIN_CALLED names (FLORIN_TORMENT those it made fail at their statements, tests/torment.h); ./dev test gives each shard a
file of its own in FOLDER.
"""
import json, pathlib, sys

METHODS = ('get', 'put', 'post', 'delete', 'patch')


READ_BY_POST = {'cash_preview', 'invoice_sketch', 'invoice_setting_preview'}  # what they take doesn't fit into an address


def operations(openapi, writing=False):
    return {operation['operationId'] for path in openapi['paths'].values() for method, operation in path.items()
            if method in METHODS and not (writing and (method == 'get' or operation['operationId'] in READ_BY_POST))}


def main(folder, openapi='api/openapi.json', writing=False):
    known = operations(json.loads(pathlib.Path(openapi).read_text(encoding='utf-8')), writing)
    called = {line for path in pathlib.Path(folder).iterdir() for line in path.read_text().splitlines()}
    for name in sorted(known - called): print(f'{name}: no test ' + ('makes it fail' if writing else 'calls it'))
    for name in sorted(called - known): print(f'{name}: called, but not in {openapi}')
    if known == called: print(f'operations: all {len(known)} ' + ('that write failed at their statements' if writing else 'called'))
    return known != called


if __name__ == '__main__':
    words = [word for word in sys.argv[1:] if word != '--writing']
    sys.exit(main(*words, writing='--writing' in sys.argv))
