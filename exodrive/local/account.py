"""The account that the embedded PostgreSQL runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "exodrive"
# The layout of an access list in the attribute that Linux keeps it in (linux/posix_acl_xattr.h).
ACL_ATTRIBUTE = "system.posix_acl_access"
ACL_VERSION = 2
ACL_HEAD = struct.Struct("<I")
ACL_LINE = struct.Struct("<HHI")
ACL_OWNER, ACL_USER, ACL_GROUP, ACL_MASK, ACL_OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY_IN_PARTICULAR = 0xFFFFFFFF
SEARCH = 1  # to pass through a folder without seeing what is in it


class AccountProblem(RuntimeError):
    """Root cannot prepare the account for PostgreSQL; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        os.chown(folder, self.uid, self.gid)


def for_servers() -> Account | None:
    """The account to run PostgreSQL as; None where the caller is an ordinary user and runs it as itself."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _create()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def open_way(account: Account, path: Path) -> None:
    """Let the account pass through the folders above `path`, and nobody else.

    Homes such as root's are closed to all others. An access list names this one account, so that the
    folder's own permissions stay as they are. Raises AccountProblem where the file system keeps no lists.
    """
    for folder in reversed(path.resolve().parents):
        if folder.stat().st_mode & SEARCH:
            continue
        try:
            os.setxattr(folder, ACL_ATTRIBUTE, _with_passage(folder, account.uid))
        except OSError as error:
            raise AccountProblem(
                f"PostgreSQL runs as the account {account.name} and cannot pass through {folder}. "
                "Move the checkout to a folder that others may enter, or run as an ordinary user."
            ) from error


def open_tree(folder: Path) -> None:
    """Let everybody read the programs below `folder`: a strict umask at installation closes them."""
    for path in (folder, *folder.rglob("*")):
        wanted = 0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044
        if path.stat().st_mode & wanted != wanted:
            path.chmod(path.stat().st_mode | wanted)


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise AccountProblem(f"PostgreSQL does not run as root: create the account {NAME} for it.")
    subprocess.run(  # noqa: S603  a fixed command, found on the path of the root that runs this
        [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
        check=True,
        capture_output=True,
    )
    return pwd.getpwnam(NAME)


def _with_passage(folder: Path, uid: int) -> bytes:
    """The folder's access list, and in it a line that lets `uid` pass."""
    lines = {(tag, who): permission for tag, permission, who in _access_list(folder)}
    lines[(ACL_USER, uid)] = lines.get((ACL_USER, uid), 0) | SEARCH
    mask = (ACL_MASK, NOBODY_IN_PARTICULAR)
    lines[mask] = lines.get(mask, lines[(ACL_GROUP, NOBODY_IN_PARTICULAR)]) | SEARCH
    packed = (ACL_LINE.pack(tag, lines[tag, who], who) for tag, who in sorted(lines))
    return ACL_HEAD.pack(ACL_VERSION) + b"".join(packed)


def _access_list(folder: Path) -> list[tuple[int, int, int]]:
    """The lines (tag, permission, who) of the folder's list, or what its plain permissions stand for."""
    try:
        stored = os.getxattr(folder, ACL_ATTRIBUTE)
    except OSError:
        mode = folder.stat().st_mode
        plain = ((ACL_OWNER, mode >> 6 & 7), (ACL_GROUP, mode >> 3 & 7), (ACL_OTHER, mode & 7))
        return [(tag, permission, NOBODY_IN_PARTICULAR) for tag, permission in plain]
    return list(ACL_LINE.iter_unpack(stored[ACL_HEAD.size :]))
