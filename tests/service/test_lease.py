from datetime import UTC, datetime

from gan_ainm_client.answers import Job
from service.lease import LOST_AFTER, Leases


def job(heartbeat: int, name: str = "a") -> Job:
    now = datetime.now(UTC)
    return Job(id=name * 32, number=1, status="running", created_at=now, force=False, heartbeat=heartbeat)


def test_a_lease_is_lost_after_so_many_looks_at_the_same_heartbeat() -> None:
    leases = Leases()
    assert leases.look([job(5)]) == []
    for _ in range(LOST_AFTER - 1):
        assert leases.look([job(5)]) == []
    assert [each.heartbeat for each in leases.look([job(5)])] == [5]
    assert leases.look([job(6)]) == []


def test_a_job_that_is_seen_for_the_first_time_has_its_lease() -> None:
    leases = Leases()
    for _ in range(LOST_AFTER):
        leases.look([job(5, "a")])
    lost = leases.look([job(5, "a"), job(5, "b")])
    assert [each.id[0] for each in lost] == ["a"]


def test_each_heartbeat_renews_a_lease_whichever_way_the_number_goes() -> None:
    leases = Leases()
    for look in range(10 * LOST_AFTER):
        assert leases.look([job(-(look // (LOST_AFTER - 1)))]) == []


def test_a_job_that_has_gone_is_forgotten() -> None:
    leases = Leases()
    for _ in range(LOST_AFTER):
        leases.look([job(5)])
    leases.look([])
    assert leases.look([job(5)]) == []
