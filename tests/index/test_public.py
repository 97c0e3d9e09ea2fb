from pathlib import Path

import pytest
import torch

import index
from index import load
from index.artifact import ArtifactError
from index.suggester import Suggester
from model.device import DeviceError
from tests.support import KESH


def test_every_exported_name_can_be_imported() -> None:
    for name in index.__all__:
        assert getattr(index, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Answer'"):
        _ = index.Answer


@pytest.mark.parametrize("as_path", [str, Path])
def test_a_loaded_artifact_suggests_titles(small_artifacts: Path, as_path: type[str] | type[Path]) -> None:
    suggester = load(as_path(small_artifacts))
    assert isinstance(suggester, Suggester)
    suggestions = [(suggestion.title, suggestion.confidence) for suggestion in suggester.suggest(KESH).titles]
    assert len({title for title, _ in suggestions}) == 10
    assert all(0 <= confidence <= 1 for _, confidence in suggestions)


def test_a_folder_without_an_artifact_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no current artifact"):
        load(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a CUDA device")
def test_a_missing_device_is_an_error(small_artifacts: Path) -> None:
    with pytest.raises(DeviceError):
        load(small_artifacts, device="cuda")
