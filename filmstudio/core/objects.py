"""Objects in an S3 bucket, under one prefix: every call has a deadline and retries, and every failure says what to do.

Credentials come from boto3's own chain (environment, profile, instance or pod role) and are never part of an address.
Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from filmstudio.core.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 60
"""Longest silence of a connection."""

ATTEMPTS: Final = 4
"""Tries of one call, the first included, with exponential backoff between them."""

_PART_BYTES: Final = 64 << 20
"""Above this an object is sent in parts, which S3 joins when all are there; 10,000 parts at most make 640 GB."""

_RECORD_BYTES: Final = 64 << 20
"""Most that is read into memory: records of takes, never media."""

_CHUNK: Final = 1 << 20
_SHA: Final = "sha256"
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*")
_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_REFUSED: Final = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_DENIED: Final = frozenset(
    {"403", "401", "AccessDenied", "AllAccessDisabled", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
)
_FORM: Final = "Write s3://BUCKET/PREFIX, with ?endpoint=URL and &region=NAME where they are needed."


class Unreachable(StoreError):
    """The bucket gave no answer, or broke off in the middle of one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects lie: a bucket, a prefix in it, and for other stores than AWS the endpoint that serves it."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None

    @classmethod
    def of(cls, address: str) -> Place:
        """Read ``s3://bucket/prefix?endpoint=…&region=…``.

        Raises:
            ConfigError: it has another form, or holds credentials; these are not repeated in the message.
        """
        try:
            parts = urlsplit(address)
            fields = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        except ValueError as error:
            raise ConfigError("the address of the store cannot be read.", remedy=_FORM) from error
        if "@" in parts.netloc:
            remedy = "Give keys by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, by AWS_PROFILE, or by the machine's role."
            raise ConfigError("the address of a store holds no credentials.", remedy=remedy)
        prefix = parts.path.strip("/")
        if parts.fragment or not _BUCKET.fullmatch(parts.netloc):
            raise ConfigError("the address of the store names no bucket.", remedy=_FORM)
        if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
            raise ConfigError("the prefix in the address of the store has characters that are not safe in a key.", remedy=_FORM)
        unknown = sorted(fields.keys() - {"endpoint", "region"})
        if unknown:
            raise ConfigError(f"the address of the store has an unknown part, {unknown[0][:40]!r}.", remedy=_FORM)
        return cls(parts.netloc, prefix, _endpoint(fields.get("endpoint")), _region(fields.get("region")))

    def key(self, part: str, name: str) -> str:
        """The key of a name in one part of the store, ``media`` or ``takes``."""
        return "/".join(step for step in (self.prefix, part, name[:2], name) if step)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def _endpoint(text: str | None) -> str | None:
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError("the endpoint in the address of the store is not a plain http or https URL.", remedy=_FORM)
    return text


def _region(text: str | None) -> str | None:
    if text is not None and not _REGION.fullmatch(text):
        raise ConfigError("the region in the address of the store is not the name of a region.", remedy=_FORM)
    return text


@dataclass(frozen=True, slots=True)
class Found:
    """What the bucket says of an object."""

    size: int
    """Bytes."""
    etag: str
    changed: datetime
    sha256: str
    """Hex digest that its writer gave it, which S3 checked as it took the bytes in; empty when written by somebody else."""


@dataclass(frozen=True, slots=True)
class Stored(Found):
    """An object with its bytes."""

    data: bytes = b""


