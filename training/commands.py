"""The training commands, by name. Both `gan-ainm` and `python -m training` offer them."""

from index.command_line import LazyCommand

COMMANDS = {
    "fit": LazyCommand("training.fitting.command:fit", "Train on corpora and publish an artifact."),
    "evaluate": LazyCommand(
        "training.fitting.command:evaluate", "Measure the figures of the published artifact again."
    ),
    "download": LazyCommand(
        "training.corpora.command:download", "Download a collection of tunes, to train on."
    ),
    "audit": LazyCommand(
        "training.audit.command:audit", "Find titles on the wrong tune from the music alone."
    ),
    "audit-check": LazyCommand(
        "training.lab.audit_check.command:audit_check",
        "Plant wrong titles and measure how many of them the audit finds.",
    ),
    "duplicates-check": LazyCommand(
        "training.lab.duplicates_check.command:duplicates_check",
        "Measure how well the same tune is found among settings with known titles.",
    ),
    "same-tune-check": LazyCommand(
        "training.lab.same_tune_check.command:same_tune_check",
        "Learn from titles which settings are one tune, and compare the weights with those in use.",
    ),
    "benchmark": LazyCommand(
        "training.lab.benchmark.command:benchmark", "Compare systems on a corpus by one set of protocols."
    ),
    "scale": LazyCommand(
        "training.lab.benchmark.command:scale", "Measure what a suggestion costs with up to a million titles."
    ),
    "pretrain": LazyCommand(
        "training.lab.pretraining.command:pretrain",
        "Teach the recurrent note model to predict the next note.",
    ),
    "fit-pretrained": LazyCommand(
        "training.lab.pretraining.command:fit_pretrained",
        "Fit a recurrent tune encoder that starts from a pretrained note model.",
    ),
    "ablate": LazyCommand("training.lab.ablation.command:ablate", "Train and compare the systems of a plan."),
}
