"""Runs every test of this folder against a server: run.py ENDPOINT."""

import sys
import traceback

import test_walk


def main(endpoint):
    failed = 0
    walked = set()
    for name, test in (
        ("every operation, against botocore's model", lambda: walked.update(test_walk.walk(endpoint))),
        ("STS's GetCallerIdentity", lambda: test_walk.identity(endpoint)),
        ("regions are kept apart", lambda: test_walk.regions(endpoint)),
    ):
        try:
            test()
            print(f"  {name}: right")
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"  {name}: FAILED")
    print(f"  {len(walked)} operations answered as botocore's model has them")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
