"""The benchmark as a whole: corpora in, figures, tables and plots out."""

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from index.artifact import Artifact
from training.corpora import Corpus
from training.corpora.curate import curate
from training.corpora.lists import describe_unmatched
from training.fitting.config import preset
from training.fitting.trainer import Trainer
from training.lab.benchmark.encoder_sources import ArtifactEncoders, TrainedEncoders
from training.lab.benchmark.figures import load_figures, renewed, save_figures
from training.lab.benchmark.heard import HEARD, heard_tasks
from training.lab.benchmark.known_protocols import cross_task, known_gallery, known_tasks
from training.lab.benchmark.measuring import calibrate, figures
from training.lab.benchmark.no_match_protocols import foreign_task, no_match_tasks
from training.lab.benchmark.protocols import EncoderSource, Task
from training.lab.benchmark.run import run_tasks, save_results
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.benchmark.unseen_protocols import unseen_tasks
from training.lab.leaks import LeakError
from training.lab.workspace import Workspace
from training.reporter import Reporter

FIGURES, ANSWERS = "results.json", "answers"
_PROBABILISTIC = "gan-ainm"  # the system whose calibration is drawn
_CALIBRATED = ("known", "known-32", "known-16", "known-middle", "known-noisy", "no-match")
WORK = ".benchmark"  # in the folder of artifacts: checkpoints of trainings


@dataclass(frozen=True)
class BenchmarkData:
    """The tunes that a benchmark measures with.

    Attributes
    ----------
    corpora : the catalogue; `cross` queries the first of two or more with the tunes of the second
    excluded : references of settings to leave out
    audited : references of queries that `known-audited` leaves out
    foreign : tunes of other traditions, for `no-match-foreign`
    heard : number of settings to play for the protocols that begin with "heard"
    """

    corpora: Sequence[Corpus]
    excluded: Set[str] = frozenset()
    audited: frozenset[str] = frozenset()
    foreign: Sequence[Corpus] = ()
    heard: int = 0


@dataclass(frozen=True)
class Benchmark:
    """What to measure.

    Attributes
    ----------
    name : of the corpora together, in the figures
    data : the tunes
    systems : names of `training.lab.benchmark.systems.SYSTEMS`
    protocols : the protocols to run; all if empty
    artifact : gives the encoders; without it they are trained on what each protocol allows
    """

    name: str
    data: BenchmarkData
    systems: Sequence[str]
    protocols: Collection[str] = ()
    artifact: Artifact | None = None

    def run(self, out: Path, workspace: Workspace) -> list[LeakError]:
        """Measure, and renew this corpus' figures, tables and plots in the folder `out`; others stay.

        Returns the leaks that caused systems to be skipped. Raises TunebookError, CurationError or SplitError
        when the corpora do not suffice, BenchmarkError when `out` has other files of these names.
        """
        # matplotlib is slow to import and needs a folder to write to: only runs that plot should load it.
        from training.lab.benchmark.calibration import draw_calibration
        from training.lab.benchmark.plots import CALIBRATION, plot_path
        from training.lab.benchmark.report import PLOTS
        from training.lab.benchmark.report import report as write_report

        (out / ANSWERS).mkdir(parents=True, exist_ok=True)
        old = load_figures(out / FIGURES)
        tasks = self._tasks(workspace, out)
        results, leaks = run_tasks(tasks, self.systems, self.protocols, workspace.report)
        save_results(results, out / ANSWERS / f"{self.name}.csv")
        together = renewed(old, figures(self.name, results))
        save_figures(together, out / FIGURES)
        calibrations = {
            protocol: calibrate(results[protocol, _PROBABILISTIC])
            for protocol in _CALIBRATED
            if (protocol, _PROBABILISTIC) in results
        }
        if calibrations:
            (out / PLOTS).mkdir(exist_ok=True)
            draw_calibration(calibrations, plot_path(out / PLOTS, self.name, CALIBRATION))
        write_report([figure for figure in together if figure.corpus == self.name], out)
        return leaks

    def _encoders(self, workspace: Workspace, settings: int) -> EncoderSource:
        if self.artifact:
            return ArtifactEncoders(self.artifact, workspace.report.step)
        trainer = Trainer(preset(settings=settings), workspace.device, workspace.report)
        return TrainedEncoders(trainer, workspace.folder / self.name)

    def _tasks(self, workspace: Workspace, out: Path) -> Iterator[Task]:
        corpora, foreign, report = self.data.corpora, self.data.foreign, workspace.report
        library = self._read(corpora, report)
        encoders = self._encoders(workspace, len(library.tunes))
        settings = [library.catalogue.settings[i] for i in library.hold_out()]
        held_out = [reference for setting in settings for reference in (setting.reference, *setting.also)]
        path = out / ANSWERS / f"{self.name}-held-out.txt"
        path.write_text("".join(f"{reference}\n" for reference in held_out), encoding="utf-8")
        gallery = known_gallery(library, encoders)
        yield from known_tasks(library, gallery, self.data.audited)
        if foreign and self._wants("no-match-foreign"):
            yield foreign_task(library, gallery, self._read(foreign, report))
        if self.data.heard and self._wants(*HEARD):
            yield from heard_tasks(library, gallery, self.data.heard, report.step)
        if self._wants("no-match", "no-match-verified", "no-match-16", "no-match-16-verified"):
            yield from no_match_tasks(library, encoders)
        if len(corpora) > 1 and self._wants("cross", "cross-verified"):
            first, second = (self._read([corpus], report) for corpus in corpora[:2])
            yield cross_task(first, second, encoders)
        if self._wants("unseen", "unseen-no-rhythm-words", "title-to-tune"):
            yield from unseen_tasks(library, encoders)

    def _read(self, corpora: Sequence[Corpus], report: Reporter) -> SampledLibrary:
        curated = curate(corpora, report.step, self.data.excluded)
        names = " and ".join(corpus.name for corpus in corpora)
        report.say(f"{names}: {len(curated.library.catalogue)} titles")
        if curated.unmatched and corpora is self.data.corpora:
            report.say(describe_unmatched(curated.unmatched))
        curated.require_tunes()
        return SampledLibrary(curated.library.catalogue, curated.library.tunes, report.step)

    def _wants(self, *protocols: str) -> bool:
        return not self.protocols or not set(protocols).isdisjoint(self.protocols)
