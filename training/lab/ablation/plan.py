"""The plan of an ablation: which systems are trained on which splits of which corpora, as a TOML file."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from model.checkpoint import CheckpointError, build_title_encoder, build_tune_encoder
from model.errors import GanAinmError
from training.fitting.config import FitConfig, TitleName, TuneName, preset
from training.lab.benchmark.gallery import POOLS
from training.lab.pretraining.next_note import PretrainConfig

Name = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]  # part of the names of files


class PlanError(GanAinmError):
    """A plan that cannot be read, with what is wrong in it."""


class Arm(BaseModel):
    """A corpus and how it is split.

    Attributes
    ----------
    corpus : what the figures call it
    sources : as for `fit --corpus`
    exclude : lists of settings to leave out
    split : "titles" keeps all that could give a title away on one side; "settings" draws settings at random,
        so that most titles of a pool are learned from other settings; "exact-titles" asks for the same, but
        learns no setting of a title that is asked, only what melodies and names have in common with others
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    corpus: str
    sources: list[str]
    exclude: list[Path] = []
    split: Literal["titles", "settings", "exact-titles"] = "titles"

    @property
    def pools(self) -> int:
        """How many a system is asked in full; where something leaks one, which shows enough."""
        return POOLS if self.split == "titles" else 1


class System(BaseModel):
    """An encoder and how it is trained.

    Attributes
    ----------
    arms : names of the arms that it is measured on
    full : whether on all pools of each, or on the first
    encoder, title_encoder : as for `fit`
    trained : whether it is trained at all
    transfer : whether it begins with a hierarchy that is pretrained on what it may learn
    fit, tune, title : what differs from the preset, in `FitConfig` and in the configs of the encoders
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    arms: list[str]
    full: bool = False
    encoder: TuneName
    title_encoder: TitleName = "sentence"
    trained: bool = True
    transfer: bool = False
    fit: dict[str, Any] = {}
    tune: dict[str, Any] = {}
    title: dict[str, Any] = {}

    @model_validator(mode="after")
    def _makes_sense(self) -> "System":
        if self.transfer and not (self.trained and self.encoder == "rnn"):
            raise ValueError("only a recurrent encoder that is trained can begin with a pretrained hierarchy")
        if "dim" in self.title:
            raise ValueError("the vectors of titles are as long as those of tunes: set tune.dim")
        return self

    def config(self, seed: int) -> FitConfig:
        """How to train it. Raises TypeError where `fit` names what is no field, ValueError for its values."""
        config = preset(self.encoder, self.title_encoder, seed)
        tune, title = {**config.tune_encoder, **self.tune}, {**config.title_encoder, **self.title}
        title["dim"] = tune["dim"]
        return replace(config, tune_encoder=tune, title_encoder=title, **self.fit)


@dataclass(frozen=True)
class Cell:
    """One training: a system on one pool of an arm. `name` is that of its file."""

    arm: str
    pool: int
    system: str
    config: FitConfig
    trained: bool
    transfer: bool

    @property
    def name(self) -> str:
        """No two cells of a plan have the same."""
        return f"{self.arm}.{self.pool}.{self.system}"


class Plan(BaseModel):
    """All of it. `seed` is of everything that is drawn, `pretraining` what differs in `PretrainConfig`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    pretraining: dict[str, Any] = {}
    arms: dict[Name, Arm]
    systems: dict[Name, System]

    @model_validator(mode="after")
    def _makes_sense(self) -> "Plan":
        for name, system in self.systems.items():
            if strange := set(system.arms) - set(self.arms):
                raise ValueError(f"{name}: no arm is called {' or '.join(sorted(strange))}")
        if len({(arm.corpus, arm.split) for arm in self.arms.values()}) < len(self.arms):
            raise ValueError("two arms have one corpus and one split: their figures would have one name")
        if told := {"seed", "widths", "hidden"} & set(self.pretraining):
            raise ValueError(f"pretraining has the {' and '.join(sorted(told))} of what begins with it")
        return self

    def cells(self) -> Iterator[Cell]:
        """First pools first, so that an ablation that is interrupted compares what it has."""
        for pool in range(POOLS):
            for name, arm in self.arms.items():
                for called, system in self.systems.items():
                    if name in system.arms and pool < (arm.pools if system.full else 1):
                        config = system.config(self.seed)
                        yield Cell(name, pool, called, config, system.trained, system.transfer)


def read_plan(path: Path) -> Plan:
    """Raises PlanError."""
    try:
        plan = Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        PretrainConfig(**plan.pretraining)
        for cell in plan.cells():  # what cannot be built is told now, not hours later
            build_tune_encoder(cell.config.tune_encoder)
            build_title_encoder(cell.config.title_encoder)
    except (OSError, ValueError, TypeError, CheckpointError) as error:
        raise PlanError(f"{path}: {error}") from error
    return plan
