"""Run the command line."""

import sys

from tools.scaffold.cli import main

sys.exit(main())
