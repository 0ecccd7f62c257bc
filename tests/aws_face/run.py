"""Runs every test of this folder: run.py ENDPOINT KEYED, of which the second server verifies signatures."""

import sys
import time
import traceback

import test_cases
import test_lives
import test_round
import test_walk


def main(endpoint, keyed):
    failed = 0
    for name, test in (
        ("every operation, against botocore's model", lambda: test_walk.walk(endpoint)),
        ("the recorded answers to wrong calls", lambda: test_cases.run(endpoint)),
        ("the lives of things, answer by answer", lambda: test_lives.run(endpoint)),
        ("the life of an API, by boto3", lambda: test_round.by_boto3(endpoint)),
        ("the life of an API, by the AWS CLI", lambda: test_round.by_cli(endpoint)),
        ("a canary", lambda: test_round.canary(endpoint)),
        ("settings of methods", lambda: test_round.settings_of_methods(endpoint)),
        ("STS's GetCallerIdentity", lambda: test_walk.identity(endpoint)),
        ("regions are kept apart", lambda: test_walk.regions(endpoint)),
        ("unknown operations are told of", lambda: test_walk.unknown(endpoint)),
        ("signatures are verified", lambda: test_walk.signatures(keyed)),
    ):
        began = time.monotonic()
        try:
            told = test()
            told = f", {told}" if told else ""
            print(f"  {name}: right{told} ({time.monotonic() - began:.1f} s)")
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"  {name}: FAILED")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:3]) else 0)
