"""`python -m tests.faulty_service`: the service, with jobs that have the fault that FAULT names."""

from service import jobs
from service.__main__ import main

jobs.MODULE = "tests.faulty_reindex"  # here, because each worker imports this file

if __name__ == "__main__":
    main()
