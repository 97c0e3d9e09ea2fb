"""How an audit agrees with a list of settings that are suspected of wrong titles."""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from training.audit.audit import Audit


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of settings that the list, the audit, or both suspect.

    Attributes
    ----------
    titles : the titles whose settings are counted: those with "several settings" or with "one setting"
    settings : all settings of those titles
    listed : settings on the list
    flagged : settings that the audit flags
    both : settings on the list that the audit flags
    """

    titles: str
    settings: int
    listed: int
    flagged: int
    both: int


def agree(audit: Audit, suspects: Set[str]) -> list[Agreement]:
    """Compare an audit with a list of references.

    Among titles with several settings the audit flags the misfits; among titles with one setting, both
    settings of each pair of twins. Merged settings count by their first reference.
    """
    title = audit.catalogue.title_of_setting
    several = np.bincount(title)[title] > 1
    listed = np.array([setting.reference in suspects for setting in audit.catalogue.settings])
    misfit, twin = np.zeros_like(several), np.zeros_like(several)
    for finding in audit.findings:
        if finding.kind == "misfit":
            misfit[finding.setting] = True
        else:
            twin[[finding.setting, finding.nearest]] = True
    return [
        Agreement(
            titles,
            settings=int(group.sum()),
            listed=int((group & listed).sum()),
            flagged=int((group & flagged).sum()),
            both=int((group & listed & flagged).sum()),
        )
        for titles, group, flagged in (("several settings", several, misfit), ("one setting", ~several, twin))
    ]
