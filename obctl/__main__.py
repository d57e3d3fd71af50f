"""`python -m obctl`."""

from obctl.cli.app import main

main()
