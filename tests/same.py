"""same.py ONE TWO: two outputs hold the same records, apart from instance and time of emission.

Standard library only. Exit 0 when they do, 1 with the first difference when they do not.
"""
import glob
import json
import os
import re
import sys

#: Keys that say when and by whom a record was emitted, not what it says; the id is a hash that includes the instance.
EMISSION = {"time", "source", "id", "config_hash"}


def records(directory, stream):
    for path in sorted(glob.glob(os.path.join(directory, stream + "-*.jsonl"))):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                # The demo's server takes a free port.
                record = json.loads(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", line))
                for key in EMISSION:
                    record.pop(key, None)
                timing = record.get("timing")
                if timing:
                    for key in ("emitted_at", "publish_to_emit_s", "fetch_to_emit_s"):
                        timing.pop(key, None)
                yield record


def main():
    one, two = sys.argv[1:3]
    total = 0
    for stream in ("articles", "stories", "quarantine", "health", "watch"):
        a, b = list(records(one, stream)), list(records(two, stream))
        if len(a) != len(b):
            sys.exit(f"{stream}: {len(a)} records against {len(b)}")
        for i, (x, y) in enumerate(zip(a, b)):
            if x != y:
                keys = sorted(k for k in set(x) | set(y) if x.get(k) != y.get(k))
                sys.exit(f"{stream} {i + 1}: {', '.join(keys)} differ: {[(x.get(k), y.get(k)) for k in keys][:2]}")
        total += len(a)
    if total == 0:
        sys.exit("no records at all")
    print(f"same: {total} records")


main()
