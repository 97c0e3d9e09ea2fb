"""What a service is, and its limits."""

from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.version import VERSION


class CorpusLicence(BaseModel):
    """A collection in the catalogue, and what users may do with its settings."""

    corpus: str = Field(description="Name of the collection.")
    licence: str = Field(description="Its licence, in words; empty for the user's own tunebooks.")


class Info(BaseModel):
    """What this service is, and its limits."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Gan Ainm",
                    "version": VERSION,
                    "artifact": "20261122T230001Z-c8ae4d33",
                    "device": "cpu",
                    "inputs": ["text/vnd.abc", "audio/midi"],
                    "licences": [{"corpus": "oneills1850", "licence": "public domain"}],
                    "limits": {"max_body_bytes": 262144, "top_k": 100},
                }
            ]
        }
    )

    name: str = Field(description="`Gan Ainm`.")
    version: str = Field(description="Version of the service.")
    artifact: str = Field(description="Version of the artifact.")
    device: str = Field(description="Where the encoders run.")
    inputs: list[str] = Field(description="Media types of the tunes that `POST /convert` takes.")
    licences: list[CorpusLicence] = Field(description="The collections in the catalogue.")
    limits: dict[str, int | float] = Field(
        description="The settings that are numbers, by their names in lower case, and the largest top_k. A "
        "name that ends in _bytes or _s has that unit."
    )
