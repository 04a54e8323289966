# SPDX-License-Identifier: EUPL-1.2
"""Where attachments lie during a test: files, or an S3 server of our own (rclone, which checks signatures, over HTTP)."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bierger.infra.postgres import die_with_parent
from tests.ports import free_ports

ACCESS, SECRET = "TESTACCESSKEY", "a-secret-of-the-test-suite"
BUCKET = "attachments"


@dataclass
class S3Server:
    """A server process on a folder; buckets are folders, objects are files. It can be killed and started again."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_ports()
        rclone = Path(sys.executable).with_name("rclone")
        command = [rclone, "serve", "s3", "--auth-key", f"{ACCESS},{SECRET}", "--addr", f"127.0.0.1:{self.port}"]
        command += ["--config", self.folder.with_name(f"{self.folder.name}.conf"), str(self.folder)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - prctl only
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("The S3 server of the test does not answer.")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def settings(self, prefix: str = "", **other: str) -> dict[str, str]:
        """For override_settings, and for the environment of a process."""
        return s3_settings(self.port, prefix) | other

    def objects(self, prefix: str) -> Path:
        """The folder of what lies below a prefix."""
        return self.folder / BUCKET / prefix


def s3_settings(port: int, prefix: str = "") -> dict[str, str]:
    return {
        "BIERGER_BLOBS": f"s3://{BUCKET}/{prefix}".rstrip("/"),
        "BIERGER_S3_ENDPOINT": f"http://127.0.0.1:{port}",
        "BIERGER_S3_REGION": "us-east-1",
        "BIERGER_S3_ACCESS_KEY": ACCESS,
        "BIERGER_S3_SECRET_KEY": SECRET,
    }


FILES: Mapping[str, str] = {**dict.fromkeys(s3_settings(0), ""), "BIERGER_S3_REGION": "us-east-1"}
