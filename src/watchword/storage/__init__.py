"""The stores that the services declare, in SQL: one database a Region, one transaction a request.

- `stores.py`: what a process composes its Region's state from; hands out units of work.
- `unit.py`, `overlay.py`: one request's reads and staged changes. `reads.py`, `changes.py`, `rows.py`: the
  SQL behind them.
- `sqlite.py`: a thread's connection, the fair lock, the transaction. `cache.py`: rows kept while nothing was
  committed.
- `migrate.py`, `migrations/`: numbered schemas. `sql/`: every statement, named, with a sentence.
"""
