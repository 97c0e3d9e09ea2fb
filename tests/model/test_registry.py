import subprocess
import sys
from pathlib import Path

import pytest

from model.registry import ENCODERS, EncoderError, Tower, build_featurizer, build_network, encoder_config

ROOT = Path(__file__).parents[2]
NAMES: list[tuple[Tower, str]] = [(tower, name) for tower, names in ENCODERS.items() for name in names]


@pytest.mark.parametrize(("tower", "name"), NAMES)
def test_every_encoder_is_built_from_its_own_config(tower: Tower, name: str) -> None:
    small = {"vocabulary_size": 64} if name == "ngram" else {}
    config = encoder_config(tower, name, dim=16, **small)
    encoder = build_network(tower, config)
    assert (config["name"], encoder.dim) == (name, 16)
    assert type(encoder.featurizer) is type(build_featurizer(tower, config))


@pytest.mark.parametrize("build", [build_network, build_featurizer])
def test_unknown_names_and_values_are_refused(build: type) -> None:
    with pytest.raises(EncoderError, match="there is no tune encoder 'lstm'; choose one of ngram, rnn, cnn"):
        build("tune", {"name": "lstm"})
    with pytest.raises(EncoderError, match="config of title encoder 'ngram'"):
        build("title", {"name": "ngram", "colour": "green"})


def test_the_product_s_encoders_load_no_experiment() -> None:
    code = """
import sys
from model.registry import build_network
build_network("tune", {"name": "ngram", "vocabulary_size": 64, "dim": 16})
build_network("title", {"name": "ngram", "vocabulary_size": 64, "dim": 16})
assert not [name for name in sys.modules if name.startswith("model.experimental")]
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
