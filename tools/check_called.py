#!/usr/bin/python3
"""Fails when some operation is called by no test. Usage: check_called.py FOLDER [OPENAPI]

Every test process that calls operations through a door appends the id of each (the operationId of api/openapi.json) as a line to
the file that FLORIN_CALLED names; ./dev test gives each shard a file of its own in FOLDER.
"""
import json, pathlib, sys

METHODS = ('get', 'put', 'post', 'delete', 'patch')


def operations(openapi):
    return {operation['operationId'] for path in openapi['paths'].values() for method, operation in path.items() if method in METHODS}


def main(folder, openapi='api/openapi.json'):
    known = operations(json.loads(pathlib.Path(openapi).read_text(encoding='utf-8')))
    called = {line for path in pathlib.Path(folder).iterdir() for line in path.read_text().splitlines()}
    for name in sorted(known - called): print(f'{name}: no test calls it')
    for name in sorted(called - known): print(f'{name}: called, but not in {openapi}')
    if known == called: print(f'operations: all {len(known)} called')
    return known != called


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
