"""``python -m ringscope.server`` serves with everything at its default."""

import sys

from ringscope.server.edge import serve

if __name__ == "__main__":
    sys.exit(serve())
