"""Child processes of the server.

Each is a module of ours that reads its orders from the socket that is its standard input.  When the
server ends, however it does, that socket closes, and the child ends too.
"""

import logging
import os
import signal
import socket
import subprocess
import sys

from ringscope.server.channel import Channel


def start_child(module: str) -> tuple["subprocess.Popen[bytes]", Channel]:
    """Run ``module`` in a process of its own; raises OSError if there can be none."""
    ours, theirs = socket.socketpair()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", module], stdin=theirs.fileno(), stdout=subprocess.DEVNULL
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, Channel(ours)


def orders_of_parent() -> Channel:
    """Return what a child reads its orders from.

    Ctrl-C is meant for the server, and where both want to run, so is the processor.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(2)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    end = socket.socket(fileno=0)
    end.setblocking(True)
    return Channel(end)


def end_child(process: "subprocess.Popen[bytes]") -> str:
    """End a child, if it has not ended yet, and say how it ended."""
    process.kill()
    code = process.wait()
    if code >= 0:
        return f"exit code {code}"
    hint = "; perhaps memory was short" if code == -signal.SIGKILL else ""
    return f"signal {-code} ({signal.strsignal(-code)}){hint}"
