"""Run koosend as `python -m koosend`."""

import sys

from . import main

sys.exit(main())
