"""Has openapi-spec-validator check each file that is named."""

import sys

import yaml
from openapi_spec_validator import validate

failed = 0
for file in sys.argv[1:]:
    try:
        with open(file, encoding="utf-8") as text:
            # JSON is YAML, too.
            validate(yaml.safe_load(text))
    except Exception as error:  # what it finds, whatever its class
        print(f"{file}: {error.__class__.__name__}: {str(error)[:600]}")
        failed += 1
print(f"    {len(sys.argv) - 1 - failed} of {len(sys.argv) - 1} documents are valid")
sys.exit(failed > 0)
