"""The lease of a running job: its process renews a heartbeat about once a second, in the record of the job.

Replicas do not share process ids, and their clocks may differ or jump. So each process that watches a job
looks at it once a second and counts how often it has seen the same heartbeat; nobody compares times. If the
whole machine or container is suspended, nobody looks, and so no lease is lost.
"""

from collections.abc import Iterable

from gan_ainm_client.answers import Job

HEARTBEAT_S = 1.0  # seconds between two heartbeats, and between two looks
LOST_AFTER = 15  # looks with the same heartbeat; the job may be on a slow disk or a busy machine


class Leases:
    """Counts for how many looks each job has had the same heartbeat."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int]] = {}  # heartbeat, and further looks that found the same

    def look(self, jobs: Iterable[Job]) -> list[Job]:
        """Look at all jobs that have not ended. Returns those that have lost their lease."""
        counted = {job.id: (job.heartbeat, self._count(job)) for job in jobs}
        self._seen = counted
        return [job for job in jobs if counted[job.id][1] >= LOST_AFTER]

    def _count(self, job: Job) -> int:
        heartbeat, looks = self._seen.get(job.id, (None, 0))
        return looks + 1 if heartbeat == job.heartbeat else 0
