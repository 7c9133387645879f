"""The few calls of Linux that Python has no names for; each raises OSError when it is refused.

Used by `warden` inside the process that is to be kept apart, so the standard library only.
"""

import ctypes
import os
from ctypes import c_char_p, c_int, c_long, c_size_t, c_uint, c_uint64, c_ulong
from pathlib import Path

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_PDEATHSIG, _DUMPABLE, _SUBREAPER, _NO_NEW_PRIVS = 1, 4, 36, 38
_NOSUID, _NODEV, _BIND, _RECURSIVE, _PRIVATE = 2, 4, 4096, 16384, 1 << 18
_DETACH = 2
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _ATTR_RDONLY, _ATTR_NOSUID = 442, -100, 0x8000, 1, 2

#: Who the program seems to be in a user namespace.  Not 0, so that it loses all powers with exec.
NOBODY = 65534
#: Where a private root shows the sandbox.
INSIDE = Path("/sandbox")
#: What of the system a private root shows: where compilers and their libraries live.
_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "opt", "nix", "gnu")
_DEVICES = ("null", "zero", "full", "random", "urandom")

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _prctl(option: int, value: int) -> None:
    arguments = (c_ulong(number) for number in (value, 0, 0, 0))
    _checked(_libc.prctl(c_int(option), *arguments), "prctl")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_SUBREAPER, 1)


def die_with_parent(signal: int) -> None:
    """Get ``signal`` when the parent ends; forgotten when the user changes."""
    _prctl(_PDEATHSIG, signal)


def refuse_tracing() -> None:
    """Let no process of the same user look into this one."""
    _prctl(_DUMPABLE, 0)


def renounce_privileges() -> None:
    """Give up for good what programs such as sudo would grant."""
    _prctl(_NO_NEW_PRIVS, 1)


def enter_namespaces(own_user: bool) -> None:
    """Leave the machine's network, mounts, processes and the rest of what can be left.

    The next fork is the first process of the new namespace.  With ``own_user`` this needs no
    privilege, but where the machine's owner has forbidden it.
    """
    user, group = os.geteuid(), os.getegid()
    own = _NEWUSER if own_user else 0
    flags = own | _NEWNET | _NEWPID | _NEWNS | _NEWIPC | _NEWUTS
    _checked(_libc.unshare(c_int(flags)), "unshare")
    if own_user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")
    _mount(None, Path("/"), None, _RECURSIVE | _PRIVATE)


def mount_processes(root: Path = Path("/")) -> None:
    """Show the processes of this namespace in ``root``/proc instead of the machine's."""
    _mount("proc", root / "proc", "proc", _NOSUID | _NODEV)


def enter_private_root(root: Path, sandbox: Path) -> None:
    """Make ``root``, an empty folder, the root: the system read-only, and ``sandbox`` as INSIDE.

    To be called in a mount namespace of our own; nothing of it is seen outside.
    """
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m")
    shown = [root / name for name in _SYSTEM if _show(Path("/", name), root / name)]
    here = root / INSIDE.relative_to("/")
    for folder in (here, root / "proc", root / "dev"):
        folder.mkdir()
    devices = [root / "dev" / name for name in _DEVICES]
    for device in devices:
        device.touch()
    (root / "tmp").symlink_to(INSIDE / "tmp")
    for folder in (root, *shown):
        _make_read_only(folder)
    _mount(str(sandbox), here, None, _BIND)
    for device in devices:
        _mount(f"/dev/{device.name}", device, None, _BIND)
    mount_processes(root)
    os.chdir(root)
    _checked(_libc.pivot_root(c_char_p(b"."), c_char_p(b".")), "pivot_root")
    _checked(_libc.umount2(c_char_p(b"."), c_int(_DETACH)), "umount2")
    os.chdir("/")


def _show(source: Path, target: Path) -> bool:
    """Have ``source`` in the new root; return whether that took a mount."""
    if source.is_symlink():
        target.symlink_to(os.readlink(source))
        return False
    if not source.is_dir():
        return False
    target.mkdir()
    _mount(str(source), target, None, _BIND | _RECURSIVE)
    return True


def _make_read_only(folder: Path) -> None:
    attributes = (c_uint64 * 4)(_ATTR_RDONLY | _ATTR_NOSUID, 0, 0, 0)
    result = _libc.syscall(
        c_long(_SYS_MOUNT_SETATTR),
        c_int(_AT_FDCWD),
        c_char_p(os.fsencode(folder)),
        c_uint(_AT_RECURSIVE),
        ctypes.byref(attributes),
        c_size_t(ctypes.sizeof(attributes)),
    )
    _checked(result, f"mount_setattr {folder}")


def _mount(
    source: str | None, target: Path, kind: str | None, flags: int, options: str | None = None
) -> None:
    def text(value: str | None) -> c_char_p:
        return c_char_p(None if value is None else os.fsencode(value))

    where = text(str(target))
    result = _libc.mount(text(source), where, text(kind), c_ulong(flags), text(options))
    _checked(result, f"mount {target}")
