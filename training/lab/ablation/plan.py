"""The plan of an ablation, a TOML file: which systems are trained on which splits of which corpora."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from model.errors import GanAinmError
from model.registry import EncoderError, TitleName, TuneName, build_network
from training.fitting.config import FitConfig, preset
from training.lab.benchmark.sampled_library import POOL_COUNT
from training.lab.pretraining.next_note import PretrainConfig

Name = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]  # part of file names


class PlanError(GanAinmError):
    """An ablation plan that cannot be run; the message says why."""


class Arm(BaseModel):
    """A corpus and a way to split it.

    Attributes
    ----------
    corpus : its name in the figures
    sources : as for `fit --corpus`
    exclude : lists of settings to leave out
    split : "titles" keeps everything that could give a title away on one side; "settings" samples settings,
        so most test titles are learned from other settings; "exact-titles" tests on the same settings, but
        learns no setting of their titles, only what other titles share with them in melody and name
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    corpus: str
    sources: list[str]
    exclude: list[Path] = []
    split: Literal["titles", "settings", "exact-titles"] = "titles"

    @property
    def pools(self) -> int:
        """The number of all pools. A split that leaks has one, which shows the effect clearly enough."""
        return POOL_COUNT if self.split == "titles" else 1


class SystemSpec(BaseModel):
    """An encoder and how to train it.

    Attributes
    ----------
    arms : names of the arms that it is measured on
    full : whether it is measured on all pools of each arm, or only on the first
    encoder, title_encoder : as for `fit`
    trained : whether it is trained at all
    transfer : whether it starts from a hierarchy pretrained on the tunes that it may learn
    fit, tune, title : differences from the preset, in `FitConfig` and in the configs of the encoders
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
    def _makes_sense(self) -> "SystemSpec":
        if self.transfer and not (self.trained and self.encoder == "rnn"):
            raise ValueError("only a recurrent encoder that is trained can start from a pretrained hierarchy")
        if "dim" in self.title:
            raise ValueError("the vectors of titles are as long as those of tunes: set tune.dim")
        return self

    def config(self, seed: int) -> FitConfig:
        """How to train it. Raises TypeError for an unknown field in `fit`, ValueError for a wrong value."""
        config = preset(self.encoder, self.title_encoder, seed)
        tune, title = {**config.tune_encoder, **self.tune}, {**config.title_encoder, **self.title}
        title["dim"] = tune["dim"]
        return replace(config, tune_encoder=tune, title_encoder=title, **self.fit)


@dataclass(frozen=True)
class Cell:
    """One training: a system on one pool of an arm.

    Attributes
    ----------
    arm, pool, system : name of the arm, number of its pool, name of the system
    spec : the system
    config : how to train it
    """

    arm: str
    pool: int
    system: str
    spec: SystemSpec
    config: FitConfig

    @property
    def name(self) -> str:
        """Its unique name in the plan, and that of its file."""
        return f"{self.arm}.{self.pool}.{self.system}"

    @property
    def checkpoint(self) -> str:
        """The name of its checkpoint file."""
        return f"{self.name}.safetensors"


class Plan(BaseModel):
    """A whole plan.

    Attributes
    ----------
    seed : random seed
    pretraining : differences from the default `PretrainConfig`
    arms, systems : by name
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    pretraining: dict[str, Any] = {}
    arms: dict[Name, Arm]
    systems: dict[Name, SystemSpec]

    @model_validator(mode="after")
    def _makes_sense(self) -> "Plan":
        for name, spec in self.systems.items():
            if unknown := set(spec.arms) - set(self.arms):
                raise ValueError(f"{name}: there is no arm {' or '.join(sorted(unknown))}")
        if len({(arm.corpus, arm.split) for arm in self.arms.values()}) < len(self.arms):
            raise ValueError(
                "two arms have the same corpus and split: their figures would have the same name"
            )
        if derived := {"seed", "widths", "hidden"} & set(self.pretraining):
            raise ValueError(
                f"pretraining cannot set {' and '.join(sorted(derived))}: the encoder determines them"
            )
        return self

    def cells(self) -> Iterator[Cell]:
        """All cells, pool by pool, so that an interrupted ablation can already compare the systems."""
        for pool in range(POOL_COUNT):
            for arm_name, arm in self.arms.items():
                for system, spec in self.systems.items():
                    if arm_name in spec.arms and pool < (arm.pools if spec.full else 1):
                        yield Cell(arm_name, pool, system, spec, spec.config(self.seed))


def read_plan(path: Path) -> Plan:
    """Read a plan and check that each of its encoders can be built. Raises PlanError."""
    try:
        plan = Plan.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        PretrainConfig(**plan.pretraining)
        for spec in plan.systems.values():  # report a broken config now, not hours later
            config = spec.config(plan.seed)
            build_network("tune", config.tune_encoder)
            build_network("title", config.title_encoder)
    except (OSError, ValueError, TypeError, EncoderError) as error:
        raise PlanError(f"{path}: {error}") from error
    return plan
