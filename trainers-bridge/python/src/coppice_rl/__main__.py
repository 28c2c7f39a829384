"""``python -m coppice_rl`` is the script ``coppice-rl``."""

import sys

from coppice_rl.launcher import main

if __name__ == "__main__":
    sys.exit(main())