class Objects:
    """The objects of one place. Safe in threads; the connection is made at the first call, in the process that makes it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._made: BaseClient | None = None
        self._making = threading.Lock()

    @property
    def _client(self) -> Any:
        with self._making:
            if self._made is None:
                self._made = _connect(self.place)
            return self._made

    def look(self, key: str) -> Found | None:
        """What is known of an object, without its bytes; None when it does not exist."""
        with self._told():
            try:
                answer = self._client.head_object(Bucket=self.place.bucket, Key=key, ChecksumMode="ENABLED")
            except self._client.exceptions.ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
        return Found(answer["ContentLength"], answer["ETag"], answer["LastModified"], _sha_of(answer))

    def read(self, key: str) -> Stored | None:
        """A small object with its bytes; None when it does not exist, or is too large to be a record."""
        with self._told():
            try:
                answer = self._client.get_object(Bucket=self.place.bucket, Key=key)
            except self._client.exceptions.ClientError as error:
                if _code(error) in _ABSENT:
                    return None
                raise
            with contextlib.closing(answer["Body"]) as body:
                if answer["ContentLength"] > _RECORD_BYTES:
                    return None
                data = body.read()
        return Stored(answer["ContentLength"], answer["ETag"], answer["LastModified"], _sha_of(answer), data)

    def stream(self, key: str) -> Iterator[bytes]:
        """The bytes of an object, piece by piece; nothing at all when it does not exist."""
        with self._told():
            try:
                body = self._client.get_object(Bucket=self.place.bucket, Key=key)["Body"]
            except self._client.exceptions.ClientError as error:
                if _code(error) in _ABSENT:
                    return
                raise
            with contextlib.closing(body):
                while chunk := body.read(_CHUNK):
                    yield chunk

    def send(self, key: str, path: Path, sha256: str) -> None:
        """Write a file; what lay there is replaced. The object is there whole or not at all, whenever this process ends."""
        size = path.stat().st_size
        if size <= _PART_BYTES:
            digest = base64.b64encode(bytes.fromhex(sha256)).decode()
            with path.open("rb") as file, self._told():
                self._client.put_object(
                    Bucket=self.place.bucket, Key=key, Body=file, ContentLength=size, ChecksumSHA256=digest, Metadata={_SHA: sha256}
                )
            return
        with self._told():
            extra = {"Metadata": {_SHA: sha256}, "ChecksumAlgorithm": "SHA256"}
            self._client.upload_file(str(path), self.place.bucket, key, ExtraArgs=extra, Config=_in_parts())

    def write_once(self, key: str, data: bytes, *, instead_of: str | None = None) -> bool:
        """Write a record where none is, or in place of the one with this ETag. False when another was quicker."""
        given = {"ContentType": "application/json", "ChecksumSHA256": base64.b64encode(hashlib.sha256(data).digest()).decode()}
        condition = {"IfNoneMatch": "*"} if instead_of is None else {"IfMatch": instead_of}
        with self._told():
            try:
                self._client.put_object(Bucket=self.place.bucket, Key=key, Body=data, **given, **condition)
            except self._client.exceptions.ClientError as error:
                if _code(error) in _REFUSED or (instead_of is not None and _code(error) in _ABSENT):
                    return False
                raise
        return True

    def renew(self, key: str, found: Found) -> None:
        """Begin its age anew by copying it onto itself: lifecycle rules count from the last write. Harmless when it is gone."""
        source = {"Bucket": self.place.bucket, "Key": key}
        extra = {"MetadataDirective": "REPLACE", "Metadata": {_SHA: found.sha256} if found.sha256 else {}, "CopySourceIfMatch": found.etag}
        with self._told(), contextlib.suppress(self._client.exceptions.ClientError):
            if found.size <= _PART_BYTES:
                self._client.copy_object(Bucket=self.place.bucket, Key=key, CopySource=source, **extra)
            else:
                self._client.copy(source, self.place.bucket, key, ExtraArgs=extra, Config=_in_parts())

    def remove(self, key: str) -> None:
        """Remove an object; harmless when it is gone."""
        with self._told():
            self._client.delete_object(Bucket=self.place.bucket, Key=key)

    def sizes(self, part: str) -> Iterator[int]:
        """The size of every object of one part, bytes; a thousand a call."""
        start = f"{self.place.prefix}/{part}/".lstrip("/")
        with self._told():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.place.bucket, Prefix=start):
                for item in page.get("Contents", ()):
                    yield item["Size"]

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what boto3 raises into a StoreError with a remedy; neither keys nor signed URLs are repeated."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError, ProfileNotFound
        from urllib3.exceptions import HTTPError

        try:
            yield
        except ClientError as error:
            raise self._refusal(_code(error)) from error
        except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as error:
            remedy = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or give this machine a role."
            raise StoreError(f"there are no credentials for {self.place}.", remedy=remedy) from error
        except Boto3Error as error:
            inner = next((each for each in (error.__cause__, error.__context__) if isinstance(each, ClientError)), None)
            raise self._refusal(_code(inner) if inner is not None else type(error).__name__) from error
        except (BotoCoreError, HTTPError, ConnectionError) as error:
            where = self.place.endpoint or "AWS"
            remedy = f"Check the network between this machine and {where}, and the endpoint in the address; then render again."
            raise Unreachable(f"{self.place} cannot be reached ({type(error).__name__}), after {ATTEMPTS} tries.", remedy=remedy) from error

    def _refusal(self, code: str) -> StoreError:
        if code == "NoSuchBucket":
            remedy = "Create it, or correct the address (and its endpoint and region)."
            return StoreError(f"there is no bucket {self.place.bucket}.", remedy=remedy)
        if code in _DENIED:
            remedy = "Its role needs s3:ListBucket on the bucket; s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix."
            return StoreError(f"{self.place} denies access ({code}).", remedy=remedy)
        if code in ("301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"):
            return StoreError(f"the bucket {self.place.bucket} lies in another region.", remedy="Name it with ?region= in the address.")
        if code in ("501", "NotImplemented"):
            remedy = "Use AWS S3, MinIO, Ceph or another store that knows If-None-Match."
            return StoreError(f"{self.place} does not know conditional writes.", remedy=remedy)
        return StoreError(f"{self.place} refuses with {code}.", remedy="Render again; if it stays so, look into the bucket's own log.")


def _connect(place: Place) -> BaseClient:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        request_checksum_calculation="when_required",  # we give SHA-256 ourselves; not every store knows boto3's own choice
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"} if place.endpoint else {},  # names below an endpoint seldom resolve outside AWS
    )
    try:
        client: BaseClient = boto3.session.Session().client(
            "s3", endpoint_url=place.endpoint, region_name=place.region or (None if place.endpoint is None else "us-east-1"), config=config
        )
    except BotoCoreError as error:
        remedy = "Check AWS_PROFILE, AWS_REGION and the region in the address."
        raise ConfigError(f"{place} cannot be opened ({type(error).__name__}).", remedy=remedy) from error
    return client


def _in_parts() -> Any:
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, max_concurrency=4)


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def _sha_of(answer: Any) -> str:
    """The digest its writer gave; empty if S3's own checksum says otherwise, or if there is none."""
    named = str(answer.get("Metadata", {}).get(_SHA, ""))
    checked = str(answer.get("ChecksumSHA256", ""))
    in_parts = "-" in checked or "-" in answer["ETag"]  # "-3" ends the marks of three parts: a checksum of their checksums
    if checked and not in_parts and base64.b64decode(checked).hex() != named:
        return ""
    return named
