"""The benchmark: the same questions to every system, and figures that anybody can make again.

`protocols` say what is asked of what, `systems` answer, `figures` are what comes out, `report` shows them.
"""
