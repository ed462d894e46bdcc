"""Run koosend as `python -m koosend`."""

import sys

from koosend import main  # type: ignore[import-not-found]  # its name once it is installed

sys.exit(main())
