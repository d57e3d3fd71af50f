"""The company's SQLite store. Rows never leave this package: values come in and go out.

The tables are a public read interface: `migrations.py` documents each of them, and changes to them
only ever add.
"""
