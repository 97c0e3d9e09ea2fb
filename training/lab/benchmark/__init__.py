"""The benchmark: every system answers the same queries, and anyone can measure the figures again.

`protocols` define the queries and what they are ranked against, `systems` answer them, `run` collects the
answers, `figures` holds what they add up to, and `report` shows it.
"""
