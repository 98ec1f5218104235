"""Make the bucket of a self-hosted store, and its lifecycle rules; run again, it changes nothing that is right.

BUCKET and ENDPOINT name it; keys come from boto3's usual chain. Objects end after EXPIRE_DAYS without use (30): the studio
begins the age of what it uses anew (docs/operations/storage.md). 0 keeps them for ever.
"""

from __future__ import annotations

import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

LEAST_DAYS = 14
"""The studio renews what is older than seven days when it is used; a film may be long in the making."""


def rules(days: int) -> dict[str, list[dict[str, object]]]:
    """Lifecycle rules: parts of uploads that were killed end after a day, objects ``days`` after their last use."""
    abort = {
        "ID": "parts-of-killed-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    expire = {"ID": "not-used-for-long", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days}}
    return {"Rules": [abort, expire] if days else [abort]}


def main() -> int:
    """Make the bucket named in the environment; 0 when it stands."""
    bucket, endpoint = os.environ["BUCKET"], os.environ.get("ENDPOINT") or None
    days = int(os.environ.get("EXPIRE_DAYS", "30"))
    if days and days < LEAST_DAYS:
        print(f"EXPIRE_DAYS is {days}; at least {LEAST_DAYS}, or 0 for never.", file=sys.stderr)
        return 2
    config = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 8, "mode": "standard"})
    client = boto3.client("s3", endpoint_url=endpoint, region_name=os.environ.get("AWS_REGION", "us-east-1"), config=config)
    try:
        client.create_bucket(Bucket=bucket)
    except client.exceptions.BucketAlreadyOwnedByYou:
        pass
    except (BotoCoreError, ClientError) as error:
        print(f"the bucket {bucket} cannot be made: {type(error).__name__}.", file=sys.stderr)
        return 1
    try:
        client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules(days))
    except (BotoCoreError, ClientError) as error:
        # MinIO and others differ in which rules they know; the store works without them, and grows.
        print(f"the bucket {bucket} takes no lifecycle rules ({type(error).__name__}): clear it by hand.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
