"""The benchmark as a whole: corpora in, figures, tables and plots out."""

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import torch

from index.artifact import Artifact
from training.corpora import Corpus
from training.corpora.curate import curate
from training.corpora.lists import describe_unmatched
from training.fitting.config import FitConfig
from training.lab.benchmark.figures import load_figures, renewed, save_figures
from training.lab.benchmark.gallery import Known
from training.lab.benchmark.learners import Trained, Trainer
from training.lab.benchmark.protocols import (
    Learner,
    Task,
    cross_task,
    foreign_task,
    known_gallery,
    known_tasks,
    no_match_task,
    unseen_tasks,
)
from training.lab.benchmark.run import LeakError, ask, figures, save_answers
from training.reporter import Reporter

RESULTS, ANSWERS = "results.json", "answers"
_PROBABLE = "gan-ainm"  # whose scores are probabilities
_CALIBRATED = ("known", "known-32", "known-16", "no-match")
WORK = ".benchmark"  # in the artifacts' folder: checkpoints of trainings, to go on from


@dataclass(frozen=True)
class Benchmark:
    """What is measured.

    Attributes
    ----------
    name : of the corpora together, in the figures
    corpora : the catalogue; of two or more, the second is asked of the first in `cross`
    systems : names of `training.lab.benchmark.systems.SYSTEMS`
    protocols : those wanted; all, if empty
    excluded : references of settings to leave out
    audited : references of queries that are left out of `known-audited`
    foreign : tunes of other traditions, for `no-match-foreign`
    artifact : where the encoders come from; without it they are trained on what each protocol allows
    """

    name: str
    corpora: Sequence[Corpus]
    systems: Sequence[str]
    protocols: Collection[str] = ()
    excluded: Set[str] = frozenset()
    audited: frozenset[str] = frozenset()
    foreign: Sequence[Corpus] = ()
    artifact: Artifact | None = None

    def run(self, out: Path, work: Path, device: torch.device, report: Reporter) -> list[LeakError]:
        """Measure, and renew this corpus' figures, tables and plots in the folder `out`; others stay.

        `work` keeps checkpoints of trainings. Returns the leaks that kept encoders from being measured.
        Raises TunebookError or SplitError where the corpora do not suffice, ValueError where `out` has other
        files of these names.
        """
        # matplotlib takes its time, and a folder to write to: only who wants plots
        from training.lab.benchmark.calibration import calibrate, draw_calibration
        from training.lab.benchmark.plots import CALIBRATION, plot_path
        from training.lab.benchmark.report import PLOTS
        from training.lab.benchmark.report import report as write_report

        (out / ANSWERS).mkdir(parents=True, exist_ok=True)
        old = load_figures(out / RESULTS)
        learner = self._learner(work, device, report)
        answers, leaks = ask(self._tasks(learner, out, report), self.systems, self.protocols, report)
        save_answers(answers, out / ANSWERS / f"{self.name}.csv")
        together = renewed(old, figures(self.name, answers))
        save_figures(together, out / RESULTS)
        calibrations = {
            protocol: calibrate(answers[protocol, _PROBABLE])
            for protocol in _CALIBRATED
            if (protocol, _PROBABLE) in answers
        }
        if calibrations:
            (out / PLOTS).mkdir(exist_ok=True)
            draw_calibration(calibrations, plot_path(out / PLOTS, self.name, CALIBRATION))
        write_report([figure for figure in together if figure.corpus == self.name], out)
        return leaks

    def _learner(self, work: Path, device: torch.device, report: Reporter) -> Learner:
        if self.artifact:
            return Trained(self.artifact)
        return Trainer(FitConfig(), device, report, work / self.name)

    def _tasks(self, learner: Learner, out: Path, report: Reporter) -> Iterator[Task]:
        known = self._read(self.corpora, report)
        settings = [known.catalogue.settings[i] for i in known.held_out()]
        held_out = [reference for setting in settings for reference in (setting.reference, *setting.also)]
        path = out / ANSWERS / f"{self.name}-held-out.txt"
        path.write_text("".join(f"{reference}\n" for reference in held_out), encoding="utf-8")
        gallery = known_gallery(known, learner)
        yield from known_tasks(known, gallery, self.audited)
        if self.foreign and self._wants("no-match-foreign"):
            yield foreign_task(known, gallery, self._read(self.foreign, report))
        if self._wants("no-match"):
            yield no_match_task(known, learner)
        if len(self.corpora) > 1 and self._wants("cross", "cross-verified"):
            first, second = (self._read([corpus], report) for corpus in self.corpora[:2])
            yield cross_task(first, second, learner)
        if self._wants("unseen", "unseen-no-rhythm-words", "title-to-tune"):
            yield from unseen_tasks(known, learner)

    def _read(self, corpora: Sequence[Corpus], report: Reporter) -> Known:
        read = curate(corpora, report.step("reading"), self.excluded)
        report.say(f"{' and '.join(corpus.name for corpus in corpora)}: {len(read.library.catalogue)} titles")
        if read.unmatched and corpora is self.corpora:
            report.say(describe_unmatched(read.unmatched))
        return Known(read.library.catalogue, read.library.tunes)

    def _wants(self, *protocols: str) -> bool:
        return not self.protocols or not set(protocols).isdisjoint(self.protocols)
